// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "device_link/host/measurement.h"

namespace rosler {

/// How many test examples of each class were answered with each: rows are true classes, columns answers.
struct BoardConfusion {
    using Counts = std::vector<std::vector<std::uint64_t>>;
    std::vector<std::string> classNames;
    Counts board;
    Counts twin;
};

/// A measurement with all that stands behind its figures.
struct MeasuredModel {
    Measurement measurement;
    BoardConfusion confusion;
    std::vector<double> latencies; ///< in the unit of Measurement::latency, one for each timed run
};

} // namespace rosler
