// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/trial_result.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/base/json_text.h"
#include "core/base/quantity_text.h"
#include "core/experiment/model_label.h"
#include "core/experiment/spec_names.h"

namespace rosler {

namespace {

using Json = nlohmann::ordered_json;

Json numberOrNull(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json asJson(const TrialResult &r)
{
    Json j;
    j["name"] = r.name;
    j["kind"] = modelLabel(isSketched(r));
    if (isSketched(r)) {
        Json rank = Json::array();
        Json size = Json::array();
        for (const auto &sketch : r.sketches) {
            rank.push_back(sketch ? Json(sketch->rank) : Json(nullptr));
            size.push_back(sketch && sketch->size ? Json(*sketch->size) : Json(nullptr));
        }
        j["rank"] = rank;
        j["sketch_size"] = size;
    }
    j["end"] = nameOf(r.end);
    j["validation_accuracy"] = numberOrNull(r.validationAccuracy);
    j["test_accuracy"] = numberOrNull(r.testAccuracy);
    j["test_accuracy_f16"] = numberOrNull(r.testAccuracyF16);
    j["parameters"] = r.cost.parameters;
    j["kept_indices"] = r.cost.keptIndices;
    j["biases"] = r.cost.biases;
    j["output_channels"] = r.cost.outputChannels;
    j["weight_bytes"] = {{"f32", r.cost.weightBytes(NumberType::Float32)},
                         {"f16", r.cost.weightBytes(NumberType::Float16)},
                         {"i8", r.cost.weightBytes(NumberType::Int8)}};
    j["macs"] = r.cost.macs;
    j["train_flops"] = r.trainFlops;
    j["train_flops_forecast"] = r.cost.trainFlops;
    j["train_memory_bytes"] = r.cost.trainMemoryBytes;
    j["inference_scratch_bytes"] = r.cost.inferenceScratchBytes;
    j["train_seconds"] = r.trainSeconds;
    j["epochs"] = r.epochs;
    j["budget"] = nameOf(r.budget);
    j["parameter_digest"] = r.parameterDigest;
    return j;
}

double numberOrNan(const Json &j)
{
    return j.is_null() ? std::numeric_limits<double>::quiet_NaN() : j.get<double>();
}

std::optional<Index> indexOrNone(const Json &j)
{
    return j.is_null() ? std::nullopt : std::optional(j.get<Index>());
}

/// Two lists of one length, one entry a weighted layer, null where it is whole.
std::vector<std::optional<Sketch>> sketchesFrom(const Json &rank, const Json &size)
{
    std::vector<std::optional<Sketch>> sketches;
    for (std::size_t i = 0; i < rank.size(); ++i) {
        const auto r = indexOrNone(rank.at(i));
        sketches.push_back(r ? std::optional(Sketch {*r, indexOrNone(size.at(i))}) : std::nullopt);
    }
    return sketches;
}

} // namespace

bool isSketched(const TrialResult &result) noexcept
{
    return std::any_of(result.sketches.begin(), result.sketches.end(),
                       [](const auto &sketch) { return sketch.has_value(); });
}

std::string toJsonLine(const ExperimentResult &result)
{
    Json j;
    j["schema"] = "rosler.result/1";
    j["seed"] = result.seed;
    j["dataset"] = {{"name", result.datasetName},
                    {"train", result.trainExamples},
                    {"validation", result.validationExamples},
                    {"test", result.testExamples}};
    j["budget"] = nameOf(result.budget);
    j["models"] = Json::array();
    for (const TrialResult &model : result.models)
        j["models"].push_back(asJson(model));
    return j.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string toJson(const TrialResult &result)
{
    return asJson(result).dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<TrialResult> parseTrialResult(std::string_view json, const std::string &where)
{
    const auto document = parseJson<Json>(json, where, json.size());
    if (!document)
        return tl::unexpected(document.error());
    try {
        const Json &j = *document;
        TrialResult r;
        r.name = j.at("name").get<std::string>();
        const auto sketched = sketchedNamed(j.at("kind").get<std::string>());
        const auto end = trialEndNamed(j.at("end").get<std::string>());
        if (!sketched || !end)
            return fail(ErrorCode::Unsupported, "a kind or end that this version does not know", where);
        r.end = *end;
        if (*sketched)
            r.sketches = sketchesFrom(j.at("rank"), j.at("sketch_size"));
        if (j.contains("validation_accuracy")) // earlier results have none
            r.validationAccuracy = numberOrNan(j.at("validation_accuracy"));
        r.testAccuracy = numberOrNan(j.at("test_accuracy"));
        r.testAccuracyF16 = numberOrNan(j.at("test_accuracy_f16"));
        r.cost.parameters = j.at("parameters").get<std::uint64_t>();
        r.cost.keptIndices = j.at("kept_indices").get<std::uint64_t>();
        r.cost.biases = j.at("biases").get<std::uint64_t>();
        r.cost.outputChannels = j.at("output_channels").get<std::uint64_t>();
        r.cost.macs = j.at("macs").get<std::uint64_t>();
        r.cost.trainFlops = j.at("train_flops_forecast").get<std::uint64_t>();
        r.cost.trainMemoryBytes = j.at("train_memory_bytes").get<std::uint64_t>();
        r.cost.inferenceScratchBytes = j.at("inference_scratch_bytes").get<std::uint64_t>();
        r.trainFlops = j.at("train_flops").get<double>();
        r.trainSeconds = j.at("train_seconds").get<double>();
        r.epochs = j.at("epochs").get<double>();
        if (j.contains("budget")) { // earlier results have none
            const auto budget = budgetKindNamed(j.at("budget").get<std::string>());
            if (!budget)
                return fail(ErrorCode::Unsupported, "a budget that this version does not know", where);
            r.budget = *budget;
        }
        r.parameterDigest = j.at("parameter_digest").get<std::string>();
        return r;
    } catch (const nlohmann::json::exception &error) {
        return fail(ErrorCode::Malformed, error.what(), where);
    }
}

std::string scoreboardSentence(const TrialResult &reference, const TrialResult &other)
{
    const bool rounded = std::isfinite(other.testAccuracyF16);
    const double accuracy = rounded ? other.testAccuracyF16 : other.testAccuracy;
    const auto ratio = [](std::uint64_t a, std::uint64_t b) {
        return b == 0 ? 0.0 : static_cast<double>(a) / static_cast<double>(b);
    };
    const double memory =
        ratio(reference.cost.weightBytes(NumberType::Float32), other.cost.weightBytes(NumberType::Float16));
    const double macs = ratio(reference.cost.macs, other.cost.macs);
    const double flops =
        reference.trainFlops > 0 && other.trainFlops > 0 ? reference.trainFlops / other.trainFlops : 0.0;
    std::string sentence = other.name + " reached " + percentText(accuracy)
        + (rounded ? " with float16 weights" : "") + " (" + reference.name + ' '
        + percentText(reference.testAccuracy) + ") with " + ratioText(memory)
        + " less memory (float16 against float32) and " + ratioText(macs) + " fewer multiply-adds";
    const bool together = reference.budget == other.budget;
    if (together && other.budget == BudgetKind::EqualTrainingFlops)
        sentence += ", trained with equal FLOPs (" + countText(other.epochs) + " epochs against "
            + countText(reference.epochs) + ')';
    else if (flops > 0)
        sentence += ", trained with " + ratioText(flops) + " fewer FLOPs"
            + (together && reference.epochs == other.epochs ? " in equal epochs" : "");
    return sentence + "; 1 seed.";
}

} // namespace rosler
