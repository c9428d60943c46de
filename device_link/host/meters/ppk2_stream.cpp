// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/meters/ppk2_stream.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace rosler {

namespace {

constexpr unsigned ranges = 5;

constexpr unsigned counterOf(std::uint32_t word)
{
    return (word >> 18) & 63U;
}

constexpr unsigned rangeOf(std::uint32_t word)
{
    return (word >> 14) & 7U;
}

Ppk2Stream::Sample sampleOf(std::uint32_t word)
{
    return {word & 0x3FFFU, rangeOf(word), static_cast<std::uint8_t>(word >> 24)};
}

/// The array that lines "R0".."R4" go to, by what stands before the digit.
std::array<double, 5> *arrayNamed(Ppk2Calibration &c, std::string_view name)
{
    if (name == "R")
        return &c.r;
    if (name == "GS")
        return &c.gs;
    if (name == "GI")
        return &c.gi;
    if (name == "UG")
        return &c.ug;
    if (name == "O")
        return &c.o;
    if (name == "S")
        return &c.s;
    if (name == "I")
        return &c.i;
    return nullptr;
}

std::optional<double> finiteNumber(std::string_view text)
{
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc {} || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Where a line begins that is "END", or npos.
std::size_t endOf(std::string_view text)
{
    for (std::size_t at = text.find("END"); at != std::string_view::npos; at = text.find("END", at + 1))
        if (at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r')
            return at;
    return std::string_view::npos;
}

} // namespace

double Ppk2Calibration::amperes(unsigned adc, unsigned range, double volts) const
{
    const double shunted = (4.0 * static_cast<double>(adc) - o[range]) * ((1.8 / 163840.0) / r[range]);
    return ug[range] * (shunted * (gs[range] * shunted + gi[range]) + (s[range] * volts + i[range]));
}

bool ppk2MetadataIsWhole(std::string_view text)
{
    return endOf(text) != std::string_view::npos;
}

Result<Ppk2Calibration> parsePpk2Metadata(std::string_view text)
{
    const std::size_t end = endOf(text);
    if (end == std::string_view::npos)
        return fail(ErrorCode::Malformed, "the metadata has no END", "ppk2:" + std::to_string(text.size()));
    Ppk2Calibration c;
    unsigned found = 0;
    text = text.substr(0, end);
    // Bytes of a stream before it hold no such word but by a freak of chance.
    if (const auto begin = text.find("Calibrated:"); begin != std::string_view::npos)
        text = text.substr(begin);
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos)
            continue;
        const std::string_view key = trimmed(line.substr(0, colon));
        const std::string_view value = trimmed(line.substr(colon + 1));
        if (key == "Calibrated") {
            // 0 in the units that are sold: their calibration is there all the same.
            ++found;
            continue;
        }
        if (key == "HW") {
            c.hardware = value;
            continue;
        }
        if (key.size() < 2 || key.back() < '0' || key.back() > '4')
            continue;
        auto *array = arrayNamed(c, key.substr(0, key.size() - 1));
        if (array == nullptr)
            continue;
        ++found;
        const auto number = finiteNumber(value);
        // A unit says 0 of what it was not calibrated for; a current of 0 throughout would be believed.
        const bool isGain = array == &c.gs || array == &c.gi || array == &c.ug;
        if (!number || (array == &c.r && *number <= 0.0) || (isGain && *number == 0.0))
            continue;
        c.calibrated = true;
        (*array)[static_cast<std::size_t>(key.back() - '0')] = *number;
    }
    if (found < ranges)
        return fail(ErrorCode::Malformed, "hardly anything of the metadata is there", "ppk2");
    return c;
}

double Ppk2SpikeFilter::filtered(double amperes, unsigned range)
{
    constexpr double weight = 0.18;
    constexpr double weight4 = 0.06;
    constexpr int replaced = 3;
    const double before = m_mean;
    const double before4 = m_mean4;
    if (!m_started) {
        m_started = true;
        m_range = range;
        m_mean = m_mean4 = amperes;
    } else {
        m_mean += weight * (amperes - m_mean);
        m_mean4 += weight4 * (amperes - m_mean4);
    }
    if (range != m_range) {
        m_range = range;
        m_replace = replaced;
        m_sinceChange = 0;
    } else {
        ++m_sinceChange;
    }
    if (m_replace == 0)
        return amperes;
    --m_replace;
    if (range != 4)
        return m_mean;
    if (m_sinceChange < 2) {
        m_mean = before;
        m_mean4 = before4;
    }
    return m_mean4;
}

std::uint32_t Ppk2Stream::word(std::size_t at) const
{
    return static_cast<std::uint32_t>(m_bytes[at]) | (static_cast<std::uint32_t>(m_bytes[at + 1]) << 8)
        | (static_cast<std::uint32_t>(m_bytes[at + 2]) << 16)
        | (static_cast<std::uint32_t>(m_bytes[at + 3]) << 24);
}

bool Ppk2Stream::runsOnFrom(std::size_t at) const
{
    unsigned counter = counterOf(word(at));
    for (std::size_t i = 0; i < lookAhead; ++i, at += 4) {
        const std::uint32_t w = word(at);
        if (rangeOf(w) >= ranges || counterOf(w) != counter)
            return false;
        counter = (counter + 1) & 63U;
    }
    return true;
}

void Ppk2Stream::feed(std::span<const std::uint8_t> bytes, const std::function<void(const Sample &)> &sample,
                      const std::function<void(std::size_t)> &lost)
{
    m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    std::size_t at = 0;
    const auto there = [&](std::size_t count) { return m_bytes.size() - at >= count; };
    while (there(8)) {
        const std::uint32_t w = word(at);
        const std::uint32_t following = word(at + 4);
        const bool fits = m_started && counterOf(w) == m_next && rangeOf(w) < ranges;
        if (fits && counterOf(following) == ((m_next + 1) & 63U) && rangeOf(following) < ranges) {
            sample(sampleOf(w));
            m_next = (m_next + 1) & 63U;
            at += 4;
            continue;
        }
        // A break: here or after the next word. Which words run on, with how many bytes dropped, tells what
        // it is.
        if (!there(4 * lookAhead + 7))
            break;
        std::size_t skip = 0;
        while (skip < 8 && !runsOnFrom(at + skip))
            ++skip;
        if (skip == 8) {
            at += 4; // rubbish; goes on looking
            ++m_rubbish;
            continue;
        }
        if (skip == 4 && fits) {
            // This word is the last good one, and samples are missing after it.
            sample(sampleOf(w));
            m_next = (m_next + 1) & 63U;
            at += 4;
            skip = 0;
        } else if (skip % 4 != 0) {
            ++m_slips;
        }
        at += skip;
        const unsigned counter = counterOf(word(at));
        if (m_started) {
            // The counter tells how many are missing but for multiples of 64; the rubbish stood for about as
            // many.
            std::size_t missing = (counter - m_next) & 63U;
            while (missing + 32 < m_rubbish)
                missing += 64;
            if (missing != 0)
                lost(missing);
        }
        m_rubbish = 0;
        m_started = true;
        m_next = counter;
    }
    m_bytes.erase(m_bytes.begin(), m_bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

void Ppk2Stream::finish(const std::function<void(const Sample &)> &sample)
{
    std::size_t at = 0;
    for (; m_started && m_bytes.size() - at >= 4; at += 4) {
        const std::uint32_t w = word(at);
        if (counterOf(w) != m_next || rangeOf(w) >= ranges)
            break;
        sample(sampleOf(w));
        m_next = (m_next + 1) & 63U;
    }
    m_bytes.clear();
    m_started = false;
}

} // namespace rosler
