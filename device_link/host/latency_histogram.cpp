// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/latency_histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rosler {

namespace {

constexpr int bins = 48;
constexpr double farApart = 4.0; ///< largest over smallest from which on the axis is logarithmic
constexpr double least = 0.02;   ///< of the median: bins never look closer than the clock's own noise

} // namespace

LineFigure latencyHistogram(std::span<const MeasuredModel> models)
{
    LineFigure figure;
    figure.y = {"runs", false, 0.0, {}};
    double low = std::numeric_limits<double>::infinity();
    double high = 0;
    bool modelled = false;
    for (const MeasuredModel &model : models) {
        if (!model.measurement.latency)
            continue;
        modelled = modelled || model.measurement.latency->median.isModelled();
        for (const double seconds : model.latencies)
            if (seconds > 0) {
                low = std::min(low, 1e3 * seconds);
                high = std::max(high, 1e3 * seconds);
            }
    }
    figure.x.title = modelled ? "modelled latency (ms)" : "latency (ms)";
    if (high <= 0)
        return figure;
    figure.x.logarithmic = high / low >= farApart;
    const double margin = std::max(1.05, std::pow(high / low, 1.0 / bins));
    low = std::min(low / margin, low * (1 - least));
    high = std::max(high * margin, high * (1 + least));
    const auto edge = [&](int i) {
        const double share = static_cast<double>(i) / bins;
        return figure.x.logarithmic ? low * std::pow(high / low, share) : low + (high - low) * share;
    };
    const auto binOf = [&](double ms) {
        const double share =
            figure.x.logarithmic ? std::log(ms / low) / std::log(high / low) : (ms - low) / (high - low);
        return std::clamp(static_cast<int>(share * bins), 0, bins - 1);
    };
    std::size_t number = 0;
    for (const MeasuredModel &model : models) {
        const SeriesStyle style = seriesStyle(number++);
        if (model.latencies.empty() || !model.measurement.latency)
            continue;
        std::vector<int> counts(bins, 0);
        for (const double seconds : model.latencies)
            if (seconds > 0)
                ++counts[static_cast<std::size_t>(binOf(1e3 * seconds))];
        FigureSeries series;
        series.name = model.measurement.model + " " + model.measurement.type;
        series.style = style;
        series.style.marker = MarkerShape::None;
        series.points.push_back({edge(0), 0});
        for (int i = 0; i < bins; ++i) {
            const double count = counts[static_cast<std::size_t>(i)];
            series.points.push_back({edge(i), count});
            series.points.push_back({edge(i + 1), count});
        }
        series.points.push_back({edge(bins), 0});
        figure.series.push_back(std::move(series));
    }
    return figure;
}

std::string latencyText(const MeasuredModel &model)
{
    const Measurement &m = model.measurement;
    if (!m.latency)
        return {};
    return m.model + " " + m.type + ": median " + text(m.latency->median) + ", p95 " + text(m.latency->p95)
        + ", n " + std::to_string(m.latency->count);
}

} // namespace rosler
