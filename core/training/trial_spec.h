// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/matrix.h"
#include "core/base/result.h"
#include "core/data/held_out.h"
#include "core/nn/distillation.h"
#include "core/nn/network_plan.h"
#include "core/nn/optimizer.h"
#include "core/sketch/sketch_kind.h"
#include "core/training/augmentation.h"

namespace rosler {

enum class ScheduleKind { Cosine, Constant };

/// What the models of an experiment are given alike: passes over the data, or computation.
enum class BudgetKind { EqualEpochs, EqualTrainingFlops };

inline constexpr Index mostEpochs = 100'000;
inline constexpr Index mostStepsApart = 1'000'000; ///< SketchOptions::orthonormalise

/// How the sketches of a model are drawn and trained; of no meaning to a model without any.
struct SketchOptions {
    SketchKind initialisation = SketchKind::Gaussian;
    FeatureSampling keptFeatures = FeatureSampling::Variance;
    /// Share of the first layer's features whose gradient a step computes, in (0, 1].
    double gradientSketch = 1.0;
    /// Share of all steps after which one kind of factor is updated a step (R, U, C in turn), in [0, 1];
    /// 1 = never.
    double successiveFrom = 0.7;
    /// Adds decay / 2 ||C U R||_F^2 of each sketched layer to the loss, and decay / 2 ||W||_F^2 of each whole
    /// one (method page, section 7), from 0 on.
    double productDecay = 0.0;
    /// Steps after each of which the factors are made orthonormal again and their products kept
    /// (orthonormal_factors.h); 0 = never.
    Index orthonormalise = 0;

    friend bool operator==(const SketchOptions &, const SketchOptions &) = default;
};

/// A trained model that another one begins with instead of drawn parameters (core/nn/start_weights.h).
struct StartWeights {
    std::string file;   ///< a model.h5
    std::string digest; ///< Network::digest() of what is in it; empty: whatever it is

    friend bool operator==(const StartWeights &, const StartWeights &) = default;
};

/// Another model of the experiment, trained before, whose outputs a model learns besides the labels
/// (core/nn/distillation.h).
struct TeacherSpec {
    std::string model; ///< its name; it stands before its pupils
    Distillation distillation;
    /// Its layers, which say what it costs to ask it: in a TrialSpec, and of a run that is kept without it.
    /// In an experiment none; there the model itself is at hand.
    std::vector<LayerSpec> layers {};

    friend bool operator==(const TeacherSpec &, const TeacherSpec &) = default;
};

/// One model of an experiment: a list of layers, dense and sketched as one likes. A model some of whose
/// layers are sketched is called a Rosler model, one without a sketch a dense one; neither is a type.
struct ModelSpec {
    std::string name; ///< unique in its experiment: "dense", "rosler", "r8"
    std::vector<LayerSpec> layers;
    double learningRate = 1e-3; ///< each model has its own, all are shown
    SketchOptions sketch;
    /// At equal training FLOPs: what the budget came to for this model, once the data are known (budget.h).
    std::optional<Index> epochs {};
    std::optional<StartWeights> start {};  ///< none: drawn from the seed
    std::optional<TeacherSpec> teacher {}; ///< none: it learns from the labels alone

    [[nodiscard]] bool isSketched() const noexcept;
    friend bool operator==(const ModelSpec &, const ModelSpec &) = default;
};

/// How all models of an experiment are trained: the same for each, or the comparison is not fair.
struct TrainingSpec {
    /// Passes over the training examples: in a TrialSpec its model's own, in an experiment at equal training
    /// FLOPs the first model's.
    Index epochs = 20;
    Index batch = 128; ///< examples a step; the last, smaller batch of an epoch is trained as well
    OptimizerKind optimizer = OptimizerKind::Adam;
    ScheduleKind schedule = ScheduleKind::Cosine; ///< to 0 over all steps that are left after the warm-up
    double momentum = 0.9;                        ///< of Sgd
    double weightDecay = 0.0;  ///< decoupled, per step: parameters -= rate * decay * parameters
    ValidationSpec validation; ///< what of the training examples is held out to choose by
    AugmentationSpec augmentation;
    BudgetKind budget = BudgetKind::EqualEpochs;
    /// Epochs, of the model's own, in which the learning rate rises to its value; 0 = none.
    double warmup = 0;

    friend bool operator==(const TrainingSpec &, const TrainingSpec &) = default;
};

/// One point of an experiment: one model, one seed. Trained by one Trainer, kept in one run folder.
struct TrialSpec {
    ModelSpec model;
    TrainingSpec training;
    std::uint64_t seed = 0;

    friend bool operator==(const TrialSpec &, const TrialSpec &) = default;
};

/// The network that @p spec asks for on examples of shape @p example with @p classes classes.
/// @return the errors of planNetwork() and checkAugmentation(); `where` is a JSON pointer into the
/// experiment, as
///         "/models/1/layers/2/rank"
[[nodiscard]] Result<NetworkPlan> planOf(const TrialSpec &spec, const ExampleShape &example, Index classes,
                                         std::size_t modelNumber = 0);

} // namespace rosler
