// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "device_link/host/factor_chain.h"
#include "device_link/protocol/rsl_model.h"

namespace rosler {

/// The record of a layer that is computed by @p products (one for a whole matrix, two or three for a
/// sketched one) in a model image: its kind, its widths, and whether there is a U. Places and scales are 0.
[[nodiscard]] inline rsl_model_layer layerRecord(std::span<const ProductShape> products)
{
    const bool sketched = products.size() > 1;
    rsl_model_layer layer {};
    layer.kind = sketched ? RSL_SKETCHED : RSL_DENSE;
    layer.flags = products.size() > 2 ? RSL_LAYER_HAS_U : 0;
    layer.read = static_cast<std::uint32_t>(products.front().cols);
    layer.rank = sketched ? static_cast<std::uint32_t>(products.front().rows) : 0;
    layer.outputs = static_cast<std::uint32_t>(products.back().rows);
    return layer;
}

} // namespace rosler
