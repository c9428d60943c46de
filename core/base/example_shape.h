// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/matrix.h"

namespace rosler {

/// How one example's features lie: pixel by pixel, row by row, the channels of a pixel side by side. Readers
/// turn what lies plane by plane. A plain vector of n features is one row of n pixels of one channel.
struct ExampleShape {
    Index channels = 1;
    Index height = 1;
    Index width = 1;

    [[nodiscard]] static constexpr ExampleShape vector(Index n) noexcept { return {1, 1, n}; }
    [[nodiscard]] constexpr Index size() const noexcept { return channels * height * width; }
    [[nodiscard]] constexpr Index pixels() const noexcept { return height * width; }
    friend bool operator==(const ExampleShape &, const ExampleShape &) = default;
};

} // namespace rosler
