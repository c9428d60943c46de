// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/axis_range.h"

#include <algorithm>
#include <cmath>

namespace rosler {

namespace {

/// The round step (1, 2, 5 times a power of ten) that cuts @p width in four to eight.
double roundStep(double width)
{
    const double raw = width / 8.0;
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    const double mantissa = raw / power;
    return power * (mantissa <= 1.0 ? 1.0 : mantissa <= 2.0 ? 2.0 : mantissa <= 5.0 ? 5.0 : 10.0);
}

/// floor(value / step), which forgives what the division got wrong: 0.3 / 0.1 is 3, not 2.9999999999999996.
double stepsBelow(double value, double step)
{
    const double steps = value / step;
    const double nearest = std::round(steps);
    return std::abs(steps - nearest) < 1e-9 * std::max(1.0, std::abs(steps)) ? nearest : std::floor(steps);
}

AxisRange linearRange(AxisRange data)
{
    if (data.width() <= std::max(1e-9 * std::max(std::abs(data.low), std::abs(data.high)), 1e-280)) {
        const double room = data.low == 0.0 ? 1.0 : std::max(0.1 * std::abs(data.low), 1e-280);
        data = {.low = data.low - room, .high = data.high + room};
    }
    const double step = roundStep(data.width());
    return {.low = step * stepsBelow(data.low, step), .high = -step * stepsBelow(-data.high, step)};
}

/// The nearest of 1, 2, 5, 10, 20... at or below @p value.
double roundBelow(double value)
{
    const double power = std::pow(10.0, std::floor(std::log10(value) + 1e-12));
    const double mantissa = value / power * (1 + 1e-12);
    return power * (mantissa >= 5.0 ? 5.0 : mantissa >= 2.0 ? 2.0 : 1.0);
}

/// The nearest of 1, 2, 5, 10, 20... at or above @p value.
double roundAbove(double value)
{
    const double below = roundBelow(value);
    if (below >= value * (1 - 1e-12))
        return below;
    const double mantissa = below / std::pow(10.0, std::floor(std::log10(below) + 1e-12));
    return below * (mantissa > 1.5 && mantissa < 2.5 ? 2.5 : 2.0);
}

AxisRange logarithmicRange(const AxisRange &data)
{
    AxisRange range {.low = roundBelow(data.low), .high = roundAbove(data.high)};
    if (range.high < 1.5 * range.low) // equal data on a round number
        range = {.low = range.low / 2, .high = range.high * 2};
    return range;
}

double lengthOf(const AxisRange &range, bool logarithmic)
{
    return logarithmic ? std::log(range.high / range.low) : range.width();
}

} // namespace

AxisScale scaleOver(const AxisRange &range, bool logarithmic)
{
    return {.minimum = range.low, .maximum = range.high, .logarithmic = logarithmic};
}

double valueAt(const AxisScale &scale, double fraction)
{
    return scale.logarithmic ? scale.minimum * std::pow(scale.maximum / scale.minimum, fraction)
                             : scale.minimum + fraction * (scale.maximum - scale.minimum);
}

AxisRange zoomedRange(const AxisScale &scale, double fraction, double factor)
{
    return {.low = valueAt(scale, fraction - fraction * factor),
            .high = valueAt(scale, fraction + (1.0 - fraction) * factor)};
}

AxisRange shiftedRange(const AxisScale &scale, double fractions)
{
    return {.low = valueAt(scale, fractions), .high = valueAt(scale, 1.0 + fractions)};
}

AxisRange followingRange(const ValueRange &data, std::optional<AxisRange> current, bool logarithmic)
{
    if (data.empty() || (logarithmic && !(data.smallest() > 0.0)))
        return logarithmic ? AxisRange {.low = 0.1, .high = 10.0} : AxisRange {};
    // Ticks cannot be computed at the very ends of what a double holds.
    const auto tame = [&](double v) { return std::clamp(v, logarithmic ? 1e-285 : -1e295, 1e295); };
    const AxisRange held {.low = tame(data.smallest()), .high = tame(data.largest())};
    const AxisRange range = logarithmic ? logarithmicRange(held) : linearRange(held);
    const bool stays = current && (!logarithmic || current->low > 0.0) && current->holds(held.low)
        && current->holds(held.high) && lengthOf(range, logarithmic) >= 0.5 * lengthOf(*current, logarithmic);
    return stays ? *current : range;
}

bool isResolvable(const AxisRange &range, bool logarithmic)
{
    if (!std::isfinite(range.low) || !std::isfinite(range.high) || !(range.low < range.high))
        return false;
    if (logarithmic && !(range.low >= 1e-290))
        return false;
    const double magnitude = std::max(std::abs(range.low), std::abs(range.high));
    return magnitude <= 1e300 && range.width() > 1e-9 * magnitude && range.width() > 1e-290;
}

} // namespace rosler
