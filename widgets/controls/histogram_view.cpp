// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/histogram_view.h"

#include <algorithm>
#include <cmath>

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include "core/base/contract.h"
#include "core/base/quantity_text.h"

namespace rosler {

namespace {

QString shortCount(qint64 count)
{
    if (count < 10'000)
        return QString::number(count);
    return QString::fromStdString(countText(static_cast<double>(count)));
}

} // namespace

HistogramView::HistogramView(QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Examples of each class"));
}

void HistogramView::setCounts(const QStringList &names, const QList<qint64> &counts)
{
    ROSLER_EXPECTS(names.size() == counts.size());
    m_names = names;
    m_counts = counts;
    m_largest = 0;
    QString summary = tr("No classes");
    if (!counts.isEmpty()) {
        const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
        m_largest = *most;
        summary = tr("Classes: %1; fewest examples: %2 of %3; most: %4 of %5")
                      .arg(QString::number(counts.size()), QString::number(*least),
                           names.at(least - counts.begin()), QString::number(*most),
                           names.at(most - counts.begin()));
    }
    setAccessibleDescription(summary);
    update();
}

QFont HistogramView::smallFont() const
{
    QFont small = font();
    if (small.pointSizeF() > 0)
        small.setPointSizeF(0.78 * small.pointSizeF());
    return small;
}

QSize HistogramView::sizeHint() const
{
    return {30 * fontMetrics().averageCharWidth(), static_cast<int>(4.6 * fontMetrics().height())};
}

QSize HistogramView::minimumSizeHint() const
{
    return {10 * fontMetrics().averageCharWidth(), sizeHint().height()};
}

bool HistogramView::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip || m_counts.isEmpty())
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    const auto number = static_cast<qsizetype>(help->pos().x() * m_counts.size() / std::max(1, width()));
    const qsizetype at = std::clamp<qsizetype>(number, 0, m_counts.size() - 1);
    QToolTip::showText(help->globalPos(),
                       tr("%1: %2 training examples").arg(m_names.at(at), QString::number(m_counts.at(at))),
                       this);
    return true;
}

void HistogramView::paintEvent(QPaintEvent *)
{
    if (m_counts.isEmpty())
        return;
    QPainter painter(this);
    const QFont small = smallFont();
    const QFontMetrics metrics(small);
    painter.setFont(small);
    const QColor text = palette().color(QPalette::WindowText);
    const double line = metrics.height();
    const QRectF plot(0, line, width(), height() - 2 * line - 1);
    const double slot = plot.width() / static_cast<double>(m_counts.size());
    const double gap = slot > 4 ? std::max(1.0, 0.16 * slot) : 0.0;

    int widestCount = 0;
    int widestName = 0;
    for (qsizetype i = 0; i < m_counts.size(); ++i) {
        widestCount = std::max(widestCount, metrics.horizontalAdvance(shortCount(m_counts.at(i))));
        widestName = std::max(widestName, metrics.horizontalAdvance(m_names.at(i)));
    }
    const bool countsFit = widestCount <= slot;
    const auto nameStep = static_cast<qsizetype>(
        std::max(1.0, std::ceil((std::min<double>(widestName, 8 * metrics.averageCharWidth()) + 2) / slot)));

    for (qsizetype i = 0; i < m_counts.size(); ++i) {
        const double share =
            m_largest > 0 ? static_cast<double>(m_counts.at(i)) / static_cast<double>(m_largest) : 0.0;
        const double left = plot.left() + static_cast<double>(i) * slot;
        const double tall = m_counts.at(i) > 0 ? std::max(1.0, share * plot.height()) : 0.0;
        const QRectF bar(left + gap / 2, plot.bottom() - tall, slot - gap, tall);
        painter.fillRect(bar, palette().color(QPalette::Highlight));
        painter.setPen(text);
        if (countsFit) {
            painter.drawText(QRectF(left - slot, bar.top() - line, 3 * slot, line),
                             Qt::AlignHCenter | Qt::AlignBottom, shortCount(m_counts.at(i)));
        }
        if (i % nameStep == 0) {
            const double room = static_cast<double>(nameStep) * slot;
            painter.drawText(QRectF(left + slot / 2 - room / 2, plot.bottom() + 1, room, line),
                             Qt::AlignHCenter | Qt::AlignTop,
                             metrics.elidedText(m_names.at(i), Qt::ElideRight, static_cast<int>(room)));
        }
    }
    painter.setPen(text);
    painter.drawLine(QPointF(plot.left(), plot.bottom() + 0.5), QPointF(plot.right(), plot.bottom() + 0.5));
}

} // namespace rosler
