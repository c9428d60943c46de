// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/experiment/trial_result.h"
#include "core/training/trial_spec.h"

namespace rosler {

/// The words that spec and result files use for enumerated values: one table each (spec_names.cpp).
[[nodiscard]] std::string_view nameOf(Activation activation);
[[nodiscard]] std::string_view nameOf(SketchKind kind);
[[nodiscard]] std::string_view nameOf(FeatureSampling sampling);
[[nodiscard]] std::string_view nameOf(OptimizerKind kind);
[[nodiscard]] std::string_view nameOf(ScheduleKind kind);
[[nodiscard]] std::string_view nameOf(BudgetKind kind);
[[nodiscard]] std::string_view nameOf(TrialEnd end);

[[nodiscard]] std::optional<Activation> activationNamed(std::string_view name);
[[nodiscard]] std::optional<SketchKind> sketchKindNamed(std::string_view name);
[[nodiscard]] std::optional<FeatureSampling> featureSamplingNamed(std::string_view name);
[[nodiscard]] std::optional<OptimizerKind> optimizerKindNamed(std::string_view name);
[[nodiscard]] std::optional<ScheduleKind> scheduleKindNamed(std::string_view name);
[[nodiscard]] std::optional<BudgetKind> budgetKindNamed(std::string_view name);
[[nodiscard]] std::optional<TrialEnd> trialEndNamed(std::string_view name);

/// "equal epochs", "equal training FLOPs": for people.
[[nodiscard]] std::string_view labelOf(BudgetKind kind);

/// The candidate with the fewest edits from @p word, for "did you mean"; empty when none is near.
[[nodiscard]] std::string_view nearestName(std::string_view word,
                                           std::span<const std::string_view> candidates);

} // namespace rosler
