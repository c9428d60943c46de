// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"

namespace rosler::cli {

namespace {

bool canGoOn(RunStatus status)
{
    return status == RunStatus::Stopped || status == RunStatus::Interrupted;
}

/// The runs that were trained side by side with @p run and can go on too.
std::vector<RunSummary> companions(const RunStore &store, const RunSummary &run)
{
    std::vector<RunSummary> found;
    for (RunSummary &other : store.list())
        if (other.group == run.group && canGoOn(other.status))
            found.push_back(std::move(other));
    return found;
}

} // namespace

std::function<int()> resumeCommand(CLI::App &app)
{
    struct Options : SessionOptions {
        std::string run;
        std::string dataset;
    };
    const auto options = std::make_shared<Options>();
    app.add_option("run", options->run,
                   "A run's id or the beginning of one; runs that were trained beside it go on too")
        ->required();
    app.add_option("--dataset", options->dataset, "Where the data lies now, when it has moved");
    addSessionOptions(app, *options);
    return [options]() -> int {
        const Interrupt interrupt; // before any other thread
        const auto store = openStore(options->out);
        if (!store)
            return report(store.error());
        const auto record = (*store)->load(options->run);
        if (!record)
            return report(record.error());
        if (!canGoOn(record->summary.status))
            return report({ErrorCode::Rejected, "this run has ended and cannot go on", record->summary.id});
        ExperimentSpec spec = record->spec;
        std::vector<std::string> ids;
        spec.models.clear();
        for (const RunSummary &run : companions(**store, record->summary)) {
            ids.push_back(run.id);
            spec.models.push_back(run.trial.model);
        }
        const auto data =
            loadWithProgress(options->dataset.empty() ? spec.dataset : options->dataset, interrupt.token());
        if (!data)
            return reportUnlessCancelled(data.error());
        if (!record->summary.datasetDigest.empty() && (*data)->digest() != record->summary.datasetDigest)
            return report({ErrorCode::Rejected,
                           "the data is not what the run was trained on: its digest differs",
                           (*data)->source()});
        const auto outcome = runSession(spec, *data, **store, *options, interrupt, ids);
        if (!outcome)
            return report(outcome.error());
        printOutcome(*outcome, **store, options->json);
        return outcome->exitCode();
    };
}

} // namespace rosler::cli
