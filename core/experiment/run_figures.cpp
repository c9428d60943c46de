// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/run_figures.h"

#include <array>
#include <cmath>

namespace rosler {
namespace {

/// One number of a sample as an axis shows it.
struct Quantity {
    const char *title;
    double MetricSample::*value;
    double factor; ///< from the sample's unit to the title's
};

// In the order of the enumerations.
constexpr std::array across {
    Quantity {"epoch", &MetricSample::epoch, 1},
    Quantity {"training computation (GFLOP)", &MetricSample::trainFlops, 1e-9},
    Quantity {"training time (s)", &MetricSample::seconds, 1},
};
constexpr std::array upwards {
    Quantity {"test accuracy (%)", &MetricSample::testAccuracy, 100},
    Quantity {"training accuracy (%)", &MetricSample::trainAccuracy, 100},
    Quantity {"training loss (nats)", &MetricSample::trainLoss, 1},
    Quantity {"test loss (nats)", &MetricSample::testLoss, 1},
};

/// The counted value of each category: from a run's cost, in the axis' unit.
struct CostCategory {
    const char *name;
    double (*value)(const TrialCost &cost);
};

BarFigure costFigure(const std::vector<PlottedRun> &runs, const char *title,
                     std::initializer_list<CostCategory> categories)
{
    BarFigure figure;
    figure.value.title = title;
    for (const CostCategory &category : categories)
        figure.categories.emplace_back(category.name);
    for (const PlottedRun &run : runs) {
        BarFigure::Series series {run.name, seriesStyle(run.styleNumber), {}};
        for (const CostCategory &category : categories)
            series.values.push_back(category.value(run.cost));
        figure.series.push_back(std::move(series));
    }
    return figure;
}

template <NumberType type>
double kilobytes(const TrialCost &cost)
{
    return static_cast<double>(cost.weightBytes(type)) / 1e3;
}

} // namespace

LineFigure curveFigure(const std::vector<PlottedRun> &runs, CurveX x, CurveY y)
{
    const Quantity &horizontal = across.at(static_cast<std::size_t>(x));
    const Quantity &vertical = upwards.at(static_cast<std::size_t>(y));
    LineFigure figure;
    figure.x.title = horizontal.title;
    figure.y.title = vertical.title;
    for (const PlottedRun &run : runs) {
        FigureSeries series {run.name, seriesStyle(run.styleNumber), {}};
        for (const MetricSample &sample : run.metrics) {
            const double value = sample.*vertical.value;
            if (!std::isnan(value)) // not evaluated at this step
                series.points.push_back(
                    {sample.*horizontal.value * horizontal.factor, value * vertical.factor});
        }
        figure.series.push_back(std::move(series));
    }
    return figure;
}

BarFigure memoryFigure(const std::vector<PlottedRun> &runs)
{
    BarFigure figure = costFigure(runs, "stored weights (kB)",
                                  {{"float32", &kilobytes<NumberType::Float32>},
                                   {"float16", &kilobytes<NumberType::Float16>},
                                   {"int8", &kilobytes<NumberType::Int8>}});
    figure.value.logarithmic = true;
    return figure;
}

BarFigure inferenceFigure(const std::vector<PlottedRun> &runs)
{
    BarFigure figure = costFigure(
        runs, "computation (MFLOP)",
        {{"one inference", [](const TrialCost &cost) { return 2 * static_cast<double>(cost.macs) / 1e6; }}});
    figure.modelled = true;
    return figure;
}

BarFigure trainingFigure(const std::vector<PlottedRun> &runs)
{
    BarFigure figure =
        costFigure(runs, "training (GFLOP, MB)",
                   {{"computation (GFLOP)",
                     [](const TrialCost &cost) { return static_cast<double>(cost.trainFlops) / 1e9; }},
                    {"memory (MB)", [](const TrialCost &cost) {
                         return static_cast<double>(cost.trainMemoryBytes) / 1e6;
                     }}});
    figure.value.logarithmic = true;
    figure.modelled = true;
    return figure;
}

std::vector<NamedFigure> allFigures(const std::vector<PlottedRun> &runs)
{
    LineFigure againstFlops = curveFigure(runs, CurveX::TrainFlops, CurveY::TestAccuracy);
    againstFlops.x.logarithmic = true;
    return {
        {"accuracy-epoch", curveFigure(runs, CurveX::Epoch, CurveY::TestAccuracy)},
        {"accuracy-flops", againstFlops},
        {"accuracy-seconds", curveFigure(runs, CurveX::Seconds, CurveY::TestAccuracy)},
        {"training-accuracy-epoch", curveFigure(runs, CurveX::Epoch, CurveY::TrainAccuracy)},
        {"test-loss-epoch", curveFigure(runs, CurveX::Epoch, CurveY::TestLoss)},
        {"training-loss-epoch", curveFigure(runs, CurveX::Epoch, CurveY::TrainLoss)},
        {"memory", memoryFigure(runs)},
        {"inference", inferenceFigure(runs)},
        {"training", trainingFigure(runs)},
    };
}

} // namespace rosler
