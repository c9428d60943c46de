// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/arena_plan.h"

#include <algorithm>
#include <numeric>

namespace rosler {

ArenaPlan planArena(std::span<const ArenaItem> items)
{
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), std::size_t {0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return items[a].bytes > items[b].bytes; });
    ArenaPlan plan;
    plan.offsets.resize(items.size());
    std::vector<std::size_t> placed; // by offset
    for (const std::size_t item : order) {
        std::uint32_t at = 0;
        for (const std::size_t other : placed) {
            if (items[other].last < items[item].born || items[item].last < items[other].born)
                continue;
            if (plan.offsets[other] >= at + items[item].bytes)
                break; // it fits below
            at = std::max(at, plan.offsets[other] + items[other].bytes);
        }
        plan.offsets[item] = at;
        plan.bytes = std::max(plan.bytes, at + items[item].bytes);
        placed.insert(
            std::upper_bound(placed.begin(), placed.end(), at,
                             [&](std::uint32_t offset, std::size_t p) { return offset < plan.offsets[p]; }),
            item);
    }
    return plan;
}

} // namespace rosler
