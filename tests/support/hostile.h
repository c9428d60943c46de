// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rosler::testing {

/// Every proper beginning of @p bytes, the empty one first.
inline std::vector<std::string> truncations(std::string_view bytes)
{
    std::vector<std::string> all;
    for (std::size_t length = 0; length < bytes.size(); ++length)
        all.emplace_back(bytes.substr(0, length));
    return all;
}

/// @p bytes with one bit changed, for each bit.
inline std::vector<std::string> bitFlips(std::string_view bytes)
{
    std::vector<std::string> all;
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        std::string changed(bytes);
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        all.push_back(std::move(changed));
    }
    return all;
}

} // namespace rosler::testing
