// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <cstdio>
#include <memory>

#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "app/cli/run_json.h"
#include "app/cli/text_table.h"
#include "core/base/quantity_text.h"
#include "core/experiment/shipped_experiments.h"

namespace rosler::cli {

namespace {

int listExperiments(bool json)
{
    TextTable table({"experiment", "models", "epochs", "description"});
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const ShippedExperiment &shipped : shippedExperiments()) {
        const auto spec = loadExperiment(std::string(shipped.name));
        if (!spec)
            return report(spec.error());
        table.add({std::string(shipped.name), std::to_string(spec->models.size()),
                   std::to_string(spec->training.epochs), spec->description});
        rows.push_back({{"name", shipped.name}, {"description", spec->description}});
    }
    std::printf("%s\n", json ? rows.dump().c_str() : table.text().c_str());
    return Done;
}

} // namespace

std::function<int()> listCommand(CLI::App &app)
{
    struct Options {
        std::string out;
        bool experiments = false;
        bool json = false;
    };
    const auto options = std::make_shared<Options>();
    app.add_flag("--experiments", options->experiments, "List the shipped experiments instead of the runs");
    app.add_option("--out", options->out, "Folder that the runs are kept in");
    app.add_flag("--json", options->json, "Print one JSON array on the last line");
    return [options]() -> int {
        if (options->experiments)
            return listExperiments(options->json);
        const auto store = openStoreToRead(options->out);
        if (!store)
            return report(store.error());
        std::vector<Error> problems;
        const auto runs = (*store)->list(&problems);
        for (const Error &problem : problems)
            report(problem);
        if (options->json) {
            nlohmann::ordered_json rows = nlohmann::ordered_json::array();
            for (const RunSummary &run : runs)
                rows.push_back(summaryJson(run));
            std::printf("%s\n",
                        rows.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
            return Done;
        }
        if (runs.empty()) {
            std::printf("No runs in %s yet. Begin with: rosler demo\n", (*store)->root().string().c_str());
            return Done;
        }
        TextTable table({"run", "title", "status", "epochs", "validation", "best", "test"});
        for (const RunSummary &run : runs)
            table.add({run.id, run.title, std::string(nameOf(run.status)), countText(run.epochs),
                       percentText(run.validationAccuracy), percentText(run.bestValidationAccuracy),
                       percentText(run.testAccuracy)});
        std::fputs(table.text().c_str(), stdout);
        return Done;
    };
}

} // namespace rosler::cli
