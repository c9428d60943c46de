// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/bar_layout.h"

#include <algorithm>
#include <cmath>

#include <QFontMetricsF>

#include "core/figure/bar_layout.h"
#include "widgets/charts/chart_text.h"

namespace rosler {

namespace {

constexpr double groupShare = 0.8; ///< of a category's width that its bars take together
constexpr double barShare = 0.88;  ///< of a bar's slot that the bar takes

double widestLabel(const BarFigure &figure, const QFont &font)
{
    double width = 0;
    for (const BarFigure::Series &series : figure.series)
        for (const double value : series.values)
            if (std::isfinite(value))
                width = std::max(width, textWidth(barLabel(figure, value), font));
    return width;
}

/// Legend rows, right of the title where they fit. Returns where they end.
double placeKeys(BarLayout &layout, const BarFigure &figure, double width, double titleWidth,
                 const QFont &font)
{
    const QFontMetricsF metrics(font);
    const double em = metrics.height();
    const double row = 1.35 * em;
    const double margin = em / 3;
    double total = 0;
    const auto keyWidth = [&](std::size_t i) {
        return 2 * em + metrics.horizontalAdvance(QString::fromStdString(figure.series[i].name));
    };
    for (std::size_t i = 0; i < figure.series.size(); ++i)
        if (!figure.series[i].name.empty())
            total += keyWidth(i);
    const bool oneRow = titleWidth + total <= width - 2 * margin;
    const double left = oneRow ? width - margin - total : margin;
    double x = left;
    double y = margin + (oneRow || titleWidth == 0 ? 0 : row);
    double bottom = titleWidth > 0 ? margin + row : margin;
    for (std::size_t i = 0; i < figure.series.size(); ++i) {
        if (figure.series[i].name.empty())
            continue;
        if (x > left && x + keyWidth(i) > width - margin) {
            x = left;
            y += row;
        }
        const double side = 0.7 * em;
        layout.keys.push_back({.series = i,
                               .swatch = {x + 0.4 * em, y + (row - side) / 2, side, side},
                               .text = {x + 1.4 * em, y, keyWidth(i) - 1.4 * em, row}});
        x += keyWidth(i);
        bottom = y + row;
    }
    return bottom;
}

} // namespace

FigureText barLabel(const BarFigure &figure, double value)
{
    FigureText label = significantText(value);
    if (figure.modelled)
        label.text.insert(0, "~");
    return label;
}

QRectF BarLayout::categorySlot(std::size_t category, std::size_t count) const
{
    const double width = plotArea.width() / static_cast<double>(std::max<std::size_t>(count, 1));
    return {plotArea.left() + static_cast<double>(category) * width, plotArea.top(), width,
            plotArea.height()};
}

double BarLayout::yOf(double value) const
{
    return plotArea.bottom() - std::clamp(scale.fraction(value), 0.0, 1.0) * plotArea.height();
}

BarLayout layoutBars(const BarFigure &figure, const QSizeF &size, const QFont &font)
{
    BarLayout layout;
    const double em = QFontMetricsF(font).height();
    layout.tickFont = scaledFont(font, 0.9);
    layout.labelFont = scaledFont(font, 0.9);
    layout.labelFont.setItalic(figure.modelled);
    const QFontMetricsF tickMetrics(layout.tickFont);
    QFont bold = font;
    bold.setBold(true);
    const QString title = QString::fromStdString(figure.title);
    const double titleWidth = title.isEmpty() ? 0 : QFontMetricsF(bold).horizontalAdvance(title) + em;
    double header = placeKeys(layout, figure, size.width(), titleWidth, font);
    if (header > size.height() / 3 && layout.keys.size() > 1) {
        // So many names would leave no room for the bars: tool tips and the keys still name them.
        layout.keys.clear();
        header = (titleWidth > 0 ? 1.35 * em : 0) + em / 3;
    }
    layout.title = {em / 3, em / 3, std::min(titleWidth, size.width() - 2 * em / 3), 1.35 * em};

    const double top = header + em / 2;
    const double bottom = size.height() - 1.6 * em;
    const double height = std::max(1.0, bottom - top);
    const std::size_t categories = figure.categories.size();
    const std::size_t count = std::max<std::size_t>(figure.series.size(), 1);

    // Labels lie over their bars while they fit in the slots, made smaller at most once; else they stand.
    layout.axisTitleShown = !valueAxisTitle(figure).empty() && size.width() >= 11 * em;
    const double axisRoom = layout.axisTitleShown ? 1.35 * em : em / 4;
    const double slotEstimate = (size.width() - axisRoom - 5 * em) * groupShare
        / static_cast<double>(std::max<std::size_t>(categories, 1) * count);
    double labelRoom = 0;
    if (figure.labelBars) {
        if (widestLabel(figure, layout.labelFont) > slotEstimate * 1.05)
            layout.labelFont = scaledFont(layout.labelFont, 0.85);
        const double widest = widestLabel(figure, layout.labelFont);
        layout.labelsUpright = widest > slotEstimate * 1.05;
        layout.labelsShown = !layout.labelsUpright || widest < height / 2;
        labelRoom = (layout.labelsUpright ? widest : QFontMetricsF(layout.labelFont).height()) + em / 3;
    }
    layout.scale = barScale(figure, std::clamp(labelRoom / height, 0.02, 0.45));
    const int atMost = std::clamp(static_cast<int>(height / (2.0 * tickMetrics.height())), 3, 8);
    layout.ticks = layout.scale.logarithmic
        ? logarithmicTicks(layout.scale.minimum, layout.scale.maximum, atMost)
        : linearTicks(layout.scale.minimum, layout.scale.maximum, atMost);
    double tickWidth = 0;
    for (const FigureText &label : layout.ticks.labels)
        tickWidth = std::max(tickWidth, textWidth(label, layout.tickFont));
    const double left = std::round(axisRoom + tickWidth + em / 2);
    layout.plotArea = {left, std::round(top), std::max(1.0, std::floor(size.width() - left - em)),
                       std::floor(height)};
    layout.axisTitle = {0.15 * em, layout.plotArea.bottom(), layout.plotArea.height(), em};

    for (std::size_t c = 0; c < categories; ++c) {
        const QRectF place = layout.categorySlot(c, categories);
        const double slot = std::min(groupShare * place.width() / static_cast<double>(count), 5 * em);
        const double first = place.center().x() - slot * static_cast<double>(count) / 2;
        for (std::size_t s = 0; s < figure.series.size(); ++s) {
            if (c >= figure.series[s].values.size() || !layout.scale.canShow(figure.series[s].values[c]))
                continue;
            const double value = figure.series[s].values[c];
            const double zero = layout.scale.logarithmic ? layout.plotArea.bottom() : layout.yOf(0.0);
            const double x = first + slot * (static_cast<double>(s) + (1 - barShare) / 2);
            layout.bars.push_back(
                {.category = c,
                 .series = s,
                 .value = value,
                 .rect =
                     QRectF(QPointF(x, zero), QPointF(x + barShare * slot, layout.yOf(value))).normalized(),
                 .slotWidth = slot});
        }
    }
    return layout;
}

} // namespace rosler
