// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layer_catalog.h"

namespace rosler {

/// Each channel of a window of pixels becomes one number: the largest, or the mean. Windows that do not fit
/// whole are left out, as are the pixels behind them. The gradient of a largest number goes to the first that
/// is it.
[[nodiscard]] LayerKind maxPoolKind();
[[nodiscard]] LayerKind averagePoolKind();

/// Each channel of the whole image becomes its mean.
[[nodiscard]] LayerKind globalAverageKind();

} // namespace rosler
