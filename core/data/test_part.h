// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/matrix.h"
#include "core/data/dataset.h"
#include "core/data/dataset_request.h"

namespace rosler {

/// For data that comes without a test part, and how the options of readers call it.
inline const ReaderOption testShareOption {
    "test_share", "share of the examples to test on, where no test part is given", 0.2, 0.001, 0.9};
inline const ReaderOption splitSeedOption {"split_seed", "which examples that are", Index {0}, 0,
                                           2'147'483'647};

/// Which examples are the test part: of each class the share, rounded, but at least one where there are two,
/// and never all. Depends on the labels (numbers below @p classes), their order, share and seed alone.
[[nodiscard]] std::vector<bool> drawTestPart(const std::vector<std::uint16_t> &labels, std::size_t classes,
                                             double share, std::uint64_t seed);

/// The examples that are not in the test part, and those that are, in their order.
[[nodiscard]] std::pair<Examples, Examples> tornApart(const Examples &all, const std::vector<bool> &test);

/// @p text from a file as the name of a class: no control characters, no more than 100 bytes.
[[nodiscard]] std::string className(std::string_view text);

} // namespace rosler
