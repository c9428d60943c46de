// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/bar_plot_widget.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

#include <QAccessible>
#include <QContextMenuEvent>
#include <QFontMetricsF>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QToolTip>

#include "core/figure/bar_layout.h"
#include "core/figure/figure_layout.h"
#include "core/figure/figure_painter.h"
#include "widgets/charts/chart_accessible.h"
#include "widgets/charts/chart_text.h"
#include "widgets/charts/painter_canvas.h"

namespace rosler {

class BarPlotWidget::Private
{
public:
    explicit Private(BarPlotWidget *owner)
        : q(owner)
        , theme(chartTheme(ThemeKind::System, owner->palette()))
    {
    }

    [[nodiscard]] const FigureLayout &layout() const;
    /// The bars in the order of reading: from left to right.
    [[nodiscard]] std::vector<PlacedBar> readBars() const;
    [[nodiscard]] QRectF columnOf(const PlacedBar &bar) const;
    [[nodiscard]] QString barText(const PlacedBar &bar) const;
    void choose(std::optional<std::size_t> bar);
    void paintEmpty(QPainter &painter) const;
    void paintFrame(QPainter &painter, const QRectF &rect, const QColor &colour, bool round) const;

    BarPlotWidget *q;
    BarFigure figure;
    ChartTheme theme;
    bool followsPalette = true;
    QString emptyText;
    std::optional<std::size_t> chosen; ///< of readBars(), by the arrow keys
    struct Known {
        QSize size;
        QFont font;
        FigureLayout layout;
    };
    mutable std::optional<Known> known; ///< layout(), of the figure
};

const FigureLayout &BarPlotWidget::Private::layout() const
{
    if (!known || known->size != q->size() || known->font != q->font()) {
        const PublicationStyle style = screenStyle(q->size(), q->font(), q->logicalDpiY());
        known = {q->size(), q->font(), layoutFigure(figure, style, TextMetrics(style.fontFamily))};
    }
    return known->layout;
}

std::vector<PlacedBar> BarPlotWidget::Private::readBars() const
{
    std::vector<PlacedBar> bars = layout().bars;
    std::stable_sort(bars.begin(), bars.end(), [](const PlacedBar &a, const PlacedBar &b) {
        return std::tie(a.category, a.series) < std::tie(b.category, b.series);
    });
    return bars;
}

/// All of the plot's height answers for a bar: short ones are hard to hit.
QRectF BarPlotWidget::Private::columnOf(const PlacedBar &bar) const
{
    const PageRect &plot = layout().frame.rect;
    return {bar.rect.left, plot.top, bar.rect.width(), plot.height()};
}

QString BarPlotWidget::Private::barText(const PlacedBar &bar) const
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

void BarPlotWidget::Private::choose(std::optional<std::size_t> bar)
{
    chosen = bar;
    q->update();
    if (!bar) {
        QToolTip::hideText();
        return;
    }
    const PlacedBar item = readBars()[*bar];
    QToolTip::showText(q->mapToGlobal(rectOf(item.rect).center().toPoint()), barText(item), q);
    QAccessibleValueChangeEvent value(q, q->readout());
    QAccessible::updateAccessibility(&value);
    QAccessibleEvent description(q, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&description);
}

/// The title, and why there is no more.
void BarPlotWidget::Private::paintEmpty(QPainter &painter) const
{
    PainterCanvas canvas(painter, theme, q->font());
    for (const PlacedText &text : layout().texts)
        if (text.role == TextRole::Title)
            canvas.text(text);
    const double em = QFontMetricsF(q->font()).height();
    painter.setPen(theme.text);
    painter.drawText(QRectF(q->rect()).adjusted(em, em, -em, -em), Qt::AlignCenter | Qt::TextWordWrap,
                     emptyText);
}

void BarPlotWidget::Private::paintFrame(QPainter &painter, const QRectF &rect, const QColor &colour,
                                        bool round) const
{
    const double em = QFontMetricsF(q->font()).height();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, std::max(1.5, em / 9)));
    painter.setBrush(Qt::NoBrush);
    if (round)
        painter.drawRoundedRect(rect, em / 4, em / 4);
    else
        painter.drawRect(rect);
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
    d->known.reset();
    update();
}

const BarFigure &BarPlotWidget::figure() const
{
    return d->figure;
}

const FigureLayout &BarPlotWidget::placed() const
{
    return d->layout();
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
    const std::vector<PlacedBar> bars = d->readBars();
    if (bars.empty())
        return d->emptyText.isEmpty() ? tr("No values.") : d->emptyText;
    QStringList lines {tr("Bars of %1.").arg(QString::fromStdString(valueAxisTitle(d->figure)))};
    for (const PlacedBar &bar : bars)
        lines += tr("%1, %2: %3", "category, series, value")
                     .arg(QString::fromStdString(d->figure.categories[bar.category]),
                          QString::fromStdString(d->figure.series[bar.series].name),
                          plainText(barLabel(d->figure, bar.value)));
    return lines.join(QLatin1Char('\n'));
}

QString BarPlotWidget::readout() const
{
    return d->chosen ? d->barText(d->readBars()[*d->chosen]) : QString();
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
        for (const PlacedBar &bar : d->layout().bars) {
            const QRectF column = d->columnOf(bar);
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
    if (d->layout().bars.empty()) {
        d->paintEmpty(painter);
    } else {
        PainterCanvas canvas(painter, d->theme, font());
        paintFigure(d->layout(), canvas);
    }
    if (d->chosen)
        d->paintFrame(painter, rectOf(d->readBars()[*d->chosen].rect), d->theme.text, false);
    if (hasFocus()) {
        const double inset = std::max(1.5, QFontMetricsF(font()).height() / 9) / 2;
        d->paintFrame(painter, QRectF(rect()).adjusted(inset, inset, -inset, -inset),
                      palette().color(QPalette::Highlight), true);
    }
}

void BarPlotWidget::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        Q_EMIT copyRequested();
        return;
    }
    const std::size_t count = d->layout().bars.size(); // as many as are read
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
