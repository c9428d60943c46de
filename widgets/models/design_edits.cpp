// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/design_edits.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/contract.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

namespace {

constexpr Index defaultRank = 16;
constexpr Index defaultWidth = 128;

Index limitOr(Index count)
{
    return count > 0 ? count : std::numeric_limits<Index>::max();
}

const LayerKind &kindOf(const LayerSpec &layer)
{
    const LayerKind *kind = layerKindNamed(layer.kind);
    ROSLER_EXPECTS(kind != nullptr);
    return *kind;
}

/// The field that says how many outputs a layer has, of kinds whose last layer may go without it.
const LayerField *widthField(const LayerKind &kind)
{
    const auto found = std::find_if(kind.fields.begin(), kind.fields.end(),
                                    [](const LayerField &field) { return field.lastGivesClasses; });
    return found == kind.fields.end() ? nullptr : &*found;
}

/// The weighted layer next to @p layer in one direction, or none.
std::optional<std::size_t> weightedBeside(std::span<const LayerSpec> layers, std::size_t layer, int step)
{
    for (auto i = static_cast<std::ptrdiff_t>(layer) + step;
         i >= 0 && i < static_cast<std::ptrdiff_t>(layers.size()); i += step)
        if (kindOf(layers[static_cast<std::size_t>(i)]).weighted)
            return static_cast<std::size_t>(i);
    return std::nullopt;
}

Index sizeOf(const Sketch &sketch, Index inputs)
{
    return sketch.size.value_or(limitOr(inputs));
}

/// Which sketches read all of their inputs.
std::vector<bool> fullSketches(std::span<const LayerSpec> layers, const DesignShape &shape)
{
    const auto designed = designedLayers(layers, shape);
    std::vector<bool> full(layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i)
        full[i] = layers[i].sketch && sizeOf(*layers[i].sketch, 0) >= limitOr(designed[i].inputs);
    return full;
}

/// Sketches that read all, read all of what is there now.
void keepFull(std::vector<LayerSpec> &layers, const std::vector<bool> &full, const DesignShape &shape)
{
    const auto designed = designedLayers(layers, shape);
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (full[i] && layers[i].sketch && layers[i].sketch->size && designed[i].inputs > 0)
            layers[i].sketch->size = designed[i].inputs;
}

} // namespace

std::vector<DesignedLayer> designedLayers(std::span<const LayerSpec> layers, const DesignShape &shape)
{
    std::vector<DesignedLayer> designed(layers.size());
    std::vector<PlannedLayer> planned;
    ExampleShape at = shape.example;
    bool image = false; // whether what stands before gives all of an image
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const LayerKind &kind = kindOf(layers[i]);
        PlannedLayer &plan = planned.emplace_back();
        plan.spec = layers[i];
        plan.in = at;
        at = plan.out = kind.output(layers[i], at, shape.classes);
        designed[i].inputs = plan.in.size();
        designed[i].outputs = at.size();
        designed[i].weighted = kind.weighted;
        designed[i].canBeSketched = kind.makeSketched != nullptr;
        designed[i].readsImages = kind.images || image;
        image = kind.images || (image && !kind.weighted);
    }
    Index kept = shape.classes;
    for (std::size_t i = layers.size(); i-- > 0;) {
        const LayerKind &kind = kindOf(layers[i]);
        designed[i].kept = kind.images ? designed[i].outputs : kept;
        designed[i].read = kind.weighted || kind.images ? designed[i].inputs : designed[i].kept;
        if (layers[i].sketch && layers[i].sketch->size && !designed[i].readsImages)
            designed[i].read = *layers[i].sketch->size;
        kept = planned[i].read = designed[i].read;
        planned[i].kept = designed[i].kept;
        designed[i].matrix = matrixOf(planned[i]);
    }
    return designed;
}

