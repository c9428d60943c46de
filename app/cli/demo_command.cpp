// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <memory>
#include <optional>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "app/cli/figure_export.h"
#include "core/experiment/shipped_experiments.h"

namespace rosler::cli {

std::function<int()> demoCommand(CLI::App &app)
{
    struct Options : SessionOptions {
        std::string figures = "rosler-demo";
        std::optional<std::uint64_t> seed;
    };
    const auto options = std::make_shared<Options>();
    app.add_option("--figures", options->figures, "Folder that the figures are written to")
        ->capture_default_str();
    addSeed(app, options->seed);
    addSessionOptions(app, *options);
    return [options]() -> int {
        const Interrupt interrupt; // before any other thread
        auto spec = loadExperiment("digits-demo");
        if (!spec)
            return report(spec.error());
        if (options->seed)
            spec->seed = *options->seed;
        const auto data = loadWithProgress(spec->dataset, interrupt.token());
        if (!data)
            return reportUnlessCancelled(data.error());
        const auto store = openStore(options->out);
        if (!store)
            return report(store.error());
        const auto outcome = runSession(*spec, *data, **store, *options, interrupt);
        if (!outcome)
            return report(outcome.error());
        const auto stems = exportRuns(**store, outcome->runIds, options->figures, {});
        if (!stems)
            return report(stems.error());
        std::fprintf(options->json ? stderr : stdout, "Figures (SVG, PDF, PNG, CSV) in %s/\n",
                     options->figures.c_str());
        printOutcome(*outcome, **store, options->json);
        return outcome->exitCode();
    };
}

} // namespace rosler::cli
