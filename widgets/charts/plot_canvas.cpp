// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/plot_canvas.h"

#include <algorithm>
#include <cmath>

#include <QChart>
#include <QEvent>
#include <QFontMetricsF>
#include <QPaintEvent>
#include <QScopedValueRollback>
#include <QValueAxis>

#include "widgets/charts/chart_text.h"
#include "widgets/charts/series_swatch.h"

namespace rosler {

namespace {

/// Ticks that fit: fewer and fewer until @p fits accepts them.
template <typename Fits>
AxisTicks fittingTicks(const AxisScale &scale, int atMost, const Fits &fits)
{
    for (;; --atMost) {
        const int count = std::max(2, atMost);
        AxisTicks ticks = scale.logarithmic ? logarithmicTicks(scale.minimum, scale.maximum, count)
                                            : linearTicks(scale.minimum, scale.maximum, count);
        if (count == 2 || fits(ticks))
            return ticks;
    }
}

double widest(const AxisTicks &ticks, const QFont &font)
{
    double width = 0;
    for (const FigureText &label : ticks.labels)
        width = std::max(width, textWidth(label, font));
    return width;
}

/// The pixel row or column that a line of one pixel fills wholly.
double crisp(double place)
{
    return std::floor(place) + 0.5;
}

} // namespace

PlotCanvas::PlotCanvas(QWidget *parent)
    : QChartView(parent)
    , m_theme(chartTheme(ThemeKind::System, palette()))
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    viewport()->setFocusPolicy(Qt::NoFocus);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setViewportUpdateMode(QGraphicsView::NoViewportUpdate); // PlotWidget says when
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    chart()->setAnimationOptions(QChart::NoAnimation);
    chart()->setBackgroundVisible(false);
    chart()->setDropShadowEnabled(false);
    chart()->setMargins({});
    chart()->legend()->hide();
    for (const Qt::Alignment side : {Qt::AlignBottom, Qt::AlignLeft}) {
        auto *axis = new QValueAxis;
        axis->setRange(0, 1);
        axis->setVisible(false);
        chart()->addAxis(axis, side);
    }
}

void PlotCanvas::setTheme(const ChartTheme &theme)
{
    m_theme = theme;
    setCurves(std::vector<CanvasCurve>(m_curves));
}

void PlotCanvas::setAxes(const AxisScale &x, const AxisScale &y, const QString &xTitle, const QString &yTitle)
{
    m_xScale = x;
    m_yScale = y;
    m_xTitle = xTitle;
    m_yTitle = yTitle;
    arrange();
    m_stale = true;
}

void PlotCanvas::setBlank(bool blank)
{
    m_blank = blank;
    m_stale = true;
}

void PlotCanvas::setCurves(const std::vector<CanvasCurve> &curves)
{
    m_curves = curves;
    qsizetype used = 0;
    const auto drawPiece = [&](const QList<QPointF> &points, const QColor &colour) {
        if (used == m_lines.size()) {
            auto *line = new QLineSeries;
            chart()->addSeries(line);
            for (QAbstractAxis *axis : chart()->axes())
                line->attachAxis(axis);
            m_lines.append(line);
        }
        QLineSeries *line = m_lines[used++];
        if (const QPen pen = seriesPen(DashStyle::Solid, colour, lineWidth()); line->pen() != pen)
            line->setPen(pen);
        if (line->points() != points)
            line->replace(points);
        line->setVisible(true);
    };
    for (const CanvasCurve &curve : m_curves) {
        const QColor colour = m_theme.seriesColour(curve.style);
        QList<QPointF> piece;
        for (const FigurePoint &point : curve.line) {
            if (!std::isnan(point.y)) {
                piece.append({point.x, point.y});
                continue;
            }
            if (piece.size() > 1)
                drawPiece(piece, colour);
            piece.clear();
        }
        if (piece.size() > 1)
            drawPiece(piece, colour);
    }
    for (; used < m_lines.size(); ++used)
        m_lines[used]->setVisible(false);
    m_stale = true;
}

void PlotCanvas::invalidate()
{
    m_stale = true;
    viewport()->update();
}

QPointF PlotCanvas::toWidget(double xFraction, double yFraction) const
{
    return {m_plotArea.left() + xFraction * m_plotArea.width(),
            m_plotArea.bottom() - yFraction * m_plotArea.height()};
}

QPointF PlotCanvas::toFractions(QPointF position) const
{
    return {(position.x() - m_plotArea.left()) / m_plotArea.width(),
            (m_plotArea.bottom() - position.y()) / m_plotArea.height()};
}

QFont PlotCanvas::labelFont() const
{
    return scaledFont(font(), 0.9);
}

