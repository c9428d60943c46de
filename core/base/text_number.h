// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace rosler {

/// The shortest text that is read back as exactly this number, in any locale.
[[nodiscard]] inline std::string numberText(double value)
{
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value);
    return {text, end.ptr};
}

/// The number with so many significant digits, as printf's %g writes it, in any locale.
[[nodiscard]] inline std::string numberText(double value, int significant)
{
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, significant);
    return {text, end.ptr};
}

/// The number with so many digits after the point, in any locale.
[[nodiscard]] inline std::string fixedText(double value, int decimals)
{
    char text[400]; // the longest double has 309 digits before the point
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals);
    return {text, end.ptr};
}

/// The number that is the whole of @p text, or none.
template <typename Number>
[[nodiscard]] std::optional<Number> numberIn(std::string_view text)
{
    Number value {};
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end.ec != std::errc {} || end.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

} // namespace rosler
