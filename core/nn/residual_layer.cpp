// SPDX-License-Identifier: Apache-2.0
#include "core/nn/residual_layer.h"

#include <array>
#include <utility>

#include "core/base/contract.h"

namespace rosler {

namespace {

constexpr std::string_view bypassedField = "layers";

ExampleShape outputOf(const LayerSpec & /*spec*/, const ExampleShape &in, Index /*classes*/)
{
    return in;
}

std::shared_ptr<const Layer> makeResidual(const PlannedLayer &plan)
{
    return std::make_shared<ResidualLayer>(plan);
}

Index bypassedBy(const LayerSpec &spec)
{
    return static_cast<Index>(residualKind().valueOf(spec, bypassedField));
}

std::optional<LayerSpec> residualThat(const InferenceStep &step)
{
    if (step.does != InferenceStep::Does::Adds)
        return std::nullopt;
    return LayerSpec {std::string(residualKind().name),
                      {{std::string(bypassedField), static_cast<double>(step.bypassed)}},
                      Activation::None,
                      {}};
}

} // namespace

LayerKind residualKind()
{
    static constexpr std::array fields {
        LayerField {bypassedField, "Layers",
                    "How many layers before this one are bypassed: what the first of them is given is added",
                    1, 64, true, 2}};
    LayerKind kind;
    kind.name = "residual";
    kind.label = "Residual addition";
    kind.description = "Adds what the layers before it were given to what they made of it";
    kind.fields = fields;
    kind.activates = true;
    kind.images = true;
    kind.output = &outputOf;
    kind.bypassed = &bypassedBy;
    kind.make = &makeResidual;
    kind.nearest = &residualThat;
    return kind;
}

ResidualLayer::ResidualLayer(PlannedLayer plan)
    : WeightlessLayer(std::move(plan))
{
    ROSLER_EXPECTS(inputs() == outputs());
}

InferenceStep ResidualLayer::inference() const
{
    InferenceStep step {InferenceStep::Does::Adds, {.in = plan().in}, 0, 0};
    step.bypassed = bypassedBy(plan().spec);
    return step;
}

void ResidualLayer::forward(const ConstMatrixView &x, std::span<const float> /*parameters*/, MatrixView y,
                            std::span<float> /*stash*/, const PassMode &mode) const
{
    ROSLER_EXPECTS(mode.other != nullptr && mode.other->rows() == x.rows() && mode.other->cols() == x.cols());
    if (relu())
        y = (x + *mode.other).cwiseMax(0.0F);
    else
        y = x + *mode.other;
}

void ResidualLayer::backward(const ConstMatrixView & /*x*/, const ConstMatrixView &y,
                             std::span<const float> /*parameters*/, std::span<float> /*stash*/, MatrixView dy,
                             MatrixView dx, std::span<float> /*gradient*/,
                             const BackwardRequest & /*request*/) const
{
    if (relu())
        dy = (y.array() > 0.0F).select(dy, 0.0F);
    if (dx.rows() > 0)
        dx = dy;
}

} // namespace rosler
