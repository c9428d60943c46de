// SPDX-License-Identifier: Apache-2.0
#include "core/figure/legend_layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

namespace rosler {
namespace {

// All in shares of the font's size.
constexpr double padding = legendPadding;
constexpr double rowHeight = 1.3;
constexpr double lineSample = 2.6;
constexpr double barSample = 0.9;
constexpr double sampleGap = 0.5;
constexpr double columnGap = 1.2;

constexpr int spotsAcross = 21;

double sampleWidth(bool curves)
{
    return curves ? lineSample : barSample;
}

} // namespace

std::size_t LegendObstacles::hiddenBy(const PageRect &box) const
{
    const auto inBox =
        std::count_if(points.begin(), points.end(), [&](const PagePoint &p) { return box.holds(p); });
    const auto overlapping = std::count_if(rects.begin(), rects.end(), [&](const PageRect &r) {
        return r.left < box.right && r.right > box.left && r.top < box.bottom && r.bottom > box.top;
    });
    return static_cast<std::size_t>(inBox + overlapping);
}

LegendGrid::LegendGrid(std::vector<LegendEntry> entries, std::size_t columns, bool curves, double fontPt,
                       double nameRoom, const TextMetrics &metrics)
    : m_entries(std::move(entries))
    , m_columns(std::clamp<std::size_t>(columns, 1, std::max<std::size_t>(1, m_entries.size())))
    , m_curves(curves)
    , m_fontPt(fontPt)
    , m_digitHeight(metrics.digitHeight(fontPt))
    , m_columnWidths(m_columns, 0.0)
{
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        m_entries[i].name = metrics.fitted(m_entries[i].name, fontPt, nameRoom);
        const double entry =
            (sampleWidth(curves) + sampleGap) * fontPt + metrics.width({m_entries[i].name, {}}, fontPt);
        double &column = m_columnWidths[i / rows()];
        column = std::max(column, entry);
    }
    m_width = (2 * padding + static_cast<double>(m_columns - 1) * columnGap) * fontPt;
    for (const double column : m_columnWidths)
        m_width += column;
}

std::size_t LegendGrid::rows() const
{
    return (m_entries.size() + m_columns - 1) / m_columns;
}

double LegendGrid::height() const
{
    return (static_cast<double>(rows()) * rowHeight + 2 * padding) * m_fontPt;
}

PlacedLegend LegendGrid::placedAt(PagePoint topLeft, std::vector<PlacedText> &texts) const
{
    PlacedLegend legend;
    legend.box = {topLeft.x, topLeft.y, topLeft.x + m_width, topLeft.y + height()};
    double left = topLeft.x + padding * m_fontPt;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        if (i > 0 && i % rows() == 0)
            left += m_columnWidths[i / rows() - 1] + columnGap * m_fontPt;
        const double middle =
            topLeft.y + (padding + (static_cast<double>(i % rows()) + 0.5) * rowHeight) * m_fontPt;
        const double sampleRight = left + sampleWidth(m_curves) * m_fontPt;
        const double half = barSample / 2 * m_fontPt;
        legend.samples.push_back({m_entries[i].style, {left, middle - half, sampleRight, middle + half}});
        PlacedText name;
        name.text.text = m_entries[i].name;
        name.baseline = {sampleRight + sampleGap * m_fontPt, middle + m_digitHeight / 2};
        name.role = TextRole::LegendLabel;
        name.size = m_fontPt;
        texts.push_back(std::move(name));
    }
    return legend;
}

std::optional<LegendSpot> bestSpot(const LegendGrid &legend, const PageRect &plot, double inset,
                                   const LegendObstacles &obstacles)
{
    const double freeX = plot.width() - legend.width() - 2 * inset;
    const double freeY = plot.height() - legend.height() - 2 * inset;
    if (freeX < 0 || freeY < 0)
        return {};
    struct Corner {
        double x;
        double y;
    };
    constexpr std::array corners {Corner {1, 0}, Corner {1, 1}, Corner {0, 0}, Corner {0, 1}}; // as preferred
    std::optional<LegendSpot> best;
    std::tuple<std::size_t, double, std::size_t> bestRank;
    for (int row = 0; row < spotsAcross; ++row) {
        for (int column = 0; column < spotsAcross; ++column) {
            const double x = static_cast<double>(column) / (spotsAcross - 1);
            const double y = static_cast<double>(row) / (spotsAcross - 1);
            const PagePoint topLeft {plot.left + inset + x * freeX, plot.top + inset + y * freeY};
            const PageRect box {topLeft.x, topLeft.y, topLeft.x + legend.width(),
                                topLeft.y + legend.height()};
            const std::size_t hidden = obstacles.hiddenBy(box.grown(1));
            std::size_t nearest = 0;
            for (std::size_t c = 1; c < corners.size(); ++c)
                if (std::hypot(x - corners[c].x, y - corners[c].y)
                    < std::hypot(x - corners[nearest].x, y - corners[nearest].y))
                    nearest = c;
            const std::tuple rank {hidden, std::hypot(x - corners[nearest].x, y - corners[nearest].y),
                                   nearest};
            if (!best || rank < bestRank) {
                best = LegendSpot {topLeft, hidden};
                bestRank = rank;
            }
        }
    }
    return best;
}

} // namespace rosler
