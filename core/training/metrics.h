// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace rosler {

/// One point of every curve a trial draws. Plain data: copied between threads.
/// What was not evaluated at this step is NaN.
struct MetricSample {
    std::int64_t step = 0; ///< optimiser steps taken so far
    double epoch = 0;      ///< passes over the training set, fractional
    double seconds = 0;    ///< of training alone: without evaluation, pauses and the other models
    double trainFlops = 0; ///< executed since the start; 2 x multiply-adds
    double trainLoss =
        std::numeric_limits<double>::quiet_NaN(); ///< mean over the examples since the last sample
    double trainAccuracy = std::numeric_limits<double>::quiet_NaN(); ///< likewise; fraction in [0, 1]
    double validationLoss = std::numeric_limits<double>::quiet_NaN();
    double validationAccuracy =
        std::numeric_limits<double>::quiet_NaN(); ///< over the whole validation part; fraction
    double testLoss = std::numeric_limits<double>::quiet_NaN();
    double testAccuracy = std::numeric_limits<double>::quiet_NaN(); ///< over the whole test set; fraction
};

/// What a curve of held-out examples shows: validation where there is such a part, else test, by which
/// nothing may be chosen. NaN where neither was evaluated.
[[nodiscard]] inline double heldOutAccuracy(const MetricSample &sample) noexcept
{
    return std::isnan(sample.validationAccuracy) ? sample.testAccuracy : sample.validationAccuracy;
}

[[nodiscard]] inline double heldOutLoss(const MetricSample &sample) noexcept
{
    return std::isnan(sample.validationLoss) ? sample.testLoss : sample.validationLoss;
}

/// Samples of several trials on their way to the charts.
struct MetricsBatch {
    struct Entry {
        std::size_t trial; ///< its number in the experiment
        MetricSample sample;
    };
    std::vector<Entry> entries;
};

} // namespace rosler
