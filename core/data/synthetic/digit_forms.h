// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace rosler {

/// One point that the pen goes through, in the unit square: x to the right, y downwards.
struct PenPoint {
    enum class Kind {
        Down,   ///< the pen is set down here: a stroke begins
        Smooth, ///< the stroke bends here
        Corner, ///< the stroke turns sharply here
    };

    float x;
    float y;
    Kind kind;
};

/// One way to write a digit: its strokes, one after the other.
using DigitForm = std::vector<PenPoint>;

/// The ways to write @p digit, 0 to 9; a form that occurs twice is twice as common.
[[nodiscard]] const std::vector<DigitForm> &formsOfDigit(unsigned digit);

} // namespace rosler
