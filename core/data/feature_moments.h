// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/feature_table.h"

namespace rosler {

/// Mean and standard deviation of some features over some examples.
struct FeatureMoments {
    std::vector<double> mean;
    std::vector<double> deviation; ///< of the population; exactly 0 where a feature never varies
};

/// @param rows      numbers of the examples that count; empty = all; at least one in the end
/// @param features  numbers of the features; empty = all. The results are in this order.
/// In double, in two passes, in the order of @p rows: the same bits each time.
[[nodiscard]] FeatureMoments momentsOf(const FeatureTable &table, std::span<const std::uint32_t> rows,
                                       std::span<const std::uint32_t> features);

} // namespace rosler
