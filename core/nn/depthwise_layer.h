// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv_patches.h"
#include "core/nn/layer.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

/// A depthwise convolution: of each window of a zero-padded image, y_c = act(sum_t W_tc x_tc + b_c), each
/// channel c by itself, over the window's pixels t, row by row. Before a 1 x 1 convolution it is a separable
/// one.
class DepthwiseLayer final : public Layer
{
public:
    explicit DepthwiseLayer(PlannedLayer plan);

    std::vector<ParameterBlock> blocks() const override;
    Index parameterCount() const noexcept override { return (taps() + 1) * m_grid.in.channels; }
    std::span<const std::string_view> products() const noexcept override;
    InferenceStep inference() const override;
    Index stashSize(Index /*batch*/) const noexcept override { return 0; }
    void initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                    SketchKind kind) const override;
    void forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                 std::span<float> stash, const PassMode &mode) const override;
    void backward(const ConstMatrixView &x, const ConstMatrixView &y, std::span<const float> parameters,
                  std::span<float> stash, MatrixView dy, MatrixView dx, std::span<float> gradient,
                  const BackwardRequest &request) const override;
    std::uint64_t forwardMacs() const noexcept override;
    std::uint64_t backwardMacs(const FactorSet &factors, Index features,
                               bool wantsDx) const noexcept override;

private:
    [[nodiscard]] Index taps() const noexcept { return m_grid.windowHeight * m_grid.windowWidth; }

    WindowGrid m_grid;
};

/// The row of depthwise convolutions.
[[nodiscard]] LayerKind depthwiseKind();

} // namespace rosler
