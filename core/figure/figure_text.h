// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace rosler {

/// A line of text in a figure, UTF-8, and what stands raised behind it: {"2×10", "6"}.
struct FigureText {
    std::string text;
    std::string exponent;

    friend bool operator==(const FigureText &, const FigureText &) = default;
};

/// @p text as it may stand in a figure: control characters and line breaks become spaces, bytes that are
/// not UTF-8 and characters that XML forbids become U+FFFD.
[[nodiscard]] std::string printable(std::string_view text);

/// @p value with @p decimals digits after the point and a true minus sign, for readers.
[[nodiscard]] std::string decimalText(double value, int decimals);

/// Three significant digits: "0.0123", "7.46", "7460"; outside [0.001, 100000) with a power of ten.
[[nodiscard]] FigureText significantText(double value);

/// The shortest text that reads back as the same double; "nan", "inf", "-inf".
[[nodiscard]] std::string exactText(double value);

/// A coordinate for files: at most three decimals, no trailing zeros, never "-0".
[[nodiscard]] std::string coordinateText(double value);

/// Cuts UTF-8 @p text before its last character.
void removeLastCharacter(std::string &text);

} // namespace rosler
