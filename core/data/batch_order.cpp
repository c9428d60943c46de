// SPDX-License-Identifier: Apache-2.0
#include "core/data/batch_order.h"

#include "core/base/random.h"

namespace rosler {

std::vector<std::uint32_t> epochOrder(std::uint64_t seed, std::uint32_t epoch, std::uint32_t count)
{
    return RandomStream(seed, Draw::Shuffle, epoch).permutation(count);
}

} // namespace rosler
