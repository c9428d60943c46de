// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "app/cli/interrupt.h"
#include "core/data/dataset.h"
#include "core/experiment/experiment_spec.h"
#include "core/nn/network.h"

namespace rosler::cli {

/// With what a model is trained to choose by: nothing of it is kept on the disk, a run is trained afterwards.
struct LoneTraining {
    std::shared_ptr<const Dataset> data;
    int threads = 0; ///< 0 = all cores
    const Interrupt &interrupt;
};

struct LoneResult {
    double validationAccuracy = 0; ///< a fraction; NaN when it diverged
    bool diverged = false;
    double trainFlops = 0;
    std::shared_ptr<const Network> network;
};

/// Trains one model alone, as @p spec says. The test part is not looked at.
/// @param teacher  the trained network that it learns from, if it does
/// @return Cancelled  after Ctrl+C; OutOfMemory  it could not be trained, and why was printed
[[nodiscard]] Result<LoneResult> trainAlone(const ExperimentSpec &spec, const ModelSpec &model,
                                            std::shared_ptr<const Network> teacher, std::uint64_t seed,
                                            const LoneTraining &with);

} // namespace rosler::cli
