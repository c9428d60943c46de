// SPDX-License-Identifier: Apache-2.0
#include "core/figure/figure_layout.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/figure/axes_layout.h"
#include "core/figure/bar_layout.h"
#include "core/figure/legend_layout.h"

namespace rosler {
namespace {

constexpr double axisShare = 0.67;    ///< of a curve's width
constexpr double markerShare = 0.24;  ///< a marker's radius, of the font's size
constexpr double plotShareKept = 0.4; ///< of the page's height, for a legend to move below the axes
constexpr std::size_t mostInsideColumns = 3;
constexpr double mostHeader = 1.0 / 3; ///< of the page's height, for title and legend above the axes

FigureLayout emptyLayout(const PublicationStyle &style, bool curves)
{
    FigureLayout out;
    out.curves = curves;
    out.grid = style.grid;
    out.fontPt = style.fontPt;
    out.linePt = style.linePt;
    out.axisPt = style.linePt * axisShare;
    out.markerRadius = std::max(markerShare * style.fontPt, style.linePt);
    return out;
}

/// Points no further apart than a legend could miss.
void addPointsAlong(const PagePath &path, std::vector<PagePoint> &points)
{
    constexpr double step = 2;
    for (std::size_t i = 1; i < path.size(); ++i) {
        const double dx = path[i].x - path[i - 1].x;
        const double dy = path[i].y - path[i - 1].y;
        const int parts = 1 + static_cast<int>(std::hypot(dx, dy) / step);
        for (int k = 0; k <= parts; ++k)
            points.push_back({path[i - 1].x + dx * k / parts, path[i - 1].y + dy * k / parts});
    }
}

LegendObstacles obstaclesIn(const FigureLayout &layout, const TextMetrics &metrics)
{
    LegendObstacles obstacles;
    for (const PlacedCurve &curve : layout.placedCurves) {
        for (const PagePath &piece : curve.pieces)
            addPointsAlong(piece, obstacles.points);
        for (const PagePoint &marker : curve.markers)
            for (const double dx : {-layout.markerRadius, layout.markerRadius})
                for (const double dy : {-layout.markerRadius, layout.markerRadius})
                    obstacles.points.push_back({marker.x + dx, marker.y + dy});
    }
    for (const PlacedBar &bar : layout.bars)
        obstacles.rects.push_back(bar.rect);
    for (const PlacedText &text : layout.texts) {
        if (text.role != TextRole::BarLabel)
            continue;
        const double length = metrics.width(text.text, text.size, text.italic);
        const double high = metrics.ascent(text.size);
        const PagePoint &at = text.baseline;
        obstacles.rects.push_back(text.vertical
                                      ? PageRect {at.x - high, at.y - length, at.x, at.y}
                                      : PageRect {at.x - length / 2, at.y - high, at.x + length / 2, at.y});
    }
    return obstacles;
}

bool hasBarLabels(const FigureLayout &layout)
{
    return std::any_of(layout.texts.begin(), layout.texts.end(),
                       [](const PlacedText &text) { return text.role == TextRole::BarLabel; });
}

/// Room around the axes for a legend.
struct LegendRoom {
    double below = 0;
    double above = 0;
    std::optional<double> titleAtLeft {}; ///< and this is its room
};

void giveRoom(AxesRequest &request, const LegendRoom &room)
{
    request.below = room.below;
    request.above = room.above;
    request.titleAtLeft = room.titleAtLeft.has_value();
    request.titleRoom = room.titleAtLeft.value_or(0);
}

/// The parts that curves and bars lay out alike.
class Layouter
{
public:
    Layouter(const PublicationStyle &style, const TextMetrics &metrics)
        : m_style(style)
        , m_metrics(metrics)
    {
    }

    [[nodiscard]] FigureLayout layout(const LineFigure &figure, const LegendRoom &room,
                                      double &belowTop) const;
    [[nodiscard]] FigureLayout layout(const BarFigure &figure, const LegendRoom &room,
                                      double &belowTop) const;

    template <typename AnyFigure>
    [[nodiscard]] FigureLayout withLegend(const AnyFigure &figure,
                                          const std::vector<LegendEntry> &entries) const;

private:
    struct Inside {
        LegendGrid grid;
        LegendSpot spot;
    };
    template <typename AnyFigure>
    [[nodiscard]] FigureLayout withLegendAbove(const AnyFigure &figure,
                                               const std::vector<LegendEntry> &entries, bool named) const;
    [[nodiscard]] double acrossPage() const
    {
        return m_style.widthMm * 72 / 25.4 - 2 * FigureSpacing(m_style.fontPt).edge;
    }
    [[nodiscard]] LegendGrid acrossGrid(const std::vector<LegendEntry> &entries, bool curves) const;
    [[nodiscard]] std::optional<Inside> insideSpot(const FigureLayout &layout,
                                                   const std::vector<LegendEntry> &entries) const;

