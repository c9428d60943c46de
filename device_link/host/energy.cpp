// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/energy.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "core/base/contract.h"

namespace rosler {

namespace {

/// What may have happened in a window, nobody knows whether in it or beside it.
struct WindowDoubt {
    std::size_t lost = 0; ///< samples, besides those that are missing in it for certain
    bool slipped = false;
};

WindowDoubt doubtOf(const PowerTrace &trace, const TraceWindow &window)
{
    WindowDoubt all;
    for (const TraceDoubt &doubt : trace.doubts) {
        if (doubt.first >= window.end || doubt.end <= window.first)
            continue;
        all.slipped = all.slipped || doubt.slipped;
        // Those of its lost samples that stand outside of the window.
        const std::size_t from = std::max(doubt.end - std::min(doubt.lost, doubt.end), window.first);
        const std::size_t to = std::min(doubt.end, window.end);
        all.lost += doubt.lost - std::min(doubt.lost, to > from ? to - from : 0);
    }
    return all;
}

} // namespace

std::vector<TraceWindow> windowsOf(const PowerTrace &trace, WindowSignal signal)
{
    std::vector<TraceWindow> windows;
    std::optional<std::size_t> begin;
    for (const TraceMark &mark : trace.marks) {
        if (signal == WindowSignal::Level) {
            if (mark.edge == TraceMark::Edge::Falling) {
                begin = mark.sample;
                continue;
            }
            if (mark.edge != TraceMark::Edge::Rising)
                continue;
        } else {
            // Of a pulse that shows both edges, the falling one is the mark: the pin idles high.
            if (mark.edge == TraceMark::Edge::Rising)
                continue;
            if (!begin) {
                begin = mark.sample;
                continue;
            }
        }
        if (begin && mark.sample > *begin)
            windows.push_back({*begin, mark.sample});
        begin.reset();
    }
    return windows;
}

Result<EnergyResult> energyOf(const PowerTrace &trace, std::size_t inferences, WindowSignal signal,
                              std::size_t windows)
{
    ROSLER_EXPECTS(inferences > 0 && windows > 0);
    if (trace.unaccountedSeconds > highestDropRate * trace.seconds()) {
        std::array<char, 128> text {};
        std::snprintf(text.data(), text.size(),
                      "samples of %.3g s in %.3g s are missing, nobody knows which; no energy is stated",
                      trace.unaccountedSeconds, trace.seconds() + trace.unaccountedSeconds);
        return fail(ErrorCode::Rejected, text.data());
    }
    const std::vector<TraceWindow> found = windowsOf(trace, signal);
    if (found.size() < windows)
        return fail(ErrorCode::Malformed,
                    "only " + std::to_string(found.size()) + " of " + std::to_string(windows)
                        + " windows are marked in the trace; is the board's window pin wired to the meter?");
    EnergyResult result {
        spreadOf(std::array {0.0}, Quantity::fromInstrument(0.0, Unit::Joules)), {}, 0.0, false};
    std::vector<double> joules;
    for (std::size_t i = 0; i < windows; ++i) {
        const TraceStatistics s = trace.statistics(found[i].first, found[i].end);
        const std::string where = "window " + std::to_string(i + 1);
        if (s.samples == 0)
            return fail(ErrorCode::Malformed, "no samples", where);
        const WindowDoubt doubt = doubtOf(trace, found[i]);
        if (doubt.slipped)
            return fail(
                ErrorCode::Rejected,
                "bytes of the meter's stream got lost, its samples cannot be told from rubbish there; no "
                "energy is stated",
                where);
        const std::size_t lost = s.lost + doubt.lost;
        const double dropRate = static_cast<double>(lost) / static_cast<double>(s.samples + lost);
        if (dropRate > highestDropRate) {
            std::array<char, 96> text {};
            std::snprintf(text.data(), text.size(),
                          "%.2f %% of the samples were lost; above %.1f %% no energy is stated",
                          dropRate * 100.0, highestDropRate * 100.0);
            return fail(ErrorCode::Rejected, text.data(), where);
        }
        if (s.seconds < windowSeconds) {
            if (inferences < windowInferences) {
                std::array<char, 128> text {};
                std::snprintf(text.data(), text.size(),
                              "%.3g s and %zu inferences: a window needs %g s or %zu inferences", s.seconds,
                              inferences, windowSeconds, windowInferences);
                return fail(ErrorCode::OutOfRange, text.data(), where);
            }
            result.shortWindows = true;
        }
        // What few samples were lost, used as much as the others: mean power x time.
        joules.push_back(s.meanWatts * s.seconds / static_cast<double>(inferences));
        result.dropRate = std::max(result.dropRate, dropRate);
        result.windows.push_back(s);
    }
    result.joules = spreadOf(joules, Quantity::fromInstrument(0.0, Unit::Joules));
    return result;
}

} // namespace rosler
