// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace rosler {

/// Places on a printed page: points (1/72 inch) from its upper left corner, y downwards.

struct PagePoint {
    double x = 0;
    double y = 0;

    friend bool operator==(const PagePoint &, const PagePoint &) = default;
};

using PagePath = std::vector<PagePoint>;

struct PageRect {
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;

    [[nodiscard]] double width() const { return right - left; }
    [[nodiscard]] double height() const { return bottom - top; }
    [[nodiscard]] bool holds(PagePoint p) const
    {
        return p.x >= left && p.x <= right && p.y >= top && p.y <= bottom;
    }
    /// Each side moved outwards; inwards when negative.
    [[nodiscard]] PageRect grown(double by) const { return {left - by, top - by, right + by, bottom + by}; }
};

/// Cuts the segment from @p a to @p b to the part inside @p rect (Liang and Barsky). Both ends lie in the
/// closed rectangle afterwards, to the last bit.
/// @return false  no part is inside; a and b are unchanged
[[nodiscard]] bool clipSegment(PagePoint &a, PagePoint &b, const PageRect &rect);

} // namespace rosler