void fitLayers(std::vector<LayerSpec> &layers, const DesignShape &shape)
{
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const LayerKind &kind = kindOf(layers[i]);
        for (const LayerField &field : kind.fields)
            if (const auto found = layers[i].fields.find(field.name); found != layers[i].fields.end())
                found->second = std::clamp(found->second, field.low, field.high);
        if (kind.makeSketched == nullptr)
            layers[i].sketch.reset();
    }
    if (!layers.empty())
        if (const LayerField *width = widthField(kindOf(layers.back())))
            layers.back().fields.erase(std::string(width->name));
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const DesignedLayer designed = designedLayers(layers, shape)[i];
        if (!layers[i].sketch || !layers[i].sketch->size)
            continue;
        if (designed.readsImages && designed.inputs > 0)
            layers[i].sketch->size = designed.inputs;
        layers[i].sketch->size = std::clamp<Index>(*layers[i].sketch->size, 1, limitOr(designed.inputs));
    }
    const auto designed = designedLayers(layers, shape);
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (layers[i].sketch)
            layers[i].sketch->rank = std::clamp<Index>(
                layers[i].sketch->rank, 1,
                std::min(limitOr(designed[i].matrix.rows), limitOr(designed[i].matrix.cols)));
}

void fitDesign(ExperimentSpec &spec, const DesignShape &shape)
{
    for (ModelSpec &model : spec.models) {
        fitLayers(model.layers, shape);
        if (!model.isSketched())
            model.sketch = {};
    }
}

bool sameNetwork(std::span<const LayerSpec> a, std::span<const LayerSpec> b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const LayerSpec &x, const LayerSpec &y) {
        return x.kind == y.kind && x.fields == y.fields && x.activation == y.activation;
    });
}

void setField(std::vector<LayerSpec> &layers, std::size_t layer, std::string_view field, double value,
              const DesignShape &shape)
{
    const auto full = fullSketches(layers, shape);
    layers.at(layer).fields.insert_or_assign(std::string(field), value);
    keepFull(layers, full, shape);
    if (kindOf(layers[layer]).images)
        fitLayers(layers, shape);
}

void insertLayer(std::vector<LayerSpec> &layers, std::size_t position, std::string_view kindName,
                 const DesignShape &shape)
{
    ROSLER_EXPECTS(position < layers.size());
    const LayerKind *kind = layerKindNamed(kindName);
    ROSLER_EXPECTS(kind != nullptr);
    LayerSpec added;
    added.kind = kindName;
    for (const LayerField &field : kind->fields)
        if (field.preset)
            added.fields.emplace(field.name, *field.preset);
    const auto at = layers.begin() + static_cast<std::ptrdiff_t>(position);
    const LayerField *width = widthField(*kind);
    if (kind->weighted)
        added.activation = Activation::Relu;
    if (width == nullptr) {
        layers.insert(at, added);
        if (kind->images)
            fitLayers(layers, shape);
        return;
    }
    const auto before = weightedBeside(layers, position, -1);
    const auto after = weightedBeside(layers, position - 1, 1); // at least the last layer
    const auto designed = designedLayers(layers, shape);
    const Index units = before ? designed[*before].outputs : defaultWidth;
    added.fields.emplace(width->name, static_cast<double>(units));

    LayerSpec &next = layers[*after];
    const LayerSpec &like = before ? layers[*before] : next;
    if (next.sketch && like.sketch && kind->makeSketched != nullptr) {
        // The new layer reads what the old one at this place read; that one now reads the new layer.
        added.sketch = Sketch {like.sketch->rank, next.sketch->size};
        if (next.sketch->size) {
            std::size_t pattern = *after;
            if (!before)
                pattern = weightedBeside(layers, *after, 1).value_or(*after);
            const Index inputs = designed[pattern].inputs;
            const Index reads = designed[pattern].read;
            const double share =
                inputs > 0 ? std::min(1.0, static_cast<double>(reads) / static_cast<double>(inputs)) : 1.0;
            next.sketch->size =
                std::max<Index>(1, static_cast<Index>(std::lround(share * static_cast<double>(units))));
        }
    }
    layers.insert(layers.begin() + static_cast<std::ptrdiff_t>(position), std::move(added));
}

