// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/figure/axis_scale.h"
#include "core/figure/figure.h"
#include "core/figure/page_geometry.h"

namespace rosler {

/// Two axes and where they lie on the page.
struct PlotFrame {
    PageRect rect;
    AxisScale x;
    AxisScale y;

    /// Not finite for a point that the axes cannot show.
    [[nodiscard]] PagePoint place(FigurePoint point) const;
};

/// A curve on the page. Everything lies inside the plot's rectangle.
struct CurvePath {
    std::vector<PagePath> pieces;    ///< each of two points or more; broken and clipped curves have several
    std::vector<PagePoint> points;   ///< the data points inside
    std::vector<PagePoint> isolated; ///< of these, those without a neighbour to be joined with
};

/// The curve through @p points: broken where a point cannot be shown, clipped at the rectangle. Long series
/// are thinned to what print can tell apart: first, lowest, highest and last point of each quarter point
/// of width.
[[nodiscard]] CurvePath curvePath(const std::vector<FigurePoint> &points, const PlotFrame &frame);

/// The outline of the band on the page, its part inside the plot's rectangle: along the upper side and back
/// along the lower one, which stands at the foot where it cannot be shown (on a logarithmic axis). Empty for
/// less than two points that can be shown. Thinned as curves are.
[[nodiscard]] PagePath bandOutline(const std::vector<FigureBandPoint> &band, const PlotFrame &frame);

/// Where markers stand on a curve: on all data points inside the plot when these are few, else on about ten
/// of them, evenly over the curve's width, and on the isolated ones.
/// @param phase  0..1, shifts the markers by a share of their distance, to keep curves' markers apart
[[nodiscard]] std::vector<PagePoint> markerPoints(const CurvePath &curve, double phase);

} // namespace rosler
