// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "app/cli/text_table.h"
#include "app/trained/board_model.h"
#include "core/base/quantity_text.h"
#include "core/cost/cost_model.h"
#include "core/data/dataset_reader.h"
#include "core/experiment/budget.h"
#include "core/experiment/shipped_experiments.h"
#include "core/experiment/spec_names.h"
#include "core/training/trial_spec.h"
#include "device_link/host/image_forecast.h"
#include "device_link/host/model_image.h"

namespace rosler::cli {

namespace {

/// What each number type will take on a board, and the RAM of int8 operation by operation.
/// @param extraction  of the features that the board makes itself; null: it is handed features
Result<nlohmann::ordered_json> boardForecast(const std::string &name, const NetworkPlan &plan,
                                             const Extraction *extraction, TextTable &table)
{
    nlohmann::ordered_json j;
    for (const rsl_number type : {RSL_F32, RSL_F16, RSL_I8}) {
        const Result<ImageForecast> forecast = imageForecast(plan, type, RSL_LAYOUT_I8_4X4, true, extraction);
        if (!forecast)
            return tl::unexpected(forecast.error());
        nlohmann::ordered_json operations = nlohmann::ordered_json::array();
        for (const ImageOperation &operation : forecast->operations) {
            operations.push_back(
                {{"name", operation.name}, {"macs", operation.macs}, {"ram_bytes", operation.ramBytes}});
            if (type == RSL_I8)
                table.add({name, operation.name, countText(static_cast<double>(operation.macs)),
                           bytesText(static_cast<double>(operation.ramBytes))});
        }
        j[nameOf(type)] = {{"image_bytes", forecast->imageBytes},
                           {"ram_bytes", forecast->ramBytes},
                           {"operations", std::move(operations)}};
    }
    return j;
}

} // namespace

std::function<int()> forecastCommand(CLI::App &app)
{
    struct Options {
        std::string spec;
        DataOptions data;
        std::vector<Index> shape;
        std::string from = "features";
        BudgetOptions budget;
        bool json = false;
    };
    const auto options = std::make_shared<Options>();
    app.add_option("spec", options->spec, "An experiment: a JSON file, or a shipped one")->required();
    addDataOptions(app, options->data);
    app.add_option("--shape", options->shape,
                   "Instead of data: FEATURES CLASSES TRAINING-EXAMPLES, as 784 10 60000")
        ->expected(3)
        ->check(CLI::Range(1, 1'000'000'000));
    app.add_option("--from", options->from,
                   "What the board is handed: features, or samples that it makes them of")
        ->check(CLI::IsMember({"features", "samples"}))
        ->capture_default_str();
    addBudgetOptions(app, options->budget);
    app.add_flag("--json", options->json, "Print one JSON object on the last line");
    return [options]() -> int {
        auto spec = loadExperiment(options->spec);
        if (!spec)
            return report(spec.error());
        applyBudgetOptions(options->budget, *spec);
        if (const auto applied = applyDataOptions(options->data, *spec); !applied)
            return report(applied.error());
        ExampleShape example;
        Index classes = 0;
        Index trainExamples = 0;
        std::optional<Extraction> extraction;
        if (!options->shape.empty() && options->from == "samples")
            return report({ErrorCode::OutOfRange, "a shape does not say what features are made of: give data",
                           "--from samples"});
        if (!options->shape.empty()) {
            example = ExampleShape::vector(options->shape[0]);
            classes = options->shape[1];
            trainExamples = options->shape[2];
        } else {
            const auto data = loadWithProgress(spec->dataset);
            if (!data) {
                Error error = data.error();
                error.what += "; give --dataset PATH or --shape FEATURES CLASSES EXAMPLES";
                return report(error);
            }
            example = (*data)->shape();
            classes = (*data)->classes();
            trainExamples = (*data)->train().count();
            if (options->from == "samples") {
                auto made = boardExtraction(**data);
                if (!made)
                    return report(made.error());
                extraction = std::move(*made);
            }
        }
        if (auto fits = checkAgainst(*spec, example, classes); !fits) {
            Error error = fits.error();
            error.where = options->spec + ':' + error.where;
            return report(error);
        }
        auto budgeted = withinBudget(*spec, example, classes, trainExamples);
        if (!budgeted)
            return report(budgeted.error());
        *spec = std::move(*budgeted);
        TextTable table({"model", "parameters", "memory f32", "f16", "int8", "MACs", "epochs", "training",
                         "training memory"});
        TextTable board({"model", "on a board, int8", "MACs", "RAM"});
        nlohmann::ordered_json j;
        j["schema"] = "rosler.forecast/1";
        j["source"] = "modelled";
        j["budget"] = nameOf(spec->training.budget);
        j["models"] = nlohmann::ordered_json::array();
        for (std::size_t i = 0; i < spec->models.size(); ++i) {
            const auto cost = costOf(trialOf(*spec, i), example, classes, trainExamples);
            if (!cost)
                return report(cost.error());
            const auto bytes = [&](NumberType type) { return cost->weightBytes(type); };
            const auto modelled = [](const std::string &text) { return '~' + text; };
            table.add({spec->models[i].name, countText(static_cast<double>(cost->parameters)),
                       bytesText(static_cast<double>(bytes(NumberType::Float32))),
                       bytesText(static_cast<double>(bytes(NumberType::Float16))),
                       bytesText(static_cast<double>(bytes(NumberType::Int8))),
                       countText(static_cast<double>(cost->macs)),
                       std::to_string(trialOf(*spec, i).training.epochs),
                       modelled(flopsText(static_cast<double>(cost->trainFlops))),
                       modelled(bytesText(static_cast<double>(cost->trainMemoryBytes)))});
            j["models"].push_back({{"name", spec->models[i].name},
                                   {"parameters", cost->parameters},
                                   {"kept_indices", cost->keptIndices},
                                   {"weight_bytes",
                                    {{"f32", bytes(NumberType::Float32)},
                                     {"f16", bytes(NumberType::Float16)},
                                     {"i8", bytes(NumberType::Int8)}}},
                                   {"macs", cost->macs},
                                   {"epochs", trialOf(*spec, i).training.epochs},
                                   {"train_flops", cost->trainFlops},
                                   {"train_memory_bytes", cost->trainMemoryBytes}});
            const auto plan = planOf(trialOf(*spec, i), example, classes);
            if (!plan)
                return report(plan.error());
            // A network may be too wide for a board and still be trained.
            if (auto forecast =
                    boardForecast(spec->models[i].name, *plan, extraction ? &*extraction : nullptr, board))
                j["models"].back()["board"] = std::move(*forecast);
            else
                board.add({spec->models[i].name, forecast.error().what, "-", "-"});
        }
        std::FILE *const to = options->json ? stderr : stdout;
        std::fprintf(to, "Models are compared at %s.\n", std::string(labelOf(spec->training.budget)).c_str());
        std::fputs(table.text().c_str(), to);
        std::fputc('\n', to);
        std::fputs(board.text().c_str(), to);
        if (options->json)
            std::printf("%s\n",
                        j.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
        else
            std::puts(
                "All figures are counted by formula from the experiment; nothing was trained or measured.");
        return Done;
    };
}

} // namespace rosler::cli
