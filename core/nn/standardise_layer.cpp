// SPDX-License-Identifier: Apache-2.0
#include "core/nn/standardise_layer.h"

#include <algorithm>
#include <utility>

#include "core/base/contract.h"

namespace rosler {

namespace {

ExampleShape outputOf(const LayerSpec & /*spec*/, const ExampleShape &in, Index /*classes*/)
{
    return in;
}

std::optional<LayerSpec> nearestTo(const InferenceStep &step)
{
    if (step.does != InferenceStep::Does::Standardises)
        return std::nullopt;
    return LayerSpec {"standardise", {}, Activation::None, {}};
}

std::shared_ptr<const Layer> makeStandardise(const PlannedLayer &plan)
{
    return std::make_shared<StandardiseLayer>(plan);
}

} // namespace

LayerKind standardiseKind()
{
    LayerKind kind;
    kind.name = "standardise";
    kind.label = "Standardise";
    kind.description = "Gives each feature of the training examples mean 0 and deviation 1; the first layer";
    kind.fitted = true;
    kind.output = &outputOf;
    kind.make = &makeStandardise;
    kind.nearest = &nearestTo;
    return kind;
}

StandardiseLayer::StandardiseLayer(PlannedLayer plan)
    : Layer(std::move(plan))
{
    ROSLER_EXPECTS(inputs() == outputs());
}

std::vector<ParameterBlock> StandardiseLayer::blocks() const
{
    return {{"mean", Factor::C, 0, 1, inputs(), false, false},
            {"deviation", Factor::C, inputs(), 1, inputs(), false, false}};
}

InferenceStep StandardiseLayer::inference() const
{
    return {InferenceStep::Does::Standardises, {.in = plan().in}, 0, 0};
}

ChannelMap StandardiseLayer::channelMap(std::span<const float> parameters) const
{
    ChannelMap map;
    for (Index i = 0; i < inputs(); ++i) {
        map.mean.push_back(static_cast<double>(parameters[static_cast<std::size_t>(i)]));
        const auto deviation = static_cast<double>(parameters[static_cast<std::size_t>(inputs() + i)]);
        map.scale.push_back(deviation > 0.0 ? 1.0 / deviation : 0.0);
        map.shift.push_back(0.0);
    }
    return map;
}

void StandardiseLayer::initialise(std::span<float> parameters, std::uint64_t /*seed*/,
                                  std::uint32_t /*number*/, SketchKind /*kind*/) const
{
    std::fill_n(parameters.begin(), inputs(), 0.0F);
    std::fill_n(parameters.begin() + inputs(), inputs(), 1.0F);
}

void StandardiseLayer::fit(std::span<float> parameters, std::span<const double> mean,
                           std::span<const double> deviation) const
{
    ROSLER_EXPECTS(std::cmp_equal(mean.size(), inputs()) && mean.size() == deviation.size());
    const auto toFloat = [](double value) { return static_cast<float>(value); };
    std::transform(mean.begin(), mean.end(), parameters.begin(), toFloat);
    std::transform(deviation.begin(), deviation.end(), parameters.begin() + inputs(), toFloat);
}

void StandardiseLayer::forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                               std::span<float> /*stash*/, const PassMode & /*mode*/) const
{
    const float *mean = parameters.data();
    const float *deviation = mean + inputs();
    for (Index i = 0; i < x.rows(); ++i)
        for (Index j = 0; j < inputs(); ++j)
            y(i, j) = deviation[j] > 0.0F ? (x(i, j) - mean[j]) / deviation[j] : 0.0F;
}

void StandardiseLayer::backward(const ConstMatrixView & /*x*/, const ConstMatrixView & /*y*/,
                                std::span<const float> parameters, std::span<float> /*stash*/, MatrixView dy,
                                MatrixView dx, std::span<float> /*gradient*/,
                                const BackwardRequest & /*request*/) const
{
    const float *deviation = parameters.data() + inputs();
    for (Index i = 0; i < dx.rows(); ++i)
        for (Index j = 0; j < inputs(); ++j)
            dx(i, j) = deviation[j] > 0.0F ? dy(i, j) / deviation[j] : 0.0F;
}

} // namespace rosler
