// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/spec_names.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace rosler {

namespace {

template <typename Value>
using Named = std::pair<Value, std::string_view>;

constexpr std::array activations {Named<Activation> {Activation::None, "none"},
                                  Named<Activation> {Activation::Relu, "relu"}};
constexpr std::array sketchKinds {Named<SketchKind> {SketchKind::Gaussian, "gaussian"},
                                  Named<SketchKind> {SketchKind::CurUniform, "cur-uniform"},
                                  Named<SketchKind> {SketchKind::CurLeverage, "cur-leverage"}};
constexpr std::array featureSamplings {Named<FeatureSampling> {FeatureSampling::Uniform, "uniform"},
                                       Named<FeatureSampling> {FeatureSampling::Variance, "variance"},
                                       Named<FeatureSampling> {FeatureSampling::Leverage, "leverage"}};
constexpr std::array optimizerKinds {Named<OptimizerKind> {OptimizerKind::Adam, "adam"},
                                     Named<OptimizerKind> {OptimizerKind::Sgd, "sgd"}};
constexpr std::array scheduleKinds {Named<ScheduleKind> {ScheduleKind::Cosine, "cosine"},
                                    Named<ScheduleKind> {ScheduleKind::Constant, "constant"}};
constexpr std::array budgetKinds {Named<BudgetKind> {BudgetKind::EqualEpochs, "equal_epochs"},
                                  Named<BudgetKind> {BudgetKind::EqualTrainingFlops, "equal_training_flops"}};
constexpr std::array budgetLabels {
    Named<BudgetKind> {BudgetKind::EqualEpochs, "equal epochs"},
    Named<BudgetKind> {BudgetKind::EqualTrainingFlops, "equal training FLOPs"}};
constexpr std::array trialEnds {
    Named<TrialEnd> {TrialEnd::Finished, "finished"}, Named<TrialEnd> {TrialEnd::Stopped, "stopped"},
    Named<TrialEnd> {TrialEnd::Diverged, "diverged"}, Named<TrialEnd> {TrialEnd::Failed, "failed"}};

template <typename Table, typename Value>
std::string_view nameIn(const Table &table, Value value)
{
    return std::find_if(table.begin(), table.end(), [&](const auto &row) { return row.first == value; })
        ->second;
}

template <typename Table>
auto valueIn(const Table &table, std::string_view name) -> std::optional<decltype(table[0].first)>
{
    const auto row =
        std::find_if(table.begin(), table.end(), [&](const auto &r) { return r.second == name; });
    if (row == table.end())
        return std::nullopt;
    return row->first;
}

} // namespace

std::string_view nameOf(Activation activation)
{
    return nameIn(activations, activation);
}
std::string_view nameOf(SketchKind kind)
{
    return nameIn(sketchKinds, kind);
}
std::string_view nameOf(FeatureSampling sampling)
{
    return nameIn(featureSamplings, sampling);
}
std::string_view nameOf(OptimizerKind kind)
{
    return nameIn(optimizerKinds, kind);
}
std::string_view nameOf(ScheduleKind kind)
{
    return nameIn(scheduleKinds, kind);
}
std::string_view nameOf(BudgetKind kind)
{
    return nameIn(budgetKinds, kind);
}
std::string_view labelOf(BudgetKind kind)
{
    return nameIn(budgetLabels, kind);
}
std::string_view nameOf(TrialEnd end)
{
    return nameIn(trialEnds, end);
}

std::optional<Activation> activationNamed(std::string_view name)
{
    return valueIn(activations, name);
}
std::optional<SketchKind> sketchKindNamed(std::string_view name)
{
    return valueIn(sketchKinds, name);
}
std::optional<FeatureSampling> featureSamplingNamed(std::string_view name)
{
    return valueIn(featureSamplings, name);
}
std::optional<OptimizerKind> optimizerKindNamed(std::string_view name)
{
    return valueIn(optimizerKinds, name);
}
std::optional<ScheduleKind> scheduleKindNamed(std::string_view name)
{
    return valueIn(scheduleKinds, name);
}
std::optional<BudgetKind> budgetKindNamed(std::string_view name)
{
    return valueIn(budgetKinds, name);
}
std::optional<TrialEnd> trialEndNamed(std::string_view name)
{
    return valueIn(trialEnds, name);
}

std::string_view nearestName(std::string_view word, std::span<const std::string_view> candidates)
{
    std::string_view best;
    std::size_t fewest = std::max<std::size_t>(2, word.size() / 2) + 1;
    for (const std::string_view candidate : candidates) {
        // Levenshtein's distance, a row at a time
        std::vector<std::size_t> row(candidate.size() + 1);
        for (std::size_t j = 0; j < row.size(); ++j)
            row[j] = j;
        for (std::size_t i = 1; i <= word.size(); ++i) {
            std::size_t diagonal = row[0];
            row[0] = i;
            for (std::size_t j = 1; j < row.size(); ++j) {
                const std::size_t substituted = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
            }
        }
        if (row.back() < fewest) {
            fewest = row.back();
            best = candidate;
        }
    }
    return best;
}

} // namespace rosler
