// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/feature_image.h"

#include <algorithm>

#include <QPainter>

#include "widgets/controls/example_picture.h"

namespace rosler {

FeatureImage::FeatureImage(QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void FeatureImage::setImage(const std::vector<float> &features, const ExampleShape &shape)
{
    m_shape = shape;
    m_image = static_cast<Index>(features.size()) == shape.size() && !features.empty()
        ? exampleImage(features.data(), shape)
        : QImage();
    veil();
}

void FeatureImage::setAxes(const std::optional<PictureAxes> &axes)
{
    m_axes = axes;
    update();
}

void FeatureImage::setKept(const std::vector<std::uint32_t> &kept)
{
    m_kept = kept;
    veil();
}

int FeatureImage::keptPixels() const noexcept
{
    return m_keptPixels;
}

void FeatureImage::veil()
{
    m_veil = QImage();
    m_keptPixels = m_image.width() * m_image.height();
    if (!m_image.isNull() && !m_kept.empty()) {
        m_veil = QImage(m_image.size(), QImage::Format_ARGB32_Premultiplied);
        QColor veiled(0xcc, 0x33, 0x11); // over grey and colour pictures alike, dark or light
        veiled.setAlphaF(0.45F);
        m_veil.fill(veiled);
        m_keptPixels = 0;
        Index last = -1;
        for (const std::uint32_t feature : m_kept) {
            const Index pixel = static_cast<Index>(feature) / m_shape.channels;
            if (pixel == last || pixel >= m_shape.pixels())
                continue;
            last = pixel;
            ++m_keptPixels;
            m_veil.setPixel(static_cast<int>(pixel % m_shape.width), static_cast<int>(pixel / m_shape.width),
                            0);
        }
    }
    update();
}

QSize FeatureImage::sizeHint() const
{
    const int em = fontMetrics().height();
    return {em * 14, em * 14};
}

QSize FeatureImage::minimumSizeHint() const
{
    const int em = fontMetrics().height();
    return {em * 5, em * 5};
}

void FeatureImage::paintEvent(QPaintEvent *)
{
    if (m_image.isNull())
        return;
    QPainter painter(this);
    if (m_axes) {
        painter.setPen(palette().color(QPalette::WindowText));
        const QRectF place = paintPictureAxes(painter, QRectF(rect()), *m_axes);
        if (place.isEmpty())
            return;
        paintFrames(painter, place, turnedFrames(m_image));
        if (!m_veil.isNull())
            paintFrames(painter, place, turnedFrames(m_veil));
        return;
    }
    paintExample(painter, QRectF(rect()), m_image);
    if (!m_veil.isNull())
        paintExample(painter, QRectF(rect()), m_veil);
}

} // namespace rosler
