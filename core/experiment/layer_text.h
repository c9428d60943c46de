// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/nn/layer_spec.h"

namespace rosler {

/// A list of layers in one line of JSON, as model files keep it (the form is that of layer_json.h).
[[nodiscard]] std::string textOf(std::span<const LayerSpec> layers);
/// @return Malformed, OutOfRange  with @p where and the JSON pointer in the list
[[nodiscard]] Result<std::vector<LayerSpec>> layersFromText(std::string_view text, const std::string &where);

} // namespace rosler
