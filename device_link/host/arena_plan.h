// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rosler {

/// Bytes that are needed from one step to another, both included.
struct ArenaItem {
    std::uint32_t bytes = 0; ///< a multiple of 16
    int born = 0;
    int last = 0;
};

struct ArenaPlan {
    std::vector<std::uint32_t> offsets; ///< of the items, multiples of 16
    std::uint32_t bytes = 0;            ///< of the arena
};

/// Places of items such that no two overlap that are needed at the same time: the largest first, each as low
/// as it can lie. That is TensorFlow Lite's greedy planner by size (Y. Pisarchyk, J. Lee, "Efficient memory
/// management for deep neural net inference", arXiv:2001.03288); not always the smallest arena, which is hard
/// to find, but never larger than all items side by side.
[[nodiscard]] ArenaPlan planArena(std::span<const ArenaItem> items);

} // namespace rosler
