// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/matrix.h"
#include "core/nn/network.h"

namespace rosler {

/// One product of a layer as a board computes it: y = W x + b.
struct ChainProduct {
    Matrix weights;          ///< rows x cols
    std::vector<float> bias; ///< rows; zeros but in a layer's last product
    bool endsLayer = true;
    bool relu = false; ///< of the layer, after its last product
};

/// One layer as a chain of products, in the order in which they are computed: one for a whole matrix, two or
/// three for a sketched one.
struct ChainLayer {
    std::vector<ChainProduct> products;

    [[nodiscard]] Index read() const { return products.front().weights.cols(); }
    [[nodiscard]] Index outputs() const { return products.back().weights.rows(); }
};

/// @param foldU  of three factors C U R, R becomes U R, and U is left out
/// @return the layers that compute something in inference
[[nodiscard]] std::vector<ChainLayer> factorChain(const Network &network, bool foldU);

/// Rows and columns of one product.
struct ProductShape {
    Index rows = 0;
    Index cols = 0;
};

/// The shapes of the products of @p layer, as factorChain() makes them; none when it computes nothing.
[[nodiscard]] std::vector<ProductShape> productShapes(const Layer &layer, bool foldU);

/// Smallest and largest number of each vector on the way, over a batch.
struct VectorRange {
    float smallest = 0;
    float largest = 0;
};

/// @param x  what the first layer reads, one example a row
/// @return  one for x, then one for each product of each layer, after its activation
[[nodiscard]] std::vector<VectorRange> rangesOf(const std::vector<ChainLayer> &chain, const Matrix &x);

} // namespace rosler
