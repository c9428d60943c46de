// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "core/store/resume_request.h"

namespace rosler::cli {

namespace {

/// The runs that were trained side by side with @p run and can go on too.
std::vector<std::string> companions(const RunStore &store, const RunSummary &run)
{
    std::vector<std::string> found;
    for (const RunSummary &other : store.list())
        if (other.group == run.group && canGoOn(other.status))
            found.push_back(other.id);
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
        const auto store = openStoreToRead(options->out);
        if (!store)
            return report(store.error());
        const auto record = (*store)->load(options->run);
        if (!record)
            return report(record.error());
        std::vector<std::string> ids;
        if (canGoOn(record->summary.status))
            ids = companions(**store, record->summary);
        else
            ids.push_back(record->summary.id); // refused below, with the reason
        DatasetRequest request = record->spec.dataset;
        if (!options->dataset.empty())
            request.source = options->dataset;
        const auto data = loadWithProgress(request, interrupt.token());
        if (!data)
            return reportUnlessCancelled(data.error());
        const auto outcome = resumeSession(ids, *data, **store, *options, interrupt);
        if (!outcome)
            return report(outcome.error());
        printOutcome(*outcome, **store, options->json);
        return outcome->exitCode();
    };
}

} // namespace rosler::cli
