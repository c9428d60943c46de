// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/bar_plot_widget.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <QAccessible>
#include <QContextMenuEvent>
#include <QFontMetricsF>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QToolTip>

#include "widgets/charts/bar_layout.h"
#include "widgets/charts/chart_accessible.h"
#include "widgets/charts/chart_text.h"

namespace rosler {

class BarPlotWidget::Private
{
public:
    explicit Private(BarPlotWidget *owner)
        : q(owner)
        , theme(chartTheme(ThemeKind::System, owner->palette()))
    {
    }

    void paintAxes(QPainter &painter, const BarLayout &layout) const;
    void paintBars(QPainter &painter, const BarLayout &layout) const;
    void paintLabel(QPainter &painter, const BarLayout &layout, const PlacedBarItem &bar) const;
    void paintHeader(QPainter &painter, const BarLayout &layout) const;
    [[nodiscard]] BarLayout layout() const { return layoutBars(figure, q->size(), q->font()); }
    [[nodiscard]] QString barText(const PlacedBarItem &bar) const;
    void choose(std::optional<std::size_t> bar);

    BarPlotWidget *q;
    BarFigure figure;
    ChartTheme theme;
    bool followsPalette = true;
    QString emptyText;
    std::optional<std::size_t> chosen; ///< of layout().bars, by the arrow keys
};

QString BarPlotWidget::Private::barText(const PlacedBarItem &bar) const
{
    const QString category = QString::fromStdString(figure.categories[bar.category]);
    const QString series = QString::fromStdString(figure.series[bar.series].name);
    const QString value =
        (figure.modelled ? QStringLiteral("~") : QString()) + QString::number(bar.value, 'g', 6);
    const QString where =
        series.isEmpty() ? category : tr("%1, %2", "series, category").arg(series, category);
    return tr("%1: %2 \u2013 %3", "bar, value, axis title")
        .arg(where, value, QString::fromStdString(valueAxisTitle(figure)));
}

void BarPlotWidget::Private::paintAxes(QPainter &painter, const BarLayout &layout) const
{
    const QRectF &area = layout.plotArea;
    const QFontMetricsF metrics(layout.tickFont);
    const double em = QFontMetricsF(q->font()).height();
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (std::size_t i = 0; i < layout.ticks.major.size(); ++i) {
        const double y = std::floor(layout.yOf(layout.ticks.major[i])) + 0.5;
        painter.setPen(QPen(theme.grid, 1));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.setPen(theme.text);
        const FigureText &label = layout.ticks.labels[i];
        paintText(painter,
                  {area.left() - em / 2 - textWidth(label, layout.tickFont), y + metrics.capHeight() / 2},
                  label, layout.tickFont);
    }
    painter.setFont(q->font());
    painter.setPen(theme.text);
    for (std::size_t c = 0; c < figure.categories.size(); ++c) {
        const QRectF place = layout.categorySlot(c, figure.categories.size());
        const QRectF words(place.left() + em / 4, area.bottom() + em / 4, place.width() - em / 2, 1.2 * em);
        painter.drawText(words, Qt::AlignHCenter | Qt::AlignTop | Qt::TextSingleLine,
                         QFontMetricsF(q->font()).elidedText(QString::fromStdString(figure.categories[c]),
                                                             Qt::ElideRight, words.width()));
    }
    if (!layout.axisTitleShown)
        return;
    painter.save();
    painter.translate(layout.axisTitle.topLeft());
    painter.rotate(-90);
    painter.drawText(QRectF(QPointF(), layout.axisTitle.size()), Qt::AlignCenter | Qt::TextSingleLine,
                     QFontMetricsF(q->font()).elidedText(QString::fromStdString(valueAxisTitle(figure)),
                                                         Qt::ElideRight, layout.axisTitle.width()));
    painter.restore();
}

void BarPlotWidget::Private::paintLabel(QPainter &painter, const BarLayout &layout,
                                        const PlacedBarItem &bar) const
{
    const FigureText label = barLabel(figure, bar.value);
    const QFontMetricsF metrics(layout.labelFont);
    const double width = textWidth(label, layout.labelFont);
    const double gap = metrics.descent();
    const bool below = bar.value < 0.0 && !layout.scale.logarithmic;
    const QPointF end(bar.rect.center().x(), below ? bar.rect.bottom() : bar.rect.top());
    painter.setPen(theme.text);
    if (layout.labelsUpright) {
        painter.save();
        painter.translate(end.x() + metrics.capHeight() / 2, below ? end.y() + gap + width : end.y() - gap);
        painter.rotate(-90);
        paintText(painter, {}, label, layout.labelFont);
        painter.restore();
    } else {
        paintText(painter, {end.x() - width / 2, below ? end.y() + metrics.ascent() : end.y() - gap}, label,
                  layout.labelFont);
    }
}

void BarPlotWidget::Private::paintBars(QPainter &painter, const BarLayout &layout) const
{
    const double em = QFontMetricsF(q->font()).height();
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < layout.bars.size(); ++i) {
        const PlacedBarItem &bar = layout.bars[i];
        painter.fillRect(bar.rect, theme.seriesColour(figure.series[bar.series].style));
        if (layout.labelsShown)
            paintLabel(painter, layout, bar);
        if (chosen == i) {
            painter.setPen(QPen(theme.text, std::max(1.5, em / 9)));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(bar.rect);
        }
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(theme.axis, 1));
    const double zero =
        std::floor(layout.scale.logarithmic ? layout.plotArea.bottom() : layout.yOf(0.0)) + 0.5;
    painter.drawLine(QPointF(layout.plotArea.left(), zero), QPointF(layout.plotArea.right(), zero));
}

