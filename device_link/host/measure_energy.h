// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "device_link/host/board_client.h"
#include "device_link/host/energy.h"
#include "device_link/host/measurement.h"
#include "device_link/host/meter.h"

namespace rosler {

/// How long a meter looks at a board.
struct EnergyRequest {
    enum class Length {
        Seconds,    ///< each window lasts at least windowSeconds
        Inferences, ///< each has @c inferences, however short it is
    };
    Length length = Length::Seconds;
    std::uint32_t inferences = windowInferences; ///< at least windowInferences
    std::size_t windows = windowsWanted;
    std::chrono::milliseconds pause {200}; ///< idle time around windows, for the eye
};

/// What a meter saw while a board computed.
struct MeasuredEnergy {
    std::optional<EnergyResult> energy; ///< none: see reason; the trace is there all the same
    std::string reason;                 ///< why no energy is stated; empty when it is
    PowerTrace trace;
    std::vector<TraceWindow> windows; ///< in which the board computed
    MeterHealth health;
    std::uint32_t inferences = 0; ///< in each window
};

/// @param fraction  of the windows, 0..1
using EnergyProgress = std::function<void(double fraction, const std::string &note)>;

/// Records with @p meter while the board runs its active model: @c windows benchmarks, each marked by the
/// board's window pin. A meter that sees begins alone (a PowerShield) is told by the board's timer how long
/// each took. The meter has to be open, and to supply the board, already; it is left stopped.
///
/// The board is asked on a thread of its own, so that the meter's stream is read all the time; both are this
/// function's until it returns.
///
/// @param measurement  its energy becomes the instrument's; or none, when the samples do not allow a figure:
///                     more than highestDropRate lost, in a window or in all, or the board was interrupted
///                     in a window (BenchReply::pauses)
/// @return Unsupported  the board has no window pin
/// @return OutOfRange   fewer inferences than a window needs, or none of the windows
/// @return the errors of BoardClient::bench() and of the meter, which is stopped then too; Cancelled
[[nodiscard]] Result<MeasuredEnergy> measureEnergy(BoardClient &client, Meter &meter,
                                                   const EnergyRequest &request, Measurement &measurement,
                                                   const EnergyProgress &progress = {},
                                                   const std::stop_token &stop = {});

} // namespace rosler
