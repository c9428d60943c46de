// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include "device_link/host/power_trace.h"

namespace rosler {

/// Fills a PowerTrace up to its longest length.
class TraceRecorder
{
public:
    TraceRecorder() = default;
    TraceRecorder(double sampleSeconds, double volts, double longestSeconds)
        : m_most(static_cast<std::size_t>(longestSeconds / sampleSeconds))
    {
        trace.sampleSeconds = sampleSeconds;
        trace.volts = volts;
    }

    void add(double watts)
    {
        if (trace.watts.size() < m_most)
            trace.watts.push_back(static_cast<float>(watts));
        else
            trace.overflowed = true;
    }

    void addLost(std::size_t count)
    {
        const std::size_t room = m_most - trace.watts.size();
        trace.overflowed = trace.overflowed || count > room;
        trace.watts.insert(trace.watts.end(), std::min(count, room), std::numeric_limits<float>::quiet_NaN());
    }

    void mark(TraceMark::Edge edge)
    {
        if (!trace.overflowed)
            trace.marks.push_back({trace.watts.size(), edge});
    }

    /// From sample @p first on, up to now.
    void doubt(std::size_t first, std::size_t lost, bool slipped)
    {
        if (trace.doubts.empty() || trace.doubts.back().end < first)
            trace.doubts.push_back({first, first, 0, false});
        TraceDoubt &last = trace.doubts.back();
        last.end = std::max(trace.watts.size(), last.first + 1);
        last.lost += lost;
        last.slipped = last.slipped || slipped;
    }

    PowerTrace trace;

private:
    std::size_t m_most = 0;
};

} // namespace rosler
