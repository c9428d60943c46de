// SPDX-License-Identifier: Apache-2.0
#include "core/figure/page_geometry.h"

#include <algorithm>
#include <array>

namespace rosler {

// Y.-D. Liang, B. A. Barsky, "A new concept and method for line clipping", ACM TOG 3(1), 1984,
// doi:10.1145/357332.357333: each side limits the parameter t of a + t (b - a) from below or above.
bool clipSegment(PagePoint &a, PagePoint &b, const PageRect &rect)
{
    struct Side {
        double p; // direction across the side, positive when leaving
        double q; // distance of a from it, positive when inside
    };
    const double dx = b.x - a.x;
    const double dy = b.y - a.y;
    const std::array sides {Side {-dx, a.x - rect.left}, Side {dx, rect.right - a.x},
                            Side {-dy, a.y - rect.top}, Side {dy, rect.bottom - a.y}};
    double from = 0;
    double to = 1;
    for (const Side &side : sides) {
        if (side.p == 0) {
            if (side.q < 0)
                return false;
        } else if (side.p < 0) {
            from = std::max(from, side.q / side.p);
        } else {
            to = std::min(to, side.q / side.p);
        }
    }
    if (from > to)
        return false;
    // On segments far longer than the rectangle t itself is rounded, to 0 or 1 even.
    const auto within = [&](PagePoint p) {
        return PagePoint {std::clamp(p.x, rect.left, rect.right), std::clamp(p.y, rect.top, rect.bottom)};
    };
    const auto at = [&](double t) { return PagePoint {a.x + t * dx, a.y + t * dy}; };
    const PagePoint start = within(from > 0 ? at(from) : a);
    const PagePoint end = within(to < 1 ? at(to) : b);
    a = start;
    b = end;
    return true;
}

} // namespace rosler
