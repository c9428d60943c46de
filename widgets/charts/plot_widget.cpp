// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/plot_widget.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <QEvent>
#include <QFontMetrics>
#include <QHelpEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include "widgets/charts/chart_accessible.h"
#include "widgets/charts/chart_text.h"
#include "widgets/charts/plot_widget_p.h"

namespace rosler {

namespace {

constexpr int frameMilliseconds = 33;        // 30 a second
constexpr std::size_t bucketsPerCurve = 500; // Qt Charts strokes a thousand points in about 3 ms
constexpr std::size_t markersPerCurve = 13;
constexpr std::size_t markersPerScatter = 4000; // painting one takes about a microsecond
constexpr std::size_t bandPoints = 500;

std::vector<FigurePoint> figurePoints(const QList<QPointF> &points)
{
    std::vector<FigurePoint> out;
    out.reserve(static_cast<std::size_t>(points.size()));
    for (const QPointF &p : points)
        out.push_back({.x = p.x(), .y = p.y()});
    return out;
}

/// As many points as a screen can tell apart: of neighbours that are put together the whole extent stays.
std::vector<FigureBandPoint> thinned(const std::vector<FigureBandPoint> &band)
{
    if (band.size() <= bandPoints)
        return band;
    std::vector<FigureBandPoint> thin;
    const std::size_t together = (band.size() + bandPoints - 1) / bandPoints;
    for (std::size_t i = 0; i < band.size(); i += together) {
        FigureBandPoint point = band[i];
        for (std::size_t k = i; k < std::min(i + together, band.size()); ++k) {
            point.low = std::min(point.low, band[k].low);
            point.high = std::max(point.high, band[k].high);
        }
        thin.push_back(point);
    }
    thin.push_back(band.back());
    return thin;
}

} // namespace

PlotWidget::Private::Private(PlotWidget *owner)
    : q(owner)
    , theme(chartTheme(ThemeKind::System, owner->palette()))
    , titleLabel(new QLabel(owner))
    , legendArea(new QScrollArea(owner))
    , legend(new ChartLegend)
    , canvas(new PlotCanvas(owner))
    , overlay(new PlotOverlay(owner))
{
    titleLabel->setTextFormat(Qt::PlainText);
    legendArea->setWidget(legend);
    legendArea->setWidgetResizable(true);
    legendArea->setFrameShape(QFrame::NoFrame);
    legendArea->setFocusPolicy(Qt::NoFocus);
    legendArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    legendArea->viewport()->setAutoFillBackground(false);
    legend->setAutoFillBackground(false);
    legend->setCursor(Qt::ArrowCursor);
    canvas->setBeforePaint([this] { refreshIfDue(); });
    tick.setSingleShot(true);
    tick.callOnTimeout(q, [this] { canvas->viewport()->update(); });
    connect(legend, &ChartLegend::shownChanged, q, &PlotWidget::setSeriesVisible);
}

void PlotWidget::Private::samplesChanged()
{
    dirty = true;
    if (tick.isActive())
        return;
    const qint64 since = sinceRefresh.isValid() ? sinceRefresh.elapsed() : frameMilliseconds;
    tick.start(static_cast<int>(std::clamp<qint64>(frameMilliseconds - since, 0, frameMilliseconds)));
}

void PlotWidget::Private::viewChanged(bool startAfresh)
{
    dirty = true;
    urgent = true;
    afresh = afresh || startAfresh;
    canvas->viewport()->update();
}

void PlotWidget::Private::settle()
{
    if (dirty) {
        state.follow(afresh);
        afresh = false;
    }
}

void PlotWidget::Private::refreshIfDue()
{
    if (dirty && (urgent || !sinceRefresh.isValid() || sinceRefresh.elapsed() >= frameMilliseconds))
        refresh();
}

void PlotWidget::Private::refresh()
{
    settle();
    dirty = false;
    urgent = false;
    canvas->setAxes(state.xScale(), state.yScale(), QString::fromStdString(state.xAxis().title),
                    QString::fromStdString(state.yAxis().title));
    canvas->setBlank(state.all().empty() && !emptyText.isEmpty());
    std::vector<CanvasCurve> curves;
    const std::size_t count = state.all().size();
    for (std::size_t i = 0; i < count; ++i)
        if (state.all()[i].visible)
            curves.push_back(
                canvasCurve(state.all()[i], static_cast<double>(i) / static_cast<double>(count)));
    canvas->setCurves(curves);
    overlay->setPlotArea(canvas->plotArea());
    updateCrosshair();
    sinceRefresh.start();
}

CanvasCurve PlotWidget::Private::canvasCurve(const PlotSeries &series, double markerPhase) const
{
    // A little more than the plot, so that no line ends inside it.
    constexpr PageRect room {.left = -0.05, .top = -0.05, .right = 1.05, .bottom = 1.05};
    const AxisScale x = state.xScale();
    const AxisScale y = state.yScale();
    CanvasCurve curve {.style = series.style, .line = {}, .markers = {}, .band = {}};
    for (const FigureBandPoint &b : thinned(series.band)) {
        const FigureBandPoint place {
            .x = x.fraction(b.x), .low = y.fraction(b.low), .high = y.fraction(b.high)};
        if (std::isfinite(place.x)
            && std::isfinite(place.high)) // on a logarithmic axis a foot may be at zero
            curve.band.push_back({.x = place.x,
                                  .low = std::isfinite(place.low) ? std::clamp(place.low, -1.0, 2.0) : -1.0,
                                  .high = std::clamp(place.high, -1.0, 2.0)});
    }
    if (series.scatter) {
        const std::size_t last = series.samples.firstAbove(x.maximum);
        const std::size_t first = series.samples.firstNotBelow(x.minimum);
        const std::size_t step = 1 + (last - std::min(first, last)) / markersPerScatter;
        for (std::size_t i = first; i < last; i += step)
            if (series.samples.isDrawable(i))
                curve.markers.push_back(
                    {.x = x.fraction(series.samples.x(i)), .y = y.fraction(series.samples.y(i))});
        return curve;
    }
    std::vector<FigurePoint> line =
        decimate(series.samples, x.minimum, x.maximum, bucketsPerCurve, x.logarithmic);
    for (FigurePoint &p : line)
        p = {.x = x.fraction(p.x), .y = y.fraction(p.y)};
    curve.line = clippedLine(line, room);
    for (const std::size_t i :
         markerSamples(series.samples, x.minimum, x.maximum, markersPerCurve, markerPhase, x.logarithmic))
        curve.markers.push_back({.x = x.fraction(series.samples.x(i)), .y = y.fraction(series.samples.y(i))});
    return curve;
}

void PlotWidget::Private::applyTheme()
{
    canvas->setTheme(theme);
    overlay->setTheme(theme);
    legend->setTheme(theme);
    QPalette words = titleLabel->palette();
    words.setColor(QPalette::WindowText, theme.text);
    titleLabel->setPalette(words);
    canvas->invalidate();
    q->update();
}

/// Title and legend in one row when they fit, else one above the other; the canvas takes the rest.
void PlotWidget::Private::arrange()
{
    QFont bold = q->font();
    bold.setBold(true);
    titleLabel->setFont(bold);
    const QFontMetrics metrics(bold);
    const int em = metrics.height();
    const int margin = em / 3;
    const int width = q->width() - 2 * margin;
    const int titleWidth = title.isEmpty() ? 0 : metrics.horizontalAdvance(title) + em;
    const bool oneRow = titleWidth == 0 || titleWidth + legend->rowWidth() <= width;
    const int legendLeft = oneRow ? titleWidth : 0;
    const int titleHeight = title.isEmpty() ? 0 : em + em / 3;
    const int legendTop = margin + (oneRow ? 0 : titleHeight);
    const int legendWanted = legend->isEmpty() ? 0 : legend->heightForWidth(width - legendLeft);
    const int legendHeight = std::min(legendWanted, std::max(q->height() / 4, em + em / 3));

    titleLabel->setText(metrics.elidedText(title, Qt::ElideRight, width));
    titleLabel->setToolTip(titleLabel->text() == title ? QString() : title);
    titleLabel->setVisible(!title.isEmpty());
    titleLabel->setGeometry(margin, margin, oneRow ? titleWidth : width,
                            std::max(titleHeight, oneRow ? legendHeight : 0));
    legendArea->setVisible(legendHeight > 0);
    // To the right of the title: it names what is shown.
    const int slack = oneRow && titleWidth > 0 ? width - titleWidth - legend->rowWidth() : 0;
    legendArea->setGeometry(margin + legendLeft + slack, legendTop, width - legendLeft - slack, legendHeight);

    const int header = std::max(legendTop + legendHeight, titleHeight > 0 ? margin + titleHeight : 0);
    canvas->setGeometry(0, header, q->width(), std::max(1, q->height() - header));
    overlay->setGeometry(canvas->geometry());
    overlay->setPlotArea(canvas->plotArea());
    overlay->raise();
    if (dirty || canvas->isVisible())
        viewChanged(false);
}

void PlotWidget::Private::updateNotice()
{
    overlay->setNotice(state.all().empty() ? emptyText : QString());
    viewChanged(false);
}

PlotWidget::PlotWidget(QWidget *parent)
    : QWidget(parent)
    , d(std::make_unique<Private>(this))
{
    makeChartsAccessible();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setCursor(Qt::CrossCursor);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setWhatsThis(tr(
        "<p><b>Zoom:</b> drag a rectangle, or turn the wheel (Ctrl: only along the horizontal axis, Shift: "
        "only along the vertical one), or press + and \u2212. R shows everything again.</p>"
        "<p><b>Move:</b> drag with the middle button or with Shift, or press Ctrl and an arrow key.</p>"
        "<p><b>Read values:</b> point at the curves, or press the left and right arrow keys.</p>"
        "<p><b>Stand still</b> while points arrive, and go on: Space.</p>"
        "<p><b>Logarithmic axes:</b> L and Shift+L. <b>Show or hide a curve:</b> click it in the "
        "legend.</p>"));
    d->applyTheme();
    d->arrange();
}

PlotWidget::~PlotWidget() = default;

void PlotWidget::setAxes(const FigureAxis &x, const FigureAxis &y)
{
    const bool logX = isLogX();
    const bool logY = isLogY();
    if (x.title != d->state.xAxis().title || y.title != d->state.yAxis().title)
        setPaused(false); // what stood there is no longer what is shown
    d->state.setAxes(x, y);
    d->viewChanged(true);
    if (logX != isLogX() || logY != isLogY())
        Q_EMIT logAxesChanged(isLogX(), isLogY());
}

void PlotWidget::setTitle(const QString &title)
{
    d->title = title;
    d->arrange();
}

void PlotWidget::setTheme(const ChartTheme &theme)
{
    d->followsPalette = false;
    d->theme = theme;
    d->applyTheme();
}

void PlotWidget::setEmptyText(const QString &text)
{
    d->emptyText = text;
    d->updateNotice();
}

void PlotWidget::setSeries(const QString &id, const QString &name, const SeriesStyle &style)
{
    PlotSeries &series = d->state.series(id);
    series.name = name;
    series.style = style;
    d->legend->setSeries(id, name, style);
    d->updateNotice();
    d->arrange();
    d->viewChanged(false);
}

PlotSeries &PlotWidget::knownSeries(const QString &id)
{
    if (d->state.find(id) == nullptr)
        setSeries(id, id, seriesStyle(d->state.all().size()));
    return d->state.series(id);
}

void PlotWidget::Private::add(const QString &id, std::vector<FigurePoint> points, bool replace)
{
    if (!paused) {
        PlotSeries &series = q->knownSeries(id);
        if (replace)
            series.samples.clear();
        series.samples.append(points);
        samplesChanged();
        return;
    }
    q->knownSeries(id);
    Waiting &later = waiting[id];
    if (replace)
        later = {.replace = true, .points = std::move(points)};
    else
        later.points.insert(later.points.end(), points.begin(), points.end());
    updateBadge();
}

void PlotWidget::Private::updateBadge()
{
    overlay->setBadge(!paused               ? QString()
                          : waiting.empty() ? tr("View paused (Space)")
                                            : tr("View paused, new points wait (Space)"));
}

void PlotWidget::replacePoints(const QString &id, QList<QPointF> points)
{
    d->add(id, figurePoints(points), true);
}

void PlotWidget::appendPoints(const QString &id, const QList<QPointF> &points)
{
    d->add(id, figurePoints(points), false);
}

void PlotWidget::setPaused(bool on)
{
    if (on == d->paused)
        return;
    d->paused = on;
    for (auto &[id, later] : std::exchange(d->waiting, {}))
        d->add(id, std::move(later.points), later.replace);
    d->updateBadge();
    Q_EMIT pausedChanged(on);
}

bool PlotWidget::isPaused() const
{
    return d->paused;
}

void PlotWidget::setScatter(const QString &id, const QString &name, const SeriesStyle &style,
                            const QList<QPointF> &points)
{
    setSeries(id, name, style);
    std::vector<std::size_t> order;
    for (qsizetype i = 0; i < points.size(); ++i)
        if (std::isfinite(points[i].x()) && std::isfinite(points[i].y()))
            order.push_back(static_cast<std::size_t>(i));
    const auto at = [&](std::size_t i) { return points[static_cast<qsizetype>(i)]; };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return at(a).x() < at(b).x(); });
    std::vector<FigurePoint> sorted;
    sorted.reserve(order.size());
    for (const std::size_t i : order)
        sorted.push_back({.x = at(i).x(), .y = at(i).y()});
    PlotSeries &series = d->state.series(id);
    series.scatter = true;
    series.origin = std::move(order);
    series.samples.clear();
    series.samples.append(sorted);
    d->viewChanged(true);
}

