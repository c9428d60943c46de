// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/nn/network.h"
#include "core/training/metrics.h"
#include "core/training/pause_gate.h"
#include "core/training/trial_spec.h"

namespace rosler {

/// Everything that a training needs to go on as if it had never stopped: a checkpoint.
struct TrainingState {
    std::vector<float> parameters;
    std::vector<float> optimizerState;
    std::int64_t step = 0; ///< steps taken
    /// Updates taken, for Adam's bias correction: of each factor kind; then, with a gradient sketch, of each
    /// column of the R that reads the data.
    std::vector<std::int64_t> updates;
    std::vector<std::uint32_t> keptFeatures; ///< of the first layer; empty when it reads all
    double seconds = 0;
    double trainFlops = 0;
};

/// Who is told of a trial while it runs.
/// Called on the trainer's thread, between steps: return quickly, keep nothing by reference.
class TrainerObserver
{
public:
    virtual ~TrainerObserver() = default;
    virtual void sampled(const MetricSample &sample) = 0;

protected:
    TrainerObserver() = default;
    TrainerObserver(const TrainerObserver &) = default;
    TrainerObserver &operator=(const TrainerObserver &) = default;
};

/// Trains one network on one dataset, an epoch at a time.
///
/// Same spec, same dataset, same build: same parameters, bit for bit, for any number of threads,
/// and across pause, stop and restore() (resources/docs/decisions/0005-determinism.md).
/// Call from inside the task arena whose threads it may use; one thread at a time.
class Trainer
{
public:
    /// @return OutOfRange  the spec's shapes do not meet the dataset's (planOf()), or its validation part
    ///                     leaves nothing to train on (splitTraining())
    [[nodiscard]] static Result<Trainer> create(const TrialSpec &spec, std::shared_ptr<const Dataset> data);
    ~Trainer();
    Trainer(Trainer &&) noexcept;
    Trainer &operator=(Trainer &&) noexcept;

    /// Goes on from @p state, made by state() of a trainer of the same spec and data.
    /// @return Malformed  its sizes are not those of this network
    [[nodiscard]] Result<void> restore(TrainingState state);
    [[nodiscard]] TrainingState state() const;

    /// Gives it the trained network that it learns from, where the spec names one (TeacherSpec): before it
    /// advances for the first time, and again after it is made anew to go on from a state.
    /// @return Rejected  it reads other features, or tells other classes
    [[nodiscard]] Result<void> learnFrom(std::shared_ptr<const Network> teacher);

    enum class Advance {
        EpochEnded, ///< and there are more to come
        Finished,   ///< all epochs done
        Stopped,    ///< stop was requested; restore(state()) goes on from here
        Diverged,   ///< the loss is not finite at this step
        Yielded,    ///< in the middle of an epoch, because it was asked to
    };

    /// Trains to the end of the current epoch, and evaluates. A teacher looks at the examples first. Stop is
    /// answered within one step. Waits at @p gate between steps. Requires learnFrom() where the spec names a
    /// teacher.
    /// @param yield  set: when it becomes true, returns between steps (for a checkpoint on demand)
    [[nodiscard]] Advance advance(TrainerObserver &observer, const std::stop_token &stop, PauseGate &gate,
                                  const std::atomic<bool> *yield = nullptr);

    [[nodiscard]] const Network &network() const noexcept;
    [[nodiscard]] std::int64_t step() const noexcept;
    [[nodiscard]] std::int64_t totalSteps() const noexcept;
    [[nodiscard]] double epoch() const noexcept;   ///< passes done, fractional
    [[nodiscard]] double seconds() const noexcept; ///< of training alone
    [[nodiscard]] double trainFlops() const noexcept;

    /// Examples that are trained on and held out; the latter 0 where the spec holds out none.
    [[nodiscard]] Index trainingExamples() const noexcept;
    [[nodiscard]] Index validationExamples() const noexcept;

    /// No evaluation on the test part, not at the end either: for whoever compares candidates.
    void leaveTestPartAlone() noexcept;

    /// Fraction of the validation part that the network gets right; NaN before the first evaluation, and
    /// where nothing is held out.
    [[nodiscard]] double lastValidationAccuracy() const noexcept;
    /// Fraction of the test part that the network gets right; NaN before the first evaluation, which where
    /// examples are held out is at the end.
    [[nodiscard]] double lastTestAccuracy() const noexcept;
    /// The same, evaluated now, with the weights rounded to float16.
    [[nodiscard]] double testAccuracyFloat16() const;

private:
    struct State;
    explicit Trainer(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace rosler
