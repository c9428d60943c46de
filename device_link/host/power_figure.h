// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "core/figure/figure.h"
#include "device_link/host/energy.h"
#include "device_link/host/power_trace.h"

namespace rosler {

/// Power as an instrument saw it while a board computed, and when it did.
struct NamedTrace {
    std::string name; ///< "rosler i8"
    PowerTrace trace;
    std::vector<TraceWindow> windows; ///< in which the board computed
};

/// Seconds against milliwatts of all traces, each from its own begin. Of every stretch of samples the lowest
/// and the highest are drawn, so that no peak is lost; lost samples break the line.
/// @param mostPoints  of one series
[[nodiscard]] LineFigure powerFigure(std::span<const NamedTrace> traces, std::size_t mostPoints = 4000);

} // namespace rosler
