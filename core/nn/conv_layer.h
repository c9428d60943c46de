// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv_patches.h"
#include "core/nn/layer.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

/// A convolution: every patch p of an image, k x k pixels of all channels, gives the pixel act(W p + b) of
/// the next, W : filters x k k channels row-major, b : filters. On signals, inputs of one row, the kernel is
/// 1 x k. Drawn Glorot-uniform on (k k channels, k k filters), b = 0.
///
/// Windows are read where they lie in the image, once it has its zeros (window_products.h), example after
/// example, by the calling thread: batches are cut into pieces by those who call (gradient_engine.h).
class ConvLayer final : public Layer
{
public:
    explicit ConvLayer(PlannedLayer plan);

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
    WindowGrid m_grid;
    Index m_filters;
};

/// The row of convolutions.
/// @param makeSketched  makes one whose matrix is a sketch
[[nodiscard]] LayerKind convKind(std::shared_ptr<const Layer> (*makeSketched)(const PlannedLayer &));

} // namespace rosler
