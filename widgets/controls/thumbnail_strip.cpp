// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/thumbnail_strip.h"

#include <algorithm>
#include <cmath>

#include <QPainter>
#include <QPainterPath>

namespace rosler {

namespace {

constexpr Index maxClasses = 20;
constexpr Index examplesSearched = 20'000;
constexpr Index curvePoints = 64;

/// An example of 1 or 3 channels, features in [0, 1].
QImage imageOf(const float *features, const ExampleShape &shape)
{
    const auto height = static_cast<int>(shape.height);
    const auto width = static_cast<int>(shape.width);
    const auto level = [](float value) {
        return static_cast<int>(std::lround(255.0F * std::clamp(value, 0.0F, 1.0F)));
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

/// An example as a curve of at most curvePoints mean values between its least and its greatest.
QList<double> curveOf(const float *features, Index count)
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

} // namespace

ThumbnailStrip::ThumbnailStrip(QWidget *parent)
    : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Maximum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Examples"));
}

void ThumbnailStrip::setExamples(const std::shared_ptr<const Dataset> &dataset)
{
    m_groups.clear();
    m_hidden = 0;
    if (dataset) {
        const Index classes = std::min(dataset->classes(), maxClasses);
        m_hidden = static_cast<int>(dataset->classes() - classes);
        m_perClass = dataset->classes() <= 12 ? 3 : 2;
        for (Index c = 0; c < classes; ++c)
            m_groups << Group {
                QString::fromStdString(dataset->classNames()[static_cast<std::size_t>(c)]), {}, {}};
        const Examples &train = dataset->train();
        const Index searched = std::min(train.count(), examplesSearched);
        qsizetype missing = m_groups.size() * m_perClass;
        std::vector<float> features(static_cast<std::size_t>(dataset->features()));
        for (Index row = 0; row < searched && missing > 0; ++row) {
            const auto label = static_cast<qsizetype>(train.labels[static_cast<std::size_t>(row)]);
            if (label >= m_groups.size())
                continue;
            Group &group = m_groups[label];
            if (group.images.size() + group.curves.size() >= m_perClass)
                continue;
            train.features.widen(row, features.data());
            if (dataset->shape().height > 1)
                group.images << imageOf(features.data(), dataset->shape());
            else
                group.curves << curveOf(features.data(), dataset->features());
            --missing;
        }
    }
    setAccessibleDescription(tr("Classes shown: %1").arg(m_groups.size()));
    updateGeometry();
    update();
}

QFont ThumbnailStrip::smallFont() const
{
    QFont small = font();
    if (small.pointSizeF() > 0)
        small.setPointSizeF(0.78 * small.pointSizeF());
    return small;
}

ThumbnailStrip::Grid ThumbnailStrip::gridFor(int width) const
{
    Grid grid;
    const double em = fontMetrics().height();
    const auto groups = static_cast<int>(m_groups.size());
    const double smallest = 1.6 * em;
    const double largest = 2.6 * em;
    grid.columns = std::clamp(static_cast<int>(width / smallest), 1, std::max(groups, 1));
    grid.rows = groups > 0 ? (groups + grid.columns - 1) / grid.columns : 0;
    if (grid.rows > 0)
        grid.columns = (groups + grid.rows - 1) / grid.rows; // rows of equal length
    grid.slot = static_cast<double>(width) / grid.columns;
    grid.cell = std::floor(std::min(largest, grid.slot - 2));
    grid.block = QFontMetrics(smallFont()).height() + m_perClass * (grid.cell + 2) + 2;
    return grid;
}

int ThumbnailStrip::heightForWidth(int width) const
{
    const Grid grid = gridFor(width);
    const double more = m_hidden > 0 ? QFontMetrics(smallFont()).height() : 0;
    return static_cast<int>(std::ceil(grid.rows * grid.block + more));
}

QSize ThumbnailStrip::sizeHint() const
{
    const int width = 34 * fontMetrics().averageCharWidth();
    return {width, heightForWidth(width)};
}

QSize ThumbnailStrip::minimumSizeHint() const
{
    return {12 * fontMetrics().averageCharWidth(), fontMetrics().height()};
}

void ThumbnailStrip::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QFont small = smallFont();
    const QFontMetrics metrics(small);
    painter.setFont(small);
    const Grid grid = gridFor(width());
    const QColor text = palette().color(QPalette::WindowText);

    for (qsizetype i = 0; i < m_groups.size(); ++i) {
        const Group &group = m_groups.at(i);
        const auto column = static_cast<int>(i) % grid.columns;
        const auto row = static_cast<int>(i) / grid.columns;
        const QPointF corner(column * grid.slot, row * grid.block);
        if (corner.y() + metrics.height() + grid.cell > height())
            break; // no room for one example below the name
        painter.setPen(text);
        painter.drawText(QRectF(corner, QSizeF(grid.slot, metrics.height())), Qt::AlignCenter,
                         metrics.elidedText(group.name, Qt::ElideRight, static_cast<int>(grid.slot)));
        const double x = std::round(corner.x() + (grid.slot - grid.cell) / 2);
        for (int n = 0; n < m_perClass; ++n) {
            const QRectF cell(x, std::round(corner.y() + metrics.height() + n * (grid.cell + 2)), grid.cell,
                              grid.cell);
            if (cell.bottom() > height())
                break;
            if (n < group.images.size()) {
                const QImage &image = group.images.at(n);
                const double scale = std::min(cell.width() / image.width(), cell.height() / image.height());
                QRectF target(QPointF(), QSizeF(image.size()) * scale);
                target.moveCenter(cell.center());
                // Smaller than its pixels: smooth; larger: show the pixels that the net sees.
                painter.setRenderHint(QPainter::SmoothPixmapTransform,
                                      scale * painter.device()->devicePixelRatioF() < 2);
                painter.drawImage(target, image);
            } else if (n < group.curves.size()) {
                painter.fillRect(cell, palette().color(QPalette::Base));
                const QList<double> &curve = group.curves.at(n);
                QPainterPath path;
                const QRectF plot = cell.adjusted(1.5, 2, -1.5, -2);
                for (qsizetype p = 0; p < curve.size(); ++p) {
                    const double share = curve.size() > 1
                        ? static_cast<double>(p) / static_cast<double>(curve.size() - 1)
                        : 0.5;
                    const QPointF point(plot.left() + share * plot.width(),
                                        plot.bottom() - curve.at(p) * plot.height());
                    p == 0 ? path.moveTo(point) : path.lineTo(point);
                }
                painter.save();
                painter.setRenderHint(QPainter::Antialiasing);
                painter.setPen(QPen(palette().color(QPalette::Highlight), 1));
                painter.drawPath(path);
                painter.restore();
            }
        }
    }
    if (m_hidden > 0) {
        painter.setPen(text);
        painter.drawText(QRectF(0, grid.rows * grid.block, width(), metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, tr("and %1 more classes").arg(m_hidden));
    }
}

} // namespace rosler
