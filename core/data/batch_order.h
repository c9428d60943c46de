// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace rosler {

/// The order in which epoch @p epoch visits @p count examples: the numbers 0 .. count - 1, each
/// once. It depends on these three numbers alone, so models trained side by side, or again after
/// a pause, see the same examples in the same order. Batches are consecutive pieces of it.
[[nodiscard]] std::vector<std::uint32_t> epochOrder(std::uint64_t seed, std::uint32_t epoch,
                                                    std::uint32_t count);

} // namespace rosler
