// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/plot_overlay.h"

#include <algorithm>
#include <cmath>

#include <QFontMetricsF>
#include <QPainter>

#include "widgets/charts/series_swatch.h"

namespace rosler {

PlotOverlay::PlotOverlay(QWidget *parent)
    : QWidget(parent)
    , m_theme(chartTheme(ThemeKind::System, palette()))
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_NoSystemBackground);
}

void PlotOverlay::setTheme(const ChartTheme &theme)
{
    m_theme = theme;
    update();
}

void PlotOverlay::setPlotArea(const QRectF &area)
{
    if (m_plotArea != area) {
        m_plotArea = area;
        update();
    }
}

void PlotOverlay::setCrosshair(const std::optional<CrosshairFace> &crosshair)
{
    if (!crosshair && !m_crosshair)
        return;
    m_crosshair = crosshair;
    update();
}

void PlotOverlay::setRubberBand(const QRectF &band)
{
    m_band = band;
    update();
}

void PlotOverlay::setFocusFrame(bool on)
{
    m_focusFrame = on;
    update();
}

void PlotOverlay::setNotice(const QString &notice)
{
    if (m_notice != notice) {
        m_notice = notice;
        update();
    }
}

void PlotOverlay::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double em = QFontMetricsF(font()).height();
    const QColor accent = palette().color(QPalette::Highlight);
    if (!m_notice.isEmpty()) {
        const double margin = std::min(2 * em, m_plotArea.width() / 8);
        painter.setPen(m_theme.text);
        painter.drawText(m_plotArea.adjusted(margin, 0, -margin, 0), Qt::AlignCenter | Qt::TextWordWrap,
                         m_notice);
    }
    if (!m_badge.isEmpty())
        paintBadge(painter);
    if (m_crosshair) {
        paintCrosshair(painter);
        paintReadout(painter);
    }
    if (!m_band.isNull()) {
        QColor fill = accent;
        fill.setAlphaF(0.18F);
        painter.setPen(QPen(accent, std::max(1.0, em / 14)));
        painter.setBrush(fill);
        painter.drawRect(m_band);
    }
    if (m_focusFrame) {
        const double width = std::max(1.5, em / 9);
        painter.setPen(QPen(accent, width));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2), em / 4,
                                em / 4);
    }
}

void PlotOverlay::setBadge(const QString &badge)
{
    if (badge != m_badge) {
        m_badge = badge;
        update();
    }
}

void PlotOverlay::paintBadge(QPainter &painter) const
{
    const QFontMetricsF metrics(font());
    const double em = metrics.height();
    const double width = std::min(metrics.horizontalAdvance(m_badge) + em, m_plotArea.width());
    // Where accuracies that have settled, most of what is paused, do not run.
    const QRectF box(m_plotArea.right() - width - em / 4, m_plotArea.bottom() - 1.6 * em, width, 1.3 * em);
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette().color(QPalette::Highlight));
    painter.drawRoundedRect(box, em / 4, em / 4);
    painter.setPen(palette().color(QPalette::HighlightedText));
    painter.drawText(box, Qt::AlignCenter | Qt::TextSingleLine,
                     metrics.elidedText(m_badge, Qt::ElideRight, width - em / 2));
}

void PlotOverlay::paintCrosshair(QPainter &painter) const
{
    if (m_crosshair->x < m_plotArea.left() - 1 || m_crosshair->x > m_plotArea.right() + 1)
        return;
    const double em = QFontMetricsF(font()).height();
    painter.setPen(QPen(m_theme.crosshair, std::max(1.0, em / 16), Qt::DashLine));
    const double x = std::floor(m_crosshair->x) + 0.5;
    painter.drawLine(QPointF(x, m_plotArea.top()), QPointF(x, m_plotArea.bottom()));
    for (const ReadoutRow &row : m_crosshair->rows) {
        if (!row.at)
            continue;
        painter.setPen(QPen(m_theme.plotArea, em / 10));
        painter.setBrush(m_theme.seriesColour(row.style));
        painter.drawEllipse(*row.at, em * 0.28, em * 0.28);
    }
}

void PlotOverlay::paintReadout(QPainter &painter) const
{
    const QFontMetricsF metrics(font());
    const double em = metrics.height();
    const double padding = 0.5 * em;
    const double swatch = 1.8 * em;
    const double row = 1.15 * em;

    // As many rows as fit; the last one says how many more there are.
    const auto room =
        static_cast<std::size_t>(std::max(2.0, (m_plotArea.height() - 2 * padding) / row - 1.5));
    const std::size_t count = m_crosshair->rows.size();
    const std::size_t shown = count <= room ? count : room - 1;
    const QString more =
        shown < count ? tr("and %n more", nullptr, static_cast<int>(count - shown)) : QString();

    double names = 0;
    double values = 0;
    for (std::size_t i = 0; i < shown; ++i) {
        names = std::max(names, metrics.horizontalAdvance(m_crosshair->rows[i].name));
        values = std::max(values, metrics.horizontalAdvance(m_crosshair->rows[i].value));
    }
    names = std::min(names, std::max(4 * em, 0.4 * m_plotArea.width()));
    QFont bold = font();
    bold.setBold(true);
    const double heading = QFontMetricsF(bold).horizontalAdvance(m_crosshair->heading);
    const double width = 2 * padding
        + std::max({heading, swatch + padding / 2 + names + em + values, metrics.horizontalAdvance(more)});
    const double height = 2 * padding + row * static_cast<double>(1 + shown + (more.isEmpty() ? 0 : 1));

    // Beside the line where there is room, above or below where fewer curves run.
    const double gap = 0.7 * em;
    double left = m_crosshair->x + gap;
    if (left + width > m_plotArea.right())
        left = m_crosshair->x - gap - width;
    left = std::clamp(left, m_plotArea.left(), std::max(m_plotArea.left(), this->width() - width));
    int above = 0;
    for (const ReadoutRow &r : m_crosshair->rows)
        if (r.at)
            above += r.at->y() < m_plotArea.center().y() ? 1 : -1;
    const double top =
        above > 0 ? std::max(m_plotArea.top(), m_plotArea.bottom() - height - gap) : m_plotArea.top() + gap;

    QColor paper = m_theme.background;
    paper.setAlphaF(0.93F);
    painter.setPen(QPen(m_theme.axis, 1));
    painter.setBrush(paper);
    painter.drawRoundedRect(QRectF(left, top, width, height), em / 4, em / 4);

    painter.setPen(m_theme.text);
    painter.setFont(bold);
    QRectF line(left + padding, top + padding, width - 2 * padding, row);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, m_crosshair->heading);
    painter.setFont(font());
    for (std::size_t i = 0; i < shown; ++i) {
        const ReadoutRow &r = m_crosshair->rows[i];
        line.translate(0, row);
        paintSwatch(painter, QRectF(line.left(), line.top() + (row - em) / 2, swatch, em), r.style,
                    m_theme.seriesColour(r.style));
        painter.setPen(m_theme.text);
        painter.drawText(line.adjusted(swatch + padding / 2, 0, 0, 0),
                         Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                         metrics.elidedText(r.name, Qt::ElideMiddle, names));
        painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, r.value);
    }
    line.translate(0, row);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, more);
}

} // namespace rosler
