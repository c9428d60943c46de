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

/// The trained networks that the runs learn from: of the runs that went on side by side with them.
Result<std::vector<std::shared_ptr<const Network>>>
findTeachers(const RunStore &store, const ExperimentSpec &spec, const std::vector<std::string> &groups)
{
    std::vector<std::shared_ptr<const Network>> teachers(spec.models.size());
    std::vector<RunSummary> runs;
    for (std::size_t i = 0; i < spec.models.size(); ++i) {
        const auto &teacher = spec.models[i].teacher;
        if (!teacher || teacherOf(spec, i))
            continue;
        if (runs.empty())
            runs = store.list();
        const auto found = std::ranges::find_if(runs, [&](const RunSummary &run) {
            return run.group == groups[i] && run.trial.model.name == teacher->model
                && run.status == RunStatus::Finished;
        });
        if (found == runs.end())
            return fail(ErrorCode::NotFound,
                        "the run learns from \"" + teacher->model
                            + "\", which is neither a finished run of its experiment nor goes on with it",
                        spec.models[i].name);
        auto network = store.loadModel(found->id);
        if (!network)
            return tl::unexpected(network.error());
        teachers[i] = std::make_shared<const Network>(std::move(*network));
    }
    return teachers;
}

} // namespace

Result<ResumedRuns> prepareResume(RunStore &store, const std::vector<std::string> &ids, const Dataset &data,
                                  int threads)
{
    ResumedRuns resumed;
    std::vector<std::string> groups;
    for (const std::string &id : ids) {
        const auto record = store.load(id);
        if (!record)
            return tl::unexpected(record.error());
        if (auto same = checkData(record->summary, data); !same)
            return tl::unexpected(same.error());
        if (record->spec.models.empty())
            return fail(ErrorCode::Malformed, "the run's experiment has no model", record->summary.id);
        groups.push_back(record->summary.group);
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
    auto teachers = findTeachers(store, resumed.spec, groups);
    if (!teachers)
        return tl::unexpected(teachers.error());
    resumed.teachers = std::move(*teachers);
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
