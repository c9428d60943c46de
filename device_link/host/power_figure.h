// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/figure/figure.h"
#include "device_link/host/energy.h"
#include "device_link/host/power_trace.h"

namespace rosler {

/// Power as an instrument saw it while a board computed, and when it did.
struct NamedTrace {
    std::string name;                        ///< "rosler i8"
    std::shared_ptr<const PowerTrace> trace; ///< not null
    std::vector<TraceWindow> windows;        ///< in which the board computed
    std::vector<FigurePoint> points;         ///< powerPoints() of the trace, which take a while to find
};

/// Seconds and milliwatts. Of every stretch of samples the lowest and the highest are kept, so that no peak
/// is lost; lost samples are NaN. O(samples): not for a thread that draws.
/// @param mostPoints  about as many, at least 2
[[nodiscard]] std::vector<FigurePoint> powerPoints(const PowerTrace &trace, std::size_t mostPoints = 4000);

/// Seconds against milliwatts of all traces, each from its own begin.
[[nodiscard]] LineFigure powerFigure(std::span<const NamedTrace> traces);

} // namespace rosler
