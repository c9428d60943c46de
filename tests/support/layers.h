// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "core/nn/layer_catalog.h"
#include "core/nn/network.h"
#include "core/nn/network_plan.h"

namespace rosler {

/// Fully connected layers of these hidden widths, sketched when @p rank is given: a rank and a sketch size
/// for each layer, the output's included.
inline std::vector<LayerSpec> layersOf(const std::vector<Index> &widths, const std::vector<Index> &rank = {},
                                       const std::vector<Index> &sketchSize = {})
{
    std::vector<LayerSpec> layers;
    for (std::size_t i = 0; i <= widths.size(); ++i) {
        const auto sketch =
            rank.empty() ? std::nullopt : std::optional(Sketch {rank.at(i), sketchSize.at(i)});
        layers.push_back(fullyConnected(i < widths.size() ? std::optional(widths[i]) : std::nullopt, sketch));
    }
    return layers;
}

/// One layer of every kind that images pass, dropout and two fully connected layers (12 hidden units);
/// sketched, all weights but the last. For images of 4 x 4 pixels and more.
inline std::vector<LayerSpec> imageLayers(bool sketched)
{
    const auto sketch = [sketched](Index rank) {
        return sketched ? std::optional(Sketch {rank, {}}) : std::nullopt;
    };
    return {
        {"conv", {{"filters", 4}, {"kernel", 3}, {"stride", 1}, {"padding", 1}}, Activation::None, sketch(2)},
        {"batch_norm", {}, Activation::Relu, {}},
        {"depthwise", {{"kernel", 3}, {"stride", 1}, {"padding", 1}}, Activation::None, {}},
        {"residual", {{"layers", 1}}, Activation::Relu, {}},
        {"max_pool", {{"size", 2}, {"stride", 2}}, Activation::None, {}},
        {"average_pool", {{"size", 2}, {"stride", 1}}, Activation::None, {}},
        {"depthwise", {{"kernel", 2}, {"stride", 1}, {"padding", 1}}, Activation::Relu, {}},
        {"conv", {{"filters", 6}, {"kernel", 1}, {"stride", 1}, {"padding", 0}}, Activation::Relu, sketch(3)},
        {"dropout", {{"rate", 0.25}}, Activation::None, {}},
        {"global_average", {}, Activation::None, {}},
        fullyConnected(12, sketch(2)),
        fullyConnected()};
}

/// A layer of some kind, planned on images of 5 x 4 pixels with 3 channels.
inline PlannedLayer firstOf(const LayerSpec &layer)
{
    const std::vector<LayerSpec> layers {layer, fullyConnected()};
    return planNetwork(layers, {3, 5, 4}, 2).value().layers.front();
}

inline std::vector<Index> ranksOf(const std::vector<LayerSpec> &layers)
{
    std::vector<Index> ranks;
    for (const LayerSpec &layer : layers)
        if (layer.sketch)
            ranks.push_back(layer.sketch->rank);
    return ranks;
}

inline std::vector<Index> sketchSizesOf(const std::vector<LayerSpec> &layers)
{
    std::vector<Index> sizes;
    for (const LayerSpec &layer : layers)
        if (layer.sketch)
            sizes.push_back(layer.sketch->size.value_or(-1));
    return sizes;
}

/// The shape of a fully connected layer in short: what a plan of it comes to.
struct LayerShape {
    Index inputs = 0;  ///< nominal
    Index outputs = 0; ///< nominal
    Index rank = 0;    ///< 0 for a whole matrix
    Index read = 0;
    Index kept = 0;
    bool relu = false;

    operator PlannedLayer() const // NOLINT(google-explicit-constructor): a shorter word for the same
    {
        PlannedLayer layer;
        layer.spec = fullyConnected(outputs, rank > 0 ? std::optional(Sketch {rank, read}) : std::nullopt);
        layer.spec.activation = relu ? Activation::Relu : Activation::None;
        layer.in = ExampleShape::vector(inputs);
        layer.out = ExampleShape::vector(outputs);
        layer.read = read;
        layer.kept = kept;
        return layer;
    }
};

inline NetworkPlan planOf(const std::vector<LayerShape> &shapes)
{
    NetworkPlan plan {ExampleShape::vector(shapes.front().inputs), shapes.back().kept, {}};
    for (const LayerShape &shape : shapes) {
        plan.layers.push_back(shape);
        plan.layers.back().number = static_cast<std::uint32_t>(plan.layers.size() - 1);
    }
    return plan;
}

inline Network networkOf(const std::vector<LayerShape> &shapes)
{
    return Network(planOf(shapes));
}

} // namespace rosler
