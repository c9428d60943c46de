// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <QList>
#include <QPointF>
#include <QString>
#include <QWidget>

#include "core/figure/figure.h"
#include "widgets/charts/chart_theme.h"

namespace rosler {

struct PlotHit;
struct PlotSeries;

/// Curves over two axes on the screen: zoom (rubber band, wheel, keys), pan (drag with the middle button or
/// with Shift, Ctrl+arrows), crosshair with the values of all curves (mouse, arrows), legend that shows and
/// hides, logarithmic axes (L horizontal, Shift+L vertical), a view that stands still while points go on
/// arriving (Space). Besides curves it shows bands around them, and scatters, whose points can be clicked.
/// Hides Qt Charts, which no other file outside widgets/charts includes.
///
/// Keeps all points it is given and draws at most about two a pixel column (decimate.h); new points are
/// drawn at most 30 times a second, and nothing when nothing changed. What the user does to the view shows
/// with the next frame. To screen readers it is a chart with a summary; its value is the crosshair's
/// read-out. GUI thread only.
class PlotWidget : public QWidget
{
    Q_OBJECT

public:
    explicit PlotWidget(QWidget *parent = nullptr);
    ~PlotWidget() override;

    /// Titles are always shown, with their units.
    void setAxes(const FigureAxis &x, const FigureAxis &y);
    void setTitle(const QString &title);
    /// Without it the chart follows the widget's palette.
    void setTheme(const ChartTheme &theme);
    /// Shown in the middle while there is no series: what to do to get one.
    void setEmptyText(const QString &text);

    /// Adds the series, or renames and restyles it. @p id tells series apart: the run's id.
    void setSeries(const QString &id, const QString &name, const SeriesStyle &style);
    /// All points of a series, ascending in x. Points that are not finite break the line.
    void replacePoints(const QString &id, QList<QPointF> points);
    /// More points at the end of a series; O(new points) until the next redraw.
    void appendPoints(const QString &id, const QList<QPointF> &points);
    /// Points without a line, in any order. Those that are not finite are left out.
    void setScatter(const QString &id, const QString &name, const SeriesStyle &style,
                    const QList<QPointF> &points);
    /// A band around a curve, ascending in x; what is not finite is left out.
    void setBand(const QString &id, const QList<FigureBandPoint> &band);
    void removeSeries(const QString &id);
    void clear();
    [[nodiscard]] QStringList seriesIds() const;
    [[nodiscard]] bool isSeriesVisible(const QString &id) const;

    [[nodiscard]] bool isLogX() const;
    [[nodiscard]] bool isLogY() const;
    [[nodiscard]] bool isZoomed() const;
    [[nodiscard]] bool isPaused() const;

    /// The point of a scatter under the mouse, or near it.
    [[nodiscard]] std::optional<PlotHit> hitTest(QPointF position) const;

    /// What is on the screen, as a value for exports: visible series only, and with @p visibleRangeOnly the
    /// points whose x is inside the zoomed range and the zoomed range as axis limits.
    [[nodiscard]] LineFigure figure(bool visibleRangeOnly) const;

    /// The title, or the axes' titles where there is none: the accessible name if no other is set.
    [[nodiscard]] QString chartName() const;
    /// The chart in words: its axes and ranges, and of each visible curve the range and last value.
    [[nodiscard]] QString summary() const;
    /// What all visible curves say at the crosshair, in one line; empty without a crosshair.
    [[nodiscard]] QString readout() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

public Q_SLOTS:
    void setSeriesVisible(const QString &id, bool visible);
    void setLogX(bool on);
    void setLogY(bool on);
    void resetZoom();
    /// While paused the view stands: new points are kept and shown once it goes on. Other axes end the pause.
    void setPaused(bool on);
    /// Shows the crosshair at this x (the same on all charts); NaN hides it.
    void setCrosshair(double x);

Q_SIGNALS:
    void crosshairMoved(double x); ///< by the user; NaN = it is gone
    void seriesVisibilityChanged(const QString &id, bool visible);
    void logAxesChanged(bool x, bool y);
    void pausedChanged(bool paused);
    /// A click on a point of a scatter; its number as it was given.
    void pointClicked(const QString &id, int index);
    /// From the context menu (Export figure..., Copy figure, Export visible data...).
    void exportRequested();
    void copyRequested();
    void visibleDataRequested();

protected:
    bool event(QEvent *event) override;
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    /// The series of that id; one that was never named is called by its id.
    PlotSeries &knownSeries(const QString &id);

    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
