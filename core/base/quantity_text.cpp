// SPDX-License-Identifier: Apache-2.0
#include "core/base/quantity_text.h"

#include <array>
#include <cmath>
#include <string_view>

#include "core/base/text_number.h"

namespace rosler {

namespace {

constexpr std::string_view unknown = "\u2013";

/// Digits after the point that make three significant ones, for values in [1, 1000).
int decimalsFor(double magnitude)
{
    // 9.995 and 99.95 are the first that round up to one digit more.
    return magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0;
}

std::string scaled(double value, std::string_view unit)
{
    constexpr std::array<std::string_view, 7> prefixes {"", "k", "M", "G", "T", "P", "E"};
    if (!std::isfinite(value))
        return std::string(unknown);
    double magnitude = std::abs(value);
    std::size_t step = 0;
    for (; magnitude >= 999.5 && step + 1 < prefixes.size(); ++step)
        magnitude /= 1000.0;
    const bool whole = step == 0 && magnitude == std::floor(magnitude);
    std::string text = fixedText(std::copysign(magnitude, value), whole ? 0 : decimalsFor(magnitude));
    if (step > 0 || !unit.empty())
        text.append(" ").append(prefixes.at(step)).append(unit);
    return text;
}

std::string twoDigits(std::int64_t value)
{
    return (value < 10 ? "0" : "") + std::to_string(value);
}

} // namespace

std::string countText(double count)
{
    return scaled(count, "");
}

std::string bytesText(double bytes)
{
    return scaled(bytes, "B");
}

std::string flopsText(double flops)
{
    return scaled(flops, "FLOP");
}

std::string percentText(double fraction, int decimals)
{
    return std::isfinite(fraction) ? fixedText(100.0 * fraction, decimals) + " %" : std::string(unknown);
}

std::string ratioText(double ratio)
{
    return std::isfinite(ratio) ? fixedText(ratio, decimalsFor(std::abs(ratio))) + "\u00D7"
                                : std::string(unknown);
}

std::string durationText(double seconds)
{
    constexpr double longest = 3.6e9; // a million hours
    if (!(seconds >= 0 && seconds < longest))
        return std::string(unknown);
    if (seconds < 9.95)
        return fixedText(seconds, 1) + " s";
    const std::int64_t total = std::llround(seconds);
    const std::int64_t hours = total / 3600;
    const std::int64_t minutes = total / 60 % 60;
    const std::string tail = ":" + twoDigits(total % 60);
    return hours > 0 ? std::to_string(hours) + ":" + twoDigits(minutes) + tail
                     : std::to_string(minutes) + tail;
}

} // namespace rosler
