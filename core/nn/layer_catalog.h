// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/nn/layer.h"
#include "core/nn/layer_shape.h"

namespace rosler {

/// The layer of this shape: the one place where kinds of layers are told apart.
[[nodiscard]] std::shared_ptr<const Layer> makeLayer(const LayerShape &shape);

} // namespace rosler
