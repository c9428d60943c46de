// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/cost/cost_model.h"
#include "core/training/trial_spec.h"

namespace rosler {

/// What a sketched model may be given: each list is one to choose from, none keeps the model's own.
struct CandidateGrid {
    std::vector<std::vector<Index>> ranks;       ///< one rank a weighted layer
    std::vector<std::vector<Index>> sketchSizes; ///< one size a weighted layer
    std::vector<double> learningRates;
};

/// A model that may be chosen, and how it did on held-out training examples.
struct Candidate {
    ModelSpec model;
    std::vector<std::optional<Sketch>> sketches; ///< of its weighted layers, once planned
    TrialCost cost;
    std::vector<double> accuracies; ///< fraction of the validation part, one a seed; NaN where it diverged

    /// NaN with a NaN among them, and without any.
    [[nodiscard]] double mean() const noexcept;
};

/// @p model with every rank, every sketch size and every rate of @p grid: ranks outermost, rates innermost.
/// @return OutOfRange  the model has no sketched layer, or a list another length than its weighted layers
[[nodiscard]] Result<std::vector<Candidate>> candidatesOf(const ModelSpec &model, const CandidateGrid &grid);

/// Of candidates that differ by the rate alone, the one with the highest mean counts. Among those whose mean
/// is at most @p within below @p reference, the one with the fewest bytes at float16 is taken; where none is,
/// or there is no reference (NaN), the one with the highest mean. Means that are NaN are never taken. @p
/// within is a fraction: 0.003 are 0.3 points.
/// @return the number of the candidate; none when no mean is a number
[[nodiscard]] std::optional<std::size_t> chooseCandidate(const std::vector<Candidate> &candidates,
                                                         double reference, double within);

} // namespace rosler
