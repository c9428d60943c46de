// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <optional>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "core/data/dataset_reader.h"
#include "core/experiment/shipped_experiments.h"

namespace rosler::cli {

std::function<int()> trainCommand(CLI::App &app)
{
    struct Options : SessionOptions {
        std::string spec;
        DataOptions data;
        std::optional<std::uint64_t> seed;
        BudgetOptions budget;
    };
    const auto options = std::make_shared<Options>();
    app.add_option("spec", options->spec,
                   "An experiment: a JSON file, or a shipped one (rosler list --experiments)")
        ->required();
    addDataOptions(app, options->data);
    addSeed(app, options->seed);
    addBudgetOptions(app, options->budget);
    addSessionOptions(app, *options);
    return [options]() -> int {
        const Interrupt interrupt; // before any other thread
        auto spec = loadExperiment(options->spec);
        if (!spec)
            return report(spec.error());
        if (const auto applied = applyDataOptions(options->data, *spec); !applied)
            return report(applied.error());
        if (options->seed)
            spec->seed = *options->seed;
        applyBudgetOptions(options->budget, *spec);
        const auto data = loadWithProgress(spec->dataset, interrupt.token());
        if (!data) {
            Error error = data.error();
            if (options->data.dataset.empty() && error.code == ErrorCode::NotFound)
                error.what += "; say where the data lies with --dataset PATH";
            return reportUnlessCancelled(error);
        }
        const auto store = openStore(options->out);
        if (!store)
            return report(store.error());
        const auto outcome = runSession(*spec, *data, **store, *options, interrupt);
        if (!outcome)
            return report(outcome.error());
        printOutcome(*outcome, **store, options->json);
        return outcome->exitCode();
    };
}

} // namespace rosler::cli
