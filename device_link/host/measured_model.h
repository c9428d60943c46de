// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "device_link/host/measurement.h"
#include "device_link/host/power_figure.h"

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
    /// What a meter saw; none without one.
    std::optional<NamedTrace> power;
    std::string energyNote; ///< why the meter's trace gives no energy; empty when it does
};

/// CSV with a header line: how many examples of each true class got each answer, from board and twin.
[[nodiscard]] std::string confusionCsv(std::span<const MeasuredModel> models);

} // namespace rosler
