// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "core/nn/layer_spec.h"

namespace rosler::cli {

/// Ranks of the weighted layers: "16,-,8", a dash where a layer is whole; "-" where all are.
[[nodiscard]] std::string rankText(std::span<const std::optional<Sketch>> sketches);
/// The same of sketch sizes.
[[nodiscard]] std::string sketchSizeText(std::span<const std::optional<Sketch>> sketches);

/// Adds "rank" and "sketch_size": lists with an entry a weighted layer, null where it is whole; empty where
/// all are.
void putSketches(nlohmann::ordered_json &into, std::span<const std::optional<Sketch>> sketches);

} // namespace rosler::cli
