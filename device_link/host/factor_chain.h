// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "core/base/matrix.h"
#include "core/base/result.h"
#include "core/nn/conv_patches.h"
#include "core/nn/network.h"

namespace rosler {

/// One product of a layer as a board computes it: y = W x + b.
struct ChainProduct {
    Matrix weights;          ///< rows x cols
    std::vector<float> bias; ///< rows; zeros but in a layer's last product
    bool endsLayer = true;
    bool relu = false; ///< of the layer, after its last product
};

/// Rows and columns of one product.
struct ProductShape {
    Index rows = 0;
    Index cols = 0;
};

/// What a board computes in one operation: products, one after the other, a pooling, or an addition.
struct ChainShape {
    std::vector<ProductShape> products; ///< none: a pooling, an addition, or numbers are standardised
    std::optional<WindowGrid> windows;  ///< what it does to each window; none: to all numbers
    InferenceStep::Does does = InferenceStep::Does::HandsOn;
    /// Of an addition: the operation of the chain whose output is added to that of the one before.
    std::optional<std::size_t> other;

    /// Whether each number of the data is scaled and shifted by itself.
    [[nodiscard]] bool standardises() const
    {
        return does == InferenceStep::Does::Standardises || does == InferenceStep::Does::Normalises;
    }
    /// Whether each channel is made of itself alone: its only product has a row a channel, of a window's
    /// pixels.
    [[nodiscard]] bool channelwise() const { return does == InferenceStep::Does::ConvolvesChannels; }
};

/// The chain of operations of a network in inference. Layers that only hand on are left out; those that scale
/// and shift the outputs of products are folded into these (whose activation theirs becomes). As the first
/// layer such a one stays: each number of the data is standardised by itself. Apart from additions each is
/// given the output of the one before it.
/// @param foldU  of three factors C U R, R becomes U R, and U is left out
/// @return Unsupported  a layer that no board knows, one that scales where nothing can take it in, or that is
///                      folded into one whose own output is added later
[[nodiscard]] Result<std::vector<ChainShape>> chainShapes(const NetworkPlan &network, bool foldU);

/// One operation with its numbers: a product for a whole matrix, two or three for a sketched one.
struct ChainLayer {
    ChainShape shape;
    std::vector<ChainProduct> products;
    ChannelMap map;    ///< of what standardises
    bool relu = false; ///< of an addition
};

/// The same with the numbers of a network, for which chainShapes() is not an error.
[[nodiscard]] std::vector<ChainLayer> factorChain(const Network &network, bool foldU);

/// Smallest and largest number of each vector on the way, over a batch.
struct VectorRange {
    float smallest = 0;
    float largest = 0;
};

/// @param x  what the first layer reads, one example a row
/// @return  one for x, then one for each product of each operation, after its activation, or one for an
///          operation without products
[[nodiscard]] std::vector<VectorRange> rangesOf(const std::vector<ChainLayer> &chain, const Matrix &x);

} // namespace rosler
