// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace rosler::test {

/// Beginnings of @p bytes: all short ones, all that lack little, and @p between of those between.
inline std::vector<std::string> truncations(const std::string &bytes, std::size_t between)
{
    std::vector<std::string> cut;
    const std::size_t step = std::max<std::size_t>(1, bytes.size() / between);
    for (std::size_t length = 0; length < bytes.size();
         length += length < 128 || length + 256 > bytes.size() ? 1 : step)
        cut.push_back(bytes.substr(0, length));
    return cut;
}

/// Copies of @p bytes with 1 to 8 bits turned over, at places drawn from @p seed.
inline std::vector<std::string> bitFlips(const std::string &bytes, std::size_t count, std::uint64_t seed)
{
    std::mt19937_64 random(seed); // the engine's numbers are the same everywhere
    std::vector<std::string> flipped(count, bytes);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t k = 0; k <= i % 8; ++k) {
            const std::size_t byte = random() % bytes.size();
            const auto bit = random() % 8;
            flipped[i][byte] = static_cast<char>(flipped[i][byte] ^ static_cast<char>(1U << bit));
        }
    }
    return flipped;
}

} // namespace rosler::test
