// SPDX-License-Identifier: Apache-2.0
#include "core/nn/network_plan.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/nn/layer_catalog.h"

namespace rosler {

namespace {

std::string text(double value)
{
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
    return {buffer, end.ptr};
}

/// "3 x 32 x 32": channels, height, width.
std::string text(const ExampleShape &shape)
{
    return std::to_string(shape.channels) + " x " + std::to_string(shape.height) + " x "
        + std::to_string(shape.width);
}

constexpr Index mostOutputs = 100'000'000; // of a layer

Error outOfRange(std::string_view what, double value, double low, double high, std::string where)
{
    return {ErrorCode::OutOfRange,
            std::string(what) + " is " + text(value) + ", allowed are " + text(low) + " to " + text(high),
            std::move(where)};
}

/// The fields of one layer against its kind's table.
Result<void> checkFields(const LayerSpec &layer, const LayerKind &kind, bool last, const std::string &where)
{
    for (const LayerField &field : kind.fields) {
        const std::string at = where + '/' + std::string(field.name);
        const auto value = layer.field(field.name);
        if (!value) {
            if (!field.preset && !(last && field.lastGivesClasses))
                return fail(ErrorCode::OutOfRange,
                            "a layer of kind \"" + layer.kind + "\" needs " + std::string(field.name)
                                + (field.lastGivesClasses ? "; only the last layer does without" : ""),
                            at);
            continue;
        }
        if (!(*value >= field.low && *value <= field.high))
            return tl::unexpected(outOfRange(field.name, *value, field.low, field.high, at));
        if (field.integer && *value != std::floor(*value))
            return fail(ErrorCode::OutOfRange, std::string(field.name) + " is a whole number", at);
    }
    if (layer.sketch && kind.makeSketched == nullptr)
        return fail(ErrorCode::OutOfRange, "a layer of kind \"" + layer.kind + "\" cannot be sketched",
                    where + "/rank");
    return {};
}

/// The layer whose output @p layer, which bypasses @p count of those planned before it, is given besides.
Result<std::uint32_t> bypass(const NetworkPlan &plan, const PlannedLayer &layer, Index count,
                             const std::string &where)
{
    const Index most = static_cast<Index>(layer.number) - 1;
    if (count > most)
        return fail(ErrorCode::OutOfRange,
                    "a layer of kind \"" + layer.spec.kind + "\" that bypasses " + std::to_string(count)
                        + (count == 1 ? " layer" : " layers") + " has them and one more before it; there are "
                        + std::to_string(layer.number),
                    where + "/layers");
    const auto other = static_cast<std::uint32_t>(most - count);
    const ExampleShape &given = plan.layers[other].out;
    if (given != layer.in)
        return fail(ErrorCode::OutOfRange,
                    "what layer " + std::to_string(other + 1) + " gives is " + text(given)
                        + ", which cannot be added to " + text(layer.in),
                    where);
    return other;
}

/// The weighted layer that reads the data: the first one with weights.
std::size_t firstWeighted(const NetworkPlan &plan)
{
    std::size_t i = 0;
    while (i + 1 < plan.layers.size() && !layerKindNamed(plan.layers[i].spec.kind)->weighted)
        ++i;
    return i;
}

} // namespace

std::vector<std::optional<Sketch>> sketchesOf(const NetworkPlan &plan)
{
    std::vector<std::optional<Sketch>> sketches;
    for (const PlannedLayer &layer : plan.layers) {
        if (!layerKindNamed(layer.spec.kind)->weighted)
            continue;
        sketches.emplace_back(layer.spec.sketch);
        if (layer.spec.sketch)
            sketches.back()->size = layer.read;
    }
    return sketches;
}

std::vector<std::uint32_t> lastBypass(const NetworkPlan &plan)
{
    std::vector<std::uint32_t> last(plan.layers.size(), 0);
    for (const PlannedLayer &layer : plan.layers)
        if (layer.other)
            last[*layer.other] = layer.number;
    return last;
}

Result<NetworkPlan> planNetwork(std::span<const LayerSpec> layers, const ExampleShape &in, Index classes,
                                const std::string &where)
{
    const auto at = [&where](std::size_t i) { return where + "/layers/" + std::to_string(i); };
    if (layers.empty())
        return fail(ErrorCode::OutOfRange, "a model has at least one layer", where + "/layers");
    NetworkPlan plan {in, classes, {}};

    // Forward: kinds, fields and nominal shapes.
    ExampleShape shape = in;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const LayerKind *kind = layerKindNamed(layers[i].kind);
        if (kind == nullptr)
            return fail(ErrorCode::Unsupported, "no layer of kind \"" + layers[i].kind + "\" is known",
                        at(i) + "/kind");
        const bool last = i + 1 == layers.size();
        if (auto checked = checkFields(layers[i], *kind, last, at(i)); !checked)
            return tl::unexpected(checked.error());
        if (kind->fitted && i > 0)
            return fail(ErrorCode::OutOfRange,
                        "a layer of kind \"" + layers[i].kind + "\" is fitted to the data, and is the first",
                        at(i));
        PlannedLayer layer {layers[i], static_cast<std::uint32_t>(i), shape, {}, 0, 0, {}};
        layer.out = kind->output(layers[i], shape, classes);
        if (layer.out.size() < 1)
            return fail(ErrorCode::OutOfRange,
                        "a layer of kind \"" + layers[i].kind + "\" does not fit inputs of " + text(shape),
                        at(i));
        if (layer.out.size() > mostOutputs)
            return fail(ErrorCode::OutOfRange,
                        "the layer gives " + text(layer.out) + " numbers; " + std::to_string(mostOutputs)
                            + " are the most",
                        at(i));
        if (last && (!kind->weighted || layer.out != ExampleShape::vector(classes)))
            return fail(ErrorCode::OutOfRange,
                        "the last layer gives " + std::to_string(layer.out.size()) + " numbers, the data has "
                            + std::to_string(classes) + " classes",
                        at(i));
        if (kind->bypassed != nullptr) {
            const auto other = bypass(plan, layer, kind->bypassed(layers[i]), at(i));
            if (!other)
                return tl::unexpected(other.error());
            layer.other = *other;
        }
        shape = layer.out;
        plan.layers.push_back(std::move(layer));
    }