void BarPlotWidget::Private::paintHeader(QPainter &painter, const BarLayout &layout) const
{
    QFont bold = q->font();
    bold.setBold(true);
    painter.setPen(theme.text);
    painter.setFont(bold);
    painter.drawText(layout.title, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                     QFontMetricsF(bold).elidedText(QString::fromStdString(figure.title), Qt::ElideRight,
                                                    layout.title.width()));
    painter.setFont(q->font());
    for (const PlacedBarKey &key : layout.keys) {
        painter.fillRect(key.swatch, theme.seriesColour(figure.series[key.series].style));
        painter.drawText(key.text, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                         QString::fromStdString(figure.series[key.series].name));
    }
}

void BarPlotWidget::Private::choose(std::optional<std::size_t> bar)
{
    chosen = bar;
    q->update();
    if (!bar) {
        QToolTip::hideText();
        return;
    }
    const PlacedBarItem item = layout().bars[*bar];
    QToolTip::showText(q->mapToGlobal(item.rect.center().toPoint()), barText(item), q);
    QAccessibleValueChangeEvent value(q, q->readout());
    QAccessible::updateAccessibility(&value);
    QAccessibleEvent description(q, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&description);
}

BarPlotWidget::BarPlotWidget(QWidget *parent)
    : QWidget(parent)
    , d(std::make_unique<Private>(this))
{
    makeChartsAccessible();
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
}

BarPlotWidget::~BarPlotWidget() = default;

void BarPlotWidget::setFigure(const BarFigure &figure)
{
    d->figure = figure;
    d->chosen.reset();
    update();
}

const BarFigure &BarPlotWidget::figure() const
{
    return d->figure;
}

void BarPlotWidget::setTheme(const ChartTheme &theme)
{
    d->followsPalette = false;
    d->theme = theme;
    update();
}

void BarPlotWidget::setEmptyText(const QString &text)
{
    d->emptyText = text;
    update();
}

QString BarPlotWidget::chartName() const
{
    return QString::fromStdString(d->figure.title.empty() ? valueAxisTitle(d->figure) : d->figure.title);
}

