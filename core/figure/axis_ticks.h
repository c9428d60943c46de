// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/figure/figure_text.h"

namespace rosler {

/// Where an axis is marked. Ascending, all within the limits that were asked for.
struct AxisTicks {
    std::vector<double> major;
    std::vector<FigureText> labels; ///< one for each major tick
    std::vector<double> minor;      ///< never labelled
};

/// Multiples of 1, 2 or 5 times a power of ten: the closest spacing that has at most @p atMost of them.
/// @param minimum, maximum  finite, minimum < maximum
/// @param atMost  at least 2
[[nodiscard]] AxisTicks linearTicks(double minimum, double maximum, int atMost);

/// Powers of ten, with 2..9 times each as minor ticks. Over less than two decades also 2 and 5 times a
/// power are labelled; over a range so short that it holds no two of these, as linearTicks().
/// @param minimum, maximum  finite, 0 < minimum < maximum
/// @param atMost  at least 2
[[nodiscard]] AxisTicks logarithmicTicks(double minimum, double maximum, int atMost);

} // namespace rosler
