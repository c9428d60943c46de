// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/experiment/experiment_spec.h"
#include "core/store/run_store.h"

namespace rosler {

/// Runs that are about to begin or to go on side by side: what runExperiment() asks for, and who keeps it.
struct ResumedRuns {
    ExperimentSpec spec;                              ///< with the models of all of them
    std::vector<std::optional<TrainingState>> states; ///< none: from its beginning, with drawn parameters
    std::shared_ptr<RunRecorder> recorder;
    /// For each model, the network that it learns from where that has been trained already; none otherwise.
    std::vector<std::shared_ptr<const Network>> teachers {};
};

/// The one way to go on with runs; the command line and the window take it. Nothing is changed on an error.
/// @param data  must be what they were trained on, by its digest
/// @param threads  that the training is given; 0 = all cores
/// @return Rejected  other data; a run that has come to its end, or that another process writes; runs of
///         different experiments, which cannot go on side by side
/// @return NotFound  the teacher of a run is neither among them nor a finished run of the same experiment
/// @return OutOfMemory  as checkMemory()
/// @return the errors of RunStore::load() and continueRuns()
[[nodiscard]] Result<ResumedRuns> prepareResume(RunStore &store, const std::vector<std::string> &ids,
                                                const Dataset &data, int threads = 0);

} // namespace rosler
