// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/measurement_figures.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

namespace rosler {

namespace {

std::size_t indexOf(std::vector<std::string> &list, const std::string &text)
{
    const auto at = std::find(list.begin(), list.end(), text);
    if (at != list.end())
        return static_cast<std::size_t>(at - list.begin());
    list.push_back(text);
    return list.size() - 1;
}

struct Value {
    double number = 0;
    bool modelled = false;
};

/// One group of categories: every number type, each named by @p category.
void addCategories(BarFigure &figure, std::span<const Measurement> measurements, const std::string &suffix,
                   const std::function<std::optional<Value>(const Measurement &)> &valueOf)
{
    std::vector<std::string> names;
    for (const BarFigure::Series &series : figure.series)
        names.push_back(series.name);
    for (const Measurement &m : measurements) {
        const std::optional<Value> value = valueOf(m);
        if (!value)
            continue;
        const std::size_t category = indexOf(figure.categories, m.type + suffix);
        const std::size_t series = indexOf(names, m.model);
        if (series == figure.series.size())
            figure.series.push_back({m.model, seriesStyle(series), {}});
        std::vector<double> &values = figure.series[series].values;
        values.resize(std::max(values.size(), category + 1), std::numeric_limits<double>::quiet_NaN());
        values[category] = value->number;
        figure.modelled = figure.modelled || value->modelled;
    }
}

BarFigure emptyFigure(const char *axis)
{
    BarFigure figure;
    figure.value.title = axis;
    figure.value.logarithmic = true;
    return figure;
}

std::optional<Value> medianOf(const std::optional<Spread> &spread, double scale)
{
    if (!spread)
        return std::nullopt;
    return Value {spread->median.value() * scale, spread->median.isModelled()};
}

} // namespace

BarFigure computeFigure(std::span<const Measurement> measurements)
{
    const bool cycles = std::any_of(measurements.begin(), measurements.end(),
                                    [](const Measurement &m) { return m.cycles.has_value(); });
    BarFigure figure =
        emptyFigure(cycles ? "cycles of an inference (k)" : "instructions of an inference (k)");
    addCategories(figure, measurements, {}, [cycles](const Measurement &m) {
        return medianOf(cycles ? m.cycles : m.instructions, 1e-3);
    });
    return figure;
}

BarFigure latencyFigure(std::span<const Measurement> measurements)
{
    BarFigure figure = emptyFigure("latency of an inference (ms)");
    addCategories(figure, measurements, {}, [](const Measurement &m) { return medianOf(m.latency, 1e3); });
    return figure;
}

BarFigure energyFigure(std::span<const Measurement> measurements)
{
    BarFigure figure = emptyFigure("energy of an inference (µJ)");
    addCategories(figure, measurements, {}, [](const Measurement &m) { return medianOf(m.energy, 1e6); });
    return figure;
}

BarFigure deviceMemoryFigure(std::span<const Measurement> measurements)
{
    BarFigure figure = emptyFigure("memory on the board (kB)");
    addCategories(figure, measurements, {}, [](const Measurement &m) {
        return Value {static_cast<double>(m.imageBytes) / 1e3, false};
    });
    addCategories(figure, measurements, " RAM", [](const Measurement &m) {
        return Value {static_cast<double>(m.ramBytes) / 1e3, false};
    });
    return figure;
}

std::vector<NamedFigure> measurementFigures(std::span<const Measurement> measurements)
{
    std::vector<NamedFigure> figures;
    const auto add = [&](const char *stem, BarFigure figure) {
        if (!figure.series.empty())
            figures.push_back({stem, std::move(figure)});
    };
    add("board-compute", computeFigure(measurements));
    add("board-latency", latencyFigure(measurements));
    add("board-energy", energyFigure(measurements));
    add("board-memory", deviceMemoryFigure(measurements));
    return figures;
}

} // namespace rosler
