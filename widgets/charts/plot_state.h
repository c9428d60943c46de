// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QList>
#include <QPointF>
#include <QString>

#include "core/figure/figure.h"
#include "widgets/charts/axis_range.h"
#include "widgets/charts/decimate.h"

namespace rosler {

/// One curve of a plot, or one cloud of points.
struct PlotSeries {
    QString id;
    QString name;
    SeriesStyle style;
    SampleSeries samples;
    std::vector<FigureBandPoint> band; ///< around the curve, ascending in x, all finite; may be empty
    bool scatter = false;              ///< points without a line
    std::vector<std::size_t> origin; ///< of a scatter: which of the points as they were given each sample is
    bool visible = true;
};

/// A point of a scatter.
struct PlotHit {
    QString id;
    std::size_t index = 0; ///< of the points as they were given
    FigurePoint at;
};

/// What a curve says at the crosshair.
struct PlotReading {
    QString name;
    SeriesStyle style;
    std::optional<FigurePoint> at; ///< its sample there; none where the curve does not reach
};

/// What a PlotWidget shows, apart from how it is painted: curves, axes, zoom and crosshair positions.
/// Plain values; owned and used by the widget's thread.
class PlotState
{
public:
    /// Limits of the axes win over the data's; zoom on an axis ends when its title changes.
    void setAxes(const FigureAxis &x, const FigureAxis &y);
    void setLogX(bool on);
    void setLogY(bool on);
    [[nodiscard]] const FigureAxis &xAxis() const { return m_x.axis; }
    [[nodiscard]] const FigureAxis &yAxis() const { return m_y.axis; }

    /// Added at the end when there is none of that id; the new curve is visible and empty.
    PlotSeries &series(const QString &id);
    [[nodiscard]] PlotSeries *find(const QString &id);
    [[nodiscard]] const PlotSeries *find(const QString &id) const;
    [[nodiscard]] const std::vector<PlotSeries> &all() const { return m_series; }
    void remove(const QString &id);
    void clear();

    /// Lets the axes that are not zoomed follow the visible curves. @p afresh without hysteresis: after
    /// something else than new samples changed.
    void follow(bool afresh);
    [[nodiscard]] AxisScale xScale() const; ///< as shown now
    [[nodiscard]] AxisScale yScale() const;

    [[nodiscard]] bool isZoomed() const { return m_x.zoom || m_y.zoom; }
    void resetZoom();
    /// Shows these ranges; none leaves an axis as it is. Ranges too narrow for doubles are not taken.
    void zoomTo(const std::optional<AxisRange> &x, const std::optional<AxisRange> &y);
    /// Magnifies about a place of the plot (0..1 from the left and the bottom); a factor of 1 leaves an axis
    /// as it is. What would show more than all data ends the zoom.
    void zoomAbout(double xFraction, double yFraction, double xFactor, double yFactor);
    /// Moves the view by parts of its width and height; stops half a view beyond the data.
    void pan(double xFractions, double yFractions);

    /// The x nearest to @p x where a visible curve has a sample.
    [[nodiscard]] std::optional<double> snapped(double x) const;
    /// The next or previous such x after @p x.
    [[nodiscard]] std::optional<double> sampleAfter(double x) const;
    [[nodiscard]] std::optional<double> sampleBefore(double x) const;
    /// The point of a visible scatter that is nearest to a place (fractions of the axes), if one is within
    /// @p reach: fractions of the axes as well, across and up. The one painted last wins of equals.
    [[nodiscard]] std::optional<PlotHit> hit(const FigurePoint &place, const FigurePoint &reach) const;
    /// All visible curves at @p x.
    [[nodiscard]] std::vector<PlotReading> readings(double x) const;

    /// Visible curves as a value for exports (see PlotWidget::figure()).
    [[nodiscard]] LineFigure figure(const QString &title, bool visibleRangeOnly) const;

private:
    struct Axis {
        FigureAxis axis;
        std::optional<AxisRange> home; ///< what follows the data
        std::optional<AxisRange> zoom;

        [[nodiscard]] AxisRange shown() const;
        [[nodiscard]] AxisScale scale() const { return scaleOver(shown(), axis.logarithmic); }
        void follow(const ValueRange &data, bool afresh);
        void setLogarithmic(bool on);
        void zoomTo(const AxisRange &range);
        void pan(double fractions);
    };

    std::vector<PlotSeries> m_series;
    Axis m_x;
    Axis m_y;
};

} // namespace rosler
