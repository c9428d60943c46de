// SPDX-License-Identifier: Apache-2.0
#include "core/training/start_state.h"

#include <utility>

#include "core/nn/start_weights.h"

namespace rosler {

Result<TrainingState> startState(const TrialSpec &spec, std::shared_ptr<const Dataset> data,
                                 const Network &from)
{
    const auto trainer = Trainer::create(spec, std::move(data));
    if (!trainer)
        return tl::unexpected(trainer.error());
    Network network = trainer->network();
    if (auto started = startFrom(from, network, spec.seed); !started)
        return tl::unexpected(started.error());
    TrainingState state = trainer->state();
    state.parameters.assign(network.parameters().begin(), network.parameters().end());
    return state;
}

} // namespace rosler
