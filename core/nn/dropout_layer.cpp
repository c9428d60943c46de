// SPDX-License-Identifier: Apache-2.0
#include "core/nn/dropout_layer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/contract.h"
#include "core/base/random.h"

namespace rosler {

namespace {

constexpr std::uint64_t mostExamples = 1'000'000; // of a batch (experiment_spec.cpp)

ExampleShape outputOf(const LayerSpec & /*spec*/, const ExampleShape &in, Index /*classes*/)
{
    return in;
}

std::shared_ptr<const Layer> makeDropout(const PlannedLayer &plan)
{
    return std::make_shared<DropoutLayer>(plan);
}

} // namespace

LayerKind dropoutKind()
{
    static constexpr std::array fields {LayerField {
        "rate", "Rate", "Share of the numbers that each training step leaves out", 0, 0.9, false, 0.5}};
    LayerKind kind;
    kind.name = "dropout";
    kind.label = "Dropout";
    kind.description = "Leaves out random numbers while training, against overfitting";
    kind.fields = fields;
    kind.output = &outputOf;
    kind.make = &makeDropout;
    return kind;
}

DropoutLayer::DropoutLayer(PlannedLayer plan)
    : WeightlessLayer(std::move(plan))
{
    ROSLER_EXPECTS(inputs() == outputs() && this->plan().spec.field("rate").has_value());
}

InferenceStep DropoutLayer::inference() const
{
    return {InferenceStep::Does::HandsOn, {.in = plan().in}, 0, 0};
}

Index DropoutLayer::stashSize(Index batch) const noexcept
{
    return batch * inputs();
}

void DropoutLayer::forward(const ConstMatrixView &x, std::span<const float> /*parameters*/, MatrixView y,
                           std::span<float> stash, const PassMode &mode) const
{
    const double rate = *plan().spec.field("rate");
    if (!mode.training || rate == 0.0) {
        std::fill_n(stash.data(), stashSize(x.rows()), 1.0F);
        y = x;
        return;
    }
    const RandomStream random(mode.seed, Draw::LayerNoise, plan().number);
    const auto width = static_cast<std::uint64_t>(inputs());
    const auto kept = static_cast<float>(1.0 / (1.0 - rate));
    auto scale = view(stash.data(), x.rows(), inputs());
    for (Index i = 0; i < x.rows(); ++i) {
        const auto example = static_cast<std::uint64_t>(mode.step) * mostExamples
            + static_cast<std::uint64_t>(mode.firstExample + i);
        for (Index j = 0; j < inputs(); ++j) {
            const float drawn = random.uniform(example * width + static_cast<std::uint64_t>(j));
            scale(i, j) = static_cast<double>(drawn) < rate ? 0.0F : kept;
            y(i, j) = x(i, j) * scale(i, j);
        }
    }
}

void DropoutLayer::backward(const ConstMatrixView & /*x*/, const ConstMatrixView & /*y*/,
                            std::span<const float> /*parameters*/, std::span<float> stash, MatrixView dy,
                            MatrixView dx, std::span<float> /*gradient*/,
                            const BackwardRequest & /*request*/) const
{
    if (dx.rows() > 0)
        dx = dy.cwiseProduct(view(std::as_const(stash).data(), dy.rows(), inputs()));
}

} // namespace rosler
