// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/cost/cost_model.h"
#include "core/training/metrics.h"
#include "core/training/trial_spec.h"

namespace rosler {

/// How a trial ended.
enum class TrialEnd { Finished, Stopped, Diverged, Failed };

/// What came of one trial. Accuracies and seconds are measured here, the costs are counted by formula.
struct TrialResult {
    std::string name;
    /// Of each weighted layer, none where it is whole. Of a model without any, a list of nones or nothing.
    std::vector<std::optional<Sketch>> sketches;
    TrialEnd end = TrialEnd::Finished;
    /// Fraction, float32 weights, validation part, after the last epoch; NaN where nothing is held out.
    double validationAccuracy = std::numeric_limits<double>::quiet_NaN();
    /// Fraction, float32 weights, whole test set; NaN where there is none: failed, diverged, not yet
    /// evaluated.
    double testAccuracy = std::numeric_limits<double>::quiet_NaN();
    /// The same with weights rounded to float16; NaN also where the trial was stopped.
    double testAccuracyF16 = std::numeric_limits<double>::quiet_NaN();
    TrialCost cost;
    double trainFlops = 0;                       ///< executed
    double trainSeconds = 0;                     ///< measured; training alone
    double epochs = 0;                           ///< passes done
    BudgetKind budget = BudgetKind::EqualEpochs; ///< what it had alike with the models beside it
    std::string parameterDigest;                 ///< SHA-256 of the float32 parameters: equal means bit-equal
};

[[nodiscard]] bool isSketched(const TrialResult &result) noexcept;

/// The "rosler.result/1" object, one line of JSON, that `rosler train --json` ends with.
struct ExperimentResult {
    std::uint64_t seed = 0;
    std::string datasetName;
    Index trainExamples = 0;      ///< trained on
    Index validationExamples = 0; ///< held out of the training part
    Index testExamples = 0;
    BudgetKind budget = BudgetKind::EqualEpochs;
    std::vector<TrialResult> models;
};

[[nodiscard]] std::string toJsonLine(const ExperimentResult &result);

/// One trial's part of it, indented: result.json of a run folder.
[[nodiscard]] std::string toJson(const TrialResult &result);
[[nodiscard]] Result<TrialResult> parseTrialResult(std::string_view json, const std::string &where);

/// The saving in one sentence, for the scoreboard: "rosler kept 98.28 % (dense 98.79 %) with 96x less
/// memory (float16 against float32) and 49x fewer multiply-adds; 1 seed." Compares @p other with @p
/// reference.
[[nodiscard]] std::string scoreboardSentence(const TrialResult &reference, const TrialResult &other);

} // namespace rosler
