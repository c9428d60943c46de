// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layer_catalog.h"
#include "core/nn/weightless_layer.h"

namespace rosler {

/// Y = X .* M / (1 - p) while training, with M drawn anew in each step: 0 with probability p, else 1; in
/// inference Y = X [1]. Each number of M is a function of seed, layer, step and the example's number in its
/// batch, so that the result does not depend on how a batch is cut.
///
/// [1] N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, "Dropout: a simple way to
///     prevent neural networks from overfitting", Journal of Machine Learning Research 15 (2014).
class DropoutLayer final : public WeightlessLayer
{
public:
    explicit DropoutLayer(PlannedLayer plan);

    InferenceStep inference() const override;
    Index stashSize(Index batch) const noexcept override; ///< M / (1 - p)
    void forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                 std::span<float> stash, const PassMode &mode) const override;
    void backward(const ConstMatrixView &x, const ConstMatrixView &y, std::span<const float> parameters,
                  std::span<float> stash, MatrixView dy, MatrixView dx, std::span<float> gradient,
                  const BackwardRequest &request) const override;
};

/// The row of dropout layers.
[[nodiscard]] LayerKind dropoutKind();

} // namespace rosler
