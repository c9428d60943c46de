// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rosler {

/// Figures for papers, as plain values: what is drawn, not how it looks on a screen. The window and the
/// command line make the same figure from the same run, and figure_writer.h gives the same bytes for it.

/// sRGB colour, each part 0..1.
struct FigureColour {
    double red = 0;
    double green = 0;
    double blue = 0;
};

enum class MarkerShape { None, Circle, Square, TriangleUp, TriangleDown, Diamond, Cross, Plus };
enum class DashStyle { Solid, Dash, Dot, DashDot };

/// What tells one series from the others: colour, marker and dash vary together, so that the figure
/// survives a grey printer and colour-blind readers.
struct SeriesStyle {
    FigureColour colour;
    MarkerShape marker = MarkerShape::None;
    DashStyle dash = DashStyle::Solid;
};

/// The style of series number @p i: colour-blind-safe colours (Paul Tol's "bright"), marker and dash in step.
[[nodiscard]] SeriesStyle seriesStyle(std::size_t i);

struct FigurePoint {
    double x = 0;
    double y = 0; ///< NaN or infinite: the line is broken here
};

/// Where a band reaches at one x: the least and the most of several runs, an interval.
struct FigureBandPoint {
    double x = 0;
    double low = 0;
    double high = 0;
};

struct FigureSeries {
    std::string name; ///< in the legend
    SeriesStyle style;
    std::vector<FigurePoint> points;
    std::vector<FigureBandPoint>
        band {}; ///< around the curve, ascending in x; what is not finite is left out
};

struct FigureAxis {
    std::string title; ///< with its unit: "test accuracy (%)"
    bool logarithmic = false;
    std::optional<double> minimum; ///< none = from the data
    std::optional<double> maximum;
};

/// Inside: where it covers no data; when there is no such place, below the axes if the page is high
/// enough, else where it covers the least.
/// Above: right of the title, which then stands at the left, or in rows under it where the page is narrow; a
/// legend of several names that would take more than a third of the page with it is left out.
enum class LegendPlace { Inside, Below, None, Above };

/// Curves over two axes.
struct LineFigure {
    std::string title; ///< may be empty: papers use captions
    FigureAxis x;
    FigureAxis y;
    std::vector<FigureSeries> series;
};

/// Groups of bars: one group a category, one bar in it a series.
struct BarFigure {
    struct Series {
        std::string name;
        SeriesStyle style;
        std::vector<double> values; ///< one a category; NaN = no bar
    };
    std::string title;
    FigureAxis value; ///< the vertical axis
    std::vector<std::string> categories;
    std::vector<Series> series;
    bool labelBars = true; ///< print each value over its bar, three significant digits
    bool modelled =
        false; ///< the values are modelled: labels get a tilde and italics, valueAxisTitle() says it
};

/// The title of the vertical axis as it is printed and exported: it says so when the values are modelled.
[[nodiscard]] std::string valueAxisTitle(const BarFigure &figure);

/// How a figure is printed. The defaults suit one column of a journal.
struct PublicationStyle {
    double widthMm = 85;
    double heightMm = 60;
    double fontPt = 8;
    double linePt = 0.75;
    std::string fontFamily = "DejaVu Sans";
    LegendPlace legend = LegendPlace::Inside;
    bool grid = false;
    double pngDpi = 300;
    bool boldTitle = false;
    /// For pages that may be small: what little room there is goes to the bars. Names of categories keep to
    /// one line, the axis' title is left out of narrow pages and turned labels of bars out of low ones, but
    /// not before the rows of a legend above; the value axis has two labels nonetheless.
    bool compact = false;
};

/// Written into exported files, so that a figure can be traced back to its runs.
struct FigureOrigin {
    std::vector<std::string> runIds;
    std::string command; ///< the `rosler` line that makes the same figure
};

} // namespace rosler
