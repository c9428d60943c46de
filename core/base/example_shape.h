// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/matrix.h"

namespace rosler {

/// How one example's features lie: channels planes of height x width, row by row.
/// A plain vector of n features is 1 x 1 x n.
struct ExampleShape {
    Index channels = 1;
    Index height = 1;
    Index width = 1;

    [[nodiscard]] static constexpr ExampleShape vector(Index n) noexcept { return {1, 1, n}; }
    [[nodiscard]] constexpr Index size() const noexcept { return channels * height * width; }
    friend bool operator==(const ExampleShape &, const ExampleShape &) = default;
};

} // namespace rosler
