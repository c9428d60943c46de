// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/experiment_spec.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

#include "core/experiment/spec_names.h"

namespace rosler {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view schema = "rosler.experiment/1";
constexpr std::size_t maxLayers = 64;
constexpr std::size_t maxModels = 64;

/// Thrown inside this file only, and caught in parseExperiment().
struct SpecError {
    Error error;
};

[[noreturn]] void raise(ErrorCode code, std::string what, std::string where)
{
    throw SpecError {{code, std::move(what), std::move(where)}};
}

/// One JSON object of the document, read key by key; complains about keys that nobody asked for.
class Section
{
public:
    Section(const Json &json, std::string where, std::initializer_list<std::string_view> known)
        : m_json(json)
        , m_where(std::move(where))
    {
        if (!json.is_object())
            raise(ErrorCode::Malformed, std::string("expected an object, found ") + json.type_name(),
                  m_where);
        const std::vector<std::string_view> keys(known);
        for (const auto &item : json.items()) {
            if (std::find(keys.begin(), keys.end(), item.key()) != keys.end())
                continue;
            const auto nearest = nearestName(item.key(), keys);
            raise(
                ErrorCode::Malformed,
                "unknown key \"" + item.key() + '"'
                    + (nearest.empty() ? std::string() : "; did you mean \"" + std::string(nearest) + "\"?"),
                at(item.key()));
        }
    }

    [[nodiscard]] std::string at(std::string_view key) const { return m_where + '/' + std::string(key); }
    [[nodiscard]] bool has(std::string_view key) const { return m_json.contains(key); }

    [[nodiscard]] const Json &required(std::string_view key) const
    {
        if (!has(key))
            raise(ErrorCode::Malformed, "the key \"" + std::string(key) + "\" is missing", at(key));
        return m_json.at(std::string(key));
    }

    void read(std::string_view key, std::string &into) const
    {
        if (!has(key))
            return;
        const Json &value = required(key);
        if (!value.is_string())
            raise(ErrorCode::Malformed, std::string("expected text, found ") + value.type_name(), at(key));
        into = value.get<std::string>();
    }

    void read(std::string_view key, Index &into, Index low, Index high) const
    {
        if (has(key))
            into = integer(required(key), at(key), low, high);
    }

    /// All 64 bits are allowed, which no Index holds.
    void readSeed(std::string_view key, std::uint64_t &into) const
    {
        if (!has(key))
            return;
        const Json &value = required(key);
        if (value.is_number_unsigned()) {
            into = value.get<std::uint64_t>();
            return;
        }
        into = static_cast<std::uint64_t>(integer(value, at(key), 0, std::numeric_limits<Index>::max()));
    }