double PlotCanvas::em() const
{
    return QFontMetricsF(font()).height();
}

double PlotCanvas::lineWidth() const
{
    return std::max(1.5, em() / 10);
}

void PlotCanvas::arrange()
{
    const QFont labels = labelFont();
    const QFontMetricsF metrics(labels);
    const double tick = em() / 3;
    const double bottom = tick + 1.15 * metrics.height() + (m_xTitle.isEmpty() ? em() / 4 : 1.35 * em());
    const double top = em() / 2; // half a label of the topmost tick
    const double height = std::max(1.0, this->height() - top - bottom);

    m_yTicks = fittingTicks(
        m_yScale, std::min(9, static_cast<int>(height / (2.0 * metrics.height()))), [&](const AxisTicks &t) {
            return static_cast<double>(t.major.size()) * 1.6 * metrics.height() <= height + metrics.height();
        });
    // In whole ems, so that the plot does not jump when a label gains a digit.
    const double labelWidth = std::ceil(widest(m_yTicks, labels) / em()) * em();
    const double left = (m_yTitle.isEmpty() ? em() / 4 : 1.5 * em()) + labelWidth + 1.5 * tick;

    const auto xTicksOver = [&](double width) {
        return fittingTicks(
            m_xScale, std::min(13, static_cast<int>(width / (3.2 * em()))), [&](const AxisTicks &t) {
                return static_cast<double>(t.major.size()) * (widest(t, labels) + 1.2 * em()) <= width + em();
            });
    };
    double right = em();
    m_xTicks = xTicksOver(std::max(1.0, width() - left - right));
    right = std::max(right, widest(m_xTicks, labels) / 2 + 2);
    const QRectF area(std::round(left), std::round(top), std::max(1.0, std::floor(width() - left - right)),
                      std::max(1.0, std::floor(height)));
    if (area != m_plotArea) {
        m_plotArea = area;
        chart()->setPlotArea(area);
    }
}

void PlotCanvas::resizeEvent(QResizeEvent *event)
{
    QChartView::resizeEvent(event);
    arrange();
    m_stale = true;
}

void PlotCanvas::changeEvent(QEvent *event)
{
    QChartView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        arrange();
        setCurves(std::vector<CanvasCurve>(m_curves)); // the pens' widths
    }
}

void PlotCanvas::paintEvent(QPaintEvent *event)
{
    if (m_beforePaint)
        m_beforePaint();
    const double ratio = viewport()->devicePixelRatioF();
    const QSize pixels = (QSizeF(viewport()->size()) * ratio).toSize();
    if (m_stale || m_painted.size() != pixels || m_painted.devicePixelRatio() != ratio) {
        m_painted = QPixmap(pixels);
        m_painted.setDevicePixelRatio(ratio);
        QPainter painter(&m_painted);
        painter.fillRect(viewport()->rect(), m_theme.background);
        painter.setRenderHint(QPainter::Antialiasing); // render() does not take the view's own hints along
        render(&painter, viewport()->rect(), viewport()->rect());
        m_stale = false;
    }
    QPainter painter(viewport());
    const QRect exposed = event->rect();
    painter.drawPixmap(QRectF(exposed), m_painted,
                       QRectF(QPointF(exposed.topLeft()) * ratio, QSizeF(exposed.size()) * ratio));
}

void PlotCanvas::drawBackground(QPainter *painter, const QRectF & /*rect*/)
{
    painter->fillRect(m_plotArea, m_theme.plotArea);
    if (m_blank)
        return;
    paintGrid(*painter);
    paintBands(*painter);
    paintLabels(*painter);
    paintTitles(*painter);
}

void PlotCanvas::paintGrid(QPainter &painter) const
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    const auto vertical = [&](double value, double from, double to) {
        const double x = crisp(toWidget(m_xScale.fraction(value), 0).x());
        painter.drawLine(QPointF(x, from), QPointF(x, to));
    };
    const auto horizontal = [&](double value, double from, double to) {
        const double y = crisp(toWidget(0, m_yScale.fraction(value)).y());
        painter.drawLine(QPointF(from, y), QPointF(to, y));
    };
    painter.setPen(QPen(m_theme.grid, 1));
    for (const double value : m_xTicks.major)
        vertical(value, m_plotArea.top(), m_plotArea.bottom());
    for (const double value : m_yTicks.major)
        horizontal(value, m_plotArea.left(), m_plotArea.right());

    const double tick = em() / 3;
    painter.setPen(QPen(m_theme.axis, 1));
    for (const double value : m_xTicks.major)
        vertical(value, m_plotArea.bottom(), m_plotArea.bottom() + tick);
    for (const double value : m_xTicks.minor)
        vertical(value, m_plotArea.bottom(), m_plotArea.bottom() + tick / 2);
    for (const double value : m_yTicks.major)
        horizontal(value, m_plotArea.left() - tick, m_plotArea.left());
    for (const double value : m_yTicks.minor)
        horizontal(value, m_plotArea.left() - tick / 2, m_plotArea.left());
    painter.drawLine(QPointF(m_plotArea.left() + 0.5, m_plotArea.top()),
                     QPointF(m_plotArea.left() + 0.5, m_plotArea.bottom() + 0.5));
    painter.drawLine(QPointF(m_plotArea.left(), m_plotArea.bottom() + 0.5),
                     QPointF(m_plotArea.right(), m_plotArea.bottom() + 0.5));
    painter.restore();
}

