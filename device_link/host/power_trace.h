// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rosler {

/// Where the window pin of the board changed.
struct TraceMark {
    enum class Edge {
        Rising,
        Falling,
        Pulse, ///< the meter tells only that something happened
    };
    std::size_t sample = 0; ///< the first after the edge
    Edge edge = Edge::Pulse;

    friend bool operator==(const TraceMark &, const TraceMark &) = default;
};

/// A stretch of a trace in which something went wrong, nobody knows where in it.
struct TraceDoubt {
    std::size_t first = 0;
    std::size_t end = 0;  ///< past its last sample
    std::size_t lost = 0; ///< samples that are missing in it; they stand at its end, as NaN
    bool slipped = false; ///< bytes got lost: samples and marks in it may be made of halves of others

    friend bool operator==(const TraceDoubt &, const TraceDoubt &) = default;
};

/// What a stretch of a trace says. Samples that were lost count in time, and in nothing else.
struct TraceStatistics {
    double seconds = 0.0;
    double meanWatts = 0.0;
    double minWatts = 0.0;
    double maxWatts = 0.0;
    double joules = 0.0; ///< of the samples that are there
    double coulombs = 0.0;
    std::size_t samples = 0;
    std::size_t lost = 0;

    [[nodiscard]] double dropRate() const noexcept
    {
        const std::size_t all = samples + lost;
        return all == 0 ? 0.0 : static_cast<double>(lost) / static_cast<double>(all);
    }
};

/// Power over time as a meter saw it: equally spaced samples, each the mean over its period.
struct PowerTrace {
    double sampleSeconds = 0.0;
    double volts = 0.0;       ///< set or stated by the user: neither meter measures it
    std::vector<float> watts; ///< NaN = lost
    std::vector<TraceMark> marks;
    std::vector<TraceDoubt> doubts; ///< in their order; no two touch each other
    /// Time that passed without samples, nobody knows where in the trace: as much as clock and samples
    /// differ.
    double unaccountedSeconds = 0.0;
    bool overflowed = false; ///< the longest recording was reached; later samples are not here

    [[nodiscard]] double seconds() const noexcept
    {
        return static_cast<double>(watts.size()) * sampleSeconds;
    }
    /// Samples first .. end - 1.
    [[nodiscard]] TraceStatistics statistics(std::size_t first, std::size_t end) const;
    [[nodiscard]] TraceStatistics statistics() const { return statistics(0, watts.size()); }
};

} // namespace rosler