    const PublicationStyle &m_style;
    const TextMetrics &m_metrics;
};

FigureLayout Layouter::layout(const LineFigure &figure, const LegendRoom &room, double &belowTop) const
{
    FigureLayout out = emptyLayout(m_style, true);
    const AxisScale xProbe {0, 1, figure.x.logarithmic};
    const AxisScale yProbe {0, 1, figure.y.logarithmic};
    ValueRange x;
    ValueRange y;
    for (const FigureSeries &series : figure.series)
        for (const FigurePoint &point : series.points)
            if (xProbe.canShow(point.x) && yProbe.canShow(point.y))
                x.add(point.x);
    for (const FigureSeries &series : figure.series)
        for (const FigureBandPoint &point : series.band)
            if (xProbe.canShow(point.x) && yProbe.canShow(point.high) && std::isfinite(point.low))
                x.add(point.x);
    AxesRequest request;
    request.x = axisScale(figure.x, x, {0.02, 0.025, 0.3});
    // Free limits of y suit the curves between the limits of x.
    for (const FigureSeries &series : figure.series)
        for (const FigurePoint &point : series.points)
            if (yProbe.canShow(point.y) && point.x >= request.x.minimum && point.x <= request.x.maximum)
                y.add(point.y);
    for (const FigureSeries &series : figure.series)
        for (const FigureBandPoint &point : series.band)
            if (point.x >= request.x.minimum && point.x <= request.x.maximum && std::isfinite(point.low)
                && std::isfinite(point.high))
                for (const double side : {point.low, point.high})
                    if (yProbe.canShow(side))
                        y.add(side);
    request.y = axisScale(figure.y, y, {0.05, 0.05, 0.15});
    request.title = printable(figure.title);
    request.xTitle = printable(figure.x.title);
    request.yTitle = printable(figure.y.title);
    giveRoom(request, room);
    belowTop = layoutAxes(request, m_style, m_metrics, out);

    for (std::size_t i = 0; i < figure.series.size(); ++i) {
        const FigureSeries &series = figure.series[i];
        const CurvePath curve = curvePath(series.points, out.frame);
        PlacedCurve placed {printable(series.name), series.style, curve.pieces, {}};
        const double phase = (static_cast<double>(i) + 0.5) / static_cast<double>(figure.series.size());
        if (series.style.marker != MarkerShape::None)
            placed.markers = markerPoints(curve, phase);
        else
            placed.markers = curve.isolated; // a point alone would not be seen
        if (series.style.marker == MarkerShape::None)
            placed.style.marker = MarkerShape::Circle;
        placed.band = bandOutline(series.band, out.frame);
        out.placedCurves.push_back(std::move(placed));
    }
    return out;
}

FigureLayout Layouter::layout(const BarFigure &figure, const LegendRoom &room, double &belowTop) const
{
    // Labels need room above the bars, which depends on the bars' width, which depends on the width of the
    // tick labels: three rounds settle it.
    AxesRequest request;
    request.title = printable(figure.title);
    request.yTitle = printable(valueAxisTitle(figure));
    request.xTicks = false;
    giveRoom(request, room);
    double headroom = 0.1;
    std::size_t lines = 1;
    for (int round = 0;; ++round) {
        FigureLayout out = emptyLayout(m_style, false);
        request.y = barScale(figure, headroom);
        request.categoryHeight = m_metrics.ascent(m_style.fontPt) + m_metrics.descent(m_style.fontPt)
            + static_cast<double>(lines - 1) * 1.2 * m_style.fontPt;
        belowTop = layoutAxes(request, m_style, m_metrics, out);
        const PageRect &plot = out.frame.rect;
        const BarGroups groups(figure, plot, m_style, m_metrics);
        if (round == 2) {
            for (const BarFigure::Series &series : figure.series) {
                out.barStyles.push_back(series.style);
                out.barNames.push_back(printable(series.name));
            }
            const FigureSpacing spacing(m_style.fontPt);
            groups.place(plot.bottom + spacing.tick + spacing.gap, out);
            return out;
        }
        const double extent = groups.labels().shown ? groups.labels().extent + 0.6 * m_style.fontPt : 0;
        headroom = std::clamp(extent / plot.height(), 0.04, 0.6);
        for (const auto &category : groups.categoryLines())
            lines = std::max(lines, category.size());
    }
}

LegendGrid Layouter::acrossGrid(const std::vector<LegendEntry> &entries, bool curves) const
{
    const double room = acrossPage();
    const auto gridOf = [&](std::size_t columns, double nameShare) {
        return LegendGrid(entries, columns, curves, m_style.fontPt, room * nameShare, m_metrics);
    };
    // As many columns as the page has room for; long names are cut only to save rows.
    LegendGrid grid = gridOf(1, 0.85);
    for (const double nameShare : {0.85, 0.5, 0.32}) {
        std::size_t columns = entries.size();
        while (columns > 1 && gridOf(columns, nameShare).width() > room)
            --columns;
        grid = gridOf(columns, nameShare);
        if (grid.rows() <= 3)
            break;
    }
    return grid;
}

std::optional<Layouter::Inside> Layouter::insideSpot(const FigureLayout &layout,
                                                     const std::vector<LegendEntry> &entries) const
{
    const LegendObstacles obstacles = obstaclesIn(layout, m_metrics);
    const PageRect &plot = layout.frame.rect;
    std::optional<Inside> best;
    for (std::size_t columns = 1; columns <= std::min(entries.size(), mostInsideColumns); ++columns) {
        LegendGrid grid(entries, columns, layout.curves, m_style.fontPt, plot.width() * 0.5, m_metrics);
        const auto spot = bestSpot(grid, plot, 0.4 * m_style.fontPt, obstacles);
        if (spot && (!best || spot->hidden < best->spot.hidden))
            best.emplace(Inside {std::move(grid), *spot});
        if (best && best->spot.hidden == 0)
            break;
    }
    return best;
}

template <typename AnyFigure>
FigureLayout Layouter::withLegendAbove(const AnyFigure &figure, const std::vector<LegendEntry> &entries,
                                       bool named) const
{
    constexpr bool curves = std::is_same_v<AnyFigure, LineFigure>;
    const double font = m_style.fontPt;
    const double edge = FigureSpacing(font).edge;
    const double across = acrossPage();
    const std::string title = printable(figure.title);
    double belowTop = 0;
    if (!named)
        return layout(figure, {.titleAtLeft = across}, belowTop);

    const double words =
        title.empty() ? 0 : m_metrics.width({title, {}}, font, false, m_style.boldTitle) + font;
    const double line = m_metrics.ascent(font) + m_metrics.descent(font);
    const LegendGrid row(entries, entries.size(), curves, font, across, m_metrics);
    if (words + row.width() <= across) {
        // The row is a little higher than the title's line, by what is free above and below its names.
        FigureLayout out = layout(
            figure, {.above = title.empty() ? line : 0, .titleAtLeft = across - row.width()}, belowTop);
        out.legend =
            row.placedAt({out.width - edge - row.width(), edge + (line - row.height()) / 2}, out.texts);
        return out;
    }
    // Close under the title: its box is not drawn, so that the padding may lie over what is beside it.
    const LegendGrid rows = acrossGrid(entries, curves);
    const double padding = legendPadding * font;
    const double top = edge + (title.empty() ? 0 : line) - padding;
    const double above = rows.height() - 2 * padding;
    if (entries.size() > 1 && top + padding + above > mostHeader * m_style.heightMm * 72 / 25.4)
        return layout(figure, {.titleAtLeft = across}, belowTop);
    FigureLayout out = layout(figure, {.above = above, .titleAtLeft = across}, belowTop);
    if constexpr (!curves) {
        // Values say more than names, which the page around a small figure may show as well.
        if (m_style.compact && figure.labelBars && !hasBarLabels(out)) {
            FigureLayout labelled = layout(figure, {.titleAtLeft = across}, belowTop);
            if (hasBarLabels(labelled))
                return labelled;
        }
    }
    out.legend = rows.placedAt({edge - padding, top}, out.texts);
    return out;
}

template <typename AnyFigure>
FigureLayout Layouter::withLegend(const AnyFigure &figure, const std::vector<LegendEntry> &entries) const
{
    const bool named =
        std::any_of(entries.begin(), entries.end(), [](const auto &e) { return !e.name.empty(); });
    if (m_style.legend == LegendPlace::Above)
        return withLegendAbove(figure, entries, named);
    double belowTop = 0;
    FigureLayout out = layout(figure, {}, belowTop);
    if (m_style.legend == LegendPlace::None || !named)
        return out;
    std::optional<Inside> inside;
    if (m_style.legend == LegendPlace::Inside)
        inside = insideSpot(out, entries);
    if (!inside || inside->spot.hidden > 0) {
        const LegendGrid grid = acrossGrid(entries, out.curves);
        FigureLayout lower = layout(figure, {.below = grid.height()}, belowTop);
        if (!inside || lower.frame.rect.height() >= plotShareKept * lower.height) {
            const PageRect &plot = lower.frame.rect;
            const double edge = FigureSpacing(m_style.fontPt).edge;
            const double left = std::clamp((plot.left + plot.right - grid.width()) / 2, edge,
                                           std::max(edge, lower.width - edge - grid.width()));
            lower.legend = grid.placedAt({left, belowTop}, lower.texts);
            return lower;
        }
    }
    out.legend = inside->grid.placedAt(inside->spot.topLeft, out.texts);
    out.legend->overPlot = true;
    return out;
}

} // namespace

FigureLayout layoutFigure(const Figure &figure, const PublicationStyle &style, const TextMetrics &metrics)
{
    const Layouter layouter(style, metrics);
    return std::visit(
        [&](const auto &any) {
            std::vector<LegendEntry> entries;
            for (const auto &series : any.series)
                entries.push_back({printable(series.name), series.style});
            return layouter.withLegend(any, entries);
        },
        figure);
}

} // namespace rosler
