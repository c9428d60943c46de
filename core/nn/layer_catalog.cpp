// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layer_catalog.h"

#include <algorithm>
#include <array>

#include "core/base/contract.h"
#include "core/nn/batch_norm_layer.h"
#include "core/nn/conv_layer.h"
#include "core/nn/dense_layer.h"
#include "core/nn/depthwise_layer.h"
#include "core/nn/dropout_layer.h"
#include "core/nn/pool_layer.h"
#include "core/nn/residual_layer.h"
#include "core/nn/sketched_convolution.h"
#include "core/nn/sketched_layer.h"
#include "core/nn/standardise_layer.h"

namespace rosler {

std::span<const LayerKind> layerKinds()
{
    static const std::array kinds {
        denseKind(&makeSketchedLayer),
        convKind(&makeSketchedConvolution),
        depthwiseKind(),
        maxPoolKind(),
        averagePoolKind(),
        globalAverageKind(),
        batchNormKind(),
        residualKind(),
        dropoutKind(),
        standardiseKind(),
    };
    return kinds;
}

const LayerKind *layerKindNamed(std::string_view name)
{
    const auto kinds = layerKinds();
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [name](const LayerKind &kind) { return kind.name == name; });
    return found == kinds.end() ? nullptr : &*found;
}

const LayerField &LayerKind::field(std::string_view fieldName) const
{
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [fieldName](const LayerField &f) { return f.name == fieldName; });
    ROSLER_EXPECTS(found != fields.end());
    return *found;
}

double LayerKind::valueOf(const LayerSpec &spec, std::string_view fieldName) const
{
    const auto value = spec.field(fieldName);
    const auto preset = field(fieldName).preset;
    ROSLER_EXPECTS(value || preset);
    return value ? *value : *preset;
}

MatrixSize matrixOf(const PlannedLayer &plan)
{
    const LayerKind *kind = layerKindNamed(plan.spec.kind);
    ROSLER_EXPECTS(kind != nullptr);
    return kind->matrix != nullptr ? kind->matrix(plan) : MatrixSize {plan.kept, plan.read};
}

std::shared_ptr<const Layer> makeLayer(const PlannedLayer &plan)
{
    const LayerKind *kind = layerKindNamed(plan.spec.kind);
    ROSLER_EXPECTS(kind != nullptr && (!plan.spec.sketch || kind->makeSketched != nullptr));
    return plan.spec.sketch ? kind->makeSketched(plan) : kind->make(plan);
}

std::optional<LayerSpec> layerThat(const InferenceStep &step)
{
    for (const LayerKind &kind : layerKinds()) {
        const auto spec = kind.nearest != nullptr ? kind.nearest(step) : std::nullopt;
        if (!spec)
            continue;
        const bool allowed = std::ranges::all_of(kind.fields, [&](const LayerField &field) {
            const auto value = spec->field(field.name);
            return value && *value >= field.low && *value <= field.high;
        });
        if (!allowed)
            continue;
        PlannedLayer plan;
        plan.spec = *spec;
        plan.in = step.windows.in;
        plan.out = kind.output(*spec, plan.in, step.outputs);
        plan.read = plan.in.size();
        plan.kept = plan.out.size();
        if (plan.kept >= 1 && makeLayer(plan)->inference() == step)
            return spec;
    }
    return std::nullopt;
}

LayerSpec fullyConnected(std::optional<Index> units, std::optional<Sketch> sketch)
{
    LayerSpec layer;
    layer.kind = layerKinds().front().name;
    if (units)
        layer.fields.emplace(layerKinds().front().fields.front().name, static_cast<double>(*units));
    layer.activation = units ? Activation::Relu : Activation::None;
    layer.sketch = sketch;
    return layer;
}

LayerSpec convolution(Index filters, Index kernel, Index padding, std::optional<Sketch> sketch)
{
    LayerSpec layer;
    layer.kind = convKind(nullptr).name;
    layer.fields = {{"filters", static_cast<double>(filters)},
                    {"kernel", static_cast<double>(kernel)},
                    {"padding", static_cast<double>(padding)}};
    layer.sketch = sketch;
    return layer;
}

std::vector<LayerSpec> wholeLayers(std::vector<LayerSpec> layers)
{
    for (LayerSpec &layer : layers)
        layer.sketch.reset();
    return layers;
}

bool anySketched(std::span<const LayerSpec> layers) noexcept
{
    return std::any_of(layers.begin(), layers.end(),
                       [](const LayerSpec &layer) { return layer.sketch.has_value(); });
}

} // namespace rosler
