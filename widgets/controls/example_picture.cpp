// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/example_picture.h"

#include <algorithm>
#include <cmath>

#include <QPainter>
#include <QPainterPath>
#include <QTransform>

#include "widgets/models/example_axes.h"

namespace rosler {

namespace {

constexpr Index curvePoints = 64;

} // namespace

QImage exampleImage(const float *features, const ExampleShape &shape)
{
    const auto height = static_cast<int>(shape.height);
    const auto width = static_cast<int>(shape.width);
    // Spectra and the like know no 0 and 1: they take all shades between their least and greatest.
    const auto [least, most] = std::minmax_element(features, features + shape.size());
    const bool isPicture = *least >= 0.0F && *most <= 1.0F;
    const float low = isPicture ? 0.0F : *least;
    const float range = isPicture ? 1.0F : std::max(*most - *least, 1e-30F);
    const auto level = [low, range](float value) {
        return static_cast<int>(std::lround(255.0F * std::clamp((value - low) / range, 0.0F, 1.0F)));
    };
    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y) {
        auto *line = reinterpret_cast<QRgb *>(image.scanLine(y)); // Qt's pixel access
        for (int x = 0; x < width; ++x) {
            const float *pixel = features + (static_cast<Index>(y) * shape.width + x) * shape.channels;
            const int red = level(pixel[0]);
            line[x] = shape.channels >= 3 ? qRgb(red, level(pixel[1]), level(pixel[2])) : qRgb(red, red, red);
        }
    }
    return image;
}

QImage exampleImage(const float *features, const Dataset &data)
{
    const QImage image = exampleImage(features, data.shape());
    return exampleKind(data) == ExampleKind::Frames ? turnedFrames(image) : image;
}

QImage turnedFrames(const QImage &image)
{
    return image.transformed(QTransform().rotate(-90));
}

QList<double> exampleCurve(const float *features, Index count)
{
    const Index points = std::min(count, curvePoints);
    QList<double> curve;
    for (Index p = 0; p < points; ++p) {
        const Index first = p * count / points;
        const Index last = std::max(first + 1, (p + 1) * count / points);
        double sum = 0;
        for (Index i = first; i < last; ++i)
            sum += static_cast<double>(features[i]);
        curve << sum / static_cast<double>(last - first);
    }
    if (curve.isEmpty())
        return curve;
    const auto [least, most] = std::minmax_element(curve.cbegin(), curve.cend());
    const double low = *least;
    const double range = *most - low;
    for (double &value : curve)
        value = range > 0 ? (value - low) / range : 0.5;
    return curve;
}

void paintExample(QPainter &painter, const QRectF &cell, const QImage &image)
{
    const double scale = std::min(cell.width() / image.width(), cell.height() / image.height());
    QRectF target(QPointF(), QSizeF(image.size()) * scale);
    target.moveCenter(cell.center());
    // Smaller than its pixels: smooth; larger: show the pixels that the net sees.
    painter.setRenderHint(QPainter::SmoothPixmapTransform, scale * painter.device()->devicePixelRatioF() < 2);
    painter.drawImage(target, image);
}

void paintFrames(QPainter &painter, const QRectF &cell, const QImage &image)
{
    const double ratio = painter.device()->devicePixelRatioF();
    painter.setRenderHint(QPainter::SmoothPixmapTransform,
                          cell.width() * ratio < image.width() || cell.height() * ratio < image.height());
    painter.drawImage(cell, image);
}

void paintExample(QPainter &painter, const QRectF &cell, const QList<double> &curve)
{
    QPainterPath path;
    const QRectF plot = cell.adjusted(1.5, 2, -1.5, -2);
    for (qsizetype p = 0; p < curve.size(); ++p) {
        const double share =
            curve.size() > 1 ? static_cast<double>(p) / static_cast<double>(curve.size() - 1) : 0.5;
        const QPointF point(plot.left() + share * plot.width(), plot.bottom() - curve.at(p) * plot.height());
        p == 0 ? path.moveTo(point) : path.lineTo(point);
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
    painter.restore();
}

} // namespace rosler
