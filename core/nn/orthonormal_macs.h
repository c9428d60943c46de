// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/nn/layer.h"

namespace rosler {

/// Multiply-adds of making a layer's factors orthonormal (orthonormal_factors.h): 2 (m + s) r^2 of the two
/// QRs with their thin factors and 2 r^3 of the triangles; 0 of a layer without a sketch. What is turned
/// along of an optimiser's is left out, as all that optimisers do.
[[nodiscard]] inline std::uint64_t orthonormaliseMacs(const Layer &layer)
{
    Index rank = 0;
    Index across = 0; // m + s
    for (const ParameterBlock &block : layer.blocks()) {
        if (block.name == "U")
            rank = block.rows;
        if (block.name == "C" || block.name == "R")
            across += block.cols;
    }
    return static_cast<std::uint64_t>(2 * (across + rank) * rank * rank);
}

} // namespace rosler
