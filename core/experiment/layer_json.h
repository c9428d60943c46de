// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/spec_section.h"
#include "core/nn/layer_spec.h"

namespace rosler {

/// A list of layers as spec and model files say it, each layer read by the table of its kind:
///
///     [{"kind": "dense", "units": 1024, "rank": 24, "sketch_size": 392}, {"kind": "dense"}]
///
/// An activation that is not named is "relu", in the last layer "none".
/// Throws SpecError: another kind, unknown or missing keys, numbers out of their range.
[[nodiscard]] std::vector<LayerSpec> parseLayers(const Json &json, const std::string &where);
[[nodiscard]] Json asJson(std::span<const LayerSpec> layers);

} // namespace rosler
