// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/matrix.h"
#include "core/nn/layer.h"
#include "core/nn/network_plan.h"

namespace rosler {

/// Layers and one contiguous buffer with all their parameters: a copy of the buffer is a checkpoint,
/// a digest of it is one hash. Copying a network copies its parameters and shares its layers.
class Network
{
public:
    /// The layers of @p plan (planNetwork()), parameters all zero.
    explicit Network(NetworkPlan plan);

    [[nodiscard]] const NetworkPlan &plan() const noexcept { return m_plan; }
    [[nodiscard]] std::size_t layerCount() const noexcept { return m_layers.size(); }
    [[nodiscard]] const Layer &layer(std::size_t i) const { return *m_layers.at(i); }

    [[nodiscard]] Index features() const noexcept { return m_plan.features(); } ///< of the data
    [[nodiscard]] Index read() const noexcept { return m_plan.read(); } ///< features of them that it reads
    [[nodiscard]] Index classes() const noexcept { return m_plan.classes; }
    /// The first layer that a gradient changes: the one that reads the data.
    [[nodiscard]] std::size_t firstWeighted() const noexcept { return m_firstWeighted; }

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

    /// Whether the first layer is fitted to the training examples before the first step; and does so, by the
    /// moments of the read() features over all of them.
    [[nodiscard]] bool isFitted() const;
    void fit(std::span<const double> mean, std::span<const double> deviation);

    /// SHA-256 of parameters and kept features: equal digests mean bit-equal networks of one shape.
    [[nodiscard]] std::string digest() const;

    /// Logits of a batch whose columns are the features it reads (or all features of the data, of which it
    /// then picks its own): x : batch x read() or features(), returns batch x classes().
    [[nodiscard]] Matrix predict(const ConstMatrixView &x) const;

private:
    NetworkPlan m_plan;
    std::size_t m_firstWeighted = 0;
    std::vector<std::shared_ptr<const Layer>> m_layers;
    std::vector<Index> m_offsets;
    std::vector<std::uint32_t> m_lastBypass; ///< lastBypass()
    Floats m_parameters;
    std::vector<std::uint32_t> m_keptFeatures;
};

/// The number of the largest logit in each row.
[[nodiscard]] std::vector<std::uint16_t> argmaxRows(const ConstMatrixView &logits);

} // namespace rosler
