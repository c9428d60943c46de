// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/matrix.h"

namespace rosler {

/// The shape of one fully connected layer, dense or sketched.
///
/// A hidden layer's sketch narrows the layer before it (method page, section 1): of `outputs` nominal
/// outputs only `kept` are stored and computed, those that the next layer reads.
struct LayerShape {
    Index inputs = 0;           ///< nominal width of what it reads from
    Index outputs = 0;          ///< nominal width
    Index rank = 0;             ///< r; 0 for a dense layer
    Index read = 0;             ///< s, features it reads (sketch size; = inputs for dense)
    Index kept = 0;             ///< m, outputs that are stored and computed: the next layer's sketch size
    bool storesIndices = false; ///< first layer with read < inputs: the kept features are part of the model
    bool relu = false;          ///< followed by max(0, y)

    friend bool operator==(const LayerShape &, const LayerShape &) = default;
};

} // namespace rosler