    // Backward: what each layer reads is what the one before keeps.
    Index kept = classes;
    std::size_t narrowing = layers.size() - 1; // the layer that says what is kept
    for (std::size_t i = layers.size(); i-- > 0;) {
        PlannedLayer &layer = plan.layers[i];
        const LayerKind &kind = *layerKindNamed(layer.spec.kind);
        layer.kept = kept;
        const Index inputs = layer.in.size();
        if (kind.images && kept < layer.out.size())
            return fail(ErrorCode::OutOfRange,
                        "sketch size is " + std::to_string(kept)
                            + ", but behind images a layer reads all of the "
                            + std::to_string(layer.out.size()) + " numbers",
                        at(narrowing) + "/sketch_size");
        layer.read = kind.weighted || kind.images ? inputs : kept;
        if (kind.images && layer.spec.sketch && layer.spec.sketch->size.value_or(inputs) != inputs)
            return fail(ErrorCode::OutOfRange,
                        "a layer of kind \"" + layer.spec.kind + "\" reads all of its "
                            + std::to_string(inputs) + " inputs",
                        at(i) + "/sketch_size");
        if (layer.spec.sketch && layer.spec.sketch->size)
            layer.read = *layer.spec.sketch->size;
        if (layer.read < 1 || layer.read > inputs)
            return tl::unexpected(outOfRange("sketch size", static_cast<double>(layer.read), 1,
                                             static_cast<double>(inputs), at(i) + "/sketch_size"));
        if (kind.weighted)
            narrowing = i;
        kept = layer.read;
    }
    if (plan.keepsFeatures() && plan.features() > 65'536)
        return fail(ErrorCode::OutOfRange,
                    "kept features are stored in 16 bit, but the data has " + std::to_string(plan.features())
                        + " features",
                    at(firstWeighted(plan)) + "/sketch_size");
    for (const PlannedLayer &layer : plan.layers) {
        if (!layer.other || plan.layers[*layer.other].kept == layer.read)
            continue;
        return fail(ErrorCode::OutOfRange,
                    "sketch size is " + std::to_string(plan.layers[*layer.other].kept) + ", but layer "
                        + std::to_string(layer.number + 1) + " adds all of the " + std::to_string(layer.read)
                        + " numbers",
                    at(*layer.other + 1) + "/sketch_size");
    }
    for (const PlannedLayer &layer : plan.layers) {
        if (!layer.spec.sketch)
            continue;
        const MatrixSize matrix = matrixOf(layer);
        const Index highest = std::min(matrix.rows, matrix.cols);
        if (layer.spec.sketch->rank < 1 || layer.spec.sketch->rank > highest)
            return tl::unexpected(outOfRange("rank", static_cast<double>(layer.spec.sketch->rank), 1,
                                             static_cast<double>(highest), at(layer.number) + "/rank"));
    }
    return plan;
}

} // namespace rosler
