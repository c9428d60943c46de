// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/nn/network_plan.h"
#include "device_link/host/factor_chain.h"
#include "device_link/protocol/rsl_model.h"

namespace rosler {

/// A model image without its numbers: all records, and where everything will lie.
struct ImagePlan {
    rsl_model_header header {};      ///< but name and CRC
    std::vector<rsl_tensor> tensors; ///< with places in the arena; scales 1 and zero points 0
    /// Records with their places; of each, its head's `size` bytes count. Flags of activations are 0.
    std::vector<rsl_sketched> operations;
    std::vector<std::size_t> products; ///< the operation of each layer
    std::uint32_t kept = 0;            ///< offset of the kept-input indices; 0: there are none

    /// The first bytes of the image, as far as rsl_model_first() and what reads tensors go: header and
    /// tables.
    [[nodiscard]] std::vector<std::uint8_t> tables() const;
};

/// Plans the image of a chain of layers.
/// @param layers      the products of each layer that computes something, as productShapes() gives them
/// @param features    numbers that an inference is handed
/// @param type        of all weights
/// @param int8Layout  of int8 weights
/// @return OutOfRange  no layers, more than an image holds, a width beyond RSL_MAX_WIDTH, more than 2^32
///                     bytes, or an int8Layout of floats
[[nodiscard]] Result<ImagePlan> planImage(const std::vector<std::vector<ProductShape>> &layers,
                                          Index features, rsl_number type, rsl_layout int8Layout);

/// The same for a network.
/// @param foldU  as in PackOptions
[[nodiscard]] Result<ImagePlan> planImage(const NetworkPlan &network, rsl_number type, rsl_layout int8Layout,
                                          bool foldU);

} // namespace rosler
