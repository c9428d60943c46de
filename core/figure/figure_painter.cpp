// SPDX-License-Identifier: Apache-2.0
#include "core/figure/figure_painter.h"

#include <algorithm>
#include <cmath>

#include "core/figure/axes_layout.h"

namespace rosler {
namespace {

constexpr FigureColour white {1, 1, 1};
constexpr FigureColour black {0, 0, 0};
constexpr FigureColour gridGrey {0.85, 0.85, 0.85};
constexpr double bandOpacity = 0.22;

void paintGrid(const FigureLayout &layout, Canvas &canvas)
{
    const PageRect &rect = layout.frame.rect;
    std::vector<PagePath> lines;
    for (const PlacedTick &tick : layout.xTicks)
        if (tick.major)
            lines.push_back({{tick.position, rect.top}, {tick.position, rect.bottom}});
    for (const PlacedTick &tick : layout.yTicks)
        if (tick.major)
            lines.push_back({{rect.left, tick.position}, {rect.right, tick.position}});
    if (!lines.empty())
        canvas.path(lines, {gridGrey, layout.axisPt}, {"grid", "grid", {}});
}

void paintAxes(const FigureLayout &layout, Canvas &canvas)
{
    const PageRect &rect = layout.frame.rect;
    const Pen pen {black, layout.axisPt};
    const FigureSpacing spacing(layout.fontPt);
    canvas.beginGroup({"axes", "axes", {}});
    canvas.path({{{rect.left, rect.top}, {rect.left, rect.bottom}, {rect.right, rect.bottom}}}, pen,
                {"axis-lines", "axis", {}});
    std::vector<PagePath> xTicks;
    for (const PlacedTick &tick : layout.xTicks)
        xTicks.push_back({{tick.position, rect.bottom},
                          {tick.position, rect.bottom + (tick.major ? spacing.tick : spacing.minorTick)}});
    std::vector<PagePath> yTicks;
    for (const PlacedTick &tick : layout.yTicks)
        yTicks.push_back({{rect.left, tick.position},
                          {rect.left - (tick.major ? spacing.tick : spacing.minorTick), tick.position}});
    if (!xTicks.empty())
        canvas.path(xTicks, pen, {"ticks-x", "ticks", {}});
    if (!yTicks.empty())
        canvas.path(yTicks, pen, {"ticks-y", "ticks", {}});
    canvas.endGroup();
}

void paintBands(const FigureLayout &layout, Canvas &canvas)
{
    const auto &curves = layout.placedCurves;
    if (std::all_of(curves.begin(), curves.end(),
                    [](const PlacedCurve &curve) { return curve.band.empty(); }))
        return;
    canvas.beginGroup({"bands", "bands", {}});
    for (std::size_t i = 0; i < curves.size(); ++i)
        if (!curves[i].band.empty())
            canvas.area(curves[i].band, curves[i].style.colour, bandOpacity,
                        {"band-" + std::to_string(i), "band", curves[i].name});
    canvas.endGroup();
}

void paintCurves(const FigureLayout &layout, Canvas &canvas)
{
    paintBands(layout, canvas);
    canvas.beginGroup({"curves", "curves", {}});
    for (std::size_t i = 0; i < layout.placedCurves.size(); ++i) {
        const PlacedCurve &curve = layout.placedCurves[i];
        const Pen pen {curve.style.colour, layout.linePt, curve.style.dash};
        canvas.path(curve.pieces, pen, {"curve-" + std::to_string(i), "curve", curve.name});
    }
    canvas.endGroup();
    canvas.beginGroup({"markers", "markers", {}});
    for (const PlacedCurve &curve : layout.placedCurves)
        for (const PagePoint &marker : curve.markers)
            canvas.marker(marker, curve.style.marker, layout.markerRadius,
                          {curve.style.colour, layout.linePt});
    canvas.endGroup();
}

/// White lines over a bar that tell it from the next one in grey print, one pattern a dash style.
std::vector<PagePath> hatching(const PageRect &bar, DashStyle dash, double distance)
{
    std::vector<PagePath> lines;
    const auto add = [&](PagePoint from, PagePoint to) {
        if (clipSegment(from, to, bar))
            lines.push_back({from, to});
    };
    const double reach = bar.height();
    const double diagonal = distance * std::sqrt(2.0);
    if (dash == DashStyle::Dash || dash == DashStyle::DashDot)
        for (double x = bar.left + diagonal / 2; x < bar.right + reach; x += diagonal)
            add({x, bar.bottom - reach}, {x - reach, bar.bottom});
    if (dash == DashStyle::DashDot)
        for (double x = bar.right - diagonal / 2; x > bar.left - reach; x -= diagonal)
            add({x, bar.bottom - reach}, {x + reach, bar.bottom});
    if (dash == DashStyle::Dot)
        for (double y = bar.bottom - distance; y > bar.top; y -= distance)
            add({bar.left, y}, {bar.right, y});
    return lines;
}

void paintBar(const PageRect &bar, const SeriesStyle &style, const FigureLayout &layout, const PartName &name,
              Canvas &canvas)
{
    canvas.rectangle(bar, style.colour, name);
    const auto lines = hatching(bar, style.dash, 0.35 * layout.fontPt);
    if (!lines.empty())
        canvas.path(lines, {white, layout.axisPt}, {{}, "hatch", {}});
}

void paintBars(const FigureLayout &layout, Canvas &canvas)
{
    canvas.beginGroup({"bars", "bars", {}});
    for (std::size_t i = 0; i < layout.bars.size(); ++i) {
        const PlacedBar &bar = layout.bars[i];
        paintBar(bar.rect, layout.barStyles[bar.series], layout,
                 {"bar-" + std::to_string(i), "bar", layout.barNames[bar.series]}, canvas);
    }
    canvas.endGroup();
}

void paintLegend(const FigureLayout &layout, Canvas &canvas)
{
    const PlacedLegend &legend = *layout.legend;
    canvas.beginGroup({"legend", "legend", {}});
    if (legend.overPlot)
        canvas.rectangle(legend.box, white, {{}, "legend-box", {}});
    for (const PlacedSample &sample : legend.samples) {
        if (!layout.curves) {
            paintBar(sample.rect, sample.style, layout, {{}, "sample", {}}, canvas);
            continue;
        }
        const double y = (sample.rect.top + sample.rect.bottom) / 2;
        canvas.line({sample.rect.left, y}, {sample.rect.right, y},
                    {sample.style.colour, layout.linePt, sample.style.dash});
        canvas.marker({(sample.rect.left + sample.rect.right) / 2, y}, sample.style.marker,
                      layout.markerRadius, {sample.style.colour, layout.linePt});
    }
    canvas.endGroup();
}

} // namespace

void paintFigure(const FigureLayout &layout, Canvas &canvas)
{
    canvas.rectangle({0, 0, layout.width, layout.height}, white, {"page", "page", {}});
    if (layout.grid)
        paintGrid(layout, canvas);
    if (layout.curves) {
        paintAxes(layout, canvas);
        paintCurves(layout, canvas);
    } else {
        paintBars(layout, canvas);
        paintAxes(layout, canvas); // over the feet of the bars
    }
    if (layout.legend)
        paintLegend(layout, canvas);
    canvas.beginGroup({"texts", "texts", {}});
    for (const PlacedText &text : layout.texts)
        canvas.text(text);
    canvas.endGroup();
}

} // namespace rosler
