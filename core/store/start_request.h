// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/experiment/experiment_spec.h"
#include "core/store/resume_request.h"
#include "core/store/run_store.h"

namespace rosler {

/// The states that the models of @p spec begin in: none where parameters are drawn, else (ModelSpec::start)
/// with the weights of the model file that is named, whose digest and absolute path are put into the spec.
/// @return Rejected  a file is not the one whose digest the spec states
/// @return the errors of readModelFile() and startState(); `where` names the file
[[nodiscard]] Result<std::vector<std::optional<TrainingState>>>
startStates(ExperimentSpec &spec, const std::shared_ptr<const Dataset> &data);

/// The one way to begin with the runs of an experiment; the command line and the window take it. Nothing is
/// kept on an error. What begins with given weights has a checkpoint of them at once.
/// @param threads  that the training is given; 0 = all cores
/// @return the errors of checkAgainst(), checkTeachers(), withinBudget(), checkMemory(), startStates() and
/// RunStore::record()
[[nodiscard]] Result<ResumedRuns> prepareStart(RunStore &store, ExperimentSpec spec,
                                               const std::shared_ptr<const Dataset> &data, int threads = 0);

} // namespace rosler