void PlotWidget::setBand(const QString &id, const QList<FigureBandPoint> &band)
{
    std::vector<FigureBandPoint> &kept = knownSeries(id).band;
    kept.assign(band.begin(), band.end());
    std::erase_if(kept, [](const FigureBandPoint &b) {
        return !std::isfinite(b.x) || !std::isfinite(b.low) || !std::isfinite(b.high);
    });
    d->viewChanged(false);
}

std::optional<PlotHit> PlotWidget::hitTest(QPointF position) const
{
    d->settle();
    const QPointF inCanvas = d->inCanvas(position);
    const QRectF area = d->canvas->plotArea();
    if (!area.contains(inCanvas))
        return std::nullopt;
    const double reach = 0.6 * fontMetrics().height(); // a marker, and a little more
    const QPointF place = d->canvas->toFractions(inCanvas);
    return d->state.hit({.x = place.x(), .y = place.y()},
                        {.x = reach / area.width(), .y = reach / area.height()});
}

void PlotWidget::removeSeries(const QString &id)
{
    if (d->state.find(id) == nullptr)
        return;
    d->state.remove(id);
    d->waiting.erase(id);
    d->legend->remove(id);
    d->updateNotice();
    d->arrange();
    d->viewChanged(true);
}

void PlotWidget::clear()
{
    d->state.clear();
    d->waiting.clear();
    d->legend->clear();
    d->crosshair.reset();
    d->updateNotice();
    d->arrange();
    d->viewChanged(true);
}

