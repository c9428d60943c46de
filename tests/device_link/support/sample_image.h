// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "device_link/protocol/rsl_model.h"

namespace rosler {

/// Bytes at a multiple of 16, as images have to lie.
class AlignedBytes
{
public:
    AlignedBytes() = default;
    explicit AlignedBytes(std::size_t size)
        : m_blocks((size + 15) / 16)
        , m_size(size)
    {
    }
    explicit AlignedBytes(const std::string &bytes)
        : AlignedBytes(bytes.size())
    {
        if (!bytes.empty())
            std::memcpy(data(), bytes.data(), bytes.size());
    }

    [[nodiscard]] std::uint8_t *data() noexcept { return reinterpret_cast<std::uint8_t *>(m_blocks.data()); }
    [[nodiscard]] const std::uint8_t *data() const noexcept
    {
        return reinterpret_cast<const std::uint8_t *>(m_blocks.data());
    }
    [[nodiscard]] std::size_t size() const noexcept { return m_size; }

private:
    struct alignas(16) Block {
        std::uint8_t bytes[16];
    };
    std::vector<Block> m_blocks;
    std::size_t m_size = 0;
};

struct SampleLayer {
    std::uint32_t outputs = 10;
    std::uint32_t rank = 0; ///< 0: dense
    bool relu = false;
    bool hasU = true;
    bool residual = false; ///< its input is added to its outputs; not the last, and outputs as many as inputs
};

/// An operation on an image.
struct SampleWindows {
    rsl_kind kind = RSL_CONV;
    rsl_window window {3, 3, 1, 1, 0, 0};
    std::uint32_t filters = 4; ///< of convolutions
    std::uint32_t rank = 2;    ///< of sketched ones
    bool relu = false;
    bool hasU = false;
};

/// Features of samples, that come before all else.
struct SampleExtraction {
    std::uint32_t samples = 16;
    std::uint32_t channels = 1;
    std::uint32_t frame = 16;
    std::uint32_t hop = 16;
    std::uint32_t bands = 0;
    std::uint32_t coefficients = 0;

    [[nodiscard]] std::uint32_t features() const
    {
        return ((samples - frame) / hop + 1)
            * (bands == 0              ? frame / 2
                   : coefficients != 0 ? coefficients
                                       : bands)
            * channels;
    }
};

/// A model of random weights, whose activations neither die out nor all saturate.
struct SampleModel {
    rsl_number number = RSL_I8;
    rsl_layout layout = RSL_LAYOUT_I8_4X4; ///< of int8; floats have one layout only
    std::uint32_t inputs = 24;
    std::uint32_t kept = 0; ///< kept inputs of the first layer; 0: reads all
    std::uint32_t rows = 1; ///< of the input, if it is an image of 1 column; it is made flat first
    /// What comes before the layers: then the input is an image of `rows` rows, `columns` of pixels, and all
    /// the other numbers are channels.
    std::vector<SampleWindows> windows {};
    std::uint32_t columns = 1;
    bool standardised = false; ///< float32 comes in, and is standardised first; with windows only
    std::optional<SampleExtraction> extraction {};           ///< then `inputs` are its features
    std::vector<SampleLayer> layers {{10, 0, false, false}}; ///< none: the last of the windows gives outputs
    std::uint32_t seed = 1;
    std::string name = "sample";
};

/// The image, with a random known-answer input and zeros for what it should give.
[[nodiscard]] AlignedBytes sampleImage(const SampleModel &model);

/// An operation of an opened image.
[[nodiscard]] const rsl_operation &operationOf(const rsl_model &model, unsigned number);
/// Its first product.
[[nodiscard]] const rsl_operation &productOf(const rsl_model &model);

/// Puts in the CRC-32 of what the image now holds.
void sealImage(AlignedBytes &image);

} // namespace rosler
