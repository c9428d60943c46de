// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <cstdio>
#include <memory>

#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "app/cli/printable.h"
#include "app/cli/run_json.h"
#include "app/cli/text_table.h"
#include "core/base/quantity_text.h"
#include "core/base/text_number.h"
#include "core/experiment/trial_result.h"

namespace rosler::cli {

std::function<int()> showCommand(CLI::App &app)
{
    struct Options {
        std::string run;
        std::string out;
        bool json = false;
    };
    const auto options = std::make_shared<Options>();
    app.add_option("run", options->run, "A run's id or the beginning of one")->required();
    app.add_option("--out", options->out, "Folder that the runs are kept in");
    app.add_flag("--json", options->json, "Print one JSON object on the last line");
    return [options]() -> int {
        const auto store = openStoreToRead(options->out);
        if (!store)
            return report(store.error());
        const auto record = (*store)->load(options->run);
        if (!record)
            return report(record.error());
        const RunSummary &run = record->summary;
        if (options->json) {
            auto j = summaryJson(run);
            j["experiment_spec"] = nlohmann::ordered_json::parse(toJson(record->spec));
            j["samples"] = record->metrics.size();
            j["computed_by"] = nlohmann::ordered_json::array();
            const auto computed = [&j](const std::string &since, std::int64_t step,
                                       const RunEnvironment &by) {
                j["computed_by"].push_back({{"since", since},
                                            {"from_step", step},
                                            {"version", by.version},
                                            {"commit", by.commit},
                                            {"modified", by.modified},
                                            {"host", by.host},
                                            {"cpu", by.cpu},
                                            {"threads", by.threads}});
            };
            computed(run.created, 0, record->environment);
            for (const RunSession &session : record->sessions)
                computed(session.started, session.fromStep, session.environment);
            if (run.result)
                j["result"] = nlohmann::ordered_json::parse(toJson(*run.result));
            std::printf("%s\n",
                        j.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
            return Done;
        }
        std::printf("%s  (%s)\n  %s on %s, seed %llu, %s, made %s\n  %s\n", printable(run.title).c_str(),
                    run.id.c_str(), printable(run.experiment).c_str(), printable(run.dataset).c_str(),
                    static_cast<unsigned long long>(run.trial.seed), std::string(nameOf(run.status)).c_str(),
                    run.created.c_str(), ((*store)->root() / run.id).string().c_str());
        TextTable table({"epoch", "seconds", "training", "train loss", "train acc.", "val. loss", "val. acc.",
                         "test loss", "test acc."});
        const auto number = [](double value) {
            return std::isfinite(value) ? fixedText(value, 4) : std::string("-");
        };
        for (const MetricSample &s : record->metrics)
            if (std::isfinite(s.testAccuracy) || std::isfinite(s.validationAccuracy))
                table.add({countText(s.epoch), durationText(s.seconds), flopsText(s.trainFlops),
                           number(s.trainLoss), percentText(s.trainAccuracy), number(s.validationLoss),
                           percentText(s.validationAccuracy), number(s.testLoss),
                           percentText(s.testAccuracy)});
        std::fputs(table.text().c_str(), stdout);
        if (run.result)
            std::fputs(printable(toJson(*run.result), true).c_str(), stdout);
        return Done;
    };
}

} // namespace rosler::cli
