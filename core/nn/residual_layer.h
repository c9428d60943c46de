// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layer.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

/// Y = act(X + Z), where Z is what the layers that it bypasses were given: the output of the layer before
/// them (PlannedLayer::other) [1]. It has no parameters. dX and dZ are the same.
///
/// [1] K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition", CVPR 2016.
class ResidualLayer final : public Layer
{
public:
    explicit ResidualLayer(PlannedLayer plan);

    std::vector<ParameterBlock> blocks() const override { return {}; }
    Index parameterCount() const noexcept override { return 0; }
    InferenceStep inference() const override;
    std::span<const std::string_view> products() const noexcept override { return {}; }
    Index stashSize(Index /*batch*/) const noexcept override { return 0; }
    void initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                    SketchKind kind) const override;
    void forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                 std::span<float> stash, const PassMode &mode) const override;
    void backward(const ConstMatrixView &x, const ConstMatrixView &y, std::span<const float> parameters,
                  std::span<float> stash, MatrixView dy, MatrixView dx, std::span<float> gradient,
                  const BackwardRequest &request) const override;
    /// An addition a number, not counted: as an activation's.
    std::uint64_t forwardMacs() const noexcept override { return 0; }
    std::uint64_t backwardMacs(const FactorSet & /*factors*/, Index /*features*/,
                               bool /*wantsDx*/) const noexcept override
    {
        return 0;
    }
};

/// The row of residual additions.
[[nodiscard]] LayerKind residualKind();

} // namespace rosler
