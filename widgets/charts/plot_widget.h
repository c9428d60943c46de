// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QList>
#include <QPointF>
#include <QString>
#include <QWidget>

#include "core/figure/figure.h"
#include "widgets/charts/chart_theme.h"

namespace rosler {

/// Curves over two axes on the screen: zoom (rubber band, wheel), pan (drag with the middle button or with
/// Shift), crosshair with the values of all curves, legend that shows and hides, logarithmic axes. Hides
/// Qt Charts, which no other file outside widgets/charts includes.
///
/// Keeps all points it is given and draws at most about two a pixel column (decimate.h); redraws at most
/// 30 times a second and only when something changed. GUI thread only.
class PlotWidget : public QWidget
{
    Q_OBJECT

public:
    explicit PlotWidget(QWidget *parent = nullptr);
    ~PlotWidget() override;

    /// Titles are always shown, with their units.
    void setAxes(const FigureAxis &x, const FigureAxis &y);
    void setTitle(const QString &title);
    void setTheme(const ChartTheme &theme);

    /// Adds the series, or renames and restyles it. @p id tells series apart: the run's id.
    void setSeries(const QString &id, const QString &name, const SeriesStyle &style);
    /// All points of a series, ascending in x. Points that are not finite break the line.
    void replacePoints(const QString &id, QList<QPointF> points);
    /// More points at the end of a series; O(new points) until the next redraw.
    void appendPoints(const QString &id, const QList<QPointF> &points);
    void removeSeries(const QString &id);
    void clear();
    [[nodiscard]] QStringList seriesIds() const;
    [[nodiscard]] bool isSeriesVisible(const QString &id) const;

    [[nodiscard]] bool isLogX() const;
    [[nodiscard]] bool isLogY() const;
    [[nodiscard]] bool isZoomed() const;

    /// What is on the screen, as a value for exports: visible series only, and with @p visibleRangeOnly the
    /// points inside the zoomed range and the zoomed range as axis limits.
    [[nodiscard]] LineFigure figure(bool visibleRangeOnly) const;

public Q_SLOTS:
    void setSeriesVisible(const QString &id, bool visible);
    void setLogX(bool on);
    void setLogY(bool on);
    void resetZoom();
    /// Shows the crosshair at this x (the same on all charts); NaN hides it.
    void setCrosshair(double x);

Q_SIGNALS:
    void crosshairMoved(double x);
    void seriesVisibilityChanged(const QString &id, bool visible);
    void logAxesChanged(bool x, bool y);
    /// From the context menu (Export figure..., Copy figure, Export visible data...).
    void exportRequested();
    void copyRequested();
    void visibleDataRequested();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
