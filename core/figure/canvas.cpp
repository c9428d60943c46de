// SPDX-License-Identifier: Apache-2.0
#include "core/figure/canvas.h"

namespace rosler {

std::vector<double> dashLengths(DashStyle style, double lineWidth)
{
    switch (style) {
    case DashStyle::Solid:
        return {};
    case DashStyle::Dash:
        return {5 * lineWidth, 2.2 * lineWidth};
    case DashStyle::Dot:
        return {1.2 * lineWidth, 1.7 * lineWidth};
    case DashStyle::DashDot:
        return {6 * lineWidth, 2 * lineWidth, 1.2 * lineWidth, 2 * lineWidth};
    }
    return {};
}

// The sizes differ so that all shapes look equally large.
MarkerOutline markerOutline(PagePoint centre, MarkerShape shape, double radius)
{
    const auto at = [&](double x, double y) {
        return PagePoint {centre.x + x * radius, centre.y + y * radius};
    };
    switch (shape) {
    case MarkerShape::None:
    case MarkerShape::Circle:
        return {};
    case MarkerShape::Square:
        return {{{at(-0.88, -0.88), at(0.88, -0.88), at(0.88, 0.88), at(-0.88, 0.88)}}, true};
    case MarkerShape::TriangleUp:
        return {{{at(0, -1), at(1, 0.8), at(-1, 0.8)}}, true};
    case MarkerShape::TriangleDown:
        return {{{at(0, 1), at(1, -0.8), at(-1, -0.8)}}, true};
    case MarkerShape::Diamond:
        return {{{at(0, -1), at(1, 0), at(0, 1), at(-1, 0)}}, true};
    case MarkerShape::Cross:
        return {{{at(-0.85, -0.85), at(0.85, 0.85)}, {at(-0.85, 0.85), at(0.85, -0.85)}}, false};
    case MarkerShape::Plus:
        return {{{at(-1, 0), at(1, 0)}, {at(0, -1), at(0, 1)}}, false};
    }
    return {};
}

} // namespace rosler
