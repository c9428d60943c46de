// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layer.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

/// Y = X .* M / (1 - p) while training, with M drawn anew in each step: 0 with probability p, else 1; in
/// inference Y = X [1]. Each number of M is a function of seed, layer, step and the example's number in its
/// batch, so that the result does not depend on how a batch is cut.
///
/// [1] N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, "Dropout: a simple way to
///     prevent neural networks from overfitting", Journal of Machine Learning Research 15 (2014).
class DropoutLayer final : public Layer
{
public:
    explicit DropoutLayer(PlannedLayer plan);

    std::vector<ParameterBlock> blocks() const override { return {}; }
    Index parameterCount() const noexcept override { return 0; }
    InferenceStep inference() const override;
    std::span<const std::string_view> products() const noexcept override { return {}; }
    bool handsOn() const noexcept override { return true; }
    Index stashSize(Index batch) const noexcept override; ///< M / (1 - p)
    void initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                    SketchKind kind) const override;
    void forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                 std::span<float> stash, const PassMode &mode) const override;
    void backward(const ConstMatrixView &x, const ConstMatrixView &y, std::span<const float> parameters,
                  std::span<float> stash, MatrixView dy, MatrixView dx, std::span<float> gradient,
                  const BackwardRequest &request) const override;
    std::uint64_t forwardMacs() const noexcept override { return 0; }
    std::uint64_t backwardMacs(const FactorSet & /*factors*/, Index /*features*/,
                               bool /*wantsDx*/) const noexcept override
    {
        return 0;
    }
};

/// The row of dropout layers.
[[nodiscard]] LayerKind dropoutKind();

} // namespace rosler
