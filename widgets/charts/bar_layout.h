// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QFont>
#include <QRectF>
#include <QString>

#include "core/figure/axis_scale.h"
#include "core/figure/axis_ticks.h"
#include "core/figure/figure.h"

namespace rosler {

/// One bar on the screen.
struct PlacedBarItem {
    std::size_t category = 0;
    std::size_t series = 0;
    double value = 0;
    QRectF rect; ///< of the bar; its slot's width is free for the label above
    double slotWidth = 0;
};

/// A series in the legend.
struct PlacedBarKey {
    std::size_t series = 0;
    QRectF swatch;
    QRectF text;
};

/// Where the parts of a bar chart lie in a widget of a given size: pure geometry, in widget coordinates.
struct BarLayout {
    AxisScale scale;
    AxisTicks ticks;
    QRectF title;
    QRectF plotArea;
    bool axisTitleShown = false;     ///< where there is one, and the chart is wide enough for it
    QRectF axisTitle;                ///< of the text lying; it is turned to the left of the axis
    std::vector<PlacedBarKey> keys;  ///< none where they would take more than a third of the height
    std::vector<PlacedBarItem> bars; ///< by category, then series; values that the axis cannot show have none
    QFont tickFont;
    QFont labelFont;
    bool labelsUpright = false; ///< labels are turned: the slots are narrower than the texts
    bool labelsShown = false;   ///< as the figure asks, unless turned they take more than half of the height

    /// Centre and width of a category's place on the horizontal axis.
    [[nodiscard]] QRectF categorySlot(std::size_t category, std::size_t count) const;
    [[nodiscard]] double yOf(double value) const;
};

[[nodiscard]] BarLayout layoutBars(const BarFigure &figure, const QSizeF &size, const QFont &font);

/// The text over a bar: three significant digits, with a tilde when modelled.
[[nodiscard]] FigureText barLabel(const BarFigure &figure, double value);

} // namespace rosler
