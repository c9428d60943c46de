// SPDX-License-Identifier: Apache-2.0
#include "core/cost/cost_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "core/training/stage_schedule.h"

namespace rosler {

namespace {

using Count = std::uint64_t;

Count count(Index n)
{
    return static_cast<Count>(n);
}

/// Multiply-adds of training on one example, by the kind of step (stage_schedule.h).
struct StepMacs {
    Count parallel = 0;
    std::array<Count, factorKinds> successive {};
};

StepMacs stepMacs(const std::vector<LayerShape> &shapes, double gradientSketch)
{
    StepMacs macs;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const LayerShape &s = shapes[i];
        const bool first = i == 0;
        if (s.rank == 0) {
            const Count mn = count(s.kept * s.read);
            macs.parallel += mn + mn + (first ? 0 : mn);
            continue;
        }
        const Count mr = count(s.kept * s.rank);
        const Count rr = count(s.rank * s.rank);
        const Count rs = count(s.rank * s.read);
        const Count forward = mr + rr + rs;
        const Count features = first ? count(sketchedFeatures(s.read, gradientSketch)) : count(s.read);
        const Count dr = count(s.rank) * features;
        const Count toBelow = first ? 0 : rs; // dX
        macs.parallel += forward + mr + mr + rr + rr + dr + toBelow;
        macs.successive[static_cast<std::size_t>(Factor::R)] += forward + mr + rr + dr + toBelow;
        macs.successive[static_cast<std::size_t>(Factor::U)] +=
            forward + mr + rr + (first ? 0 : rr) + toBelow;
        macs.successive[static_cast<std::size_t>(Factor::C)] +=
            forward + mr + (first ? 0 : mr + rr) + toBelow;
    }
    return macs;
}

Count numbersOf(const LayerShape &s)
{
    return s.rank == 0 ? count(s.kept * s.read + s.kept)
                       : count(s.kept * s.rank + s.rank * s.rank + s.rank * s.read + s.kept);
}

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

Result<TrialCost> costOf(const TrialSpec &spec, Index features, Index classes, Index trainExamples)
{
    const auto shapes = layerShapes(spec, features, classes);
    if (!shapes)
        return tl::unexpected(shapes.error());

    if (trainExamples < 1)
        return fail(ErrorCode::OutOfRange,
                    "there are " + std::to_string(trainExamples)
                        + " training examples; at least 1 is needed");

    TrialCost cost;
    const Count batch = count(std::min(spec.training.batch, trainExamples));
    Count stash = batch * count(shapes->front().read);
    for (const LayerShape &s : *shapes) {
        cost.parameters += numbersOf(s);
        cost.keptIndices += s.storesIndices ? count(s.read) : 0;
        cost.macs += s.rank == 0 ? count(s.kept * s.read) : count(s.rank * (s.kept + s.rank + s.read));
        cost.biases += count(s.kept);
        cost.outputChannels += count(s.kept) + (s.rank == 0 ? 0 : 2 * count(s.rank));
        stash += batch * count(s.kept + 2 * s.rank);
        cost.inferenceScratchBytes =
            std::max(cost.inferenceScratchBytes, 4 * count(s.read + s.kept + 2 * s.rank));
    }

    const double sketch = spec.model.kind == ModelKind::Rosler ? spec.model.sketch.gradientSketch : 1.0;
    const StepMacs macs = stepMacs(*shapes, sketch);
    const StageSchedule stages(spec, trainExamples);
    const auto examples = stages.examples();
    cost.trainFlops = 2 * macs.parallel * count(examples.parallel);
    for (std::size_t k = 0; k < factorKinds; ++k)
        cost.trainFlops += 2 * macs.successive[k] * count(examples.successive[k]);

    // Gradients: in the parallel stage of all numbers at once; when there is none, of the largest kind.
    Count gradients = cost.parameters;
    if (spec.model.kind == ModelKind::Rosler && examples.parallel == 0) {
        std::array<Count, factorKinds> kinds {};
        for (const LayerShape &s : *shapes) {
            kinds[0] += count(s.rank * s.read);
            kinds[1] += count(s.rank * s.rank);
            kinds[2] += count(s.kept * s.rank + s.kept);
        }
        gradients = *std::max_element(kinds.begin(), kinds.end());
    }
    const Count state = spec.training.optimizer == OptimizerKind::Adam ? 2 : 1;
    cost.trainMemoryBytes = 4 * (cost.parameters * (1 + state) + gradients + stash) + 2 * cost.keptIndices;
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
