// SPDX-License-Identifier: Apache-2.0
#include "core/figure/axis_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rosler {
namespace {

bool sensible(const FigureAxis &axis, double limit)
{
    return std::isfinite(limit) && std::abs(limit) <= 1e300 && (!axis.logarithmic || limit >= 1e-290);
}

/// Whether a linear axis from @p low to @p high can be divided into ticks that doubles tell apart.
bool longEnough(double low, double high)
{
    return high - low > std::max(1e-9 * std::max(std::abs(low), std::abs(high)), 1e-290);
}

bool contradictory(const FigureAxis &axis)
{
    return axis.minimum && axis.maximum && !longEnough(*axis.minimum, *axis.maximum);
}

/// Ends of an axis in the space where it is even: exponents of ten when logarithmic.
struct Ends {
    double low = 0;
    double high = 1;
};

Ends dataEnds(const ValueRange &range, bool logarithmic, const AxisMargins &margins)
{
    if (range.empty())
        return logarithmic ? Ends {-1, 1} : Ends {0, 1};
    const auto even = [&](double v) {
        return logarithmic ? std::log10(std::max(v, 1e-300)) : std::clamp(v, -1e300, 1e300);
    };
    Ends ends {even(range.smallest()), even(range.largest())};
    const bool positive = !logarithmic && ends.low >= 0;
    if (positive && ends.high > 0 && ends.low <= margins.zeroWithin * ends.high)
        ends.low = 0;
    if (logarithmic ? ends.high - ends.low < 1e-6 : !longEnough(ends.low, ends.high)) {
        const double by = logarithmic || ends.high == 0 ? 0.5 : std::max(std::abs(ends.high) * 0.05, 1e-280);
        ends = {ends.low - by, ends.high + by};
    }
    const double length = (ends.high - ends.low) / (1 - margins.below - margins.above);
    ends.low -= margins.below * length;
    if (positive)
        ends.low = std::max(ends.low, 0.0);
    ends.high += margins.above * length;
    return ends;
}

} // namespace

void ValueRange::add(double value)
{
    m_smallest = m_any ? std::min(m_smallest, value) : value;
    m_largest = m_any ? std::max(m_largest, value) : value;
    m_any = true;
}

bool AxisScale::canShow(double value) const
{
    return std::isfinite(value) && (!logarithmic || value > 0);
}

double AxisScale::fraction(double value) const
{
    if (!canShow(value))
        return std::numeric_limits<double>::quiet_NaN();
    if (logarithmic)
        return (std::log10(value) - std::log10(minimum)) / (std::log10(maximum) - std::log10(minimum));
    const double length = maximum - minimum;
    return value / length - minimum / length; // the difference of two doubles may be none
}

std::optional<double> fixedMinimum(const FigureAxis &axis)
{
    if (axis.minimum && sensible(axis, *axis.minimum) && !contradictory(axis))
        return axis.minimum;
    return {};
}

std::optional<double> fixedMaximum(const FigureAxis &axis)
{
    if (axis.maximum && sensible(axis, *axis.maximum) && !contradictory(axis))
        return axis.maximum;
    return {};
}

AxisScale axisScale(const FigureAxis &axis, const ValueRange &range, const AxisMargins &margins)
{
    const Ends ends = dataEnds(range, axis.logarithmic, margins);
    const auto value = [&](double end) {
        return axis.logarithmic ? std::pow(10.0, std::clamp(end, -300.0, 300.0)) : end;
    };
    const auto fixedLow = fixedMinimum(axis);
    const auto fixedHigh = fixedMaximum(axis);
    AxisScale scale {fixedLow.value_or(value(ends.low)), fixedHigh.value_or(value(ends.high)),
                     axis.logarithmic};
    if (longEnough(scale.minimum, scale.maximum))
        return scale;
    // All data lie beyond the one limit that is fixed: keep it, and give the axis some length.
    if (fixedLow)
        scale.maximum =
            axis.logarithmic ? scale.minimum * 10 : scale.minimum + std::max(1.0, std::abs(scale.minimum));
    else
        scale.minimum =
            axis.logarithmic ? scale.maximum / 10 : scale.maximum - std::max(1.0, std::abs(scale.maximum));
    return scale;
}

} // namespace rosler
