// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/free_memory.h"
#include "core/base/result.h"
#include "core/experiment/experiment_spec.h"

namespace rosler {

/// Whether the models of @p spec, which are trained side by side, have room in memory: the forecasts of their
/// training (TrialCost::trainMemoryBytes) added up, and the largest checkpoint while it is written. To be
/// asked before anything of a run is made; the data are in memory by then.
/// @param trainExamples  in the training set
/// @param freeBytes      as freeMemory() tells it; none: not known, and nothing is refused
/// @return OutOfMemory  names the model that takes most, what is needed and what is free;
///         the errors of costOf()
[[nodiscard]] Result<void> checkMemory(const ExperimentSpec &spec, const ExampleShape &example, Index classes,
                                       Index trainExamples,
                                       std::optional<std::uint64_t> freeBytes = freeMemory());

} // namespace rosler
