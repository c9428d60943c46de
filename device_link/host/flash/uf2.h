// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace rosler {

/// UF2, the file that boot loaders take by copying: blocks of 512 bytes, each with its address
/// (https://microsoft.github.io/uf2).
///
/// @param firmware  as it lies in flash from @p address on; not empty
/// @param family    of the chip; 0 = none is stated
[[nodiscard]] std::vector<std::uint8_t> uf2Of(std::span<const std::uint8_t> firmware, std::uint32_t address,
                                              std::uint32_t family);

struct Uf2Summary {
    std::uint32_t blocks = 0;
    std::uint32_t family = 0; ///< 0 = none is stated
    std::uint32_t lowest = 0; ///< address
    std::uint64_t end = 0;    ///< behind the highest
};

/// Every block's words, numbers, sizes and addresses.
/// @return Malformed  with the offset of what is wrong
[[nodiscard]] Result<Uf2Summary> checkUf2(std::span<const std::uint8_t> bytes, const std::string &where);

} // namespace rosler
