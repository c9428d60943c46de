// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "core/base/matrix.h"

namespace rosler {

/// The bound of the Glorot-uniform distribution: weights lie in [-bound, bound].
///
/// X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
/// AISTATS 2010.
[[nodiscard]] inline double glorotBound(Index inputs, Index outputs) noexcept
{
    return std::sqrt(6.0 / static_cast<double>(inputs + outputs));
}

} // namespace rosler
