// SPDX-License-Identifier: Apache-2.0
#include "core/training/engine_sizes.h"

#include <algorithm>
#include <array>

#include "core/base/contract.h"

namespace rosler {

namespace {

constexpr Index splitPiece = 32; // examples
// Of a network whose weights an example meets more than once, as convolutions': each example is work enough.
// Where examples are mixed, statistics of so few are poor.
constexpr Index splitPieceOfReused = 8;
// Up to here a gradient for each lane costs less than cutting every product: 1 MB each.
constexpr Index splitParameters = 262'144;
constexpr Index mostLanes = 16;

} // namespace

std::uint64_t EngineSizes::bytes() const noexcept
{
    return sizeof(float)
        * static_cast<std::uint64_t>(
               lanes * (outputs + outputGradients + bypassGradients + stashes + gradient + sums));
}

EngineSizes engineSizes(std::span<const std::shared_ptr<const Layer>> layers, Index maxBatch)
{
    ROSLER_EXPECTS(maxBatch >= 1);
    EngineSizes sizes;
    Index all = 0;
    Index largest = 0;
    std::uint64_t macs = 0;
    bool mixes = false;
    for (const auto &layer : layers) {
        all += layer->parameterCount();
        largest = std::max(largest, layer->parameterCount());
        macs += layer->forwardMacs();
        mixes = mixes || layer->mixesExamples();
    }
    const bool reused = macs > 2 * static_cast<std::uint64_t>(all);
    sizes.splitsBatch = all <= splitParameters || reused;
    sizes.piece =
        sizes.splitsBatch ? std::min(reused && !mixes ? splitPieceOfReused : splitPiece, maxBatch) : maxBatch;
    const Index pieces = (maxBatch + sizes.piece - 1) / sizes.piece;
    sizes.lanes = std::min(mostLanes, pieces);
    sizes.gradient = sizes.splitsBatch ? all : largest;
    sizes.sums = pieces > sizes.lanes ? all : 0;
    std::array<Index, 2> widest {};
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const Index floats = sizes.piece * rowStride(layers[i]->outputs());
        sizes.outputs += floats;
        widest[i % 2] = std::max(widest[i % 2], floats);
        if (layers[i]->plan().other)
            sizes.bypassGradients += floats;
        sizes.stashes += layers[i]->stashSize(sizes.piece);
    }
    sizes.outputGradients = widest[0] + widest[1];
    return sizes;
}

Index rowStride(Index width) noexcept
{
    constexpr Index line = 16; // floats
    const Index whole = (width + line - 1) / line * line;
    return whole % (8 * line) == 0 ? whole + line : whole;
}

} // namespace rosler
