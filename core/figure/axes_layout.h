// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/figure/axis_ticks.h"
#include "core/figure/figure.h"
#include "core/figure/placed_figure.h"
#include "core/figure/text_metrics.h"

namespace rosler {

/// Distances that all figures share, from the size of the font.
struct FigureSpacing {
    explicit FigureSpacing(double fontPt)
        : edge(0.45 * fontPt)
        , tick(0.38 * fontPt)
        , minorTick(0.22 * fontPt)
        , gap(0.3 * fontPt)
    {
    }
    double edge;      ///< of the page that stays white
    double tick;      ///< length of a major tick, outwards
    double minorTick; ///< length of a minor tick
    double gap;       ///< between a tick and its label, a label and the title
};

/// What surrounds the plot.
struct AxesRequest {
    std::string title;
    std::string xTitle;
    std::string yTitle;
    AxisScale x;
    AxisScale y;
    bool xTicks = true;        ///< false: categories, which the caller places
    double categoryHeight = 0; ///< room for them, points
    double below = 0;          ///< room at the foot of the page, for a legend
    double above = 0;          ///< the same between title and plot
    bool titleAtLeft = false;  ///< of the page; else over the middle of the plot
    double titleRoom = 0;      ///< at the left: a longer title is cut
};

/// Fills in the page's size, frame, ticks, titles and tick labels of @p out.
/// @return  the y at which the room below the axes begins
double layoutAxes(const AxesRequest &request, const PublicationStyle &style, const TextMetrics &metrics,
                  FigureLayout &out);

} // namespace rosler
