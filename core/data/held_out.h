// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"

namespace rosler {

/// How much of the training examples is held out for validation: for all that a person or a program chooses
/// (ranks, rates, the best epoch, which run is best). The test part is for none of that.
struct ValidationSpec {
    double share = 0; ///< of the training examples, in [0, 1); 0 = as count says
    Index count = 0;  ///< examples; 0 with share 0 = none: the choices are already made

    [[nodiscard]] static ValidationSpec none() { return {}; }
    [[nodiscard]] static ValidationSpec tenth() { return {0.1, 0}; }
    [[nodiscard]] bool any() const noexcept { return share > 0 || count > 0; }
    friend bool operator==(const ValidationSpec &, const ValidationSpec &) = default;
};

/// Numbers of training examples, ascending, each in one of the two.
struct TrainingSplit {
    std::vector<std::uint32_t> training; ///< empty with an empty validation part: all
    std::vector<std::uint32_t> validation;

    /// How many of @p all examples are trained on.
    [[nodiscard]] Index trainingCount(Index all) const noexcept
    {
        return validation.empty() ? all : static_cast<Index>(training.size());
    }
};

/// Splits the training part of @p data. Every class gives the same share, as far as whole numbers go; where
/// examples have groups, whole groups are drawn until the count is reached, and at least one is left to train
/// on. Depends on the data and @p spec alone: all seeds and all runs have the same validation part.
/// @return OutOfRange  nothing would be left to train on, or nothing to validate with
[[nodiscard]] Result<TrainingSplit> splitTraining(const Examples &train, Index classes,
                                                  const ValidationSpec &spec);

/// How many of @p train examples are trained on under @p spec, where examples have no groups.
[[nodiscard]] Index trainingCountOf(Index train, const ValidationSpec &spec) noexcept;

} // namespace rosler
