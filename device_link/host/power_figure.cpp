// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/power_figure.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/contract.h"

namespace rosler {

std::vector<FigurePoint> powerPoints(const PowerTrace &trace, std::size_t mostPoints)
{
    ROSLER_EXPECTS(mostPoints >= 2);
    const std::vector<float> &watts = trace.watts;
    std::vector<FigurePoint> points;
    const auto timeOf = [&](std::size_t sample) { return static_cast<double>(sample) * trace.sampleSeconds; };
    const auto add = [&](std::size_t sample) {
        points.push_back({timeOf(sample), 1e3 * static_cast<double>(watts[sample])});
    };
    const std::size_t stretch = std::max<std::size_t>(1, 2 * watts.size() / mostPoints);
    for (std::size_t first = 0; first < watts.size(); first += stretch) {
        const std::size_t end = std::min(first + stretch, watts.size());
        std::size_t lowest = end;
        std::size_t highest = end;
        std::size_t lost = end;
        for (std::size_t i = first; i < end; ++i) {
            if (std::isnan(watts[i])) {
                lost = i;
                continue;
            }
            lowest = lowest == end || watts[i] < watts[lowest] ? i : lowest;
            highest = highest == end || watts[i] > watts[highest] ? i : highest;
        }
        const auto begin = static_cast<std::ptrdiff_t>(points.size());
        if (lowest < end)
            add(lowest);
        if (highest < end && highest != lowest)
            add(highest);
        if (lost < end)
            points.push_back({timeOf(lost), std::numeric_limits<double>::quiet_NaN()});
        std::sort(points.begin() + begin, points.end(),
                  [](const FigurePoint &a, const FigurePoint &b) { return a.x < b.x; });
    }
    return points;
}

LineFigure powerFigure(std::span<const NamedTrace> traces)
{
    LineFigure figure;
    figure.x.title = "time (s)";
    figure.y.title = "power (mW)";
    figure.y.minimum = 0.0;
    for (std::size_t i = 0; i < traces.size(); ++i) {
        if (traces[i].points.empty())
            continue;
        FigureSeries series {traces[i].name, seriesStyle(i), traces[i].points};
        series.style.marker = MarkerShape::None;
        figure.series.push_back(std::move(series));
    }
    return figure;
}

} // namespace rosler