QStringList PlotWidget::seriesIds() const
{
    QStringList ids;
    for (const PlotSeries &s : d->state.all())
        ids.append(s.id);
    return ids;
}

bool PlotWidget::isSeriesVisible(const QString &id) const
{
    const PlotSeries *series = std::as_const(d->state).find(id);
    return series != nullptr && series->visible;
}

bool PlotWidget::isLogX() const
{
    return d->state.xAxis().logarithmic;
}

bool PlotWidget::isLogY() const
{
    return d->state.yAxis().logarithmic;
}

bool PlotWidget::isZoomed() const
{
    return d->state.isZoomed();
}

LineFigure PlotWidget::figure(bool visibleRangeOnly) const
{
    return d->state.figure(d->title, visibleRangeOnly);
}

void PlotWidget::setSeriesVisible(const QString &id, bool visible)
{
    PlotSeries *series = d->state.find(id);
    if (series == nullptr || series->visible == visible)
        return;
    series->visible = visible;
    d->legend->setShown(id, visible);
    d->viewChanged(true);
    Q_EMIT seriesVisibilityChanged(id, visible);
}

void PlotWidget::setLogX(bool on)
{
    if (isLogX() == on)
        return;
    d->state.setLogX(on);
    d->viewChanged(true);
    Q_EMIT logAxesChanged(isLogX(), isLogY());
}

