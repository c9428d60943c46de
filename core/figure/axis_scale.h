// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/figure/figure.h"

namespace rosler {

/// Smallest and largest of the values that an axis can show. Starts empty.
class ValueRange
{
public:
    void add(double value);
    [[nodiscard]] bool empty() const { return !m_any; }
    [[nodiscard]] double smallest() const { return m_smallest; } ///< not when empty
    [[nodiscard]] double largest() const { return m_largest; }   ///< not when empty

private:
    bool m_any = false;
    double m_smallest = 0;
    double m_largest = 0;
};

/// How values lie along an axis.
struct AxisScale {
    double minimum = 0; ///< finite, below maximum; positive when logarithmic
    double maximum = 1;
    bool logarithmic = false;

    /// 0 at the minimum, 1 at the maximum, beyond outside; NaN for what the axis cannot show.
    [[nodiscard]] double fraction(double value) const;
    [[nodiscard]] bool canShow(double value) const;
};

/// Limits that @p axis fixes, where they make sense: finite, positive on a logarithmic axis.
[[nodiscard]] std::optional<double> fixedMinimum(const FigureAxis &axis);
[[nodiscard]] std::optional<double> fixedMaximum(const FigureAxis &axis);

/// Share of the axis left free beyond the data when its limits are not fixed.
struct AxisMargins {
    double below = 0;
    double above = 0;
    /// A linear axis begins at 0 when the data, all positive, begin within this share of their largest.
    double zeroWithin = 0;
};

/// The scale of @p axis over data of @p range: fixed limits as they are, others a margin beyond the data.
/// Without data and limits 0..1, or 0.1..10 when logarithmic. Limits that contradict each other (minimum
/// not below maximum) are taken for not given.
[[nodiscard]] AxisScale axisScale(const FigureAxis &axis, const ValueRange &range,
                                  const AxisMargins &margins);

} // namespace rosler
