// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace rosler {

/// The number that lies at @p at, aligned or not.
/// @param swapped  of the byte order that this machine has not
template <typename Number>
[[nodiscard]] Number matNumberAt(const std::byte *at, bool swapped)
{
    std::array<std::byte, sizeof(Number)> bytes;
    std::memcpy(bytes.data(), at, sizeof(Number));
    if (swapped)
        std::ranges::reverse(bytes);
    return std::bit_cast<Number>(bytes);
}

} // namespace rosler
