// SPDX-License-Identifier: Apache-2.0
#include "core/cost/cost_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/nn/layer_catalog.h"
#include "core/nn/orthonormal_macs.h"
#include "core/training/engine_sizes.h"
#include "core/training/stage_schedule.h"

namespace rosler {

namespace {

using Count = std::uint64_t;

Count count(Index n)
{
    return static_cast<Count>(n);
}

constexpr FactorSet allFactors;
constexpr std::array<FactorSet, factorKinds> oneFactor {
    FactorSet {true, false, false}, FactorSet {false, true, false}, FactorSet {false, false, true}};

/// What it takes to ask the teacher of @p model, whose layers are known.
struct TeacherCost {
    Count macs = 0;       ///< of one example
    Count parameters = 0; ///< held meanwhile
    Count read = 0;       ///< features
};

Result<TeacherCost> teacherCost(const ModelSpec &model, const ExampleShape &example, Index classes)
{
    TeacherCost cost;
    if (!model.teacher)
        return cost;
    const auto plan = planNetwork(model.teacher->layers, example, classes, "teacher");
    if (!plan)
        return tl::unexpected(plan.error());
    cost.read = count(plan->read());
    for (const PlannedLayer &planned : plan->layers) {
        const auto layer = makeLayer(planned);
        cost.macs += layer->forwardMacs();
        cost.parameters += count(layer->parameterCount());
    }
    return cost;
}

/// Multiply-adds of training on one example, by the kind of step (stage_schedule.h).
struct StepMacs {
    Count parallel = 0;
    std::array<Count, factorKinds> successive {};
};

} // namespace

std::uint64_t TrialCost::weightBytes(NumberType type) const noexcept
{
    const Count indexBytes = 2 * keptIndices;
    switch (type) {
    case NumberType::Float32:
        return 4 * parameters + indexBytes;
    case NumberType::Float16:
        return 2 * parameters + indexBytes;
    case NumberType::Int8:
        break;
    }
    return (parameters - biases) + 4 * biases + 4 * outputChannels + indexBytes;
}

Result<TrialCost> costOf(const TrialSpec &spec, const ExampleShape &example, Index classes,
                         Index trainExamples)
{
    const auto plan = planOf(spec, example, classes);
    if (!plan)
        return tl::unexpected(plan.error());

    if (trainExamples < 1)
        return fail(ErrorCode::OutOfRange,
                    "there are " + std::to_string(trainExamples)
                        + " training examples; at least 1 is needed");

    const Index trained = trainingCountOf(trainExamples, spec.training.validation);
    if (trained < 1)
        return fail(ErrorCode::OutOfRange, "the validation part leaves no examples to train on",
                    "/training/validation");
    const auto teacher = teacherCost(spec.model, example, classes);
    if (!teacher)
        return tl::unexpected(teacher.error());
    TrialCost cost;
    cost.keptIndices = plan->keepsFeatures() ? count(plan->read()) : 0;
    StepMacs macs;
    Count orthonormalising = 0; // multiply-adds, each time
    std::vector<std::shared_ptr<const Layer>> layers;
    const Index batch = std::min(spec.training.batch, trained);
    bool untilData = true; // no layer so far learns
    for (const PlannedLayer &planned : plan->layers) {
        const auto &layer = layers.emplace_back(makeLayer(planned));
        const bool readsData = untilData;
        untilData = untilData && !layer->learns();
        Count between = 0; // outputs of the products but the last
        const Count windows = layerKindNamed(planned.spec.kind)->images ? count(planned.out.pixels()) : 1;
        for (const ParameterBlock &block : layer->blocks()) {
            const auto products = layer->products();
            if (std::find(products.begin(), products.end(), block.name) == products.end()) {
                cost.biases += count(block.size());
                continue;
            }
            const Count rows = count(block.transposed ? block.cols : block.rows);
            cost.outputChannels += rows;
            between += block.name == products.back() ? 0 : rows * windows;
        }
        cost.parameters += count(layer->parameterCount());
        cost.macs += layer->forwardMacs();
        orthonormalising += orthonormaliseMacs(*layer);
        cost.inferenceScratchBytes =
            std::max(cost.inferenceScratchBytes, 4 * (count(layer->inputs() + layer->outputs()) + between));

        const bool sketchesGradient = readsData && planned.spec.sketch
            && !layerKindNamed(planned.spec.kind)->images && spec.model.sketch.gradientSketch < 1.0;
        const Index features = sketchesGradient
            ? sketchedFeatures(layer->inputs(), spec.model.sketch.gradientSketch)
            : layer->inputs();
        const Count norms = sketchesGradient ? count(layer->inputs()) : 0; // by which features are drawn
        const Count forward = layer->forwardMacs();
        macs.parallel += forward + layer->backwardMacs(allFactors, features, !readsData) + norms;
        macs.successive[static_cast<std::size_t>(Factor::R)] += norms;
        for (std::size_t k = 0; k < factorKinds; ++k)
            macs.successive[k] += forward + layer->backwardMacs(oneFactor[k], features, !readsData);
    }

    const StageSchedule stages(spec, trained);
    const auto examples = stages.examples();
    cost.trainFlops = 2 * macs.parallel * count(examples.parallel);
    for (std::size_t k = 0; k < factorKinds; ++k)
        cost.trainFlops += 2 * macs.successive[k] * count(examples.successive[k]);
    cost.trainFlops += 2 * orthonormalising * static_cast<Count>(stages.orthonormalisations());

    // Varied examples are looked at in each step, others once before the first.
    const bool varied = spec.training.augmentation.any();
    Count taught = count(trained);
    if (varied) {
        taught = count(examples.parallel);
        for (const std::int64_t some : examples.successive)
            taught += count(some);
    }
    cost.trainFlops += 2 * teacher->macs * taught;

    const EngineSizes engine = engineSizes(layers, batch);
    const Count state = spec.training.optimizer == OptimizerKind::Adam ? 2 : 1;
    const Count gathered = count(batch) * (4 * count(plan->read()) + 2); // a batch, with labels
    Count order = 4 * count(trained);                                    // of an epoch's examples
    if (spec.training.validation.any())
        order += 4 * count(trained + trainExamples); // the split, and the feeder's part of it
    cost.trainMemoryBytes =
        4 * cost.parameters * (1 + state) + engine.bytes() + gathered + order + 8 * cost.keptIndices;
    if (spec.model.teacher) {
        const Count logits = 4 * count(classes) * (count(batch) + (varied ? 0 : count(trainExamples)));
        const Count seen = varied ? count(batch) * (4 * teacher->read + 2) + 4 * count(trained) : 0;
        const Count numbers = spec.training.validation.any() ? 4 * count(trained) * (varied ? 2 : 1) : 0;
        cost.trainMemoryBytes += 4 * teacher->parameters + logits + seen + numbers;
    }
    return cost;
}

Index breakEvenRank(Index outputs, Index read, Index denseOutputs, Index denseInputs) noexcept
{
    // the largest r with r (m + s) + r^2 < m n
    const auto sum = static_cast<double>(outputs + read);
    const double dense = static_cast<double>(denseOutputs) * static_cast<double>(denseInputs);
    auto r = static_cast<Index>((std::sqrt(sum * sum + 4.0 * dense) - sum) / 2.0) + 1;
    while (r > 0 && r * (outputs + read) + r * r >= denseOutputs * denseInputs)
        --r;
    return r;
}

} // namespace rosler
