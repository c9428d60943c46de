// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/base/result.h"

namespace rosler {

/// Bytes to and from a board or a meter: a serial port, an emulator's pty, the twin in memory, or one of
/// these with faults added. Opened when made, by a function that returns a Result.
///
/// One thread at a time may call it; which one does not matter. Nothing here retries or waits longer than it
/// is told: that is its user's work.
class Link
{
public:
    using Clock = std::chrono::steady_clock;

    virtual ~Link() = default;

    /// For messages: "ttyACM0", "emulated:mps2-an386", "twin".
    [[nodiscard]] virtual std::string name() const = 0;

    /// Waits until at least one byte is there, at most @p timeout, and takes what is there.
    /// @return how many bytes were put into @p buffer; 0 = none came in time
    /// @return Unreadable  the other end is gone (unplugged, killed, taken by another program); it stays so
    [[nodiscard]] virtual Result<std::size_t> read(std::span<std::uint8_t> buffer,
                                                   std::chrono::milliseconds timeout) = 0;

    /// Sends all of @p bytes, waiting for room where the other end is slow.
    /// @return Unreadable  as read()
    /// @return TimedOut    the other end took nothing for several seconds
    [[nodiscard]] virtual Result<void> write(std::span<const std::uint8_t> bytes) = 0;

    /// @return Unsupported  there is no such rate, or no rate at all
    [[nodiscard]] virtual Result<void> setBaud(std::uint32_t rate) = 0;
    /// As the system says after setting it; 0 where there is none.
    [[nodiscard]] virtual std::uint32_t baud() const = 0;

    /// Forgets bytes that came and were not read.
    virtual void discard() = 0;

    /// Time as this link counts it. A simulated one may let it pass at once, so that whoever waits on a link
    /// measures its patience with this clock.
    [[nodiscard]] virtual Clock::time_point now() const { return Clock::now(); }

protected:
    Link() = default;
    Link(const Link &) = default;
    Link &operator=(const Link &) = default;
};

} // namespace rosler
