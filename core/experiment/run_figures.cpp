// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/run_figures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/experiment/spec_names.h"

namespace rosler {
namespace {

/// One number of a sample as an axis shows it.
struct Quantity {
    const char *title;
    double (*value)(const MetricSample &sample);
    double factor; ///< from the sample's unit to the title's
};

template <double MetricSample::*field>
double valueOf(const MetricSample &sample)
{
    return sample.*field;
}

// In the order of the enumerations.
constexpr std::array across {
    Quantity {"epoch", &valueOf<&MetricSample::epoch>, 1},
    Quantity {"training computation (GFLOP)", &valueOf<&MetricSample::trainFlops>, 1e-9},
    Quantity {"training time (s)", &valueOf<&MetricSample::seconds>, 1},
};
constexpr std::array upwards {
    Quantity {"accuracy (%)", &heldOutAccuracy, 100},
    Quantity {"training accuracy (%)", &valueOf<&MetricSample::trainAccuracy>, 100},
    Quantity {"training loss (nats)", &valueOf<&MetricSample::trainLoss>, 1},
    Quantity {"loss (nats)", &heldOutLoss, 1},
};

/// "validation ", "test ", or "held-out " where some runs have a validation part and others none.
std::string partOf(const std::vector<PlottedRun> &runs)
{
    bool validation = false;
    bool test = false;
    for (const PlottedRun &run : runs) {
        const bool held = std::any_of(run.metrics.begin(), run.metrics.end(), [](const MetricSample &sample) {
            return !std::isnan(sample.validationAccuracy);
        });
        validation = validation || held;
        test = test || (!held && !run.metrics.empty());
    }
    return validation && test ? "held-out " : validation ? "validation " : "test ";
}

/// The counted value of each category: from a run's cost, in the axis' unit.
struct CostCategory {
    const char *name;
    double (*value)(const TrialCost &cost);
};

std::string withBudget(std::string title, const std::vector<PlottedRun> &runs)
{
    const std::string budget = budgetOf(runs);
    return budget.empty() ? title : title + ", " + budget;
}

BarFigure costFigure(const std::vector<PlottedRun> &runs, const std::string &title,
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

std::string budgetOf(const std::vector<PlottedRun> &runs)
{
    const auto known = [](const PlottedRun &run) { return run.epochs > 0; };
    if (runs.size() < 2 || !std::all_of(runs.begin(), runs.end(), known))
        return {};
    const PlottedRun &first = runs.front();
    const auto inEpochs = [&](const PlottedRun &run) { return run.epochs == first.epochs; };
    if (std::all_of(runs.begin(), runs.end(), inEpochs))
        return std::string(labelOf(BudgetKind::EqualEpochs));
    // Each is a whole number of epochs: half of one off at most, and both may be off.
    const auto epochOf = [](const PlottedRun &run) {
        return static_cast<double>(run.cost.trainFlops) / static_cast<double>(run.epochs);
    };
    const auto inFlops = [&](const PlottedRun &run) {
        const double off =
            static_cast<double>(run.cost.trainFlops) - static_cast<double>(first.cost.trainFlops);
        return std::abs(off) <= std::max(epochOf(run), epochOf(first));
    };
    return std::all_of(runs.begin(), runs.end(), inFlops)
        ? std::string(labelOf(BudgetKind::EqualTrainingFlops))
        : "unequal training";
}

LineFigure curveFigure(const std::vector<PlottedRun> &runs, CurveX x, CurveY y)
{
    const Quantity &horizontal = across.at(static_cast<std::size_t>(x));
    const Quantity &vertical = upwards.at(static_cast<std::size_t>(y));
    LineFigure figure;
    figure.x.title = withBudget(horizontal.title, runs);
    const bool heldOut = y == CurveY::HeldOutAccuracy || y == CurveY::HeldOutLoss;
    figure.y.title = (heldOut ? partOf(runs) : std::string()) + vertical.title;
    for (const PlottedRun &run : runs) {
        FigureSeries series {run.name, seriesStyle(run.styleNumber), {}};
        for (const MetricSample &sample : run.metrics) {
            const double value = vertical.value(sample);
            if (!std::isnan(value)) // not evaluated at this step
                series.points.push_back(
                    {horizontal.value(sample) * horizontal.factor, value * vertical.factor});
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
    const auto [least, most] =
        std::ranges::minmax_element(runs, {}, [](const PlottedRun &run) { return run.cost.macs; });
    constexpr std::uint64_t linear = 20; // beyond, the shorter bar is a line
    figure.value.logarithmic = !runs.empty() && most->cost.macs / linear > least->cost.macs;
    figure.modelled = true;
    return figure;
}

BarFigure trainingFigure(const std::vector<PlottedRun> &runs)
{
    BarFigure figure =
        costFigure(runs, withBudget("training (GFLOP, MB)", runs),
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
    LineFigure againstFlops = curveFigure(runs, CurveX::TrainFlops, CurveY::HeldOutAccuracy);
    againstFlops.x.logarithmic = true;
    return {
        {"accuracy-epoch", curveFigure(runs, CurveX::Epoch, CurveY::HeldOutAccuracy)},
        {"accuracy-flops", againstFlops},
        {"accuracy-seconds", curveFigure(runs, CurveX::Seconds, CurveY::HeldOutAccuracy)},
        {"training-accuracy-epoch", curveFigure(runs, CurveX::Epoch, CurveY::TrainAccuracy)},
        {"loss-epoch", curveFigure(runs, CurveX::Epoch, CurveY::HeldOutLoss)},
        {"training-loss-epoch", curveFigure(runs, CurveX::Epoch, CurveY::TrainLoss)},
        {"memory", memoryFigure(runs)},
        {"inference", inferenceFigure(runs)},
        {"training", trainingFigure(runs)},
    };
}

} // namespace rosler