void PlotCanvas::paintBands(QPainter &painter) const
{
    painter.save();
    painter.setClipRect(m_plotArea);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    for (const CanvasCurve &curve : m_curves) {
        if (curve.band.size() < 2)
            continue;
        QPolygonF outline;
        for (const FigureBandPoint &point : curve.band)
            outline << toWidget(point.x, point.high);
        for (auto point = curve.band.rbegin(); point != curve.band.rend(); ++point)
            outline << toWidget(point->x, point->low);
        QColor fill = m_theme.seriesColour(curve.style);
        fill.setAlphaF(0.22F);
        painter.setBrush(fill);
        painter.drawPolygon(outline);
    }
    painter.restore();
}

void PlotCanvas::paintLabels(QPainter &painter) const
{
    const QFont labels = labelFont();
    const QFontMetricsF metrics(labels);
    const double tick = em() / 3;
    painter.setPen(m_theme.text);
    for (std::size_t i = 0; i < m_xTicks.major.size(); ++i) {
        const double x = toWidget(m_xScale.fraction(m_xTicks.major[i]), 0).x();
        paintText(painter,
                  {x - textWidth(m_xTicks.labels[i], labels) / 2,
                   m_plotArea.bottom() + tick + 0.1 * metrics.height() + metrics.ascent()},
                  m_xTicks.labels[i], labels);
    }
    for (std::size_t i = 0; i < m_yTicks.major.size(); ++i) {
        const double y = toWidget(0, m_yScale.fraction(m_yTicks.major[i])).y();
        paintText(painter,
                  {m_plotArea.left() - 1.5 * tick - textWidth(m_yTicks.labels[i], labels),
                   y + metrics.capHeight() / 2},
                  m_yTicks.labels[i], labels);
    }
}

void PlotCanvas::paintTitles(QPainter &painter) const
{
    const QFontMetricsF metrics(font());
    painter.setFont(font());
    painter.setPen(m_theme.text);
    const auto paint = [&](const QString &title, const QRectF &rect) {
        painter.drawText(rect, Qt::AlignCenter | Qt::TextSingleLine,
                         metrics.elidedText(title, Qt::ElideRight, rect.width()));
    };
    const double line = metrics.height();
    paint(m_xTitle, {m_plotArea.left(), height() - 1.15 * line, m_plotArea.width(), line});
    painter.save();
    painter.translate(0.15 * line, m_plotArea.bottom());
    painter.rotate(-90);
    paint(m_yTitle, {0, 0, m_plotArea.height(), line});
    painter.restore();
}

void PlotCanvas::drawForeground(QPainter *painter, const QRectF & /*rect*/)
{
    const double size = 0.5 * em();
    const QRectF room = m_plotArea.adjusted(-1, -1, 1, 1);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    for (const CanvasCurve &curve : m_curves) {
        const QColor colour = m_theme.seriesColour(curve.style);
        // A sample between two gaps has no line: a dot shows it.
        for (std::size_t i = 0; i < curve.line.size(); ++i) {
            const auto isGap = [&](std::size_t k) {
                return k >= curve.line.size() || std::isnan(curve.line[k].y);
            };
            if (!isGap(i) && isGap(i + 1) && (i == 0 || isGap(i - 1))) {
                const QPointF at = toWidget(curve.line[i].x, curve.line[i].y);
                if (room.contains(at))
                    paintMarker(*painter, MarkerShape::Circle, at, 0.6 * size, colour);
            }
        }
        for (const FigurePoint &marker : curve.markers) {
            const QPointF at = toWidget(marker.x, marker.y);
            if (room.contains(at))
                paintMarker(*painter, curve.style.marker, at, size, colour, m_theme.plotArea);
        }
    }
    painter->restore();
}

} // namespace rosler
