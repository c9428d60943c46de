// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "core/nn/layer.h"
#include "core/training/trial_spec.h"

namespace rosler {

/// Which factors a step trains, and at which learning rate: the stages of the method as a function of the
/// step's number alone (method page, sections 3 and 4). Steps count from 0.
class StageSchedule
{
public:
    StageSchedule(const TrialSpec &spec, Index trainExamples);

    [[nodiscard]] std::int64_t stepsPerEpoch() const noexcept { return m_stepsPerEpoch; }
    [[nodiscard]] std::int64_t totalSteps() const noexcept { return m_totalSteps; }
    /// The first step of the successive stage; totalSteps() when there is none.
    [[nodiscard]] std::int64_t successiveFrom() const noexcept { return m_successiveFrom; }

    /// All factors in the parallel stage; R, U, C, R, ... afterwards.
    [[nodiscard]] FactorSet factors(std::int64_t step) const noexcept;
    [[nodiscard]] double learningRate(std::int64_t step) const noexcept;
    /// Whether the sketches' factors are made orthonormal once @p steps steps are taken, and how often that
    /// is the case over the whole training.
    [[nodiscard]] bool orthonormalisesAfter(std::int64_t steps) const noexcept;
    [[nodiscard]] std::int64_t orthonormalisations() const noexcept;
    /// Examples in the batch of this step: the last of an epoch may be smaller.
    [[nodiscard]] Index batchSize(std::int64_t step) const noexcept;

    /// How many examples, with repetition, each kind of step sees over the whole training. Closed form but
    /// for a loop over the epochs of the successive stage.
    struct Examples {
        std::int64_t parallel = 0;
        std::array<std::int64_t, factorKinds> successive {};
    };
    [[nodiscard]] Examples examples() const noexcept;

private:
    Index m_trainExamples;
    Index m_batch;
    std::int64_t m_stepsPerEpoch;
    std::int64_t m_totalSteps;
    std::int64_t m_successiveFrom;
    double m_learningRate;
    ScheduleKind m_schedule;
    std::int64_t m_warmup;             ///< steps
    std::int64_t m_orthonormalise = 0; ///< steps; 0 = never
};

/// Of @p read features, how many a gradient sketch of @p share computes: at least one.
[[nodiscard]] Index sketchedFeatures(Index read, double share) noexcept;

} // namespace rosler