void removeLayer(std::vector<LayerSpec> &layers, std::size_t layer, const DesignShape &shape)
{
    ROSLER_EXPECTS(layer + 1 < layers.size());
    const auto at = layers.begin() + static_cast<std::ptrdiff_t>(layer);
    const bool images = kindOf(*at).images;
    if (kindOf(*at).weighted && !images) {
        // The next weighted layer takes over what this one read.
        const auto full = fullSketches(layers, shape);
        LayerSpec &next = layers[*weightedBeside(layers, layer, 1)];
        if (next.sketch) {
            if (at->sketch)
                next.sketch->size = at->sketch->size;
            else if (next.sketch->size)
                next.sketch->size = std::nullopt;
        }
    }
    layers.erase(at);
    if (images)
        fitLayers(layers, shape);
}

void setHiddenWidths(std::vector<LayerSpec> &layers, const std::vector<Index> &widths,
                     const DesignShape &shape)
{
    const std::string_view plain = layerKinds().front().name;
    if (layers.empty())
        layers = {fullyConnected()};
    for (std::size_t i = layers.size() - 1; i-- > 0;)
        if (layers[i].kind != plain)
            removeLayer(layers, i, shape);
    while (layers.size() > widths.size() + 1)
        removeLayer(layers, layers.size() - 2, shape);
    const std::string_view units = layerKinds().front().fields.front().name;
    for (std::size_t i = 0; i < widths.size(); ++i) {
        if (i + 1 >= layers.size())
            insertLayer(layers, i, plain, shape);
        setField(layers, i, units, static_cast<double>(widths[i]), shape);
    }
}

std::optional<std::vector<Index>> hiddenWidths(std::span<const LayerSpec> layers)
{
    std::vector<Index> widths;
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
        const auto units = layers[i].field(layerKinds().front().fields.front().name);
        if (layers[i].kind != layerKinds().front().name || !units)
            return std::nullopt;
        widths.push_back(static_cast<Index>(*units));
    }
    return widths;
}

void setSketched(std::vector<LayerSpec> &layers, std::size_t layer, bool sketched, const DesignShape &shape)
{
    if (!sketched) {
        layers.at(layer).sketch.reset();
    } else if (!layers.at(layer).sketch) {
        layers[layer].sketch = Sketch {defaultRank, {}};
        fitLayers(layers, shape);
    }
}

void setRank(std::vector<LayerSpec> &layers, std::size_t layer, Index rank, const DesignShape &shape)
{
    if (!layers.at(layer).sketch)
        return;
    Sketch &sketch = *layers[layer].sketch;
    const auto designed = designedLayers(layers, shape);
    if (kindOf(layers[layer]).images) {
        const auto [rows, cols] = designed[layer].matrix;
        sketch.rank = std::clamp<Index>(rank, 1, std::min(limitOr(rows), limitOr(cols)));
        return;
    }
    const Index highest = std::min(limitOr(designed[layer].inputs), limitOr(designed[layer].outputs));
    sketch.rank = std::clamp<Index>(rank, 1, highest);
    if (sketch.size)
        sketch.size = std::max(*sketch.size, sketch.rank);
    if (const auto next = weightedBeside(layers, layer, 1))
        if (layers[*next].sketch && layers[*next].sketch->size)
            layers[*next].sketch->size = std::max(*layers[*next].sketch->size, sketch.rank);
}

void setSketchSize(std::vector<LayerSpec> &layers, std::size_t layer, Index size, const DesignShape &shape)
{
    if (!layers.at(layer).sketch || designedLayers(layers, shape)[layer].readsImages)
        return;
    Sketch &sketch = *layers[layer].sketch;
    sketch.size = std::clamp<Index>(size, 1, limitOr(designedLayers(layers, shape)[layer].inputs));
    sketch.rank = std::min(sketch.rank, *sketch.size);
    if (const auto before = weightedBeside(layers, layer, -1))
        if (layers[*before].sketch)
            layers[*before].sketch->rank = std::min(layers[*before].sketch->rank, *sketch.size);
}

std::string uniqueModelName(const ExperimentSpec &spec, const std::string &wanted, std::size_t except)
{
    const auto taken = [&](const std::string &name) {
        for (std::size_t m = 0; m < spec.models.size(); ++m) {
            if (m != except && spec.models[m].name == name)
                return true;
        }
        return false;
    };
    std::string name = wanted;
    for (int number = 2; taken(name); ++number)
        name = wanted + "-" + std::to_string(number);
    return name;
}

} // namespace rosler
