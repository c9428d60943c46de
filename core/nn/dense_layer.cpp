// SPDX-License-Identifier: Apache-2.0
#include "core/nn/dense_layer.h"

#include <cmath>

#include "core/base/contract.h"
#include "core/base/random.h"
#include "core/nn/products.h"

namespace rosler {

double glorotBound(Index inputs, Index outputs) noexcept
{
    return std::sqrt(6.0 / static_cast<double>(inputs + outputs));
}

DenseLayer::DenseLayer(const LayerShape &shape)
    : m_shape(shape)
{
    ROSLER_EXPECTS(shape.rank == 0 && shape.read >= 1 && shape.kept >= 1);
}

std::vector<ParameterBlock> DenseLayer::blocks() const
{
    const Index weights = outputs() * inputs();
    return {{"W", Factor::C, 0, outputs(), inputs(), false}, {"b", Factor::C, weights, 1, outputs(), false}};
}

Index DenseLayer::parameterCount() const noexcept
{
    return outputs() * (inputs() + 1);
}

Index DenseLayer::stashSize(Index /*batch*/) const noexcept
{
    return 0;
}

void DenseLayer::initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                            SketchKind /*kind*/) const
{
    const RandomStream random(seed, Draw::Initialise, number);
    const double bound = glorotBound(m_shape.inputs, m_shape.outputs);
    const auto weights = static_cast<std::size_t>(outputs() * inputs());
    for (std::size_t i = 0; i < weights; ++i)
        parameters[i] = static_cast<float>(bound * (2.0 * static_cast<double>(random.uniform(i)) - 1.0));
    for (std::size_t i = weights; i < parameters.size(); ++i)
        parameters[i] = 0.0F;
}

void DenseLayer::forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                         std::span<float> /*stash*/) const
{
    const ConstMatrixView w = view(parameters.data(), outputs(), inputs());
    productNT(x, w, y, {parameters.data() + outputs() * inputs(), relu()});
}

void DenseLayer::backward(const ConstMatrixView &x, const ConstMatrixView &y,
                          std::span<const float> parameters, std::span<float> /*stash*/, MatrixView dy,
                          MatrixView dx, std::span<float> gradient, const BackwardRequest &request) const
{
    const Index weights = outputs() * inputs();
    float *biasGradient = request.factors.c ? gradient.data() + weights : nullptr;
    maskAndSum(dy, y, relu(), biasGradient);
    const ConstMatrixView gradientBefore = readOnly(dy);
    if (dx.rows() > 0)
        productNN(gradientBefore, view(parameters.data(), outputs(), inputs()), dx);
    if (!request.factors.c)
        return;
    const MatrixView dw = view(gradient.data(), outputs(), inputs());
    if (request.sink == nullptr) {
        productTN(gradientBefore, x, dw);
        return;
    }
    productTN(gradientBefore, x, dw, [&](Index first, Index count) {
        const auto size = static_cast<std::size_t>(count * inputs());
        request.sink->ready(first * inputs(), {gradient.data() + first * inputs(), size});
    });
    request.sink->ready(weights, {biasGradient, static_cast<std::size_t>(outputs())});
}

std::uint64_t DenseLayer::forwardMacs() const noexcept
{
    return static_cast<std::uint64_t>(outputs() * inputs());
}

std::uint64_t DenseLayer::backwardMacs(const BackwardRequest &request, bool wantsDx) const noexcept
{
    return (request.factors.c ? forwardMacs() : 0) + (wantsDx ? forwardMacs() : 0);
}

} // namespace rosler
