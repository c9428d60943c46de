// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/matrix.h"
#include "core/nn/layer.h"
#include "core/nn/layer_shape.h"

namespace rosler {

/// Layers and one contiguous buffer with all their parameters: a copy of the buffer is a checkpoint,
/// a digest of it is one hash. Copying a network copies its parameters and shares its layers.
class Network
{
public:
    /// Layers of these shapes, parameters all zero. Shapes must meet: each `read` equals the kept of the
    /// layer before.
    explicit Network(std::vector<LayerShape> shapes);

    [[nodiscard]] const std::vector<LayerShape> &shapes() const noexcept { return m_shapes; }
    [[nodiscard]] std::size_t layerCount() const noexcept { return m_layers.size(); }
    [[nodiscard]] const Layer &layer(std::size_t i) const { return *m_layers.at(i); }

    [[nodiscard]] Index features() const noexcept { return m_shapes.front().inputs; } ///< of the data
    [[nodiscard]] Index read() const noexcept
    {
        return m_shapes.front().read;
    } ///< features of them that it reads
    [[nodiscard]] Index classes() const noexcept { return m_shapes.back().kept; }

    /// Which features of the data the first layer reads, ascending; empty = all.
    [[nodiscard]] const std::vector<std::uint32_t> &keptFeatures() const noexcept { return m_keptFeatures; }
    /// @param features  ascending numbers below features(), read() of them, or none when read() == features()
    void setKeptFeatures(std::vector<std::uint32_t> features);

    [[nodiscard]] Index parameterCount() const noexcept { return static_cast<Index>(m_parameters.size()); }
    [[nodiscard]] std::span<float> parameters() noexcept { return m_parameters; }
    [[nodiscard]] std::span<const float> parameters() const noexcept { return m_parameters; }
    [[nodiscard]] Index offset(std::size_t layer) const
    {
        return m_offsets.at(layer);
    } ///< of its first parameter
    [[nodiscard]] std::span<const float> parametersOf(std::size_t layer) const;

    /// Draws all parameters from the seed.
    void initialise(std::uint64_t seed, SketchKind kind = SketchKind::Gaussian);

    /// SHA-256 of parameters and kept features: equal digests mean bit-equal networks of one shape.
    [[nodiscard]] std::string digest() const;

    /// Logits of a batch whose columns are the features it reads (or all features of the data, of which it
    /// then picks its own): x : batch x read() or features(), returns batch x classes().
    [[nodiscard]] Matrix predict(const ConstMatrixView &x) const;

private:
    std::vector<LayerShape> m_shapes;
    std::vector<std::shared_ptr<const Layer>> m_layers;
    std::vector<Index> m_offsets;
    std::vector<float> m_parameters;
    std::vector<std::uint32_t> m_keptFeatures;
};

/// The number of the largest logit in each row.
[[nodiscard]] std::vector<std::uint16_t> argmaxRows(const ConstMatrixView &logits);

} // namespace rosler
