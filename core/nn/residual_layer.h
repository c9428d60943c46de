// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layer_catalog.h"
#include "core/nn/weightless_layer.h"

namespace rosler {

/// Y = act(X + Z), where Z is what the layers that it bypasses were given: the output of the layer before
/// them (PlannedLayer::other) [1]. dX and dZ are the same.
///
/// [1] K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition", CVPR 2016.
class ResidualLayer final : public WeightlessLayer
{
public:
    explicit ResidualLayer(PlannedLayer plan);

    InferenceStep inference() const override;
    Index stashSize(Index /*batch*/) const noexcept override { return 0; }
    void forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                 std::span<float> stash, const PassMode &mode) const override;
    void backward(const ConstMatrixView &x, const ConstMatrixView &y, std::span<const float> parameters,
                  std::span<float> stash, MatrixView dy, MatrixView dx, std::span<float> gradient,
                  const BackwardRequest &request) const override;
};

/// The row of residual additions.
[[nodiscard]] LayerKind residualKind();

} // namespace rosler
