// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/result.h"
#include "device_link/host/measurement.h"
#include "device_link/host/power_trace.h"

namespace rosler {

/// How the board tells a meter when it computes.
enum class WindowSignal {
    Level,  ///< the pin idles high and is low for as long as a window lasts
    Pulses, ///< a pulse at the begin of a window and one at its end
};

/// No energy is stated when more of a window's samples were lost than this.
inline constexpr double highestDropRate = 0.001;
/// A window lasts at least this, or has at least this many inferences.
inline constexpr double windowSeconds = 10.0;
inline constexpr std::size_t windowInferences = 10;
inline constexpr std::size_t windowsWanted = 5;

struct EnergyResult {
    Spread joules; ///< an inference, over the windows; from an instrument
    std::vector<TraceStatistics> windows;
    double dropRate = 0.0;     ///< of the worst window
    bool shortWindows = false; ///< some lasted less than windowSeconds: chosen by number of inferences
};

/// Samples first .. end - 1 of each window that the marks tell of. A window that had begun before the trace,
/// or did not end in it, is none. Pulses come in pairs.
struct TraceWindow {
    std::size_t first = 0;
    std::size_t end = 0;

    friend bool operator==(const TraceWindow &, const TraceWindow &) = default;
};
[[nodiscard]] std::vector<TraceWindow> windowsOf(const PowerTrace &trace, WindowSignal signal);

/// Energy of an inference: the median over the windows.
/// @param inferences  in each window
/// @param windows     how many there have to be
/// @return Malformed   too few windows, a window without samples, pulses that do not pair
/// @return Rejected    a window lost more than highestDropRate of its samples, or may have (TraceDoubt), or
/// as
///                     much time of the trace is unaccounted for; the meter's stream slipped in a window: no
///                     figure; the rate is in the text
/// @return OutOfRange  a window shorter than windowSeconds with fewer than windowInferences inferences
[[nodiscard]] Result<EnergyResult> energyOf(const PowerTrace &trace, std::size_t inferences,
                                            WindowSignal signal = WindowSignal::Level,
                                            std::size_t windows = windowsWanted);

} // namespace rosler
