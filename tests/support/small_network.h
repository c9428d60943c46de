// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/support/layers.h"

namespace rosler {

/// A network of 50 inputs and 9 classes of which every part says something: widths that no group of weights
/// divides, biases that are not 0 as those of a new network, and, when it is sketched, features that it does
/// not read. The same each time.
inline Network smallNetwork(bool sketched)
{
    std::vector<LayerShape> shapes;
    if (sketched)
        shapes = {{.inputs = 50, .outputs = 40, .rank = 7, .read = 31, .kept = 22, .relu = true},
                  {.inputs = 40, .outputs = 30, .rank = 5, .read = 22, .kept = 30, .relu = true},
                  {.inputs = 30, .outputs = 9, .rank = 6, .read = 30, .kept = 9}};
    else
        shapes = {{.inputs = 50, .outputs = 37, .read = 50, .kept = 37, .relu = true},
                  {.inputs = 37, .outputs = 9, .read = 37, .kept = 9}};
    Network made = networkOf(shapes);
    made.initialise(7);
    if (sketched) {
        std::vector<std::uint32_t> kept;
        for (std::uint32_t i = 0; i < 31; ++i)
            kept.push_back(i + i / 2);
        made.setKeptFeatures(kept);
    }
    for (std::size_t i = 0; i < made.layerCount(); ++i)
        for (const ParameterBlock &block : made.layer(i).blocks())
            if (block.name == "b")
                for (Index k = 0; k < block.size(); ++k)
                    made.parameters()[static_cast<std::size_t>(made.offset(i) + block.offset + k)] =
                        0.1F * static_cast<float>(std::sin(static_cast<double>(k) + 1));
    return made;
}

/// The same for images of 5 x 5 pixels and two channels: a network of imageLayers(), whose running statistics
/// are not those of a new one either. Features are standardised first, if wanted.
inline Network smallImageNetwork(bool sketched, bool standardised = false)
{
    std::vector<LayerSpec> layers = imageLayers(sketched);
    if (standardised)
        layers.insert(layers.begin(), {"standardise", {}, Activation::None, {}});
    Network made(planNetwork(layers, {2, 5, 5}, 9).value());
    made.initialise(7);
    for (std::size_t i = 0; i < made.layerCount(); ++i)
        for (const ParameterBlock &block : made.layer(i).blocks())
            for (Index k = 0; k < block.size(); ++k) {
                float &number =
                    made.parameters()[static_cast<std::size_t>(made.offset(i) + block.offset + k)];
                const auto wave = static_cast<float>(std::sin(static_cast<double>(k) + 1));
                if (block.name == "b" || block.name == "mean" || block.name == "beta")
                    number = 0.1F * wave;
                if (block.name == "variance" || block.name == "deviation" || block.name == "gamma")
                    number = 0.6F + 0.3F * wave;
            }
    return made;
}

} // namespace rosler
