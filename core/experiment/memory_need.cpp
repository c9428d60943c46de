// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/memory_need.h"

#include <algorithm>
#include <string>

#include "core/base/quantity_text.h"
#include "core/cost/cost_model.h"

namespace rosler {

namespace {

/// While a checkpoint is written: the state, the file in memory, and its bytes.
constexpr std::uint64_t checkpointCopies = 3;

std::string text(std::uint64_t bytes)
{
    return bytesText(static_cast<double>(bytes));
}

} // namespace

Result<void> checkMemory(const ExperimentSpec &spec, const ExampleShape &example, Index classes,
                         Index trainExamples, std::optional<std::uint64_t> freeBytes)
{
    const std::uint64_t stateFloats = spec.training.optimizer == OptimizerKind::Adam ? 2 : 1;
    std::uint64_t sum = 0;
    std::uint64_t checkpoint = 0;
    std::uint64_t most = 0;
    std::size_t largest = 0;
    for (std::size_t i = 0; i < spec.models.size(); ++i) {
        const auto cost = costOf(trialOf(spec, i), example, classes, trainExamples);
        if (!cost)
            return tl::unexpected(cost.error());
        const std::uint64_t written = checkpointCopies * 4 * cost->parameters * (1 + stateFloats);
        sum += cost->trainMemoryBytes;
        checkpoint = std::max(checkpoint, written);
        if (cost->trainMemoryBytes + written > most) {
            most = cost->trainMemoryBytes + written;
            largest = i;
        }
    }
    const std::uint64_t need = sum + checkpoint;
    if (!freeBytes || need <= *freeBytes)
        return {};
    const std::string alone =
        "training \"" + spec.models[largest].name + "\" needs about " + text(most) + " of memory";
    const std::string all = spec.models.size() == 1 ? "" : ", all models side by side about " + text(need);
    return fail(ErrorCode::OutOfMemory, alone + all + ", and " + text(*freeBytes) + " are free");
}

} // namespace rosler
