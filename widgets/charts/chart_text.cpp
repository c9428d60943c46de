// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/chart_text.h"

#include <algorithm>
#include <cmath>

#include <QFontMetricsF>

#include "core/figure/text_metrics.h"

namespace rosler {

namespace {

/// Four significant digits on a logarithmic axis; on a linear one a two-thousandth of it, about a pixel.
int decimalsOn(const AxisScale &scale, double value)
{
    const double finest =
        scale.logarithmic ? std::abs(value) / 1000.0 : (scale.maximum - scale.minimum) / 2000.0;
    if (!(finest > 0.0))
        return 0;
    const double digits =
        scale.logarithmic ? -std::floor(std::log10(finest)) : std::ceil(-std::log10(finest) - 1e-9);
    return static_cast<int>(std::clamp(digits, 0.0, 12.0));
}

} // namespace

QFont scaledFont(const QFont &font, double factor)
{
    QFont scaled = font;
    if (font.pointSizeF() > 0)
        scaled.setPointSizeF(font.pointSizeF() * factor);
    else
        scaled.setPixelSize(std::max(1, static_cast<int>(std::lround(font.pixelSize() * factor))));
    return scaled;
}

double textWidth(const FigureText &text, const QFont &font)
{
    const double width = QFontMetricsF(font).horizontalAdvance(QString::fromStdString(text.text));
    if (text.exponent.empty())
        return width;
    return width
        + QFontMetricsF(scaledFont(font, exponentSize))
              .horizontalAdvance(QString::fromStdString(text.exponent));
}

void paintText(QPainter &painter, QPointF baseline, const FigureText &text, const QFont &font)
{
    painter.setFont(font);
    const QString plain = QString::fromStdString(text.text);
    painter.drawText(baseline, plain);
    if (text.exponent.empty())
        return;
    const QFontMetricsF metrics(font);
    painter.setFont(scaledFont(font, exponentSize));
    painter.drawText(baseline + QPointF(metrics.horizontalAdvance(plain), -exponentRise * metrics.ascent()),
                     QString::fromStdString(text.exponent));
}

QString plainText(const FigureText &text)
{
    const QString plain = QString::fromStdString(text.text);
    return text.exponent.empty() ? plain : plain + QLatin1Char('^') + QString::fromStdString(text.exponent);
}

QString valueText(double value, const AxisScale &scale)
{
    const double magnitude = std::abs(value);
    const double largest =
        scale.logarithmic ? magnitude : std::max(std::abs(scale.minimum), std::abs(scale.maximum));
    if (magnitude != 0.0 && (magnitude >= 1e9 || largest < 1e-4))
        return plainText(significantText(value));
    return QString::fromStdString(decimalText(value, decimalsOn(scale, value)));
}

QString shortValueText(double value, const AxisScale &scale)
{
    QString text = valueText(value, scale);
    if (!text.contains(QLatin1Char('.')) || text.contains(QLatin1Char('^')))
        return text;
    while (text.endsWith(QLatin1Char('0')))
        text.chop(1);
    if (text.endsWith(QLatin1Char('.')))
        text.chop(1);
    return text;
}

} // namespace rosler
