// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/experiment_spec.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/json_text.h"
#include "core/experiment/layer_json.h"
#include "core/experiment/model_label.h"
#include "core/experiment/spec_section.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

namespace {

constexpr std::string_view schema = "rosler.experiment/2";
constexpr std::string_view schemaOne = "rosler.experiment/1";
constexpr std::size_t maxModels = 64;
constexpr Index maxWidth = 65'536; ///< of version 1

ValidationSpec parseValidation(const Json &json, const std::string &where)
{
    constexpr Index most = 1'000'000'000;
    if (json.is_string() && json.get<std::string>() == "none")
        return ValidationSpec::none();
    if (json.is_number_integer()) {
        const Index count = json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t {most}
            ? most + 1
            : json.get<Index>();
        if (count >= 1 && count <= most)
            return {0, count};
    } else if (json.is_number()) {
        const double share = json.get<double>();
        if (share > 0 && share < 1)
            return {share, 0};
    }
    raise(json.is_number() ? ErrorCode::OutOfRange : ErrorCode::Malformed,
          json.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 80)
              + " is not a share above 0 and below 1, a number of examples from 1 on, or \"none\"",
          where);
}

DatasetRequest parseDataset(const Json &json, const std::string &where)
{
    constexpr std::size_t mostOptions = 64;
    if (json.is_string())
        return json.get<std::string>();
    const Section s(json, where, {"source", "options"});
    DatasetRequest request;
    (void)s.required("source");
    s.read("source", request.source);
    if (!s.has("options"))
        return request;
    const Json &options = s.required("options");
    if (!options.is_object() || options.size() > mostOptions)
        raise(ErrorCode::Malformed,
              "expected an object of at most " + std::to_string(mostOptions) + " options", s.at("options"));
    for (const auto &[name, value] : options.items()) {
        const bool fits = !value.is_number_unsigned()
            || value.get<std::uint64_t>() <= std::uint64_t {std::numeric_limits<std::int64_t>::max()};
        if (value.is_boolean())
            request.options[name] = value.get<bool>();
        else if (value.is_number_integer() && fits)
            request.options[name] = value.get<Index>();
        else if (value.is_number())
            request.options[name] = value.get<double>();
        else if (value.is_string())
            request.options[name] = value.get<std::string>();
        else
            raise(ErrorCode::Malformed,
                  "expected text, a number, true or false, found " + std::string(value.type_name()),
                  s.at("options") + '/' + name);
    }
    return request;
}

