// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/figure/axis_scale.h"

namespace rosler {

/// A closed range of values on an axis; low < high.
struct AxisRange {
    double low = 0;
    double high = 1;

    bool operator==(const AxisRange &) const = default;
    [[nodiscard]] double width() const { return high - low; }
    [[nodiscard]] bool holds(double value) const { return value >= low && value <= high; }
};

[[nodiscard]] AxisScale scaleOver(const AxisRange &range, bool logarithmic);
/// The value at a fraction of the axis: the inverse of AxisScale::fraction().
[[nodiscard]] double valueAt(const AxisScale &scale, double fraction);
/// The range magnified about @p fraction, which keeps its value; @p factor below 1 shows less.
[[nodiscard]] AxisRange zoomedRange(const AxisScale &scale, double fraction, double factor);
/// The range moved along by that part of its width.
[[nodiscard]] AxisRange shiftedRange(const AxisScale &scale, double fractions);

/// The range of an axis that follows live data: bounds on round numbers, so that it changes a few times in a
/// run instead of with every point. @p current is kept as long as it holds the data and they fill at least
/// half of it.
///
/// @param data     what the axis can show; empty = nothing yet
/// @param current  the range shown now, or none to start afresh
[[nodiscard]] AxisRange followingRange(const ValueRange &data, std::optional<AxisRange> current,
                                       bool logarithmic);

/// Whether doubles tell the values of @p range well apart: the limit of zooming.
[[nodiscard]] bool isResolvable(const AxisRange &range, bool logarithmic);

} // namespace rosler
