// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/figure/placed_figure.h"
#include "core/figure/text_metrics.h"

namespace rosler {

struct LegendEntry {
    std::string name;
    SeriesStyle style;
};

/// What a legend should not hide: points along the curves; bars and their labels.
struct LegendObstacles {
    std::vector<PagePoint> points;
    std::vector<PageRect> rects;

    /// How much of it @p box hides; 0 = nothing.
    [[nodiscard]] std::size_t hiddenBy(const PageRect &box) const;
};

/// What a legend's box leaves free around its rows, in font sizes.
constexpr double legendPadding = 0.35;

/// Names and samples in a grid of columns, filled downwards; knows its size before it has a place.
class LegendGrid
{
public:
    /// @param nameRoom  names wider than this are cut
    LegendGrid(std::vector<LegendEntry> entries, std::size_t columns, bool curves, double fontPt,
               double nameRoom, const TextMetrics &metrics);

    [[nodiscard]] double width() const { return m_width; }
    [[nodiscard]] double height() const;
    [[nodiscard]] std::size_t rows() const;

    [[nodiscard]] PlacedLegend placedAt(PagePoint topLeft, std::vector<PlacedText> &texts) const;

private:
    std::vector<LegendEntry> m_entries;
    std::size_t m_columns;
    bool m_curves;
    double m_fontPt;
    double m_digitHeight;
    std::vector<double> m_columnWidths;
    double m_width = 0;
};

struct LegendSpot {
    PagePoint topLeft;
    std::size_t hidden = 0; ///< of the obstacles
};

/// The place inside @p plot that hides the least, of these the nearest to a corner; none when the legend is
/// larger than the plot.
[[nodiscard]] std::optional<LegendSpot> bestSpot(const LegendGrid &legend, const PageRect &plot, double inset,
                                                 const LegendObstacles &obstacles);

} // namespace rosler