AugmentationSpec parseAugmentation(const Json &json, const std::string &where)
{
    const Section s(json, where, {"shift", "flip", "noise"});
    AugmentationSpec augmentation;
    s.read("shift", augmentation.shift, 0, 10'000);
    s.read("flip", augmentation.flip);
    s.read("noise", augmentation.noise, 0, 1'000, true);
    return augmentation;
}

TrainingSpec parseTraining(const Json &json, const std::string &where, const ValidationSpec &unsaid)
{
    const Section s(json, where,
                    {"epochs", "batch", "optimizer", "schedule", "momentum", "weight_decay", "validation",
                     "augmentation", "budget", "warmup"});
    TrainingSpec training;
    training.validation =
        s.has("validation") ? parseValidation(s.required("validation"), s.at("validation")) : unsaid;
    s.read("epochs", training.epochs, 1, mostEpochs);
    s.read("batch", training.batch, 1, 1'000'000);
    s.read("optimizer", training.optimizer, &optimizerKindNamed, {"adam", "sgd"});
    s.read("schedule", training.schedule, &scheduleKindNamed, {"cosine", "constant"});
    s.read("warmup", training.warmup, 0, mostEpochs, true);
    s.read("momentum", training.momentum, 0, 0.9999, true);
    s.read("weight_decay", training.weightDecay, 0, 10, true);
    s.read("budget", training.budget, &budgetKindNamed, {"equal_epochs", "equal_training_flops"});
    if (s.has("augmentation"))
        training.augmentation = parseAugmentation(s.required("augmentation"), s.at("augmentation"));
    return training;
}

void readSketchOptions(const Section &s, SketchOptions &sketch)
{
    s.read("initialisation", sketch.initialisation, &sketchKindNamed,
           {"gaussian", "cur-uniform", "cur-leverage"});
    s.read("kept_features", sketch.keptFeatures, &featureSamplingNamed, {"uniform", "variance", "leverage"});
    s.read("gradient_sketch", sketch.gradientSketch, 0, 1, false);
    s.read("successive_from", sketch.successiveFrom, 0, 1, true);
    s.read("product_decay", sketch.productDecay, 0, 10, true);
    s.read("orthonormalise", sketch.orthonormalise, 0, mostStepsApart);
}

void readNameAndRate(const Section &s, ModelSpec &model)
{
    model.name = modelLabel(model.layers);
    s.read("name", model.name);
    if (model.name.empty() || model.name.size() > 100)
        raise(ErrorCode::OutOfRange, "a model's name has 1 to 100 characters", s.at("name"));
    model.learningRate = defaultLearningRate(model.layers);
    s.read("learning_rate", model.learningRate, 0, 10, false);
}

/// The ranks and sketch sizes that a model names beside a list of layers it takes over: one a weighted layer,
/// null where it stays whole.
void layOver(const Section &s, std::vector<LayerSpec> &layers)
{
    std::vector<LayerSpec *> weighted;
    for (LayerSpec &layer : layers) {
        layer.sketch.reset();
        if (layerKindNamed(layer.kind)->weighted)
            weighted.push_back(&layer);
    }
    const auto ranks = s.readOptional("rank", weighted.size());
    const auto sizes = s.readOptional("sketch_size", weighted.size());
    for (std::size_t i = 0; i < weighted.size(); ++i) {
        const auto size = sizes.empty() ? std::nullopt : sizes[i];
        if (ranks[i])
            weighted[i]->sketch = Sketch {*ranks[i], size};
        else if (size)
            raise(ErrorCode::OutOfRange, "a layer without a rank has no sketch size",
                  s.at("sketch_size") + '/' + std::to_string(i));
    }
}

StartWeights parseStart(const Json &json, const std::string &where)
{
    StartWeights start;
    const Section s(json, where, {"file", "digest"});
    (void)s.required("file");
    s.read("file", start.file);
    s.read("digest", start.digest);
    if (start.file.empty())
        raise(ErrorCode::OutOfRange, "it names no file", s.at("file"));
    return start;
}

TeacherSpec parseTeacher(const Json &json, const std::string &where)
{
    constexpr double hottest = 1'000;
    TeacherSpec teacher;
    const Section s(json, where, {"model", "temperature", "share", "layers"});
    (void)s.required("model");
    s.read("model", teacher.model);
    s.read("temperature", teacher.distillation.temperature, 0, hottest, false);
    s.read("share", teacher.distillation.share, 0, 1, false);
    if (s.has("layers"))
        teacher.layers = parseLayers(s.required("layers"), s.at("layers"));
    return teacher;
}

ModelSpec parseModel(const Json &json, const std::string &where, const std::vector<LayerSpec> *first,
                     BudgetKind budget)
{
    ModelSpec model;
    const Section s(json, where,
                    {"name", "learning_rate", "epochs", "layers", "rank", "sketch_size", "initialisation",
                     "kept_features", "gradient_sketch", "successive_from", "product_decay", "orthonormalise",
                     "start", "teacher"});
    if (s.has("layers")) {
        for (const char *key : {"rank", "sketch_size"})
            if (s.has(key))
                raise(ErrorCode::Malformed, "a model with layers of its own says this in each of them",
                      s.at(key));
        model.layers = parseLayers(s.required("layers"), s.at("layers"));
    } else if (first != nullptr) {
        model.layers = *first;
        if (s.has("rank"))
            layOver(s, model.layers);
        else if (s.has("sketch_size"))
            (void)s.required("rank");
    } else {
        (void)s.required("layers");
    }
    readNameAndRate(s, model);
    if (s.has("epochs") && budget == BudgetKind::EqualEpochs)
        raise(ErrorCode::Malformed,
              "models that train for equal epochs have none of their own; \"training\" says how many",
              s.at("epochs"));
    if (s.has("epochs"))
        s.read("epochs", model.epochs.emplace(), 1, mostEpochs);
    if (model.isSketched())
        readSketchOptions(s, model.sketch);
    else
        for (const char *key : {"initialisation", "kept_features", "gradient_sketch", "successive_from",
                                "product_decay", "orthonormalise"})
            if (s.has(key))
                raise(ErrorCode::Malformed, "none of this model's layers is sketched", s.at(key));
    if (s.has("start"))
        model.start = parseStart(s.required("start"), s.at("start"));
    if (s.has("teacher"))
        model.teacher = parseTeacher(s.required("teacher"), s.at("teacher"));
    return model;
}

/// A model as version 1 says it: hidden widths that all models share, and lists of ranks and sketch sizes.
ModelSpec parseModelOne(const Json &json, const std::string &where, const std::vector<Index> &widths)
{
    ModelSpec model;
    for (const Index width : widths)
        model.layers.push_back(fullyConnected(width));
    model.layers.push_back(fullyConnected());
    const Section any(json, where,
                      {"name", "kind", "learning_rate", "rank", "sketch_size", "initialisation",
                       "kept_features", "gradient_sketch", "successive_from"});
    (void)any.required("kind");
    bool rosler = false;
    any.read("kind", rosler, &sketchedNamed, {modelLabel(false), modelLabel(true)});
    if (!rosler) {
        const Section dense(json, where, {"name", "kind", "learning_rate"}); // the rest means nothing here
        readNameAndRate(any, model);
        return model;
    }
    (void)any.required("rank");
    (void)any.required("sketch_size");
    layOver(any, model.layers);
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        if (!model.layers[i].sketch || !model.layers[i].sketch->size)
            raise(ErrorCode::Malformed, "expected an integer, found null",
                  any.at(model.layers[i].sketch ? "sketch_size" : "rank") + '/' + std::to_string(i));
    readNameAndRate(any, model);
    readSketchOptions(any, model.sketch);
    return model;
}

std::vector<Index> parseWidths(const Section &s)
{
    std::vector<Index> widths;
    (void)s.required("widths");
    s.read("widths", widths, 1, maxWidth);
    return widths;
}

/// Whether the teacher of model @p i stands before it.
Result<void> checkTeacher(const ExperimentSpec &spec, std::size_t i)
{
    const std::string here = "/models/" + std::to_string(i) + "/teacher/model";
    const std::string &name = spec.models[i].teacher->model;
    const auto teacher = teacherOf(spec, i);
    if (!teacher)
        return fail(ErrorCode::OutOfRange, "no model is named \"" + name + '"', here);
    if (*teacher == i)
        return fail(ErrorCode::OutOfRange, "a model cannot be its own teacher", here);
    if (*teacher > i)
        return fail(ErrorCode::OutOfRange,
                    "the teacher \"" + name + "\" comes after its pupil: put it before", here);
    return {};
}

ExperimentSpec parseDocument(const Json &json, const std::string &where)
{
    std::string version;
    const Section any(json, where + ":",
                      {"schema", "name", "description", "dataset", "seed", "widths", "training", "models"});
    (void)any.required("schema");
    any.read("schema", version);
    if (version != schema && version != schemaOne)
        raise(ErrorCode::Unsupported,
              "the schema is \"" + version + "\", this version reads \"" + std::string(schema) + "\" and \""
                  + std::string(schemaOne) + '"',
              any.at("schema"));
    const bool one = version == schemaOne;
    ExperimentSpec spec;
    any.read("name", spec.name);
    any.read("description", spec.description);
    if (any.has("dataset"))
        spec.dataset = parseDataset(any.required("dataset"), any.at("dataset"));
    any.readSeed("seed", spec.seed);
    if (!one && any.has("widths"))
        raise(ErrorCode::Malformed, "unknown key \"widths\": since version 2 each model has its layers",
              any.at("widths"));
    const std::vector<Index> widths = one ? parseWidths(any) : std::vector<Index> {};
    spec.training.validation = one ? ValidationSpec::none() : ValidationSpec::tenth();
    if (any.has("training"))
        spec.training = parseTraining(any.required("training"), any.at("training"), spec.training.validation);
    const Json &models = any.required("models");
    if (!models.is_array() || models.empty() || models.size() > maxModels)
        raise(ErrorCode::OutOfRange, "expected a list of 1 to " + std::to_string(maxModels) + " models",
              any.at("models"));
    std::set<std::string> names;
    for (std::size_t i = 0; i < models.size(); ++i) {
        const std::string here = any.at("models") + '/' + std::to_string(i);
        const auto *first = spec.models.empty() ? nullptr : &spec.models.front().layers;
        spec.models.push_back(one ? parseModelOne(models[i], here, widths)
                                  : parseModel(models[i], here, first, spec.training.budget));
        if (!names.insert(spec.models.back().name).second)
            raise(ErrorCode::Malformed, "two models are named \"" + spec.models.back().name + '"',
                  here + "/name");
    }
    for (std::size_t i = 0; i < spec.models.size(); ++i) {
        const auto &teacher = spec.models[i].teacher;
        // Of a run that is kept by itself, its teacher is elsewhere.
        if (teacher && (teacher->layers.empty() || teacherOf(spec, i)))
            if (const auto fits = checkTeacher(spec, i); !fits)
                raise(fits.error().code, fits.error().what, where + ":" + fits.error().where);
    }
    return spec;
}

Json asJson(const ValidationSpec &validation)
{
    if (!validation.any())
        return "none";
    return validation.share > 0 ? Json(validation.share) : Json(validation.count);
}

Json asJson(const DatasetRequest &request)
{
    if (request.options.empty())
        return request.source;
    Json options = Json::object();
    for (const auto &[name, value] : request.options)
        std::visit([&options, &key = name](const auto &held) { options[key] = held; }, value);
    return {{"source", request.source}, {"options", options}};
}

Json asJson(const ModelSpec &model)
{
    Json j;
    j["name"] = model.name;
    j["learning_rate"] = model.learningRate;
    if (model.epochs)
        j["epochs"] = *model.epochs;
    j["layers"] = asJson(model.layers);
    if (model.isSketched()) {
        j["initialisation"] = nameOf(model.sketch.initialisation);
        j["kept_features"] = nameOf(model.sketch.keptFeatures);
        j["gradient_sketch"] = model.sketch.gradientSketch;
        j["successive_from"] = model.sketch.successiveFrom;
        j["product_decay"] = model.sketch.productDecay;
        if (model.sketch.orthonormalise > 0)
            j["orthonormalise"] = model.sketch.orthonormalise;
    }
    if (model.start) {
        j["start"] = {{"file", model.start->file}};
        if (!model.start->digest.empty())
            j["start"]["digest"] = model.start->digest;
    }
    if (model.teacher) {
        const TeacherSpec &teacher = *model.teacher;
        j["teacher"] = {{"model", teacher.model},
                        {"temperature", teacher.distillation.temperature},
                        {"share", teacher.distillation.share}};
        if (!teacher.layers.empty())
            j["teacher"]["layers"] = asJson(teacher.layers);
    }
    return j;
}

} // namespace

Result<ExperimentSpec> parseExperiment(std::string_view json, const std::string &where)
{
    constexpr std::size_t longest = 1'000'000;
    const auto document = parseJson<Json>(json, where, longest);
    if (!document)
        return tl::unexpected(document.error());
    try {
        return parseDocument(*document, where);
    } catch (const nlohmann::json::exception &error) {
        return fail(ErrorCode::Malformed, error.what(), where);
    } catch (const SpecError &error) {
        return tl::unexpected(error.error);
    }
}

std::string validationText(const ValidationSpec &validation)
{
    const Json json = asJson(validation);
    return json.is_string() ? json.get<std::string>() : json.dump();
}

Result<ValidationSpec> parseValidation(const std::string &text, const std::string &where)
{
    try {
        const auto json = parseJson<Json>(text, where, 64); // a number, or else a word
        return parseValidation(json && json->is_number() ? *json : Json(text), where);
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
    j["dataset"] = asJson(spec.dataset);
    j["seed"] = spec.seed;
    j["training"] = {{"epochs", spec.training.epochs},
                     {"budget", nameOf(spec.training.budget)},
                     {"batch", spec.training.batch},
                     {"optimizer", nameOf(spec.training.optimizer)},
                     {"schedule", nameOf(spec.training.schedule)},
                     {"momentum", spec.training.momentum},
                     {"weight_decay", spec.training.weightDecay},
                     {"validation", asJson(spec.training.validation)}};
    if (spec.training.warmup > 0)
        j["training"]["warmup"] = spec.training.warmup;
    if (const AugmentationSpec &augmentation = spec.training.augmentation; augmentation.any())
        j["training"]["augmentation"] = {
            {"shift", augmentation.shift}, {"flip", augmentation.flip}, {"noise", augmentation.noise}};
    j["models"] = Json::array();
    for (const ModelSpec &model : spec.models)
        j["models"].push_back(asJson(model));
    return j.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::optional<std::size_t> teacherOf(const ExperimentSpec &spec, std::size_t model)
{
    const auto &teacher = spec.models.at(model).teacher;
    if (!teacher)
        return std::nullopt;
    const auto found = std::ranges::find(spec.models, teacher->model, &ModelSpec::name);
    if (found == spec.models.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - spec.models.begin());
}

Result<void> checkTeachers(const ExperimentSpec &spec)
{
    for (std::size_t i = 0; i < spec.models.size(); ++i)
        if (spec.models[i].teacher)
            if (auto fits = checkTeacher(spec, i); !fits)
                return fits;
    return {};
}

ModelSpec modelAlone(const ExperimentSpec &spec, std::size_t model)
{
    ModelSpec alone = spec.models.at(model);
    if (const auto teacher = teacherOf(spec, model))
        alone.teacher->layers = spec.models[*teacher].layers;
    return alone;
}

TrialSpec trialOf(const ExperimentSpec &spec, std::size_t model)
{
    TrialSpec trial {modelAlone(spec, model), spec.training, spec.seed};
    trial.training.epochs = std::exchange(trial.model.epochs, std::nullopt).value_or(trial.training.epochs);
    return trial;
}

Result<void> checkAgainst(const ExperimentSpec &spec, const ExampleShape &example, Index classes)
{
    for (std::size_t i = 0; i < spec.models.size(); ++i)
        if (auto plan = planOf(trialOf(spec, i), example, classes, i); !plan)
            return tl::unexpected(plan.error());
    return {};
}

} // namespace rosler
