// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layer.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

/// A layer kept as a random sketch of its matrix, W ~ C U R, and learned as one:
///
///     Y = act(X R^T U^T C^T + b)      C : m x r   U : r x r   R : r x s   b : m   X : batch x s
///
/// with rank r, sketch size s (the features it reads; the caller hands in those alone), and m stored outputs.
/// With T1 = X R^T and T2 = T1 U^T the gradients are
///
///     dC = dY^T T2   dT2 = dY C   dU = dT2^T T1   dT1 = dT2 U   dR = dT1^T X   dX = dT1 R
///
/// That a layer is drawn as a CUR sketch and learned directly is the paper's [1]; factors trained by these
/// formulas, the orthonormal start and the scale of U are this project's reconstruction (method page).
/// C is stored transposed, r x m, so that every product runs along its long side.
///
/// [1] B. Li, P. Chen, H. Liu et al., "Random sketch learning for deep neural networks in edge computing",
///     Nature Computational Science 1 (2021), doi:10.1038/s43588-021-00039-6.
class SketchedLayer final : public Layer
{
public:
    explicit SketchedLayer(PlannedLayer plan);

    Index rank() const noexcept { return plan().spec.sketch->rank; }
    std::vector<ParameterBlock> blocks() const override;
    Index parameterCount() const noexcept override;
    InferenceStep inference() const override;
    std::span<const std::string_view> products() const noexcept override;
    Index stashSize(Index batch) const noexcept override;
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
};

/// The fully connected layer of @p plan, which has a sketch.
[[nodiscard]] std::shared_ptr<const Layer> makeSketchedLayer(const PlannedLayer &plan);

} // namespace rosler
