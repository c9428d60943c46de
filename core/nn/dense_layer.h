// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layer.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

/// Y = act(X W^T + b), W : m x n row-major, b : m. Drawn Glorot-uniform on the nominal shape (glorot.h),
/// b = 0.
class DenseLayer final : public Layer
{
public:
    explicit DenseLayer(PlannedLayer plan);

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

/// The row of fully connected layers.
/// @param makeSketched  makes one whose matrix is a sketch
[[nodiscard]] LayerKind denseKind(std::shared_ptr<const Layer> (*makeSketched)(const PlannedLayer &));

} // namespace rosler
