// SPDX-License-Identifier: Apache-2.0
#include "core/store/start_request.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "core/experiment/budget.h"
#include "core/experiment/memory_need.h"
#include "core/store/model_file.h"
#include "core/training/start_state.h"

namespace rosler {

Result<std::vector<std::optional<TrainingState>>> startStates(ExperimentSpec &spec,
                                                              const std::shared_ptr<const Dataset> &data)
{
    std::vector<std::optional<TrainingState>> states(spec.models.size());
    for (std::size_t i = 0; i < spec.models.size(); ++i) {
        if (!spec.models[i].start)
            continue;
        StartWeights &start = *spec.models[i].start;
        const auto network = readModelFile(start.file);
        if (!network)
            return tl::unexpected(network.error());
        std::string digest = network->digest();
        if (!start.digest.empty() && start.digest != digest)
            return fail(ErrorCode::Rejected,
                        "it is not the model that the experiment names: its digest differs", start.file);
        start.digest = std::move(digest);
        std::error_code ignored;
        start.file = std::filesystem::absolute(start.file, ignored).string();
        auto state = startState(trialOf(spec, i), data, *network);
        if (!state) {
            Error error = state.error();
            error.where = start.file + (error.where.empty() ? "" : ": " + error.where);
            return tl::unexpected(error);
        }
        states[i] = std::move(*state);
    }
    return states;
}

Result<ResumedRuns> prepareStart(RunStore &store, ExperimentSpec spec,
                                 const std::shared_ptr<const Dataset> &data, int threads)
{
    if (auto fits = checkAgainst(spec, data->shape(), data->classes()); !fits) {
        Error error = fits.error();
        error.where = spec.name + ":" + error.where;
        return tl::unexpected(error);
    }
    if (auto fits = checkTeachers(spec); !fits) {
        Error error = fits.error();
        error.where = spec.name + ":" + error.where;
        return tl::unexpected(error);
    }
    auto budgeted = withinBudget(std::move(spec), data->shape(), data->classes(), data->train().count());
    if (!budgeted)
        return tl::unexpected(budgeted.error());
    spec = std::move(*budgeted);
    if (auto room = checkMemory(spec, data->shape(), data->classes(), data->train().count()); !room)
        return tl::unexpected(room.error());
    auto states = startStates(spec, data);
    if (!states)
        return tl::unexpected(states.error());
    auto recorder = store.record(spec, *data, threads);
    if (!recorder)
        return tl::unexpected(recorder.error());
    for (std::size_t i = 0; i < states->size(); ++i)
        if ((*states)[i])
            (*recorder)->checkpoint(i, *(*states)[i]);
    return ResumedRuns {std::move(spec), std::move(*states), std::move(*recorder)};
}

} // namespace rosler
