// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace rosler {

/// What a PowerShield sends.
namespace power_shield {

struct Sample { ///< amperes, or joules of the sample's period
    double value = 0.0;
};
struct TimeStamp {
    std::uint32_t milliseconds = 0;
    unsigned bufferPercent = 0; ///< of its own memory that waits to be sent
};
struct Event { ///< an edge on its input D7
    unsigned number = 0;
};
struct Line { ///< any other text: acknowledgements, errors, prompts
    std::string text;
};
struct Slip { ///< bytes got lost: what came since the last time stamp, and comes up to the next, is in doubt
};
struct Overcurrent {
};
struct End { ///< of the acquisition
};

using Item = std::variant<Sample, TimeStamp, Event, Line, Slip, Overcurrent, End>;

/// "6409-07": 6409e-7. None when @p text is none.
[[nodiscard]] std::optional<double> asciiSample(std::string_view text);

/// Two bytes of bin_hexa: 12-bit mantissa x 16^-(high nibble). None when they are metadata.
[[nodiscard]] std::optional<double> binarySample(std::uint8_t high, std::uint8_t low);

/// Finds items in lines of text, whatever pieces they come in.
class AsciiStream
{
public:
    void feed(std::span<const std::uint8_t> bytes, std::vector<Item> &items);

private:
    void line(std::string_view text, std::vector<Item> &items);

    std::string m_line;
};

/// Finds items in bin_hexa: samples of two bytes, big-endian, and metadata from F0 on.
class BinaryStream
{
public:
    void feed(std::span<const std::uint8_t> bytes, std::vector<Item> &items);

    /// Times the stream had to be aligned anew.
    [[nodiscard]] std::size_t slips() const noexcept { return m_slips; }

private:
    std::vector<std::uint8_t> m_bytes;
    std::size_t m_slips = 0;
};

} // namespace power_shield

} // namespace rosler
