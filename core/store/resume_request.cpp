// SPDX-License-Identifier: Apache-2.0
#include "core/store/resume_request.h"

#include <algorithm>
#include <utility>

#include "core/experiment/memory_need.h"
#include "core/store/start_request.h"

namespace rosler {

namespace {

Result<void> checkData(const RunSummary &run, const Dataset &data)
{
    const bool same = run.datasetDigest.empty()
        ? run.example.size() == data.features() && run.classes == data.classes()
            && run.trainExamples == data.train().count() && run.dataset == data.name()
        : run.datasetDigest == data.digest();
    if (same)
        return {};
    return fail(ErrorCode::Rejected,
                "the run was trained on \"" + run.dataset + "\" (" + run.datasetSource + ", "
                    + std::to_string(run.trainExamples) + " training examples), and \"" + data.name() + "\" ("
                    + data.source() + ") is not that: its digest differs",
                run.id);
}

} // namespace

Result<ResumedRuns> prepareResume(RunStore &store, const std::vector<std::string> &ids, const Dataset &data,
                                  int threads)
{
    ResumedRuns resumed;
    for (const std::string &id : ids) {
        const auto record = store.load(id);
        if (!record)
            return tl::unexpected(record.error());
        if (auto same = checkData(record->summary, data); !same)
            return tl::unexpected(same.error());
        if (record->spec.models.empty())
            return fail(ErrorCode::Malformed, "the run's experiment has no model", record->summary.id);
        ExperimentSpec &spec = resumed.spec;
        if (spec.models.empty()) {
            spec = record->spec;
            continue;
        }
        if (spec.training != record->spec.training || spec.seed != record->spec.seed)
            return fail(ErrorCode::Rejected,
                        "runs of different experiments cannot go on side by side: continue them one by one",
                        record->summary.id);
        spec.models.push_back(record->spec.models.front());
    }
    if (auto room = checkMemory(resumed.spec, data.shape(), data.classes(), data.train().count()); !room)
        return tl::unexpected(room.error());
    auto runs = store.continueRuns(ids, threads);
    if (!runs)
        return tl::unexpected(runs.error());
    resumed.states = std::move(runs->states);
    resumed.recorder = std::move(runs->recorder);
    const bool anyStart = std::ranges::any_of(resumed.states, [](const auto &state) { return !state; })
        && std::ranges::any_of(resumed.spec.models,
                               [](const ModelSpec &model) { return model.start.has_value(); });
    if (anyStart) { // killed before its first checkpoint
        auto starts =
            startStates(resumed.spec, std::shared_ptr<const Dataset>(std::shared_ptr<void>(), &data));
        if (!starts)
            return tl::unexpected(starts.error());
        for (std::size_t i = 0; i < starts->size(); ++i)
            if (!resumed.states[i])
                resumed.states[i] = std::move((*starts)[i]);
    }
    return resumed;
}

} // namespace rosler
