// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/thumbnail_strip.h"

#include <algorithm>
#include <cmath>

#include <QPainter>

#include "widgets/controls/example_picture.h"
#include "widgets/models/example_axes.h"

namespace rosler {

namespace {

constexpr Index maxClasses = 20;
constexpr Index examplesSearched = 20'000;

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
    m_frames = dataset && exampleKind(*dataset) == ExampleKind::Frames;
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
                group.images << exampleImage(features.data(), *dataset);
            else
                group.curves << exampleCurve(features.data(), dataset->features());
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
                m_frames ? paintFrames(painter, cell, group.images.at(n))
                         : paintExample(painter, cell, group.images.at(n));
            } else if (n < group.curves.size()) {
                painter.fillRect(cell, palette().color(QPalette::Base));
                painter.setPen(QPen(palette().color(QPalette::Highlight), 1));
                paintExample(painter, cell, group.curves.at(n));
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
