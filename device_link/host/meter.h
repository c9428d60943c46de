// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "device_link/host/energy.h"
#include "device_link/host/link.h"
#include "device_link/host/power_trace.h"

namespace rosler {

/// How a meter is set up.
struct MeterSettings {
    /// Volts of the board's supply: what the meter supplies, or, when it only measures current in a supply of
    /// somebody else's, what the user states.
    double volts = 3.3;
    bool suppliesBoard = true;
    double samplesPerSecond = 0.0; ///< 0 = the meter's own choice
    double longestSeconds = 300.0; ///< of a recording
};

/// What happened to the stream so far.
struct MeterHealth {
    std::size_t samples = 0; ///< that came
    std::size_t lost = 0;    ///< that did not
    std::size_t slips = 0;   ///< times the byte stream had to be aligned anew
    std::string warning;     ///< last thing the meter complained about; empty = nothing

    [[nodiscard]] double dropRate() const noexcept
    {
        const std::size_t all = samples + lost;
        return all == 0 ? 0.0 : static_cast<double>(lost) / static_cast<double>(all);
    }
};

/// An instrument between supply and board. It owns its link. One thread at a time. Made by openMeter().
/// Its end leaves it quiet (stream stopped), and the board's supply as it is.
class Meter
{
public:
    virtual ~Meter() = default;

    [[nodiscard]] virtual std::string_view kind() const noexcept = 0; ///< "ppk2", "powershield"
    [[nodiscard]] virtual std::string description() const = 0;        ///< "Nordic PPK2, calibrated, HW 9173"

    /// Supplies the board, or cuts it off, where the meter supplies it.
    [[nodiscard]] virtual Result<void> setPower(bool on) = 0;

    /// Begins to record; forgets what was recorded before.
    [[nodiscard]] virtual Result<void> start() = 0;
    /// Takes what came, waiting at most @p timeout for the first of it. To be called often enough while
    /// recording: a few times a second.
    /// @return Unreadable  the meter is gone
    /// @return Rejected    the meter stopped by itself (overcurrent, its own buffer full)
    [[nodiscard]] virtual Result<void> collect(std::chrono::milliseconds timeout) = 0;
    /// Ends the recording and takes the rest of it.
    [[nodiscard]] virtual Result<void> stop() = 0;

    /// What was recorded since start().
    [[nodiscard]] virtual const PowerTrace &trace() const noexcept = 0;
    [[nodiscard]] virtual MeterHealth health() const = 0;
    /// How this meter sees the board's window pin.
    [[nodiscard]] virtual WindowSignal signal() const noexcept = 0;

protected:
    Meter() = default;
    Meter(const Meter &) = default;
    Meter &operator=(const Meter &) = default;
};

/// A kind of meter that the programs know.
struct MeterKind {
    std::string_view id;    ///< "ppk2"
    std::string_view title; ///< "Nordic Power Profiler Kit II"
    std::uint16_t vendor;   ///< USB ids by which its port is found
    std::uint16_t product;
    std::string_view usbName; ///< part of its USB product name: ST uses its ids for boards' ports as well
    std::uint32_t baud;
    Result<std::unique_ptr<Meter>> (*open)(std::unique_ptr<Link>, const MeterSettings &);
};

[[nodiscard]] std::span<const MeterKind> meterCatalog();

/// Greets the meter, reads its calibration and sets it up.
/// @return NotFound  no such kind
/// @return TimedOut, Rejected, Malformed  what answers is not such a meter, or will not be set up so
[[nodiscard]] Result<std::unique_ptr<Meter>> openMeter(std::string_view kind, std::unique_ptr<Link> link,
                                                       const MeterSettings &settings);

} // namespace rosler
