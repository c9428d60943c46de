// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/nn/layer.h"

namespace rosler {

/// The buffers that a GradientEngine makes, by closed formulas: they depend on the network's shapes and on
/// the batch, never on the number of threads.
struct EngineSizes {
    /// A network with up to 262,144 parameters, or with more than twice as many multiply-adds as parameters.
    bool splitsBatch = false;
    Index piece = 0; ///< most examples in one pass
    Index lanes = 0; ///< passes side by side: 1 to 16

    // Of one lane, in floats.
    Index outputs = 0;         ///< of all layers
    Index outputGradients = 0; ///< with respect to the outputs of two layers, the widest of every other one
    Index bypassGradients = 0; ///< with respect to outputs that are added later, one for each addition
    Index stashes = 0;         ///< Layer::stashSize()
    Index gradient = 0;        ///< of all parameters when batches are split, else of the largest layer's
    Index sums = 0;            ///< of the gradients of earlier pieces, when a lane has several

    /// Of all lanes.
    [[nodiscard]] std::uint64_t bytes() const noexcept;
};

/// @param layers    of the network, in their order
/// @param maxBatch  most examples in one step, at least 1
[[nodiscard]] EngineSizes engineSizes(std::span<const std::shared_ptr<const Layer>> layers, Index maxBatch);

/// How far apart the rows of an activation of @p width floats lie in a lane: a whole number of cache lines,
/// and no multiple of 512 bytes, so that rows do not meet in a few sets of a cache.
[[nodiscard]] Index rowStride(Index width) noexcept;

} // namespace rosler
