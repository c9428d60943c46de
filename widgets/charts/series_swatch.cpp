// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/series_swatch.h"

#include <algorithm>

#include <QPainterPath>

namespace rosler {

namespace {

/// The marker's outline about 0,0 in a box of width 2; the shapes have about equal areas.
QPainterPath outline(MarkerShape shape)
{
    QPainterPath path;
    switch (shape) {
    case MarkerShape::None:
        break;
    case MarkerShape::Circle:
        path.addEllipse(QPointF(), 0.95, 0.95);
        break;
    case MarkerShape::Square:
        path.addRect(-0.84, -0.84, 1.68, 1.68);
        break;
    case MarkerShape::TriangleUp:
        path.addPolygon(QPolygonF {{0, -1.15}, {1.1, 0.8}, {-1.1, 0.8}});
        break;
    case MarkerShape::TriangleDown:
        path.addPolygon(QPolygonF {{0, 1.15}, {1.1, -0.8}, {-1.1, -0.8}});
        break;
    case MarkerShape::Diamond:
        path.addPolygon(QPolygonF {{0, -1.2}, {1.2, 0}, {0, 1.2}, {-1.2, 0}});
        break;
    case MarkerShape::Cross:
    case MarkerShape::Plus:
        path.addPolygon(QPolygonF {{-0.3, -1.1},
                                   {0.3, -1.1},
                                   {0.3, -0.3},
                                   {1.1, -0.3},
                                   {1.1, 0.3},
                                   {0.3, 0.3},
                                   {0.3, 1.1},
                                   {-0.3, 1.1},
                                   {-0.3, 0.3},
                                   {-1.1, 0.3},
                                   {-1.1, -0.3},
                                   {-0.3, -0.3}});
        break;
    }
    path.closeSubpath();
    return shape == MarkerShape::Cross ? QTransform().rotate(45).map(path) : path;
}

} // namespace

void paintMarker(QPainter &painter, MarkerShape shape, QPointF centre, double size, const QColor &colour,
                 const QColor &edge)
{
    if (shape == MarkerShape::None)
        return;
    const QTransform place = QTransform().translate(centre.x(), centre.y()).scale(size / 2, size / 2);
    painter.setPen(edge.alpha() > 0 ? QPen(edge, size / 7) : QPen(Qt::NoPen));
    painter.setBrush(colour);
    painter.drawPath(place.map(outline(shape)));
}

QPen seriesPen(DashStyle dash, const QColor &colour, double width)
{
    QPen pen(colour, width, Qt::SolidLine, Qt::FlatCap, Qt::BevelJoin);
    switch (dash) {
    case DashStyle::Solid:
        pen.setCapStyle(Qt::SquareCap); // round ones take Qt's raster engine three times as long
        break;
    case DashStyle::Dash:
        pen.setDashPattern({4, 2});
        break;
    case DashStyle::Dot:
        pen.setDashPattern({1.2, 1.5});
        break;
    case DashStyle::DashDot:
        pen.setDashPattern({4, 1.5, 1.2, 1.5});
        break;
    }
    return pen;
}

void paintSwatch(QPainter &painter, const QRectF &rect, const SeriesStyle &style, const QColor &colour)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const double width = std::max(1.5, rect.height() / 9);
    painter.setPen(seriesPen(style.dash, colour, width));
    painter.drawLine(QPointF(rect.left() + width / 2, rect.center().y()),
                     QPointF(rect.right() - width / 2, rect.center().y()));
    paintMarker(painter, style.marker, rect.center(), rect.height() * 0.5, colour);
    painter.restore();
}

} // namespace rosler
