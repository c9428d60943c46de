// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/training/metrics.h"

namespace rosler {

/// How much of an experiment is done and how long the rest takes. Plain arithmetic over the samples that
/// arrive; knows no clock: the caller says how long the training has run.
class TrainingPlan
{
public:
    struct Trial {
        std::int64_t totalSteps = 0;
        std::int64_t step = 0;   ///< taken so far; more than 0 at the start for a run that goes on
        double seconds = 0;      ///< of training of this model so far, measured
        double epoch = 0;        ///< passes done
        double epochs = 0;       ///< passes in all
        double startSeconds = 0; ///< what `seconds` was when this plan began
        bool ended = false;
    };

    TrainingPlan() = default;
    explicit TrainingPlan(std::vector<Trial> trials);

    void sampled(std::size_t trial, const MetricSample &sample);
    void ended(std::size_t trial);

    [[nodiscard]] double fraction() const; ///< of all steps of all models; models that ended count as done
    /// Passes done, and in all, of the model that has done the smallest share of its own; of the last one
    /// once all have ended.
    [[nodiscard]] double epoch() const;
    [[nodiscard]] double epochs() const;

    /// Steps left of each model at its own measured pace (at the mean pace of the others for one that has
    /// not begun), times what evaluation and the rest have cost until now.
    /// @param ranSeconds  wall time since the plan began, without pauses
    /// @return negative when nothing is measured yet
    [[nodiscard]] double secondsLeft(double ranSeconds) const;

private:
    [[nodiscard]] const Trial *furthestBehind() const;

    std::vector<Trial> m_trials;
};

} // namespace rosler
