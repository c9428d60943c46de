// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "core/interchange/planes.h"
#include "core/nn/network.h"
#include "tests/support/layers.h"

namespace rosler::testing {

/// Layers on examples of some shape.
struct NetworkSample {
    std::string name;
    ExampleShape shape;
    std::vector<LayerSpec> layers;
};

/// Every kind of layer, whole and sketched, on images, signals and vectors.
inline std::vector<NetworkSample> networkSamples()
{
    std::vector<NetworkSample> samples;
    for (const bool sketched : {false, true}) {
        const std::string what = sketched ? "sketched" : "whole";
        samples.push_back({what + ", an image in colour", {3, 10, 12}, imageLayers(sketched)});
        samples.push_back({what + ", a signal of three channels", {3, 1, 30}, imageLayers(sketched)});
        samples.push_back({what + ", a signal of one channel", {1, 1, 30}, imageLayers(sketched)});
        samples.push_back({what + ", fully connected on colours",
                           {3, 4, 5},
                           sketched ? layersOf({16, 12}, {4, 3, 3}, {60, 9, 12}) : layersOf({16, 12})});
    }
    samples.push_back({"a part of the pixels", {3, 4, 5}, layersOf({16, 12}, {4, 3, 3}, {31, 9, 12})});
    samples.push_back({"a part of a vector", {1, 1, 20}, layersOf({16}, {4, 3}, {11, 9})});
    LayerSpec normalise {"batch_norm", {}, Activation::None, {}};
    samples.push_back(
        {"normalised numbers", {1, 1, 20}, {normalise, fullyConnected(8), normalise, fullyConnected()}});
    LayerSpec strided {
        "conv", {{"filters", 5}, {"kernel", 3}, {"stride", 2}, {"padding", 2}}, Activation::None, {}};
    samples.push_back(
        {"windows behind a dense layer", {2, 3, 4}, {fullyConnected(24), strided, fullyConnected()}});
    return samples;
}

/// The network of a sample, no number of which is 0 or 1.
inline Network networkOf(const NetworkSample &sample, std::uint64_t seed = 5)
{
    Network network(*planNetwork(sample.layers, sample.shape, 4));
    network.initialise(seed);
    for (std::size_t i = 0; i < network.layerCount(); ++i)
        for (const ParameterBlock &block : network.layer(i).blocks())
            if (block.rows == 1)
                for (Index k = 0; k < block.size(); ++k) {
                    const double wave = std::sin(static_cast<double>(7 * k + block.offset) + 1);
                    network.parameters()[static_cast<std::size_t>(network.offset(i) + block.offset + k)] +=
                        static_cast<float>(0.3 * wave);
                }
    if (network.plan().keepsFeatures()) {
        std::vector<std::uint32_t> kept;
        const auto last = static_cast<std::uint32_t>(network.features() - 1);
        for (std::uint32_t j = 0; static_cast<Index>(kept.size()) < network.read(); ++j)
            kept.push_back(last - j - j / 2 % 2);
        std::sort(kept.begin(), kept.end());
        kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
        for (std::uint32_t j = 0; static_cast<Index>(kept.size()) < network.read(); ++j)
            if (!std::binary_search(kept.begin(), kept.end(), j))
                kept.insert(std::lower_bound(kept.begin(), kept.end(), j), j);
        network.setKeptFeatures(std::move(kept));
    }
    return network;
}

/// @p rows examples, pixel by pixel.
inline Matrix exampleRows(const ExampleShape &shape, Index rows)
{
    Matrix x(rows, shape.size());
    for (Index i = 0; i < x.size(); ++i)
        x.data()[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i * i % 1009)));
    return x;
}

} // namespace rosler::testing
