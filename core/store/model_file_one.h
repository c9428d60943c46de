// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "core/h5/h5_file.h"
#include "core/nn/network_plan.h"

namespace rosler {

/// The group of a layer in a model file: "layer1".
[[nodiscard]] std::string layerName(std::size_t number);

/// One of a group's numbers, within its range.
/// @return Malformed  it is not there, or outside
[[nodiscard]] Result<void> readNumber(const h5::Group &group, const char *name, std::int64_t least,
                                      std::int64_t most, std::int64_t &value);

/// The plan of the network in a file of format "rosler.model/1", in which each layer stated its shape.
/// @return Malformed, Unsupported  with the attribute that is wrong
[[nodiscard]] Result<NetworkPlan> planOfVersionOne(const h5::Group &root);

} // namespace rosler
