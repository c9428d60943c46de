// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/chart_legend.h"

#include <algorithm>
#include <utility>

#include <QEvent>
#include <QPainter>
#include <QSignalBlocker>

#include "widgets/charts/series_swatch.h"

namespace rosler {

LegendItem::LegendItem(const QString &id, QWidget *parent)
    : QCheckBox(parent)
    , m_id(id)
{
    setChecked(true);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
}

void LegendItem::setSeries(const QString &name, const SeriesStyle &style)
{
    m_style = style;
    setText(name);
    setAccessibleName(name);
    setToolTip(tr("Show or hide %1").arg(name));
    updateGeometry();
    update();
}

void LegendItem::setTheme(const ChartTheme &theme)
{
    m_theme = theme;
    update();
}

int LegendItem::swatchWidth() const
{
    return 2 * fontMetrics().height();
}

int LegendItem::gap() const
{
    return std::max(2, fontMetrics().height() / 3);
}

QString LegendItem::shownName() const
{
    constexpr int longestInEms = 22;
    return fontMetrics().elidedText(text(), Qt::ElideMiddle, longestInEms * fontMetrics().height() / 2);
}

QSize LegendItem::sizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    return {gap() + swatchWidth() + gap() + metrics.horizontalAdvance(shownName()) + gap(),
            metrics.height() + gap()};
}

void LegendItem::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double radius = gap() / 2.0;
    if (underMouse() || isDown()) {
        QColor glow = m_theme.text;
        glow.setAlphaF(isDown() ? 0.16F : 0.09F);
        painter.setPen(Qt::NoPen);
        painter.setBrush(glow);
        painter.drawRoundedRect(rect(), radius, radius);
    }
    const QColor colour = isChecked() ? m_theme.seriesColour(m_style) : m_theme.axis;
    const double line = fontMetrics().height();
    const QRectF swatch(gap(), (height() - line) / 2.0, swatchWidth(), line);
    paintSwatch(painter, swatch, m_style, colour);

    QFont face = font();
    face.setStrikeOut(!isChecked());
    painter.setFont(face);
    painter.setPen(isChecked() ? m_theme.text : m_theme.crosshair);
    const QRectF words(swatch.right() + gap(), 0, width() - swatch.right() - gap(), height());
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, shownName());

    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(palette().color(QPalette::Highlight), std::max(1.0, line / 10)));
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), radius, radius);
    }
}

ChartLegend::ChartLegend(QWidget *parent)
    : QWidget(parent)
    , m_theme(chartTheme(ThemeKind::System, palette()))
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

LegendItem *ChartLegend::item(const QString &id) const
{
    const auto at =
        std::find_if(m_items.begin(), m_items.end(), [&](const LegendItem *i) { return i->id() == id; });
    return at == m_items.end() ? nullptr : *at;
}

void ChartLegend::setSeries(const QString &id, const QString &name, const SeriesStyle &style)
{
    LegendItem *shown = item(id);
    if (shown == nullptr) {
        shown = new LegendItem(id, this);
        shown->setTheme(m_theme);
        m_items.append(shown);
        connect(shown, &QAbstractButton::toggled, this,
                [this, id](bool checked) { Q_EMIT shownChanged(id, checked); });
        shown->show();
    }
    shown->setSeries(name, style);
    arrange(width(), true);
    updateGeometry();
}

void ChartLegend::setShown(const QString &id, bool shown)
{
    if (LegendItem *found = item(id)) {
        const QSignalBlocker quiet(found);
        found->setChecked(shown);
        found->update();
    }
}

void ChartLegend::remove(const QString &id)
{
    if (LegendItem *found = item(id)) {
        m_items.removeOne(found);
        found->hide();
        found->deleteLater(); // it may be the sender
        arrange(width(), true);
        updateGeometry();
    }
}

void ChartLegend::clear()
{
    while (!m_items.isEmpty())
        remove(m_items.constLast()->id());
}

void ChartLegend::setTheme(const ChartTheme &theme)
{
    m_theme = theme;
    for (LegendItem *i : std::as_const(m_items))
        i->setTheme(theme);
}

int ChartLegend::rowWidth() const
{
    int width = 0;
    for (const LegendItem *i : m_items)
        width += i->sizeHint().width();
    return width;
}

int ChartLegend::arrange(int width, bool move) const
{
    int x = 0;
    int y = 0;
    int rowHeight = 0;
    for (LegendItem *i : m_items) {
        const QSize size = i->sizeHint();
        if (x > 0 && x + size.width() > width) {
            x = 0;
            y += rowHeight;
            rowHeight = 0;
        }
        if (move)
            i->setGeometry(x, y, std::min(size.width(), std::max(width, 1)), size.height());
        x += size.width();
        rowHeight = std::max(rowHeight, size.height());
    }
    return y + rowHeight;
}

int ChartLegend::heightForWidth(int width) const
{
    return arrange(width, false);
}

QSize ChartLegend::sizeHint() const
{
    return {rowWidth(), heightForWidth(rowWidth())};
}

void ChartLegend::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    arrange(width(), true);
}

bool ChartLegend::event(QEvent *event)
{
    if (event->type() == QEvent::LayoutRequest || event->type() == QEvent::FontChange)
        arrange(width(), true);
    return QWidget::event(event);
}

} // namespace rosler
