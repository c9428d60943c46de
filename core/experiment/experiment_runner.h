// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/experiment/experiment_spec.h"
#include "core/experiment/trial_result.h"
#include "core/training/trainer.h"

namespace rosler {

/// Who is told of the trials of an experiment: the run store, a progress bar, the charts.
/// Called on the runner's thread; return quickly. `trial` is the model's number in the spec.
class ExperimentObserver
{
public:
    virtual ~ExperimentObserver() = default;
    virtual void sampled(std::size_t trial, const MetricSample &sample) = 0;
    /// After each epoch, when a checkpoint was asked for, and when stopped: what a restart needs.
    virtual void checkpoint(std::size_t trial, const TrainingState &state) = 0;
    /// Once a trial, at its end, whatever the end was. The network holds the final parameters.
    virtual void ended(std::size_t trial, const TrialResult &result, const Network &network) = 0;
    /// The trial could not go on (out of memory); the others do.
    virtual void failed(std::size_t trial, const Error &error) = 0;

protected:
    ExperimentObserver() = default;
    ExperimentObserver(const ExperimentObserver &) = default;
    ExperimentObserver &operator=(const ExperimentObserver &) = default;
};

/// What to train, and with how much of the machine.
struct RunRequest {
    ExperimentSpec spec;
    std::shared_ptr<const Dataset> data;
    int threads = 0; ///< 0 = all cores
    /// For each model, the state to go on from, or none. Empty = all from the start.
    std::vector<std::optional<TrainingState>> resume;
    /// For each model, the trained network that it learns from where that is none of the spec's models, or
    /// none. Empty = all teachers are trained here.
    std::vector<std::shared_ptr<const Network>> teachers {};
    bool testsAtEnd = true; ///< false: the test part is not looked at, for whoever compares candidates
};

/// How the runner is steered from other threads.
struct RunControl {
    PauseGate gate;
    std::atomic<bool> checkpointWanted = false; ///< taken at the end of the running model's turn, then reset
};

/// Trains all models of an experiment side by side: interleaved, an epoch about (or as many as keep them
/// level, where they train for different numbers of epochs), on one arena, so that their times are comparable
/// and every curve moves; a model that learns from another one waits for its end, and fails when that is not
/// a good one. Blocks until all have ended or @p stop is requested.
/// @return the results in the order of the spec's models; those that failed have end = Failed
/// @return OutOfRange  the spec does not fit the data, or a teacher is missing
[[nodiscard]] Result<ExperimentResult> runExperiment(const RunRequest &request, ExperimentObserver &observer,
                                                     RunControl &control, const std::stop_token &stop);

} // namespace rosler
