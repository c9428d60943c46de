// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv_patches.h"
#include "core/nn/layer.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

/// A convolution kept as a random sketch of its matrix, W ~ C U R, and learned as one (sketched_layer.h): a
/// convolution R of rank filters, then U and C, which read one pixel each. For the patches P of an image,
/// windows x k k channels,
///
///     Y = act(P R^T U^T C^T + b)      C : filters x r   U : r x r   R : r x k k channels   b : filters
///
/// Gradients are those of the fully connected sketch with patches for examples; dP is added to the pixels
/// that the patches came from. That convolutions are treated by the same sketch is the paper's; these
/// formulas are this project's reconstruction (method page).
class SketchedConvolution final : public Layer
{
public:
    explicit SketchedConvolution(PlannedLayer plan);

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

private:
    /// Where the factors lie in the layer's parameters: C^T, b, U, R.
    struct Offsets {
        Index b, u, r, end;
    };
    [[nodiscard]] Offsets offsets() const noexcept;

    WindowGrid m_grid;
    Index m_filters;
};

/// The convolution of @p plan, which has a sketch.
[[nodiscard]] std::shared_ptr<const Layer> makeSketchedConvolution(const PlannedLayer &plan);

} // namespace rosler
