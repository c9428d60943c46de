// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/matrix.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/nn/network.h"
#include "device_link/protocol/rsl_model.h"

namespace rosler {

/// "f32", "f16", "i8".
[[nodiscard]] std::string_view nameOf(rsl_number type);
/// @return OutOfRange  with the known names
[[nodiscard]] Result<rsl_number> numberType(std::string_view name);

/// One inference with an image, by the reference arithmetic: what the twin does.
/// @param input, output  bytes as the image says; @return false when the image is refused
using ReferenceInference =
    std::function<bool(std::span<const std::uint8_t> image, std::span<const std::uint8_t> input,
                       std::span<std::uint8_t> output)>;

/// What the data's features are made of, for an image that takes samples.
struct RawSamples {
    SignalFeatures features;
    std::vector<float> example; ///< a window, channels side by side: the known-answer vector
};

struct PackOptions {
    rsl_number type = RSL_I8;
    /// How int8 factors lie: what the board prefers. Float types have one layout.
    rsl_layout int8Layout = RSL_LAYOUT_I8_4X4;
    std::string name; ///< of the model; cut to what an image holds, other characters than ASCII replaced
    /// U R is computed once and stored as one factor: the same function in fewer multiply-adds and bytes.
    bool foldU = true;
    /// The image begins with the extraction of features: an inference is handed a window of samples.
    std::optional<RawSamples> samples {};
};

/// A trained network as a board maps it (device_link/protocol/PROTOCOL.md). Immutable once packed.
class ModelImage
{
public:
    /// Takes bytes that somebody stored. They are checked.
    /// @return Malformed, Unsupported  with the offset of the field that is wrong
    [[nodiscard]] static Result<ModelImage> fromBytes(std::vector<std::uint8_t> bytes,
                                                      const std::string &where);

    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return m_bytes; }
    [[nodiscard]] const std::array<std::uint8_t, 32> &sha256() const noexcept { return m_sha256; }
    [[nodiscard]] rsl_model model() const; ///< points into the image
    [[nodiscard]] std::string name() const;
    [[nodiscard]] rsl_number type() const;
    [[nodiscard]] std::uint64_t macs() const;
    [[nodiscard]] std::uint32_t ramBytes() const; ///< input, outputs and all between on the board
    [[nodiscard]] rsl_needs needs() const;        ///< what a board has to know to compute it
    [[nodiscard]] std::size_t inputs() const;     ///< numbers of the input
    [[nodiscard]] std::size_t outputs() const;    ///< numbers of the output
    [[nodiscard]] std::span<const std::uint8_t> knownInput() const;
    [[nodiscard]] std::span<const std::uint8_t> knownOutput() const;

    /// The bytes of one example's input vector: all features of the data, in the data's order, or a window of
    /// samples where the image takes these.
    [[nodiscard]] std::vector<std::uint8_t> input(std::span<const float> features) const;
    /// Logits from output bytes; for int8 as real numbers.
    [[nodiscard]] std::vector<float> logits(std::span<const std::uint8_t> output) const;
    /// The first of the largest, as the board decides.
    [[nodiscard]] std::uint16_t classOf(std::span<const std::uint8_t> output) const;

private:
    friend Result<ModelImage> packModel(const Network &, const PackOptions &, const ConstMatrixView &,
                                        const ReferenceInference &);
    explicit ModelImage(std::vector<std::uint8_t> bytes);

    std::vector<std::uint8_t> m_bytes; ///< at a multiple of RSL_MODEL_ALIGNMENT
    std::array<std::uint8_t, 32> m_sha256 {};
};

/// The training examples that ranges are taken from: the first thousand.
[[nodiscard]] Matrix calibrationOf(const Dataset &data);

/// Quantises and packs a network.
///
/// int8: weights symmetric with one scale a row of each factor; activations with zero point, int16 rank-r
/// products and outputs; ranges from a float forward pass over the calibration examples (what is beyond
/// saturates). This scheme is the usual one of post-training quantisation (B. Jacob et al., "Quantization and
/// training of neural networks for efficient integer-arithmetic-only inference", CVPR 2018,
/// arXiv:1712.05877); one fused sketched layer with int16 rank-r products is ours.
///
/// @param calibration  training examples, n x network.features(), n >= 1; the first is the known-answer
///                     vector, where no samples are
/// @return Unsupported, OutOfRange  as extractionOf() says, or samples of other features
/// @return OutOfRange  the network has a width that an image cannot say, no calibration example, or weights
///                     that are not finite
[[nodiscard]] Result<ModelImage> packModel(const Network &network, const PackOptions &options,
                                           const ConstMatrixView &calibration,
                                           const ReferenceInference &reference);

} // namespace rosler
