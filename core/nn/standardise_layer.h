// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layer.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

/// Y = (X - mean) / deviation, feature by feature, in float32; 0 where the deviation is 0. Mean and deviation
/// are those of the training examples, fitted once before the first step, and stay; they are parameters that
/// no gradient changes, and so travel with the model. It is the first layer of a model, and reads the
/// features that the layer behind it keeps. In float16 a mean beyond 65,504 is infinite.
class StandardiseLayer final : public Layer
{
public:
    explicit StandardiseLayer(PlannedLayer plan);

    std::vector<ParameterBlock> blocks() const override;
    Index parameterCount() const noexcept override { return 2 * inputs(); }
    InferenceStep inference() const override;
    std::span<const std::string_view> products() const noexcept override { return {}; }
    ChannelMap channelMap(std::span<const float> parameters) const override;
    Index stashSize(Index /*batch*/) const noexcept override { return 0; }
    /// Mean 0 and deviation 1: it hands on what it is given until it is fitted.
    void initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                    SketchKind kind) const override;
    void fit(std::span<float> parameters, std::span<const double> mean,
             std::span<const double> deviation) const override;
    void forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                 std::span<float> stash, const PassMode &mode) const override;
    void backward(const ConstMatrixView &x, const ConstMatrixView &y, std::span<const float> parameters,
                  std::span<float> stash, MatrixView dy, MatrixView dx, std::span<float> gradient,
                  const BackwardRequest &request) const override;
    /// A difference and a quotient a number, not counted: as an activation's.
    std::uint64_t forwardMacs() const noexcept override { return 0; }
    std::uint64_t backwardMacs(const FactorSet & /*factors*/, Index /*features*/,
                               bool /*wantsDx*/) const noexcept override
    {
        return 0;
    }
};

/// The row of standardisation.
[[nodiscard]] LayerKind standardiseKind();

} // namespace rosler
