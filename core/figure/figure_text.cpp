// SPDX-License-Identifier: Apache-2.0
#include "core/figure/figure_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace rosler {
namespace {

constexpr std::string_view minusSign = "\u2212";
constexpr std::string_view replacement = "\ufffd";

std::string fixedText(double value, int decimals)
{
    std::array<char, 400> buffer {}; // the longest double has 309 digits before the point
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   std::chars_format::fixed, decimals);
    return {buffer.data(), end.ptr};
}

bool isContinuation(char c)
{
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// Bytes of the well-formed UTF-8 character at the beginning of @p text (Unicode table 3-7), or 0.
std::size_t characterLength(std::string_view text)
{
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80U)
        return 1;
    const std::size_t length = lead >= 0xf0U ? 4 : lead >= 0xe0U ? 3 : 2;
    if (lead < 0xc2U || lead > 0xf4U || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if (!isContinuation(text[i]))
            return 0;
    const auto second = static_cast<unsigned char>(text[1]);
    const bool overlong = (lead == 0xe0U && second < 0xa0U) || (lead == 0xf0U && second < 0x90U);
    const bool outside = (lead == 0xedU && second > 0x9fU) || (lead == 0xf4U && second > 0x8fU);
    return overlong || outside ? 0 : length;
}

} // namespace

std::string printable(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const std::size_t length = characterLength(text);
        const std::string_view character = text.substr(0, length);
        if (length == 1 && (static_cast<unsigned char>(character[0]) < 0x20U || character[0] == 0x7f))
            out += ' ';
        else if (length == 0 || character == "\ufffe" || character == "\uffff")
            out += replacement;
        else
            out += character;
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string decimalText(double value, int decimals)
{
    std::string text = fixedText(std::abs(value), decimals);
    if (value < 0 && text.find_first_not_of("0.") != std::string::npos)
        text.insert(0, minusSign);
    return text;
}

FigureText significantText(double value)
{
    const double size = std::abs(value);
    if (size == 0 || !std::isfinite(value))
        return {size == 0 ? "0" : exactText(value), {}};
    // Round first: 99.97 is "100", not "100.0".
    std::array<char, 32> buffer {};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), size, std::chars_format::scientific, 2);
    const std::string scientific {buffer.data(), end.ptr}; // d.dde[+-]xx
    const int exponent = static_cast<int>(std::strtol(scientific.c_str() + 5, nullptr, 10));
    if (exponent >= 5 || exponent < -3) {
        const std::string sign {value < 0 ? minusSign : ""};
        return {sign + scientific.substr(0, 4) + "\u00d710", decimalText(exponent, 0)};
    }
    if (exponent >= 2) {
        double rounded = 0;
        std::from_chars(buffer.data(), end.ptr, rounded);
        return {decimalText(std::copysign(rounded, value), 0), {}};
    }
    return {decimalText(value, 2 - exponent), {}};
}

std::string exactText(double value)
{
    if (std::isnan(value))
        return "nan"; // whatever its sign
    std::array<char, 32> buffer {};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), end.ptr};
}

std::string coordinateText(double value)
{
    std::string text = fixedText(value, 3);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.')
        text.pop_back();
    return text == "-0" ? "0" : text;
}

void removeLastCharacter(std::string &text)
{
    while (!text.empty() && isContinuation(text.back()))
        text.pop_back();
    if (!text.empty())
        text.pop_back();
}

} // namespace rosler
