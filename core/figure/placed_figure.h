// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/figure/curve_path.h"
#include "core/figure/figure_text.h"

namespace rosler {

enum class TextAnchor { Start, Middle, End };
enum class TextRole { Title, AxisTitle, TickLabel, Category, LegendLabel, BarLabel };

/// A line of text where it is printed.
struct PlacedText {
    FigureText text;
    PagePoint baseline; ///< of its start, middle or end
    TextAnchor anchor = TextAnchor::Start;
    TextRole role = TextRole::TickLabel;
    double size = 8;
    bool italic = false;
    bool bold = false;
    bool vertical = false; ///< turned a quarter to the left: read from below
};

struct PlacedTick {
    double position = 0; ///< x or y on the page
    bool major = true;
};

struct PlacedCurve {
    std::string name;
    SeriesStyle style;
    std::vector<PagePath> pieces;
    std::vector<PagePoint> markers;
    PagePath band {}; ///< outline of what is shaded; may be empty
};

struct PlacedBar {
    std::size_t series = 0; ///< its number in the figure
    PageRect rect;
    std::size_t category = 0; ///< its number in the figure
    double value = 0;
};

struct PlacedSample {
    SeriesStyle style;
    PageRect rect; ///< a bar's colour fills it; a curve's line runs through its middle, with a marker
};

struct PlacedLegend {
    PageRect box;
    bool overPlot = false; ///< then the box is painted white under it
    std::vector<PlacedSample> samples;
};

/// All geometry of a figure: what an output has to paint and nothing that it has to decide.
struct FigureLayout {
    double width = 0; ///< of the page, points
    double height = 0;
    double fontPt = 8;
    double markerRadius = 0;
    double linePt = 0; ///< of curves
    double axisPt = 0; ///< of axes and ticks
    PlotFrame frame;
    bool curves = true; ///< curves over two axes, or bars over one
    bool grid = false;
    std::vector<PlacedTick> xTicks; ///< none for bars
    std::vector<PlacedTick> yTicks;
    std::vector<PlacedCurve> placedCurves;
    std::vector<PlacedBar> bars;
    std::vector<SeriesStyle> barStyles; ///< one a series
    std::vector<std::string> barNames;  ///< one a series
    std::optional<PlacedLegend> legend;
    std::vector<PlacedText> texts; ///< of all parts
};

} // namespace rosler
