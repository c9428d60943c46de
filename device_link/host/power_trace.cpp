// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/power_trace.h"

#include <algorithm>
#include <cmath>

namespace rosler {

TraceStatistics PowerTrace::statistics(std::size_t first, std::size_t end) const
{
    TraceStatistics s;
    end = std::min(end, watts.size());
    first = std::min(first, end);
    double sum = 0.0;
    for (std::size_t i = first; i < end; ++i) {
        const auto w = static_cast<double>(watts[i]);
        if (std::isnan(w)) {
            ++s.lost;
            continue;
        }
        s.minWatts = s.samples == 0 ? w : std::min(s.minWatts, w);
        s.maxWatts = s.samples == 0 ? w : std::max(s.maxWatts, w);
        sum += w;
        ++s.samples;
    }
    s.seconds = static_cast<double>(end - first) * sampleSeconds;
    s.meanWatts = s.samples == 0 ? 0.0 : sum / static_cast<double>(s.samples);
    s.joules = sum * sampleSeconds;
    s.coulombs = volts > 0.0 ? s.joules / volts : 0.0;
    return s;
}

} // namespace rosler
