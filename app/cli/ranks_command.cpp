// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "app/cli/lone_training.h"
#include "app/cli/printable.h"
#include "app/cli/text_table.h"
#include "core/base/quantity_text.h"
#include "core/base/staged_file.h"
#include "core/experiment/memory_need.h"
#include "core/experiment/rank_budget.h"
#include "core/experiment/shipped_experiments.h"

namespace rosler::cli {

namespace {

using Json = nlohmann::ordered_json;

struct RanksOptions {
    std::string spec;
    DataOptions data;
    std::string model;
    Index parameters = 0;
    Index pilotEpochs = 2;
    std::optional<std::uint64_t> seed;
    std::string by = "change";
    int threads = 0;
    std::string save;
    bool json = false;
};

/// The number of the model that is meant.
Result<std::size_t> modelMeant(const ExperimentSpec &spec, const RanksOptions &options)
{
    for (std::size_t i = 0; i < spec.models.size(); ++i)
        if (options.model.empty() ? spec.models[i].isSketched() : spec.models[i].name == options.model)
            return i;
    return fail(ErrorCode::NotFound,
                options.model.empty() ? "no model of the experiment is sketched"
                                      : "no model is named \"" + options.model + '"',
                options.spec);
}

/// What the ranks were chosen by.
struct TrainedPilot {
    ModelSpec model;
    double flops = 0;
};

/// What training made of the parameters that @p seed drew.
Network changeOf(const Network &trained, std::uint64_t seed)
{
    Network drawn(trained.plan());
    drawn.initialise(seed);
    Network change = trained;
    for (std::size_t i = 0; i < change.parameters().size(); ++i)
        change.parameters()[i] -= drawn.parameters()[i];
    return change;
}

void printRanks(const RankAllotment &allotment, const TrainedPilot &pilot, const RanksOptions &options)
{
    TextTable table({"layer", "kind", "rank", "energy lost"});
    Json layers = Json::array();
    for (std::size_t i = 0; i < allotment.model.layers.size(); ++i) {
        const LayerSpec &layer = allotment.model.layers[i];
        if (!layer.sketch)
            continue;
        table.add({std::to_string(i + 1), layer.kind, std::to_string(layer.sketch->rank),
                   percentText(allotment.lost[i])});
        layers.push_back({{"layer", i}, {"rank", layer.sketch->rank}, {"lost", allotment.lost[i]}});
    }
    std::fprintf(options.json ? stderr : stdout,
                 "%s%s: %lld parameters of at most %lld. By the singular values of \"%s\" (%s) after %lld "
                 "epochs, %s; the test part was not looked at.\n",
                 table.text().c_str(), printable(allotment.model.name).c_str(),
                 static_cast<long long>(allotment.parameters), static_cast<long long>(options.parameters),
                 printable(pilot.model.name).c_str(), options.by.c_str(),
                 static_cast<long long>(options.pilotEpochs), flopsText(pilot.flops).c_str());
    if (!options.json)
        return;
    Json j;
    j["schema"] = "rosler.ranks/1";
    j["model"] = allotment.model.name;
    j["budget"] = options.parameters;
    j["parameters"] = allotment.parameters;
    j["pilot"] = {{"model", pilot.model.name},
                  {"epochs", options.pilotEpochs},
                  {"train_flops", pilot.flops},
                  {"by", options.by}};
    j["layers"] = std::move(layers);
    std::printf("%s\n", j.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
}

int allot(const RanksOptions &options, ExperimentSpec spec)
{
    const Interrupt interrupt; // before any other thread
    const auto number = modelMeant(spec, options);
    if (!number)
        return report(number.error());
    const auto data = loadWithProgress(spec.dataset, interrupt.token());
    if (!data)
        return reportUnlessCancelled(data.error());
    ExperimentSpec alone = spec;
    alone.training.epochs = options.pilotEpochs;
    alone.training.budget = BudgetKind::EqualEpochs;
    TrainedPilot pilot {denseTwin(spec, *number), 0};
    alone.models = {pilot.model};
    if (const auto room = checkMemory(alone, (*data)->shape(), (*data)->classes(), (*data)->train().count());
        !room)
        return report(room.error());
    {
        // What cannot come to anything is told now, not after the training.
        const auto plan = planOf(trialOf(alone, 0), (*data)->shape(), (*data)->classes());
        if (!plan)
            return report(plan.error());
        const auto fits = allotRanks(spec.models[*number], Network(*plan), (*data)->shape(),
                                     (*data)->classes(), options.parameters);
        if (!fits)
            return report(fits.error());
        if (!options.save.empty())
            if (const auto room = StagedFile::write(options.save, {}, Outlive::Program); !room)
                return report(room.error());
    }
    const auto trained =
        trainAlone(alone, pilot.model, nullptr, spec.seed, {*data, options.threads, interrupt});
    if (!trained)
        return reportUnlessCancelled(trained.error());
    if (trained->diverged)
        return report(
            {ErrorCode::OutOfRange, "the pilot diverged; lower its learning rate", pilot.model.name});
    pilot.flops = trained->trainFlops;
    const auto allotment =
        allotRanks(spec.models[*number],
                   options.by == "change" ? changeOf(*trained->network, spec.seed) : *trained->network,
                   (*data)->shape(), (*data)->classes(), options.parameters);
    if (!allotment)
        return report(allotment.error());
    printRanks(*allotment, pilot, options);
    if (options.save.empty())
        return Done;
    spec.models[*number] = allotment->model;
    const auto written = replaceFile(options.save, toJson(spec), Outlive::PowerCut);
    return written ? static_cast<int>(Done) : report(written.error());
}

} // namespace

std::function<int()> ranksCommand(CLI::App &app)
{
    const auto options = std::make_shared<RanksOptions>();
    app.add_option("spec", options->spec, "An experiment: a JSON file, or a shipped one")->required();
    addDataOptions(app, options->data);
    app.add_option("--parameters", options->parameters, "The most parameters that the model may have")
        ->required()
        ->check(CLI::Range(Index {1}, Index {1'000'000'000}));
    app.add_option("--model", options->model,
                   "The sketched model whose ranks are allotted (default: the first one)");
    app.add_option("--pilot-epochs", options->pilotEpochs,
                   "Epochs for which the model without sketches is trained to look at its singular values")
        ->check(CLI::Range(Index {1}, mostEpochs))
        ->capture_default_str();
    app.add_option("--by", options->by,
                   "Whose singular values: of the change that training made of the drawn matrices, or of the "
                   "weights themselves")
        ->check(CLI::IsMember({"change", "weights"}))
        ->capture_default_str();
    addSeed(app, options->seed);
    app.add_option("--threads", options->threads, "Threads to train with (default: all cores)")
        ->check(CLI::Range(1, 1024));
    app.add_option("--save", options->save, "File for the experiment with the ranks");
    app.add_flag("--json", options->json, "Print the result as one JSON object on the last line");
    return [options]() -> int {
        auto spec = loadExperiment(options->spec);
        if (!spec)
            return report(spec.error());
        if (const auto applied = applyDataOptions(options->data, *spec); !applied)
            return report(applied.error());
        if (options->seed)
            spec->seed = *options->seed;
        return allot(*options, std::move(*spec));
    };
}

} // namespace rosler::cli
