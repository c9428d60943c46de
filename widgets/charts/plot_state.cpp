// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/plot_state.h"

#include <algorithm>
#include <cmath>

namespace rosler {

namespace {

/// The first sample that has a place on the x axis.
std::size_t firstPlaced(const SampleSeries &samples, bool logarithmicX)
{
    return logarithmicX ? samples.firstAbove(0.0) : 0;
}

} // namespace

AxisRange PlotState::Axis::shown() const
{
    return zoom.value_or(
        home.value_or(axis.logarithmic ? AxisRange {.low = 0.1, .high = 10.0} : AxisRange {}));
}

void PlotState::Axis::follow(const ValueRange &data, bool afresh)
{
    AxisRange range = followingRange(data, afresh ? std::nullopt : home, axis.logarithmic);
    const std::optional<double> low = fixedMinimum(axis);
    const std::optional<double> high = fixedMaximum(axis);
    range = {.low = low.value_or(range.low), .high = high.value_or(range.high)};
    if (!isResolvable(range, axis.logarithmic)) { // all data lie beyond the one limit that is given
        const double kept = low ? range.low : range.high;
        const double room = std::max(1.0, std::abs(kept));
        if (low)
            range.high = axis.logarithmic ? 10.0 * kept : kept + room;
        else
            range.low = axis.logarithmic ? kept / 10.0 : kept - room;
    }
    home = range;
}

void PlotState::Axis::setLogarithmic(bool on)
{
    axis.logarithmic = on;
    if (zoom && !isResolvable(*zoom, on))
        zoom.reset();
}

void PlotState::Axis::zoomTo(const AxisRange &range)
{
    if (!isResolvable(range, axis.logarithmic))
        return;
    const bool showsAll = home && range.low <= home->low && range.high >= home->high;
    zoom = showsAll ? std::nullopt : std::optional(range);
}

void PlotState::Axis::pan(double fractions)
{
    if (!home || fractions == 0.0)
        return;
    const AxisScale now = scale();
    const double first = now.fraction(home->low) - 0.5;
    const double last = now.fraction(home->high) - 0.5;
    const AxisRange range =
        shiftedRange(now, std::clamp(fractions, std::min(first, 0.0), std::max(last, 0.0)));
    if (isResolvable(range, axis.logarithmic))
        zoom = range;
}

void PlotState::setAxes(const FigureAxis &x, const FigureAxis &y)
{
    const auto take = [](Axis &into, const FigureAxis &axis) {
        const bool sameThing = into.axis.title == axis.title;
        into.axis = axis;
        into.home.reset();
        if (!sameThing)
            into.zoom.reset();
        into.setLogarithmic(axis.logarithmic);
    };
    take(m_x, x);
    take(m_y, y);
    for (PlotSeries &s : m_series)
        s.samples.setPositiveOnly(y.logarithmic);
}

void PlotState::setLogX(bool on)
{
    m_x.setLogarithmic(on);
}

void PlotState::setLogY(bool on)
{
    m_y.setLogarithmic(on);
    for (PlotSeries &s : m_series)
        s.samples.setPositiveOnly(on);
}

PlotSeries *PlotState::find(const QString &id)
{
    const auto at =
        std::find_if(m_series.begin(), m_series.end(), [&](const PlotSeries &s) { return s.id == id; });
    return at == m_series.end() ? nullptr : &*at;
}

const PlotSeries *PlotState::find(const QString &id) const
{
    return const_cast<PlotState *>(this)->find(id); // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

PlotSeries &PlotState::series(const QString &id)
{
    if (PlotSeries *known = find(id))
        return *known;
    PlotSeries &added = m_series.emplace_back();
    added.id = id;
    added.samples.setPositiveOnly(m_y.axis.logarithmic);
    return added;
}

void PlotState::remove(const QString &id)
{
    std::erase_if(m_series, [&](const PlotSeries &s) { return s.id == id; });
}

void PlotState::clear()
{
    m_series.clear();
    resetZoom();
}

void PlotState::follow(bool afresh)
{
    ValueRange xs;
    ValueRange ys;
    for (const PlotSeries &s : m_series) {
        if (!s.visible)
            continue;
        for (const FigureBandPoint &b : s.band) {
            if (m_x.axis.logarithmic && b.x <= 0.0)
                continue;
            xs.add(b.x);
            for (const double y : {b.low, b.high})
                if (!m_y.axis.logarithmic || y > 0.0)
                    ys.add(y);
        }
        const std::size_t first = firstPlaced(s.samples, m_x.axis.logarithmic);
        const auto begin = s.samples.drawableFrom(first);
        if (!begin)
            continue;
        xs.add(s.samples.x(*begin));
        xs.add(s.samples.x(*s.samples.drawableBefore(s.samples.size())));
        const auto extremes = s.samples.extremes(first, s.samples.size());
        ys.add(s.samples.y(extremes->low));
        ys.add(s.samples.y(extremes->high));
    }
    m_x.follow(xs, afresh);
    m_y.follow(ys, afresh);
}

AxisScale PlotState::xScale() const
{
    return m_x.scale();
}

AxisScale PlotState::yScale() const
{
    return m_y.scale();
}

void PlotState::resetZoom()
{
    m_x.zoom.reset();
    m_y.zoom.reset();
}

void PlotState::zoomTo(const std::optional<AxisRange> &x, const std::optional<AxisRange> &y)
{
    if (x)
        m_x.zoomTo(*x);
    if (y)
        m_y.zoomTo(*y);
}

void PlotState::zoomAbout(double xFraction, double yFraction, double xFactor, double yFactor)
{
    if (xFactor != 1.0)
        m_x.zoomTo(zoomedRange(m_x.scale(), xFraction, xFactor));
    if (yFactor != 1.0)
        m_y.zoomTo(zoomedRange(m_y.scale(), yFraction, yFactor));
}

void PlotState::pan(double xFractions, double yFractions)
{
    m_x.pan(xFractions);
    m_y.pan(yFractions);
}

std::optional<double> PlotState::snapped(double x) const
{
    std::optional<double> best;
    for (const PlotSeries &s : m_series) {
        if (!s.visible)
            continue;
        const auto sample = s.samples.nearest(x);
        if (!sample || (m_x.axis.logarithmic && s.samples.x(*sample) <= 0.0))
            continue;
        const double found = s.samples.x(*sample);
        if (!best || std::abs(found - x) < std::abs(*best - x))
            best = found;
    }
    return best;
}

std::optional<double> PlotState::sampleAfter(double x) const
{
    if (m_x.axis.logarithmic)
        x = std::max(x, 0.0);
    std::optional<double> best;
    for (const PlotSeries &s : m_series) {
        const auto sample = s.visible ? s.samples.drawableFrom(s.samples.firstAbove(x)) : std::nullopt;
        if (sample)
            best = std::min(best.value_or(s.samples.x(*sample)), s.samples.x(*sample));
    }
    return best;
}

std::optional<double> PlotState::sampleBefore(double x) const
{
    std::optional<double> best;
    for (const PlotSeries &s : m_series) {
        const auto sample = s.visible ? s.samples.drawableBefore(s.samples.firstNotBelow(x)) : std::nullopt;
        if (sample && (!m_x.axis.logarithmic || s.samples.x(*sample) > 0.0))
            best = std::max(best.value_or(s.samples.x(*sample)), s.samples.x(*sample));
    }
    return best;
}

std::optional<PlotHit> PlotState::hit(const FigurePoint &place, const FigurePoint &reach) const
{
    const AxisScale x = xScale();
    const AxisScale y = yScale();
    std::optional<PlotHit> best;
    double nearest = 1.0; // in reaches, squared
    for (const PlotSeries &s : m_series) {
        if (!s.visible || !s.scatter)
            continue;
        const std::size_t last = s.samples.firstAbove(valueAt(x, place.x + reach.x));
        for (std::size_t i = s.samples.firstNotBelow(valueAt(x, place.x - reach.x)); i < last; ++i) {
            if (!s.samples.isDrawable(i))
                continue;
            const double across = (x.fraction(s.samples.x(i)) - place.x) / reach.x;
            const double up = (y.fraction(s.samples.y(i)) - place.y) / reach.y;
            const double distance = across * across + up * up;
            if (distance > nearest)
                continue;
            nearest = distance;
            best =
                PlotHit {.id = s.id, .index = s.origin[i], .at = {.x = s.samples.x(i), .y = s.samples.y(i)}};
        }
    }
    return best;
}

std::vector<PlotReading> PlotState::readings(double x) const
{
    constexpr double reach = 0.015; // of the axis, beyond a curve's ends
    const AxisScale scale = xScale();
    std::vector<PlotReading> readings;
    for (const PlotSeries &s : m_series) {
        if (!s.visible || s.scatter) // a cloud has no value at an x
            continue;
        PlotReading reading {.name = s.name, .style = s.style, .at = std::nullopt};
        if (const auto sample = s.samples.nearest(x)) {
            const double first = s.samples.x(*s.samples.drawableFrom(0));
            const double last = s.samples.x(*s.samples.drawableBefore(s.samples.size()));
            const bool within = (x >= first && x <= last)
                || std::abs(scale.fraction(x) - scale.fraction(s.samples.x(*sample))) <= reach;
            if (within)
                reading.at = FigurePoint {.x = s.samples.x(*sample), .y = s.samples.y(*sample)};
        }
        readings.push_back(std::move(reading));
    }
    return readings;
}

LineFigure PlotState::figure(const QString &title, bool visibleRangeOnly) const
{
    LineFigure figure {.title = title.toStdString(), .x = m_x.axis, .y = m_y.axis, .series = {}};
    const bool cut = visibleRangeOnly && isZoomed();
    const AxisRange x = m_x.shown();
    if (cut) {
        const AxisRange y = m_y.shown();
        figure.x.minimum = x.low;
        figure.x.maximum = x.high;
        figure.y.minimum = y.low;
        figure.y.maximum = y.high;
    }
    for (const PlotSeries &s : m_series) {
        if (!s.visible)
            continue;
        const std::size_t first = cut ? s.samples.firstNotBelow(x.low) : 0;
        const std::size_t last = cut ? std::max(first, s.samples.firstAbove(x.high)) : s.samples.size();
        FigureSeries curve {.name = s.name.toStdString(), .style = s.style, .points = {}};
        for (const FigureBandPoint &point : s.band)
            if (!cut || (point.x >= x.low && point.x <= x.high))
                curve.band.push_back(point);
        curve.points.reserve(last - first);
        for (std::size_t i = first; i < last; ++i)
            curve.points.push_back({.x = s.samples.x(i), .y = s.samples.y(i)});
        figure.series.push_back(std::move(curve));
    }
    return figure;
}

} // namespace rosler
