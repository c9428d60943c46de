// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/model_label.h"

#include "core/nn/layer_catalog.h"

namespace rosler {

std::string_view modelLabel(bool sketched) noexcept
{
    return sketched ? "rosler" : "dense";
}

std::string modelLabel(std::span<const LayerSpec> layers)
{
    return std::string(modelLabel(anySketched(layers)));
}

std::optional<bool> sketchedNamed(std::string_view label) noexcept
{
    for (const bool sketched : {false, true})
        if (label == modelLabel(sketched))
            return sketched;
    return std::nullopt;
}

double defaultLearningRate(std::span<const LayerSpec> layers) noexcept
{
    return anySketched(layers) ? 2e-3 : 1e-3;
}

} // namespace rosler
