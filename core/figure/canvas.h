// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/figure/figure.h"
#include "core/figure/page_geometry.h"
#include "core/figure/placed_figure.h"

namespace rosler {

struct Pen {
    FigureColour colour;
    double width = 0.5; ///< points
    DashStyle dash = DashStyle::Solid;
};

/// What a part of the figure is called in outputs that keep names (SVG); the others ignore it.
struct PartName {
    std::string id; ///< unique in the figure, or empty
    std::string kind;
    std::string title; ///< for people, or empty
};

/// A page to paint on, in points from the upper left corner.
class Canvas
{
public:
    virtual ~Canvas() = default;
    Canvas(const Canvas &) = delete;
    Canvas &operator=(const Canvas &) = delete;

    virtual void beginGroup(const PartName &name) = 0;
    virtual void endGroup() = 0;

    virtual void line(PagePoint from, PagePoint to, const Pen &pen) = 0;
    /// Polylines that are one thing: a curve, all ticks of an axis.
    virtual void path(const std::vector<PagePath> &pieces, const Pen &pen, const PartName &name) = 0;
    /// A closed outline, shaded: @p opacity 0..1.
    virtual void area(const PagePath &outline, FigureColour fill, double opacity, const PartName &name) = 0;
    virtual void rectangle(const PageRect &rect, FigureColour fill, const PartName &name) = 0;
    /// Filled shapes have a white rim of half the pen's width, which sets them off from their curve.
    virtual void marker(PagePoint centre, MarkerShape shape, double radius, const Pen &pen) = 0;
    virtual void text(const PlacedText &text) = 0;

protected:
    Canvas() = default;
};

/// Lengths of dashes and gaps in points, alternating; empty for a solid line.
[[nodiscard]] std::vector<double> dashLengths(DashStyle style, double lineWidth);

/// Outline of a marker: a closed and filled polygon, or the strokes of a cross or plus.
/// Circles are left to the canvas, and give an empty outline.
struct MarkerOutline {
    std::vector<PagePath> pieces;
    bool filled = true;
};
[[nodiscard]] MarkerOutline markerOutline(PagePoint centre, MarkerShape shape, double radius);

} // namespace rosler
