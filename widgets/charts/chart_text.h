// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QPainter>
#include <QString>

#include "core/figure/axis_scale.h"
#include "core/figure/figure_text.h"

namespace rosler {

/// Text as charts paint it. Sizes follow the font that they are given; nothing is in fixed pixels.

/// @p font made larger or smaller, whether it is set in points or in pixels.
[[nodiscard]] QFont scaledFont(const QFont &font, double factor);

/// Width of @p text with its raised exponent.
[[nodiscard]] double textWidth(const FigureText &text, const QFont &font);
/// Paints it from @p baseline to the right in the painter's pen.
void paintText(QPainter &painter, QPointF baseline, const FigureText &text, const QFont &font);
/// The same as plain text, for screen readers and tool tips: "2×10^6".
[[nodiscard]] QString plainText(const FigureText &text);

/// A value with the digits that @p scale can tell apart on a screen: 98.28 on an axis 0..100.
[[nodiscard]] QString valueText(double value, const AxisScale &scale);
/// The same without trailing zeros: "3" instead of "3.000".
[[nodiscard]] QString shortValueText(double value, const AxisScale &scale);

} // namespace rosler
