// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/picture_axes.h"

#include <algorithm>
#include <cmath>

#include <QFontMetricsF>
#include <QPainter>

#include "core/figure/axis_scale.h"
#include "core/figure/axis_ticks.h"

namespace rosler {

namespace {

QString labelText(const FigureText &label)
{
    const QString text = QString::fromStdString(label.text);
    return label.exponent.empty() ? text : text + QLatin1Char('^') + QString::fromStdString(label.exponent);
}

double widestLabel(const AxisTicks &ticks, const QFontMetricsF &metrics)
{
    double width = 0;
    for (const FigureText &label : ticks.labels)
        width = std::max(width, metrics.horizontalAdvance(labelText(label)));
    return width;
}

} // namespace

QRectF paintPictureAxes(QPainter &painter, const QRectF &area, const PictureAxes &axes)
{
    const QFontMetricsF metrics(painter.font());
    const double em = metrics.height();
    const double tick = em / 3;
    const double bottom = tick + 2.3 * em; // labels, title
    const double top = em / 2;
    const double height = area.height() - top - bottom;
    const int bands = static_cast<int>(std::min(1e6, axes.up.high - axes.up.low));
    const AxisTicks up =
        linearTicks(axes.up.low, axes.up.high,
                    std::max(2, std::min({9, bands + 1, static_cast<int>(height / (1.6 * em))})));
    const double left = 1.3 * em + widestLabel(up, metrics) + 1.5 * tick;
    const double room = area.width() - left - em;
    if (height < em || room < 2 * em)
        return {};
    AxisTicks across;
    for (int atMost = std::min(13, static_cast<int>(room / (2 * em)));; --atMost) {
        across = linearTicks(axes.across.low, axes.across.high, std::max(2, atMost));
        const double each = widestLabel(across, metrics) + em;
        if (atMost <= 2 || static_cast<double>(across.major.size()) * each <= room)
            break;
    }
    const double right = std::max(em / 2, widestLabel(across, metrics) / 2);
    const QRectF picture(std::round(area.left() + left), std::round(area.top() + top),
                         std::floor(area.width() - left - right), std::floor(height));

    const auto place = [](const PictureAxis &axis, double value) {
        return AxisScale {axis.low, axis.high, false}.fraction(value);
    };
    for (std::size_t i = 0; i < across.major.size(); ++i) {
        const double x =
            std::floor(picture.left() + place(axes.across, across.major[i]) * picture.width()) + 0.5;
        painter.drawLine(QPointF(x, picture.bottom()), QPointF(x, picture.bottom() + tick));
        painter.drawText(QRectF(x - room, picture.bottom() + tick, 2 * room, em),
                         Qt::AlignHCenter | Qt::AlignTop, labelText(across.labels[i]));
    }
    for (std::size_t i = 0; i < up.major.size(); ++i) {
        const double y = std::floor(picture.bottom() - place(axes.up, up.major[i]) * picture.height()) + 0.5;
        painter.drawLine(QPointF(picture.left() - tick, y), QPointF(picture.left(), y));
        painter.drawText(QRectF(area.left(), y - em, picture.left() - area.left() - 1.5 * tick, 2 * em),
                         Qt::AlignRight | Qt::AlignVCenter, labelText(up.labels[i]));
    }
    const auto title = [&](const QString &text, const QRectF &line) {
        painter.drawText(line, Qt::AlignCenter | Qt::TextSingleLine,
                         metrics.elidedText(text, Qt::ElideRight, line.width()));
    };
    title(axes.across.title, {picture.left(), area.bottom() - 1.1 * em, picture.width(), em});
    painter.save();
    painter.translate(area.left(), picture.bottom());
    painter.rotate(-90);
    title(axes.up.title, {0, 0, picture.height(), em});
    painter.restore();
    return picture;
}

} // namespace rosler
