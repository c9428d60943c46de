// SPDX-License-Identifier: Apache-2.0
#include "core/nn/dense_layer.h"

#include <array>
#include <utility>

#include "core/base/contract.h"
#include "core/base/random.h"
#include "core/nn/glorot.h"
#include "core/nn/product_decay.h"
#include "core/nn/products.h"

namespace rosler {

namespace {

constexpr Index widest = 65'536;

ExampleShape outputOf(const LayerSpec &spec, const ExampleShape & /*in*/, Index classes)
{
    const auto units = spec.field("units");
    return ExampleShape::vector(units ? static_cast<Index>(*units) : classes);
}

std::shared_ptr<const Layer> makeDense(const PlannedLayer &plan)
{
    return std::make_shared<DenseLayer>(plan);
}

std::optional<LayerSpec> nearestTo(const InferenceStep &step)
{
    if (step.does != InferenceStep::Does::Multiplies)
        return std::nullopt;
    return LayerSpec {"dense", {{"units", static_cast<double>(step.outputs)}}, Activation::None, {}};
}

} // namespace

LayerKind denseKind(std::shared_ptr<const Layer> (*makeSketched)(const PlannedLayer &))
{
    static constexpr std::array fields {
        LayerField {"units", "Units", "How many outputs the layer has; the last layer has one a class", 1,
                    static_cast<double>(widest), true, std::nullopt, true}};
    LayerKind kind;
    kind.name = "dense";
    kind.label = "Dense";
    kind.description = "Fully connected: every output reads every input";
    kind.fields = fields;
    kind.weighted = true;
    kind.output = &outputOf;
    kind.make = &makeDense;
    kind.makeSketched = makeSketched;
    kind.nearest = &nearestTo;
    return kind;
}

DenseLayer::DenseLayer(PlannedLayer plan)
    : Layer(std::move(plan))
{
    ROSLER_EXPECTS(!this->plan().spec.sketch && inputs() >= 1 && outputs() >= 1);
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

InferenceStep DenseLayer::inference() const
{
    return {InferenceStep::Does::Multiplies, {.in = plan().in}, plan().out.size(), 0};
}

std::span<const std::string_view> DenseLayer::products() const noexcept
{
    static constexpr std::array<std::string_view, 1> names {"W"};
    return names;
}

Index DenseLayer::stashSize(Index /*batch*/) const noexcept
{
    return 0;
}

void DenseLayer::initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                            SketchKind /*kind*/) const
{
    const RandomStream random(seed, Draw::Initialise, number);
    const double bound = glorotBound(plan().in.size(), plan().out.size());
    const auto weights = static_cast<std::size_t>(outputs() * inputs());
    for (std::size_t i = 0; i < weights; ++i)
        parameters[i] = static_cast<float>(bound * (2.0 * static_cast<double>(random.uniform(i)) - 1.0));
    for (std::size_t i = weights; i < parameters.size(); ++i)
        parameters[i] = 0.0F;
}

void DenseLayer::forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                         std::span<float> /*stash*/, const PassMode & /*mode*/) const
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
    const auto decay = [&](Index first, Index count) {
        const auto from = static_cast<std::size_t>(first * inputs());
        if (request.productDecay > 0.0F)
            addDecay(parameters.subspan(from, static_cast<std::size_t>(count * inputs())),
                     request.productDecay, gradient.data() + from);
    };
    if (request.sink == nullptr) {
        productTN(gradientBefore, x, dw, decay);
        return;
    }
    productTN(gradientBefore, x, dw, [&](Index first, Index count) {
        const auto size = static_cast<std::size_t>(count * inputs());
        decay(first, count);
        request.sink->ready(first * inputs(), {gradient.data() + first * inputs(), size});
    });
    request.sink->ready(weights, {biasGradient, static_cast<std::size_t>(outputs())});
}

std::uint64_t DenseLayer::forwardMacs() const noexcept
{
    return static_cast<std::uint64_t>(outputs() * inputs());
}

std::uint64_t DenseLayer::backwardMacs(const FactorSet &factors, Index /*features*/,
                                       bool wantsDx) const noexcept
{
    return (factors.c ? forwardMacs() : 0) + (wantsDx ? forwardMacs() : 0);
}

} // namespace rosler
