// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/training/trainer.h"
#include "core/training/trial_spec.h"

namespace rosler {

/// SHA-256 over everything that decides what a trial's numbers become, but not the model's name: states
/// of trials with equal digests, trained on the same data, may be exchanged.
[[nodiscard]] std::string trialDigest(const TrialSpec &spec);

/// A training's state as a sealed HDF5 file (fields: core/store/README.md). Equal states give equal bytes.
[[nodiscard]] Result<std::string> checkpointBytes(const TrainingState &state, const std::string &trialDigest);

/// @param trialDigest  of the trial that is to go on
/// @return Malformed, Unsupported  with the name of the object in the file that is wrong
/// @return Rejected  the state is another trial's
[[nodiscard]] Result<TrainingState> parseCheckpoint(std::string_view bytes, const std::string &trialDigest,
                                                    const std::string &where);

} // namespace rosler
