// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/power_figure.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/contract.h"

namespace rosler {

LineFigure powerFigure(std::span<const NamedTrace> traces, std::size_t mostPoints)
{
    ROSLER_EXPECTS(mostPoints >= 2);
    LineFigure figure;
    figure.x.title = "time (s)";
    figure.y.title = "power (mW)";
    figure.y.minimum = 0.0;
    std::size_t number = 0;
    for (const NamedTrace &named : traces) {
        const SeriesStyle style = seriesStyle(number++);
        const std::vector<float> &watts = named.trace.watts;
        if (watts.empty())
            continue;
        FigureSeries series;
        series.name = named.name;
        series.style = style;
        series.style.marker = MarkerShape::None;
        const auto add = [&](std::size_t sample) {
            series.points.push_back({static_cast<double>(sample) * named.trace.sampleSeconds,
                                     1e3 * static_cast<double>(watts[sample])});
        };
        const std::size_t stretch = std::max<std::size_t>(1, 2 * watts.size() / mostPoints);
        for (std::size_t first = 0; first < watts.size(); first += stretch) {
            const std::size_t end = std::min(first + stretch, watts.size());
            std::size_t lowest = end;
            std::size_t highest = end;
            std::size_t lost = end;
            for (std::size_t i = first; i < end; ++i) {
                if (std::isnan(watts[i]))
                    lost = i;
                else {
                    lowest = lowest == end || watts[i] < watts[lowest] ? i : lowest;
                    highest = highest == end || watts[i] > watts[highest] ? i : highest;
                }
            }
            if (lowest < end) {
                add(std::min(lowest, highest));
                if (lowest != highest)
                    add(std::max(lowest, highest));
            }
            if (lost < end)
                series.points.push_back({static_cast<double>(lost) * named.trace.sampleSeconds,
                                         std::numeric_limits<double>::quiet_NaN()});
        }
        // A lost sample may lie before the stretch's last one: x ascends all the same.
        std::stable_sort(series.points.begin(), series.points.end(),
                         [](const FigurePoint &a, const FigurePoint &b) { return a.x < b.x; });
        figure.series.push_back(std::move(series));
    }
    return figure;
}

} // namespace rosler
