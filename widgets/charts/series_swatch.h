// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPainter>
#include <QPen>

#include "core/figure/figure.h"

namespace rosler {

/// How a series is recognised on the screen: its colour, marker and dash, the same in charts, legends and
/// lists.

/// Paints a marker of @p size (its width) about @p centre, edged with @p edge where it covers other curves.
void paintMarker(QPainter &painter, MarkerShape shape, QPointF centre, double size, const QColor &colour,
                 const QColor &edge = Qt::transparent);

/// Paints a piece of the curve with one marker, filling @p rect's width about its middle.
void paintSwatch(QPainter &painter, const QRectF &rect, const SeriesStyle &style, const QColor &colour);

/// The pen that draws a series' line.
[[nodiscard]] QPen seriesPen(DashStyle dash, const QColor &colour, double width);

} // namespace rosler
