// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layer.h"
#include "core/nn/layer_shape.h"

namespace rosler {

/// Y = act(X W^T + b), W : m x n row-major, b : m. Drawn Glorot-uniform on the nominal shape [1], b = 0.
///
/// [1] X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
///     AISTATS 2010.
class DenseLayer final : public Layer
{
public:
    explicit DenseLayer(const LayerShape &shape);

    std::string_view kind() const noexcept override { return "dense"; }
    Index inputs() const noexcept override { return m_shape.read; }
    Index outputs() const noexcept override { return m_shape.kept; }
    bool relu() const noexcept override { return m_shape.relu; }
    std::vector<ParameterBlock> blocks() const override;
    Index parameterCount() const noexcept override;
    Index stashSize(Index batch) const noexcept override;
    void initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                    SketchKind kind) const override;
    void forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                 std::span<float> stash) const override;
    void backward(const ConstMatrixView &x, const ConstMatrixView &y, std::span<const float> parameters,
                  std::span<float> stash, MatrixView dy, MatrixView dx, std::span<float> gradient,
                  const BackwardRequest &request) const override;
    std::uint64_t forwardMacs() const noexcept override;
    std::uint64_t backwardMacs(const BackwardRequest &request, bool wantsDx) const noexcept override;

private:
    LayerShape m_shape;
};

/// The bound of the Glorot-uniform distribution: weights lie in [-bound, bound].
[[nodiscard]] double glorotBound(Index inputs, Index outputs) noexcept;

} // namespace rosler
