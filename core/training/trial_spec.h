// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/matrix.h"
#include "core/base/result.h"
#include "core/nn/layer_shape.h"
#include "core/nn/optimizer.h"
#include "core/sketch/sketch_kind.h"

namespace rosler {

/// What a model's layers are made of. Append; names in trial_spec.cpp.
enum class ModelKind { Dense, Rosler };

enum class ScheduleKind { Cosine, Constant };

inline constexpr Index maxLayerWidth = 65'536;

/// What only a Rosler model has.
struct SketchOptions {
    /// Waist of each layer, first to last; 1 <= rank <= min(outputs, sketch size).
    std::vector<Index> rank;
    /// How many features each layer reads; rank <= sketch size <= inputs. A hidden layer's sketch
    /// narrows the layer before: outputs that nobody reads are never stored, computed or trained.
    std::vector<Index> sketchSize;
    SketchKind initialisation = SketchKind::Gaussian;
    FeatureSampling keptFeatures = FeatureSampling::Variance;
    /// Share of the first layer's features whose gradient a step computes, in (0, 1].
    double gradientSketch = 1.0;
    /// Share of all steps after which one kind of factor is updated a step (R, U, C in turn), in [0, 1];
    /// 1 = never.
    double successiveFrom = 0.7;

    friend bool operator==(const SketchOptions &, const SketchOptions &) = default;
};

/// One model of an experiment.
struct ModelSpec {
    std::string name; ///< unique in its experiment: "dense", "rosler", "r8"
    ModelKind kind = ModelKind::Dense;
    double learningRate = 1e-3; ///< each kind has its own default, both are shown
    SketchOptions sketch;       ///< empty vectors for Dense

    friend bool operator==(const ModelSpec &, const ModelSpec &) = default;
};

/// How all models of an experiment are trained: the same for each, or the comparison is not fair.
struct TrainingSpec {
    Index epochs = 20;
    Index batch = 128; ///< examples a step; the last, smaller batch of an epoch is trained as well
    OptimizerKind optimizer = OptimizerKind::Adam;
    ScheduleKind schedule = ScheduleKind::Cosine; ///< to 0 over all steps
    double momentum = 0.9;                        ///< of Sgd
    double weightDecay = 0.0; ///< decoupled, per step: parameters -= rate * decay * parameters

    friend bool operator==(const TrainingSpec &, const TrainingSpec &) = default;
};

/// One point of an experiment: one model, one seed. Trained by one Trainer, kept in one run folder.
struct TrialSpec {
    std::vector<Index> widths; ///< of the hidden layers, first to last; ReLU after each
    ModelSpec model;
    TrainingSpec training;
    std::uint64_t seed = 0;

    friend bool operator==(const TrialSpec &, const TrialSpec &) = default;
};

/// The layers that @p spec asks for on data of @p features features and @p classes classes.
/// @return OutOfRange  a width, rank or sketch size outside its range; `where` is a JSON pointer
///                     into the experiment, as "/models/1/rank/2", and `what` names the range
[[nodiscard]] Result<std::vector<LayerShape>> layerShapes(const TrialSpec &spec, Index features,
                                                          Index classes, std::size_t modelNumber = 0);

} // namespace rosler
