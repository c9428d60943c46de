// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/budget.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/cost/cost_model.h"

namespace rosler {

namespace {

/// The number of epochs whose FLOPs come nearest to @p budget.
Result<Index> nearestEpochs(TrialSpec trial, double budget, const ExampleShape &example, Index classes,
                            Index trainExamples)
{
    const auto flopsAt = [&](Index epochs) {
        trial.training.epochs = epochs;
        return costOf(trial, example, classes, trainExamples).transform([](const TrialCost &cost) {
            return static_cast<double>(cost.trainFlops);
        });
    };
    const auto one = flopsAt(trial.training.epochs);
    if (!one)
        return tl::unexpected(one.error());
    // FLOPs are proportional to epochs, but that the successive stage begins at a whole step.
    const double estimate = budget / std::max(1.0, *one) * static_cast<double>(trial.training.epochs);
    const auto around = static_cast<Index>(std::clamp(estimate, 1.0, static_cast<double>(mostEpochs)));
    Index best = 0;
    double least = 0;
    for (Index epochs = std::max<Index>(1, around - 1); epochs <= std::min(mostEpochs, around + 1);
         ++epochs) {
        const auto flops = flopsAt(epochs);
        if (!flops)
            return tl::unexpected(flops.error());
        const double off = std::abs(*flops - budget);
        if (best == 0 || off < least) {
            best = epochs;
            least = off;
        }
    }
    return best;
}

} // namespace

Result<ExperimentSpec> withinBudget(ExperimentSpec spec, const ExampleShape &example, Index classes,
                                    Index trainExamples)
{
    if (spec.training.budget == BudgetKind::EqualEpochs || spec.models.empty())
        return spec;
    const auto first = costOf(trialOf(spec, 0), example, classes, trainExamples);
    if (!first)
        return tl::unexpected(first.error());
    for (std::size_t i = 0; i < spec.models.size(); ++i) {
        ModelSpec &model = spec.models[i];
        if (model.epochs)
            continue;
        if (i == 0) {
            model.epochs = spec.training.epochs;
            continue;
        }
        const auto epochs = nearestEpochs(trialOf(spec, i), static_cast<double>(first->trainFlops), example,
                                          classes, trainExamples);
        if (!epochs)
            return tl::unexpected(epochs.error());
        model.epochs = *epochs;
    }
    return spec;
}

void setEpochs(ExperimentSpec &spec, Index epochs)
{
    spec.training.epochs = epochs;
    for (ModelSpec &model : spec.models)
        model.epochs.reset();
}

void setBudget(ExperimentSpec &spec, BudgetKind budget)
{
    spec.training.budget = budget;
    for (ModelSpec &model : spec.models)
        model.epochs.reset();
}

} // namespace rosler
