// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/nn/network_plan.h"
#include "device_link/host/extraction.h"
#include "device_link/host/factor_chain.h"
#include "device_link/protocol/rsl_model.h"

namespace rosler {

/// A record of an operation in the making; which of the parts count depends on its kind.
struct PlannedOperation {
    rsl_sketched layer {};       ///< the head, and what a sketched layer has
    rsl_sliding sliding {};      ///< of a convolution
    rsl_window window {};        ///< of a pooling
    std::int32_t multiplier = 0; ///< of means
    std::int32_t bias = 0;
    rsl_extract extract {}; ///< but the head, of an extraction of features
    rsl_add add {};         ///< but the head, of an addition

    [[nodiscard]] rsl_operation &head() { return layer.head; }
    [[nodiscard]] const rsl_operation &head() const { return layer.head; }
    /// The record, head().size bytes.
    [[nodiscard]] std::vector<std::uint8_t> bytes() const;
};

/// A model image without its numbers: all records, and where everything will lie.
struct ImagePlan {
    rsl_model_header header {};               ///< but name and CRC
    std::vector<rsl_tensor> tensors;          ///< with places in the arena; scales 1 and zero points 0
    std::vector<PlannedOperation> operations; ///< with their places. Flags of activations are 0.
    std::vector<std::size_t> steps;           ///< the operation of each of the chain
    std::uint32_t kept = 0;                   ///< offset of the kept-input indices; 0: there are none
    std::uint32_t extraction = 0;             ///< offset of an extraction's tables; 0: there are none

    /// The first bytes of the image, as far as rsl_model_first() and what reads tensors go: header and
    /// tables.
    [[nodiscard]] std::vector<std::uint8_t> tables() const;
};

/// Plans the image of a chain.
///
/// Between operations on images numbers are int8 in one byte each, whatever the layout of weights.
/// @param chain       of chainShapes()
/// @param features    numbers that an inference is handed
/// @param type        of all weights
/// @param int8Layout  of int8 weights
/// @param extraction  what makes the features of samples, which an inference is handed instead; or null
/// @return Unsupported  an operation on images reads what is none, or the last one gives no outputs
/// @return OutOfRange  no layers, more than an image holds, a width beyond RSL_MAX_WIDTH, more than 2^32
///                     bytes, or an int8Layout of floats
[[nodiscard]] Result<ImagePlan> planImage(const std::vector<ChainShape> &chain, Index features,
                                          rsl_number type, rsl_layout int8Layout,
                                          const Extraction *extraction = nullptr);

/// The same for a network.
/// @param foldU  as in PackOptions
[[nodiscard]] Result<ImagePlan> planImage(const NetworkPlan &network, rsl_number type, rsl_layout int8Layout,
                                          bool foldU, const Extraction *extraction = nullptr);

} // namespace rosler