    void read(std::string_view key, std::vector<Index> &into) const
    {
        if (!has(key))
            return;
        const Json &value = required(key);
        if (!value.is_array())
            raise(ErrorCode::Malformed,
                  std::string("expected a list of integers, found ") + value.type_name(), at(key));
        if (value.size() > maxLayers)
            raise(ErrorCode::OutOfRange,
                  std::to_string(value.size()) + " values; at most " + std::to_string(maxLayers)
                      + " are allowed",
                  at(key));
        into.clear();
        for (std::size_t i = 0; i < value.size(); ++i)
            into.push_back(integer(value[i], at(key) + '/' + std::to_string(i), 1, 1'000'000'000));
    }

    void read(std::string_view key, double &into, double low, double high, bool withLow) const
    {
        if (!has(key))
            return;
        const Json &value = required(key);
        if (!value.is_number())
            raise(ErrorCode::Malformed, std::string("expected a number, found ") + value.type_name(),
                  at(key));
        const double number = value.get<double>();
        if (!(number <= high) || !(withLow ? number >= low : number > low)) {
            const auto text = [](double n) { return Json(n).dump(); };
            raise(ErrorCode::OutOfRange,
                  value.dump() + " is out of range: allowed are numbers " + (withLow ? "from " : "above ")
                      + text(low) + " to " + text(high),
                  at(key));
        }
        into = number;
    }

    template <typename Value>
    void read(std::string_view key, Value &into, std::optional<Value> (*named)(std::string_view),
              std::initializer_list<std::string_view> words) const
    {
        if (!has(key))
            return;
        std::string word;
        read(key, word);
        const auto value = named(word);
        if (!value) {
            std::string list;
            for (const std::string_view w : words)
                list += (list.empty() ? "" : ", ") + std::string(w);
            raise(ErrorCode::Malformed, '"' + word + "\" is not one of " + list, at(key));
        }
        into = *value;
    }

private:
    static Index integer(const Json &value, const std::string &where, Index low, Index high)
    {
        if (!value.is_number_integer())
            raise(ErrorCode::Malformed,
                  std::string("expected an integer, found ")
                      + (value.is_number() ? value.dump() : value.type_name()),
                  where);
        const bool huge =
            value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(high);
        const Index number = huge ? high : value.get<Index>();
        if (huge || number < low || number > high)
            raise(ErrorCode::OutOfRange,
                  value.dump() + " is out of range: allowed are " + std::to_string(low) + " to "
                      + std::to_string(high),
                  where);
        return number;
    }

    const Json &m_json;
    std::string m_where;
};

TrainingSpec parseTraining(const Json &json, const std::string &where)
{
    const Section s(json, where, {"epochs", "batch", "optimizer", "schedule", "momentum", "weight_decay"});
    TrainingSpec training;
    s.read("epochs", training.epochs, 1, 100'000);
    s.read("batch", training.batch, 1, 1'000'000);
    s.read("optimizer", training.optimizer, &optimizerKindNamed, {"adam", "sgd"});
    s.read("schedule", training.schedule, &scheduleKindNamed, {"cosine", "constant"});
    s.read("momentum", training.momentum, 0, 0.9999, true);
    s.read("weight_decay", training.weightDecay, 0, 10, true);
    return training;
}

ModelSpec parseModel(const Json &json, const std::string &where)
{
    ModelSpec model;
    const Section any(json, where,
                      {"name", "kind", "learning_rate", "rank", "sketch_size", "initialisation",
                       "kept_features", "gradient_sketch", "successive_from"});
    (void)any.required("kind");
    any.read("kind", model.kind, &modelKindNamed, {"dense", "rosler"});
    model.name = nameOf(model.kind);
    any.read("name", model.name);
    if (model.name.empty() || model.name.size() > 100)
        raise(ErrorCode::OutOfRange, "a model's name has 1 to 100 characters", any.at("name"));
    model.learningRate = model.kind == ModelKind::Dense ? 1e-3 : 2e-3;
    any.read("learning_rate", model.learningRate, 0, 10, false);
    if (model.kind == ModelKind::Dense) {
        const Section dense(json, where, {"name", "kind", "learning_rate"}); // the rest means nothing here
        return model;
    }
    (void)any.required("rank");
    (void)any.required("sketch_size");
    any.read("rank", model.sketch.rank);
    any.read("sketch_size", model.sketch.sketchSize);
    any.read("initialisation", model.sketch.initialisation, &sketchKindNamed,
             {"gaussian", "cur-uniform", "cur-leverage"});
    any.read("kept_features", model.sketch.keptFeatures, &featureSamplingNamed,
             {"uniform", "variance", "leverage"});
    any.read("gradient_sketch", model.sketch.gradientSketch, 0, 1, false);
    any.read("successive_from", model.sketch.successiveFrom, 0, 1, true);
    return model;
}

ExperimentSpec parseDocument(const Json &json, const std::string &where)
{
    const Section s(json, where + ":",
                    {"schema", "name", "description", "dataset", "seed", "widths", "training", "models"});
    std::string version;
    (void)s.required("schema");
    s.read("schema", version);
    if (version != schema)
        raise(ErrorCode::Unsupported,
              "the schema is \"" + version + "\", this version reads \"" + std::string(schema) + '"',
              s.at("schema"));
    ExperimentSpec spec;
    s.read("name", spec.name);
    s.read("description", spec.description);
    s.read("dataset", spec.dataset);
    s.readSeed("seed", spec.seed);
    (void)s.required("widths");
    s.read("widths", spec.widths);
    for (std::size_t i = 0; i < spec.widths.size(); ++i)
        if (spec.widths[i] > maxLayerWidth)
            raise(ErrorCode::OutOfRange,
                  std::to_string(spec.widths[i]) + " is out of range: allowed are 1 to "
                      + std::to_string(maxLayerWidth),
                  s.at("widths") + '/' + std::to_string(i));
    if (s.has("training"))
        spec.training = parseTraining(s.required("training"), s.at("training"));
    const Json &models = s.required("models");
    if (!models.is_array() || models.empty() || models.size() > maxModels)
        raise(ErrorCode::OutOfRange, "expected a list of 1 to " + std::to_string(maxModels) + " models",
              s.at("models"));
    std::set<std::string> names;
    for (std::size_t i = 0; i < models.size(); ++i) {
        const std::string here = s.at("models") + '/' + std::to_string(i);
        spec.models.push_back(parseModel(models[i], here));
        const ModelSpec &model = spec.models.back();
        if (!names.insert(model.name).second)
            raise(ErrorCode::Malformed, "two models are named \"" + model.name + '"', here + "/name");
        if (model.kind != ModelKind::Rosler)
            continue;
        const std::size_t layers = spec.widths.size() + 1;
        for (const auto &[key, values] :
             {std::pair {"/rank", &model.sketch.rank}, std::pair {"/sketch_size", &model.sketch.sketchSize}})
            if (values->size() != layers)
                raise(ErrorCode::OutOfRange,
                      std::to_string(values->size()) + " values for " + std::to_string(layers)
                          + " layers (the hidden ones and the output)",
                      here + key);
    }
    return spec;
}

Json asJson(const ModelSpec &model)
{
    Json j;
    j["name"] = model.name;
    j["kind"] = nameOf(model.kind);
    j["learning_rate"] = model.learningRate;
    if (model.kind == ModelKind::Rosler) {
        j["rank"] = model.sketch.rank;
        j["sketch_size"] = model.sketch.sketchSize;
        j["initialisation"] = nameOf(model.sketch.initialisation);
        j["kept_features"] = nameOf(model.sketch.keptFeatures);
        j["gradient_sketch"] = model.sketch.gradientSketch;
        j["successive_from"] = model.sketch.successiveFrom;
    }
    return j;
}

/// "line 3, column 7" of a byte of the text; the first is number 1, as the parser counts.
std::string placeOf(std::string_view text, std::size_t byte)
{
    const auto before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto lineStart = before.rfind('\n');
    const auto column = lineStart == std::string_view::npos ? before.size() + 1 : before.size() - lineStart;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

} // namespace

Result<ExperimentSpec> parseExperiment(std::string_view json, const std::string &where)
{
    constexpr std::size_t longest = 1'000'000;
    if (json.size() > longest)
        return fail(ErrorCode::OutOfRange,
                    "an experiment has at most " + std::to_string(longest) + " bytes, this has "
                        + std::to_string(json.size()),
                    where);
    try {
        return parseDocument(Json::parse(json), where);
    } catch (const nlohmann::json::parse_error &error) {
        return fail(ErrorCode::Malformed, std::string("not JSON: ") + error.what(),
                    where + ": " + placeOf(json, error.byte));
    } catch (const nlohmann::json::exception &error) {
        return fail(ErrorCode::Malformed, error.what(), where);
    } catch (const SpecError &error) {
        return tl::unexpected(error.error);
    }
}

std::string toJson(const ExperimentSpec &spec)
{
    Json j;
    j["schema"] = schema;
    j["name"] = spec.name;
    j["description"] = spec.description;
    j["dataset"] = spec.dataset;
    j["seed"] = spec.seed;
    j["widths"] = spec.widths;
    j["training"] = {{"epochs", spec.training.epochs},
                     {"batch", spec.training.batch},
                     {"optimizer", nameOf(spec.training.optimizer)},
                     {"schedule", nameOf(spec.training.schedule)},
                     {"momentum", spec.training.momentum},
                     {"weight_decay", spec.training.weightDecay}};
    j["models"] = Json::array();
    for (const ModelSpec &model : spec.models)
        j["models"].push_back(asJson(model));
    return j.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

TrialSpec trialOf(const ExperimentSpec &spec, std::size_t model)
{
    return {spec.widths, spec.models.at(model), spec.training, spec.seed};
}

Result<void> checkAgainst(const ExperimentSpec &spec, Index features, Index classes)
{
    for (std::size_t i = 0; i < spec.models.size(); ++i)
        if (auto shapes = layerShapes(trialOf(spec, i), features, classes, i); !shapes)
            return tl::unexpected(shapes.error());
    return {};
}

} // namespace rosler
