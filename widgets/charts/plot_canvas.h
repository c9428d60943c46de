// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include <QChartView>
#include <QLineSeries>
#include <QPixmap>

#include "core/figure/axis_scale.h"
#include "core/figure/axis_ticks.h"
#include "core/figure/figure.h"
#include "widgets/charts/chart_theme.h"
#include "widgets/charts/plot_state.h"

namespace rosler {

/// A curve ready to be painted; places are fractions of the axes, 0..1 from the left and the bottom.
struct CanvasCurve {
    SeriesStyle style;
    std::vector<FigurePoint> line; ///< y = NaN: the line is broken here
    std::vector<FigurePoint> markers;
    std::vector<FigureBandPoint> band; ///< behind the lines
};

/// The painted part of a PlotWidget: grid, axes with their titles, curves and markers. The only file that
/// knows Qt Charts, which draws the lines; its axes stay hidden and always reach from 0 to 1, because every
/// change of a Qt Charts axis strokes all curves anew and its logarithmic axes refuse zero.
///
/// Paints into a pixmap when something changed and from it else: what moves above (the crosshair) costs no
/// stroking. Sees no mouse and no keys.
class PlotCanvas : public QChartView
{
    Q_OBJECT

public:
    explicit PlotCanvas(QWidget *parent = nullptr);

    /// Called before each paint; may call setAxes() and setCurves().
    void setBeforePaint(std::function<void()> beforePaint) { m_beforePaint = std::move(beforePaint); }
    void setTheme(const ChartTheme &theme);
    void setAxes(const AxisScale &x, const AxisScale &y, const QString &xTitle, const QString &yTitle);
    /// Paints no axes: there is nothing to measure.
    void setBlank(bool blank);
    void setCurves(const std::vector<CanvasCurve> &curves);
    /// Paint everything anew next time.
    void invalidate();

    /// Where the axes are, in widget coordinates. Depends on size, fonts and tick labels.
    [[nodiscard]] QRectF plotArea() const { return m_plotArea; }
    [[nodiscard]] QPointF toWidget(double xFraction, double yFraction) const;
    [[nodiscard]] QPointF toFractions(QPointF position) const;

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void drawBackground(QPainter *painter, const QRectF &rect) override;
    void drawForeground(QPainter *painter, const QRectF &rect) override;

private:
    void arrange();
    void paintGrid(QPainter &painter) const;
    void paintBands(QPainter &painter) const;
    void paintLabels(QPainter &painter) const;
    void paintTitles(QPainter &painter) const;
    [[nodiscard]] QFont labelFont() const;
    [[nodiscard]] double lineWidth() const;
    [[nodiscard]] double em() const;

    std::function<void()> m_beforePaint;
    ChartTheme m_theme;
    AxisScale m_xScale;
    AxisScale m_yScale;
    AxisTicks m_xTicks;
    AxisTicks m_yTicks;
    QString m_xTitle;
    QString m_yTitle;
    QRectF m_plotArea;
    std::vector<CanvasCurve> m_curves;
    QList<QLineSeries *> m_lines; ///< owned by the chart; one an unbroken piece, kept for the next pieces
    QPixmap m_painted;
    bool m_blank = false;
    bool m_stale = true;
};

} // namespace rosler
