// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/nn/network.h"
#include "core/training/trainer.h"
#include "core/training/trial_spec.h"

namespace rosler {

/// Where a trial stands before its first step when it begins with the weights of @p from (startFrom())
/// instead of drawn ones. Features that it keeps are chosen as ever.
/// @return the errors of Trainer::create() and startFrom()
[[nodiscard]] Result<TrainingState> startState(const TrialSpec &spec, std::shared_ptr<const Dataset> data,
                                               const Network &from);

} // namespace rosler
