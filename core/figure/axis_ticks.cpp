// SPDX-License-Identifier: Apache-2.0
#include "core/figure/axis_ticks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/contract.h"

namespace rosler {
namespace {

/// Ticks stand at multiples of mantissa * 10^exponent.
struct Spacing {
    int mantissa = 1;
    int exponent = 0;

    [[nodiscard]] double size() const { return mantissa * std::pow(10.0, exponent); }

    /// The k-th multiple. Dividing by a power of ten, which is exact up to 10^22, gives 0.3 where multiplying
    /// by 0.1 gives 0.30000000000000004.
    [[nodiscard]] double multiple(double k) const
    {
        return exponent < 0 ? k * mantissa / std::pow(10.0, -exponent)
                            : k * mantissa * std::pow(10.0, exponent);
    }
};

/// How far, in spacings, a tick may lie outside the limits by rounding alone.
constexpr double slack = 1e-9;

Spacing wider(Spacing spacing)
{
    switch (spacing.mantissa) {
    case 1:
        return {2, spacing.exponent};
    case 2:
        return {5, spacing.exponent};
    default:
        return {1, spacing.exponent + 1};
    }
}

Spacing linearSpacing(double minimum, double maximum, int atMost)
{
    const double wanted = (maximum - minimum) / (atMost + 1);
    Spacing spacing {1, static_cast<int>(std::floor(std::log10(wanted)))};
    const auto count = [&](const Spacing &s) {
        return std::floor(maximum / s.size() + slack) - std::ceil(minimum / s.size() - slack) + 1;
    };
    while (count(spacing) > atMost)
        spacing = wider(spacing);
    return spacing;
}

/// All labels of an axis alike: the same decimals, or the same power of ten.
std::vector<FigureText> linearLabels(const std::vector<double> &ticks, int exponent)
{
    double largest = 0;
    for (const double tick : ticks)
        largest = std::max(largest, std::abs(tick));
    std::vector<FigureText> labels;
    if (largest == 0 || (largest < 1e6 && largest >= 1e-3)) {
        for (const double tick : ticks)
            labels.push_back({decimalText(tick, std::max(0, -exponent)), {}});
        return labels;
    }
    const int power = static_cast<int>(std::floor(std::log10(largest) + slack));
    for (const double tick : ticks) {
        if (tick == 0)
            labels.push_back({"0", {}});
        else
            labels.push_back(
                {decimalText(tick / std::pow(10.0, power), std::max(0, power - exponent)) + "\u00d710",
                 decimalText(power, 0)});
    }
    return labels;
}

FigureText powerLabel(int mantissa, int power, bool plain)
{
    if (plain)
        return {decimalText(mantissa * std::pow(10.0, power), std::max(0, -power)), {}};
    const std::string factor = mantissa == 1 ? "10" : decimalText(mantissa, 0) + "\u00d710";
    return {factor, decimalText(power, 0)};
}

} // namespace

AxisTicks linearTicks(double minimum, double maximum, int atMost)
{
    ROSLER_EXPECTS(std::isfinite(minimum) && std::isfinite(maximum) && minimum < maximum && atMost >= 2);
    const Spacing spacing = linearSpacing(minimum, maximum, atMost);
    AxisTicks ticks;
    const double first = std::ceil(minimum / spacing.size() - slack);
    const double last = std::floor(maximum / spacing.size() + slack);
    for (double k = first; k <= last; k += 1)
        ticks.major.push_back(std::clamp(k == 0 ? 0.0 : spacing.multiple(k), minimum, maximum));
    ticks.labels = linearLabels(ticks.major, spacing.exponent);
    return ticks;
}

AxisTicks logarithmicTicks(double minimum, double maximum, int atMost)
{
    ROSLER_EXPECTS(std::isfinite(minimum) && std::isfinite(maximum) && 0 < minimum && minimum < maximum
                   && atMost >= 2);
    const int lowest = static_cast<int>(std::floor(std::log10(minimum) + slack));
    const int highest = static_cast<int>(std::floor(std::log10(maximum) + slack));
    const int firstDecade = static_cast<int>(std::ceil(std::log10(minimum) - slack));
    const int decades = highest - firstDecade + 1;
    const bool fine = decades < 2 || (decades == 2 && std::log10(maximum / minimum) < 1.5);
    const int stride = std::max(1, (decades + atMost - 1) / atMost);
    // Powers that the stride divides, where two of them are on the axis; else from its first power on.
    const int firstDivided = firstDecade + ((-firstDecade % stride) + stride) % stride;
    const int phase = firstDivided + stride <= highest ? firstDivided : firstDecade;
    const auto isMajor = [&](int mantissa, int power) {
        return fine ? mantissa == 1 || mantissa == 2 || mantissa == 5
                    : mantissa == 1 && (power - phase) % stride == 0;
    };
    const bool plain = minimum > 0.9e-3 && maximum < 1e5;

    AxisTicks ticks;
    for (int power = lowest; power <= highest; ++power) {
        for (int mantissa = 1; mantissa <= 9; ++mantissa) {
            const double value = Spacing {mantissa, power}.multiple(1);
            if (value < minimum * (1 - slack) || value > maximum * (1 + slack))
                continue;
            if (isMajor(mantissa, power)) {
                ticks.major.push_back(std::clamp(value, minimum, maximum));
                ticks.labels.push_back(powerLabel(mantissa, power, plain));
            } else if (stride == 1 || mantissa == 1) {
                ticks.minor.push_back(std::clamp(value, minimum, maximum));
            }
        }
    }
    if (ticks.major.size() < 2)
        return linearTicks(minimum, maximum, atMost);
    return ticks;
}

} // namespace rosler
