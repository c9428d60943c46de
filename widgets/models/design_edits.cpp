// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/design_edits.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/contract.h"

namespace rosler {

namespace {

constexpr Index defaultRank = 16;

Index limitOr(Index count)
{
    return count > 0 ? count : std::numeric_limits<Index>::max();
}

bool isRosler(const ModelSpec &model)
{
    return model.kind == ModelKind::Rosler;
}

/// Sketches that read everything before a change of widths, told by each model and layer.
std::vector<std::vector<bool>> fullSketches(const ExperimentSpec &spec, const DesignShape &shape)
{
    std::vector<std::vector<bool>> full;
    full.reserve(spec.models.size());
    for (const ModelSpec &model : spec.models) {
        std::vector<bool> layers(model.sketch.sketchSize.size());
        for (std::size_t i = 0; i < layers.size(); ++i) {
            layers[i] =
                i < layerCount(spec) && model.sketch.sketchSize[i] >= limitOr(layerInputs(spec, i, shape));
        }
        full.push_back(std::move(layers));
    }
    return full;
}

} // namespace

std::size_t layerCount(const ExperimentSpec &spec) noexcept
{
    return spec.widths.size() + 1;
}

Index layerInputs(const ExperimentSpec &spec, std::size_t layer, const DesignShape &shape)
{
    ROSLER_EXPECTS(layer < layerCount(spec));
    return layer == 0 ? shape.features : spec.widths[layer - 1];
}

Index layerOutputs(const ExperimentSpec &spec, std::size_t layer, const DesignShape &shape)
{
    ROSLER_EXPECTS(layer < layerCount(spec));
    return layer < spec.widths.size() ? spec.widths[layer] : shape.classes;
}

void fitDesign(ExperimentSpec &spec, const DesignShape &shape)
{
    for (Index &width : spec.widths)
        width = std::clamp<Index>(width, 1, maxLayerWidth);
    const std::size_t layers = layerCount(spec);
    for (ModelSpec &model : spec.models) {
        if (!isRosler(model)) {
            model.sketch = {};
            continue;
        }
        std::vector<Index> &rank = model.sketch.rank;
        std::vector<Index> &sketch = model.sketch.sketchSize;
        rank.resize(layers, rank.empty() ? defaultRank : rank.back());
        for (std::size_t i = sketch.size(); i < layers; ++i)
            sketch.push_back(limitOr(layerInputs(spec, i, shape)));
        sketch.resize(layers);
        for (std::size_t i = 0; i < layers; ++i)
            sketch[i] = std::clamp<Index>(sketch[i], 1, limitOr(layerInputs(spec, i, shape)));
        for (std::size_t i = 0; i < layers; ++i) {
            const Index kept = i + 1 < layers ? sketch[i + 1] : limitOr(shape.classes);
            rank[i] = std::clamp<Index>(rank[i], 1, std::min(kept, sketch[i]));
        }
    }
}

void setHiddenWidth(ExperimentSpec &spec, std::size_t position, Index width, const DesignShape &shape)
{
    ROSLER_EXPECTS(position < spec.widths.size());
    const auto full = fullSketches(spec, shape);
    spec.widths[position] = width;
    for (std::size_t m = 0; m < spec.models.size(); ++m) {
        if (position + 1 < full[m].size() && full[m][position + 1])
            spec.models[m].sketch.sketchSize[position + 1] = width;
    }
}

void insertHiddenLayer(ExperimentSpec &spec, std::size_t position, Index width, const DesignShape &shape)
{
    ROSLER_EXPECTS(position <= spec.widths.size());
    const Index before = layerInputs(spec, position, shape);
    for (ModelSpec &model : spec.models) {
        std::vector<Index> &rank = model.sketch.rank;
        std::vector<Index> &sketch = model.sketch.sketchSize;
        if (!isRosler(model) || rank.size() != layerCount(spec) || sketch.size() != layerCount(spec))
            continue;
        const auto at = static_cast<std::ptrdiff_t>(position);
        const Index neighbour = rank[position > 0 ? position - 1 : 0];
        rank.insert(rank.begin() + at, neighbour);
        // The new layer reads what the old one at this place read; the old one now reads the new layer.
        const std::size_t like = position > 0 ? position : std::min(position + 1, sketch.size() - 1);
        const Index likeInputs = like > 0 ? layerInputs(spec, like, shape) : before;
        const double share =
            likeInputs > 0 ? static_cast<double>(sketch[like]) / static_cast<double>(likeInputs) : 1.0;
        const auto reads = static_cast<Index>(std::lround(std::min(share, 1.0) * static_cast<double>(width)));
        sketch.insert(sketch.begin() + at + 1, std::max<Index>(reads, 1));
    }
    spec.widths.insert(spec.widths.begin() + static_cast<std::ptrdiff_t>(position), width);
}

void removeHiddenLayer(ExperimentSpec &spec, std::size_t position)
{
    ROSLER_EXPECTS(position < spec.widths.size());
    const auto at = static_cast<std::ptrdiff_t>(position);
    for (ModelSpec &model : spec.models) {
        std::vector<Index> &rank = model.sketch.rank;
        std::vector<Index> &sketch = model.sketch.sketchSize;
        if (!isRosler(model) || rank.size() != layerCount(spec) || sketch.size() != layerCount(spec))
            continue;
        rank.erase(rank.begin() + at);
        sketch.erase(sketch.begin() + at + 1);
    }
    spec.widths.erase(spec.widths.begin() + at);
}

void setHiddenWidths(ExperimentSpec &spec, const std::vector<Index> &widths, const DesignShape &shape)
{
    while (spec.widths.size() > widths.size())
        removeHiddenLayer(spec, spec.widths.size() - 1);
    for (std::size_t i = 0; i < spec.widths.size(); ++i)
        setHiddenWidth(spec, i, widths[i], shape);
    while (spec.widths.size() < widths.size())
        insertHiddenLayer(spec, spec.widths.size(), widths[spec.widths.size()], shape);
}

void setRank(ExperimentSpec &spec, std::size_t model, std::size_t layer, Index rank, const DesignShape &shape)
{
    SketchOptions &sketch = spec.models.at(model).sketch;
    const Index inputs = limitOr(layerInputs(spec, layer, shape));
    const Index outputs = limitOr(layerOutputs(spec, layer, shape));
    const Index fitting = std::clamp<Index>(rank, 1, std::min(inputs, outputs));
    sketch.rank.at(layer) = fitting;
    sketch.sketchSize.at(layer) = std::max(sketch.sketchSize.at(layer), fitting);
    if (layer + 1 < sketch.sketchSize.size())
        sketch.sketchSize[layer + 1] = std::max(sketch.sketchSize[layer + 1], fitting);
}

void setSketchSize(ExperimentSpec &spec, std::size_t model, std::size_t layer, Index size,
                   const DesignShape &shape)
{
    SketchOptions &sketch = spec.models.at(model).sketch;
    const Index fitting = std::clamp<Index>(size, 1, limitOr(layerInputs(spec, layer, shape)));
    sketch.sketchSize.at(layer) = fitting;
    sketch.rank.at(layer) = std::min(sketch.rank.at(layer), fitting);
    if (layer > 0)
        sketch.rank.at(layer - 1) = std::min(sketch.rank.at(layer - 1), fitting);
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
