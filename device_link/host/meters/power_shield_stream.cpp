// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/meters/power_shield_stream.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace rosler::power_shield {

namespace {

constexpr std::string_view prompt = "PowerShield > ";
constexpr std::size_t longestLine = 512;
constexpr std::size_t longestText = 256; ///< of metadata

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

std::optional<Item> timeStamp(const std::string &line)
{
    unsigned seconds = 0;
    unsigned milliseconds = 0;
    unsigned percent = 0;
    // A mark, blank, '>' or '<', stands before the time.
    if (std::sscanf(line.c_str(), "TimeStamp:%*1[ ><]%us %ums, buff %u%%", &seconds, &milliseconds, &percent)
        != 3)
        return std::nullopt;
    return TimeStamp {seconds * 1000U + milliseconds, percent};
}

std::optional<Item> event(const std::string &line)
{
    unsigned number = 0;
    if (std::sscanf(line.c_str(), "event %u", &number) != 1)
        return std::nullopt;
    return Event {number};
}

} // namespace

std::optional<double> asciiSample(std::string_view text)
{
    if (text.size() != 7 || (text[4] != '-' && text[4] != '+'))
        return std::nullopt;
    for (const std::size_t i : {0, 1, 2, 3, 5, 6})
        if (!isDigit(text[i]))
            return std::nullopt;
    int mantissa = 0;
    int exponent = 0;
    std::from_chars(text.data(), text.data() + 4, mantissa);
    std::from_chars(text.data() + 5, text.data() + 7, exponent);
    return static_cast<double>(mantissa) * std::pow(10.0, text[4] == '-' ? -exponent : exponent);
}

std::optional<double> binarySample(std::uint8_t high, std::uint8_t low)
{
    const int power = high >> 4;
    if (power == 0xF)
        return std::nullopt;
    const int mantissa = ((high & 0xF) << 8) | low;
    return std::ldexp(static_cast<double>(mantissa), -4 * power);
}

void AsciiStream::feed(std::span<const std::uint8_t> bytes, std::vector<Item> &items)
{
    for (const std::uint8_t byte : bytes) {
        if (byte == '\n' || byte == '\r') {
            line(m_line, items);
            m_line.clear();
        } else if (byte != 0 && m_line.size() < longestLine) {
            m_line += static_cast<char>(byte);
        }
    }
}

void AsciiStream::line(std::string_view text, std::vector<Item> &items)
{
    while (text.starts_with(prompt))
        text.remove_prefix(prompt.size());
    if (text.empty())
        return;
    if (isDigit(text.front())) {
        // Several samples may share a line.
        std::vector<Item> samples;
        std::string_view rest = text;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find_first_of(" ,;\t"), rest.size());
            if (const auto value = asciiSample(rest.substr(0, end)))
                samples.emplace_back(Sample {*value});
            else if (end > 0)
                break;
            rest.remove_prefix(std::min(rest.size(), end + 1));
        }
        if (rest.empty()) {
            items.insert(items.end(), samples.begin(), samples.end());
            return;
        }
        items.emplace_back(Slip {}); // nothing else begins with a digit
        return;
    }
    const std::string copy(text);
    if (auto item = timeStamp(copy))
        items.push_back(std::move(*item));
    else if (auto edge = event(copy))
        items.push_back(std::move(*edge));
    else if (copy.find("Acquisition completed") != std::string::npos)
        items.emplace_back(End {});
    else if (copy.find("vercurrent") != std::string::npos)
        items.emplace_back(Overcurrent {});
    else
        items.emplace_back(Line {copy});
}

void BinaryStream::feed(std::span<const std::uint8_t> bytes, std::vector<Item> &items)
{
    m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    std::size_t at = 0;
    const auto slip = [&] {
        ++m_slips;
        ++at;
        items.emplace_back(Slip {});
    };
    while (m_bytes.size() - at >= 2) {
        const std::uint8_t *p = m_bytes.data() + at;
        const std::size_t left = m_bytes.size() - at;
        if (const auto value = binarySample(p[0], p[1])) {
            items.emplace_back(Sample {*value});
            at += 2;
            continue;
        }
        if (p[0] == 0xFF && p[1] == 0xFF) {
            at += 2; // ends metadata
            continue;
        }
        if (p[0] != 0xF0) {
            slip(); // no metadata begins so
            continue;
        }
        if (p[1] == 0xF1 || p[1] == 0xF2) { // error or information text, ended by FF FF
            std::size_t end = 2;
            while (end + 1 < left && !(p[end] == 0xFF && p[end + 1] == 0xFF))
                ++end;
            if (end + 1 >= left) {
                if (left <= longestText)
                    break; // more is to come
                slip();
                continue;
            }
            const std::string text(p + 2, p + end);
            if (auto edge = event(text); edge && p[1] == 0xF2)
                items.push_back(std::move(*edge));
            else
                items.emplace_back(Line {(p[1] == 0xF1 ? "error " : "") + text});
            at += end + 2;
        } else if (p[1] == 0xF3) {
            if (left < 9)
                break;
            if (p[7] != 0xFF || p[8] != 0xFF) {
                slip();
                continue;
            }
            const std::uint32_t milliseconds = (static_cast<std::uint32_t>(p[2]) << 24)
                | (static_cast<std::uint32_t>(p[3]) << 16) | (static_cast<std::uint32_t>(p[4]) << 8) | p[5];
            items.emplace_back(TimeStamp {milliseconds, p[6]});
            at += 9;
        } else if (p[1] == 0xF7 || p[1] == 0xF8 || p[1] == 0xF9) {
            if (left < 4)
                break;
            at += 4; // voltage, temperature, power state: two bytes of value
        } else if (p[1] == 0xF4 || p[1] == 0xF5 || p[1] == 0xF6) {
            if (p[1] == 0xF4)
                items.emplace_back(End {});
            else if (p[1] == 0xF5)
                items.emplace_back(Overcurrent {});
            else
                items.emplace_back(Line {"error the board's supply was cut off"});
            at += 2;
        } else {
            slip();
        }
    }
    m_bytes.erase(m_bytes.begin(), m_bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

} // namespace rosler::power_shield
