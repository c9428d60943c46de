// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/matrix.h"
#include "core/nn/network.h"

namespace rosler {

/// One product of a layer as a board computes it: y = W x + b, the W of a dense layer or a factor.
struct ChainProduct {
    enum class Part { Dense, R, U, C };
    Part part = Part::Dense;
    Matrix weights;          ///< rows x cols
    std::vector<float> bias; ///< rows; zeros but in a layer's last product
    bool endsLayer = true;
    bool relu = false; ///< of the layer, after its last product
};

/// A network as a chain of products, in the order in which they are computed.
struct ChainLayer {
    LayerShape shape;
    std::vector<ChainProduct> products;
};

/// @param foldU  R becomes U R, and U is left out
[[nodiscard]] std::vector<ChainLayer> factorChain(const Network &network, bool foldU);

/// Smallest and largest number of each vector on the way, over a batch.
struct VectorRange {
    float smallest = 0;
    float largest = 0;
};

/// @param x  what the first layer reads, one example a row
/// @return  one for x, then one for each product of each layer, after its activation
[[nodiscard]] std::vector<VectorRange> rangesOf(const std::vector<ChainLayer> &chain, const Matrix &x);

} // namespace rosler