void PlotWidget::setLogY(bool on)
{
    if (isLogY() == on)
        return;
    d->state.setLogY(on);
    d->viewChanged(true);
    Q_EMIT logAxesChanged(isLogX(), isLogY());
}

void PlotWidget::resetZoom()
{
    d->state.resetZoom();
    d->viewChanged(true);
}

void PlotWidget::setCrosshair(double x)
{
    d->crosshair = std::isfinite(x) ? std::optional(x) : std::nullopt;
    d->crosshairByMouse = false;
    d->updateCrosshair();
}

QString PlotWidget::chartName() const
{
    if (!d->title.isEmpty())
        return d->title;
    return tr("%1 against %2", "vertical axis, horizontal axis")
        .arg(QString::fromStdString(d->state.yAxis().title), QString::fromStdString(d->state.xAxis().title));
}

QString PlotWidget::summary() const
{
    d->settle();
    const AxisScale x = d->state.xScale();
    const AxisScale y = d->state.yScale();
    QStringList lines;
    if (d->state.all().empty())
        return d->emptyText.isEmpty() ? tr("No curves.") : d->emptyText;
    lines += tr("Horizontal axis: %1, from %2 to %3.")
                 .arg(QString::fromStdString(d->state.xAxis().title), shortValueText(x.minimum, x),
                      shortValueText(x.maximum, x));
    lines += tr("Vertical axis: %1, from %2 to %3.")
                 .arg(QString::fromStdString(d->state.yAxis().title), shortValueText(y.minimum, y),
                      shortValueText(y.maximum, y));
    for (const PlotSeries &s : d->state.all()) {
        const auto extremes = s.samples.extremes(0, s.samples.size());
        if (!s.visible) {
            lines += tr("%1: hidden.").arg(s.name);
        } else if (!extremes) {
            lines += tr("%1: no values yet.").arg(s.name);
        } else {
            const std::size_t last = *s.samples.drawableBefore(s.samples.size());
            lines += tr("%1: from %2 to %3, last %4 at %5.")
                         .arg(s.name, valueText(s.samples.y(extremes->low), y),
                              valueText(s.samples.y(extremes->high), y), valueText(s.samples.y(last), y),
                              shortValueText(s.samples.x(last), x));
        }
    }
    return lines.join(QLatin1Char('\n'));
}

