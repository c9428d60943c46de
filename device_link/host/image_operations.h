// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "device_link/protocol/rsl_model.h"

namespace rosler {

/// One step of an inference, for people.
struct ImageOperation {
    std::string name; ///< "sketched 448-32-384", "gather 784-448"
    std::uint64_t macs = 0;
    std::uint64_t ramBytes = 0; ///< of the arena that hold numbers which this step or a later one needs

    bool makesFeatures = false; ///< of samples

    friend bool operator==(const ImageOperation &, const ImageOperation &) = default;
};

/// The operations of a model whose header, operations and tensors are good, in the order of computing.
[[nodiscard]] std::vector<ImageOperation> operationsOf(const rsl_model &model);

} // namespace rosler
