// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace rosler {

/// How a PPK2's ADC counts become amperes, a set for each of its five ranges.
struct Ppk2Calibration {
    std::array<double, 5> r {1031.64, 101.65, 10.15, 0.94, 0.043}; ///< shunt, ohm
    std::array<double, 5> gs {1.0, 1.0, 1.0, 1.0, 1.0};
    std::array<double, 5> gi {1.0, 1.0, 1.0, 1.0, 1.0};
    std::array<double, 5> ug {1.0, 1.0, 1.0, 1.0, 1.0};
    std::array<double, 5> o {};
    std::array<double, 5> s {};
    std::array<double, 5> i {};
    bool calibrated = false;
    std::string hardware; ///< the "HW" line's

    /// @param adc  0..16383   @param range  0..4   @param volts  of the board's supply
    [[nodiscard]] double amperes(unsigned adc, unsigned range, double volts) const;

    friend bool operator==(const Ppk2Calibration &, const Ppk2Calibration &) = default;
};

/// Whether @p text holds the metadata's end.
[[nodiscard]] bool ppk2MetadataIsWhole(std::string_view text);

/// Reads the metadata: lines "Key: value" until "END". Bytes of a stream that came before are passed over, as
/// are keys that are not known; a resistance or a gain of 0 and what is no finite number leave the default.
/// @return Malformed  no "END", or hardly any of the keys
[[nodiscard]] Result<Ppk2Calibration> parsePpk2Metadata(std::string_view text);

/// Takes the spikes out that a change of range makes: an exponential mean, in which the samples next to a
/// change are replaced.
class Ppk2SpikeFilter
{
public:
    [[nodiscard]] double filtered(double amperes, unsigned range);

private:
    bool m_started = false;
    unsigned m_range = 0;
    int m_replace = 0; ///< samples left to be replaced
    int m_sinceChange = 0;
    double m_mean = 0.0;  ///< of ranges 0 to 3
    double m_mean4 = 0.0; ///< of range 4
};

/// Finds samples in the bytes that a PPK2 streams, whatever pieces they come in: keeps what is left of a
/// split one, finds lost ones by their counter, and finds the alignment again after a slip of bytes.
class Ppk2Stream
{
public:
    struct Sample {
        unsigned adc = 0;
        unsigned range = 0;
        std::uint8_t pins = 0; ///< D0 in bit 0
    };

    static constexpr double sampleSeconds = 1e-5;

    /// @param sample  receives each sample, in order
    /// @param lost    is told of samples that are missing before the next one; mod 64, as the counter tells
    void feed(std::span<const std::uint8_t> bytes, const std::function<void(const Sample &)> &sample,
              const std::function<void(std::size_t)> &lost);
    /// The stream has ended: what was held back to be compared with the next sample is let out.
    void finish(const std::function<void(const Sample &)> &sample);

    [[nodiscard]] std::size_t slips() const noexcept { return m_slips; }

private:
    static constexpr std::size_t lookAhead = 6; ///< words that have to follow one another after a break

    [[nodiscard]] std::uint32_t word(std::size_t at) const;
    [[nodiscard]] bool runsOnFrom(std::size_t at) const;

    std::vector<std::uint8_t> m_bytes; ///< not yet taken
    bool m_started = false;
    unsigned m_next = 0; ///< counter of the next sample
    std::size_t m_slips = 0;
    std::size_t m_rubbish = 0; ///< words passed over since the last good one
};

} // namespace rosler