QSize PlotWidget::sizeHint() const
{
    const int em = fontMetrics().height();
    return {34 * em, 19 * em};
}

QSize PlotWidget::minimumSizeHint() const
{
    const int em = fontMetrics().height();
    return {14 * em, 9 * em};
}

bool PlotWidget::event(QEvent *event)
{
    // Keys that the chart answers reach it although the window has a shortcut on them.
    if (event->type() == QEvent::ShortcutOverride && Private::isOurKey(*static_cast<QKeyEvent *>(event))) {
        event->accept();
        return true;
    }
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        if (const auto hit = hitTest(help->pos())) {
            const AxisScale x = d->state.xScale();
            const AxisScale y = d->state.yScale();
            QToolTip::showText(help->globalPos(),
                               tr("%1: %2, %3", "series, horizontal value, vertical value")
                                   .arg(d->state.series(hit->id).name, shortValueText(hit->at.x, x),
                                        shortValueText(hit->at.y, y)),
                               this);
            return true;
        }
    }
    return QWidget::event(event);
}

void PlotWidget::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && d->followsPalette) {
        d->theme = chartTheme(ThemeKind::System, palette());
        d->applyTheme();
    } else if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        d->arrange();
    }
}

void PlotWidget::paintEvent(QPaintEvent * /*event*/)
{
    QPainter(this).fillRect(rect(), d->theme.background);
}

void PlotWidget::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    d->arrange();
}

} // namespace rosler
