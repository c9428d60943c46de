// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/experiment/trial_result.h"
#include "core/figure/figure_writer.h"
#include "core/training/metrics.h"

namespace rosler {

/// One run as the figures need it. The order of the runs chooses their colours.
struct PlottedRun {
    std::string name;
    std::size_t styleNumber = 0; ///< seriesStyle(styleNumber)
    std::vector<MetricSample> metrics;
    TrialCost cost;
};

enum class CurveX { Epoch, TrainFlops, Seconds };
enum class CurveY { TestAccuracy, TrainAccuracy, TrainLoss, TestLoss };

[[nodiscard]] LineFigure curveFigure(const std::vector<PlottedRun> &runs, CurveX x, CurveY y);
[[nodiscard]] BarFigure
memoryFigure(const std::vector<PlottedRun> &runs); ///< kB at float32, float16, int8; logarithmic
[[nodiscard]] BarFigure inferenceFigure(const std::vector<PlottedRun> &runs); ///< MFLOP of one inference
[[nodiscard]] BarFigure
trainingFigure(const std::vector<PlottedRun> &runs); ///< GFLOP of training, and training memory

struct NamedFigure {
    std::string stem; ///< file name without extension: "accuracy-epoch"
    Figure figure;
};

/// All figures that `rosler export` and "Export all figures" write, in a fixed order.
[[nodiscard]] std::vector<NamedFigure> allFigures(const std::vector<PlottedRun> &runs);

} // namespace rosler