QString BarPlotWidget::summary() const
{
    const BarLayout layout = d->layout();
    if (layout.bars.empty())
        return d->emptyText.isEmpty() ? tr("No values.") : d->emptyText;
    QStringList lines {tr("Bars of %1.").arg(QString::fromStdString(valueAxisTitle(d->figure)))};
    for (const PlacedBarItem &bar : layout.bars)
        lines += tr("%1, %2: %3", "category, series, value")
                     .arg(QString::fromStdString(d->figure.categories[bar.category]),
                          QString::fromStdString(d->figure.series[bar.series].name),
                          plainText(barLabel(d->figure, bar.value)));
    return lines.join(QLatin1Char('\n'));
}

QString BarPlotWidget::readout() const
{
    return d->chosen ? d->barText(d->layout().bars[*d->chosen]) : QString();
}

QSize BarPlotWidget::sizeHint() const
{
    const int em = fontMetrics().height();
    return {30 * em, 17 * em};
}

QSize BarPlotWidget::minimumSizeHint() const
{
    const int em = fontMetrics().height();
    return {14 * em, 9 * em};
}

bool BarPlotWidget::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        const BarLayout layout = d->layout();
        for (const PlacedBarItem &bar : layout.bars) {
            // The whole column answers: short bars are hard to hit.
            const QRectF column(bar.rect.left(), layout.plotArea.top(), bar.rect.width(),
                                layout.plotArea.height());
            if (column.contains(help->pos())) {
                QToolTip::showText(help->globalPos(), d->barText(bar), this, column.toAlignedRect());
                return true;
            }
        }
        QToolTip::hideText();
        event->ignore();
        return true;
    }
    if (event->type() == QEvent::FocusOut)
        d->choose(std::nullopt);
    return QWidget::event(event);
}

void BarPlotWidget::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && d->followsPalette)
        d->theme = chartTheme(ThemeKind::System, palette());
    update();
}

void BarPlotWidget::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    painter.fillRect(rect(), d->theme.background);
    const BarLayout layout = d->layout();
    const double em = QFontMetricsF(font()).height();
    if (layout.bars.empty()) {
        painter.setPen(d->theme.text);
        painter.drawText(QRectF(rect()).adjusted(em, em, -em, -em), Qt::AlignCenter | Qt::TextWordWrap,
                         d->emptyText);
    } else {
        painter.fillRect(layout.plotArea, d->theme.plotArea);
        d->paintAxes(painter, layout);
        d->paintBars(painter, layout);
    }
    d->paintHeader(painter, layout);
    if (hasFocus()) {
        const double width = std::max(1.5, em / 9);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(palette().color(QPalette::Highlight), width));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2), em / 4,
                                em / 4);
    }
}

void BarPlotWidget::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        Q_EMIT copyRequested();
        return;
    }
    const std::size_t count = d->layout().bars.size();
    const bool forward = event->key() == Qt::Key_Right;
    if (count > 0 && (forward || event->key() == Qt::Key_Left)) {
        if (!d->chosen)
            d->choose(forward ? 0 : count - 1);
        else if (forward ? *d->chosen + 1 < count : *d->chosen > 0)
            d->choose(forward ? *d->chosen + 1 : *d->chosen - 1);
        return;
    }
    if (event->key() == Qt::Key_Escape && d->chosen)
        return d->choose(std::nullopt);
    QWidget::keyPressEvent(event);
}

void BarPlotWidget::contextMenuEvent(QContextMenuEvent *event)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("&Export figure\u2026"), this, &BarPlotWidget::exportRequested);
    QAction *copy = menu->addAction(tr("&Copy figure"), this, &BarPlotWidget::copyRequested);
    copy->setShortcut(QKeySequence::Copy); // shown only: the key works without the menu
    copy->setShortcutVisibleInContextMenu(true);
    menu->addAction(tr("Export visible &data\u2026"), this, &BarPlotWidget::visibleDataRequested);
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    menu->popup(byKey ? mapToGlobal(rect().center()) : event->globalPos());
    event->accept();
}

} // namespace rosler
