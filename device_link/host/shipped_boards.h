// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace rosler {

/// A board profile that the programs carry with them: resources/boards/<name>.json.
struct ShippedBoard {
    std::string_view name;
    std::string_view json;
};

/// All of them, by name.
[[nodiscard]] std::span<const ShippedBoard> shippedBoards();

} // namespace rosler
