// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset_request.h"
#include "core/training/trial_spec.h"

namespace rosler {

/// What the user wants to find out: models to be trained side by side on one dataset.
/// Kept as JSON, schema "rosler.experiment/2" (resources/experiments/*.json are examples):
///
///     {"schema": "rosler.experiment/2", "name": "mnist-1024", "description": "...",
///      "dataset": "mnist", "seed": 0,
///      "training": {"epochs": 20, "budget": "equal_epochs", "batch": 128, "optimizer": "adam", "schedule":
///      "cosine",
///                   "warmup": 0, "momentum": 0.9, "weight_decay": 0, "validation": "none",
///                   "augmentation": {"shift": 4, "flip": true, "noise": 0}},
///      "models": [{"name": "dense", "learning_rate": 0.001,
///                  "layers": [{"kind": "dense", "units": 1024}, {"kind": "dense", "units": 1024},
///                             {"kind": "dense"}]},
///                 {"name": "rosler", "learning_rate": 0.002, "rank": [24, 8, 8],
///                  "sketch_size": [784, 384, 384], "initialisation": "gaussian",
///                  "kept_features": "variance", "gradient_sketch": 1, "successive_from": 0.7,
///                  "product_decay": 0, "orthonormalise": 0}]}
///
/// A layer that is sketched says so itself ("rank", and "sketch_size" when it reads a part of its inputs).
/// A model without layers takes the first model's; it may lay ranks and sketch sizes over them, one a
/// weighted layer, null where the layer stays whole.
///
/// A model may begin with the weights of another one, whose layers are the same but for what is sketched:
/// "start": {"file": "lenet.h5", "digest": "..."}; its digest is compared where it is said.
///
/// A model may learn from the outputs of another one that stands before it and is trained first
/// (TeacherSpec): "teacher": {"model": "dense", "temperature": 4, "share": 0.5}. A run that is kept by itself
/// says its teacher's "layers" as well.
///
/// "dataset" is a source, or {"source": "digits", "options": {"examples": 2000}} where its reader is told
/// something. "validation" says how much of the training examples is held out to choose by: a share below 1,
/// a number of examples, or "none" where the choices are already made. Unsaid, a tenth is held out.
///
/// "budget" says what the models are given alike: "equal_epochs", or "equal_training_flops", where "epochs"
/// are the first model's and the others train as many as its FLOPs pay for (budget.h). A run's own spec then
/// says how many those came to, as "epochs" of its model.
///
/// Version 1, in which all models share their widths and are sketched whole or not at all, is still read; it
/// held out nothing.
struct ExperimentSpec {
    std::string name = "untitled";
    std::string description;
    DatasetRequest dataset = "digits";
    std::uint64_t seed = 0;
    TrainingSpec training;
    std::vector<ModelSpec> models;

    friend bool operator==(const ExperimentSpec &, const ExperimentSpec &) = default;
};

/// The spec that @p json describes.
/// @param where  what to call the document in errors, as its file name
/// @return Malformed   not JSON (with line and column), a missing or unknown key (with the nearest known
///                     key), a value of the wrong type
/// @return OutOfRange  a value outside its range, which is named. Ranks and sketch sizes are compared
///                     with the data later, by planOf().
/// @return Unsupported another schema version
[[nodiscard]] Result<ExperimentSpec> parseExperiment(std::string_view json, const std::string &where);

/// A validation part as the spec or a command line says it: "0.1", "5000", "none".
/// @return Malformed or OutOfRange, at @p where
[[nodiscard]] Result<ValidationSpec> parseValidation(const std::string &text, const std::string &where);
/// What parseValidation() reads.
[[nodiscard]] std::string validationText(const ValidationSpec &validation);

/// The same spec as JSON, indented, keys in the order above, each model with all of its layers;
/// parseExperiment() gives it back equal.
[[nodiscard]] std::string toJson(const ExperimentSpec &spec);

/// The number of the model that model number @p model learns from; none where it learns from the labels
/// alone, or its teacher is none of the experiment's models.
[[nodiscard]] std::optional<std::size_t> teacherOf(const ExperimentSpec &spec, std::size_t model);

/// Whether all teachers are models that stand before their pupils.
/// @return OutOfRange  with the place, as "/models/1/teacher/model"
[[nodiscard]] Result<void> checkTeachers(const ExperimentSpec &spec);

/// Model number @p model as it can be kept without the others: with its teacher's layers.
[[nodiscard]] ModelSpec modelAlone(const ExperimentSpec &spec, std::size_t model);

/// The trial of model number @p model, for its own number of epochs where it has one (withinBudget()), and
/// with its teacher's layers.
[[nodiscard]] TrialSpec trialOf(const ExperimentSpec &spec, std::size_t model);

/// Checks every model against data of this shape: the first error of planOf().
[[nodiscard]] Result<void> checkAgainst(const ExperimentSpec &spec, const ExampleShape &example,
                                        Index classes);

} // namespace rosler
