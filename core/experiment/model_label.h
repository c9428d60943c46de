// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/nn/layer_spec.h"

namespace rosler {

/// What a model is called by its layers: "dense" where none is sketched, else "rosler". A name for tables,
/// JSON and figures, and for models that a person gave none; nothing is decided by it.
[[nodiscard]] std::string_view modelLabel(bool sketched) noexcept;
[[nodiscard]] std::string modelLabel(std::span<const LayerSpec> layers);

/// The other way round: whether such a model is sketched, or none for another word.
[[nodiscard]] std::optional<bool> sketchedNamed(std::string_view label) noexcept;

/// The learning rate (of Adam) of a model that names none: sketches take twice that of whole matrices
/// (method page, section 6).
[[nodiscard]] double defaultLearningRate(std::span<const LayerSpec> layers) noexcept;

} // namespace rosler
