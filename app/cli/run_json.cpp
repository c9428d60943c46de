// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_json.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "app/cli/sketch_text.h"
#include "core/experiment/model_label.h"

namespace rosler::cli {

nlohmann::ordered_json summaryJson(const RunSummary &run)
{
    using Json = nlohmann::ordered_json;
    const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); };
    Json j;
    j["id"] = run.id;
    j["title"] = run.title;
    j["group"] = run.group;
    j["experiment"] = run.experiment;
    j["dataset"] = run.dataset;
    j["created"] = run.created;
    j["status"] = nameOf(run.status);
    j["kind"] = modelLabel(run.trial.model.layers);
    const auto plan = planOf(run.trial, run.example, run.classes);
    putSketches(j, plan ? sketchesOf(*plan) : std::vector<std::optional<Sketch>> {});
    j["seed"] = run.trial.seed;
    j["epochs"] = number(run.epochs);
    j["test_accuracy"] = number(run.testAccuracy);
    j["validation_accuracy"] = number(run.validationAccuracy);
    j["best_validation_accuracy"] = number(run.bestValidationAccuracy);
    j["starred"] = run.starred;
    j["tags"] = run.tags;
    return j;
}

} // namespace rosler::cli
