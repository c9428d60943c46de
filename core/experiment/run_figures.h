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
    Index epochs = 0; ///< that it trains for in all; 0 = not known
};

enum class CurveX { Epoch, TrainFlops, Seconds };
/// Held out: of the validation part where a run has one, else of the test part; the axis says which.
enum class CurveY { HeldOutAccuracy, TrainAccuracy, TrainLoss, HeldOutLoss };

/// What @p runs were given alike: "equal epochs", or "equal training FLOPs" where they come as near as whole
/// epochs can; "unequal training" where neither holds. Empty for fewer than two runs, or where one's epochs
/// are not known.
[[nodiscard]] std::string budgetOf(const std::vector<PlottedRun> &runs);

/// One series a run, in the order of the runs; samples without a value of @p y are left out, infinite ones
/// kept. Accuracy in %, loss in nats, training computation in GFLOP, time in s: the units do not depend on
/// the runs, so that runs and samples added one at a time meet the same axes. The title across says what
/// several runs were given alike (budgetOf()). Both axes linear.
[[nodiscard]] LineFigure curveFigure(const std::vector<PlottedRun> &runs, CurveX x, CurveY y);
/// kB of stored weights as float32, float16 and int8; logarithmic.
[[nodiscard]] BarFigure memoryFigure(const std::vector<PlottedRun> &runs);
/// MFLOP of one inference, counted by formula and marked as modelled.
[[nodiscard]] BarFigure inferenceFigure(const std::vector<PlottedRun> &runs);
/// GFLOP and peak MB of memory of the training, modelled; logarithmic.
[[nodiscard]] BarFigure trainingFigure(const std::vector<PlottedRun> &runs);

struct NamedFigure {
    std::string stem; ///< file name without extension: "accuracy-epoch"
    Figure figure;
};

/// All figures that `rosler export` and "Export all figures" write, in a fixed order: curves, then bars.
/// Against computation the axis is logarithmic: compressed runs need a small part of what dense ones do.
[[nodiscard]] std::vector<NamedFigure> allFigures(const std::vector<PlottedRun> &runs);

} // namespace rosler
