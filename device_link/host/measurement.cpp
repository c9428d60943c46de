// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/measurement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/contract.h"
#include "core/base/text_number.h"
#include "device_link/host/csv_field.h"

namespace rosler {

namespace {

using Json = nlohmann::ordered_json;

/// 1234567 -> "1,234,567".
std::string wholeNumber(double value)
{
    std::string digits = std::to_string(static_cast<long long>(std::llround(value)));
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (digits[0] == '-' ? 1 : 0); at -= 3)
        digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
}

/// Three significant digits and a prefix: 0.00123 s -> "1.23 ms".
std::string withPrefix(double value, std::string_view unit)
{
    static constexpr std::array<std::pair<double, const char *>, 5> prefixes {
        {{1.0, ""}, {1e-3, "m"}, {1e-6, "µ"}, {1e-9, "n"}, {1e-12, "p"}}};
    if (!std::isfinite(value))
        return "unknown";
    std::size_t i = 0;
    // 0.9995 of a unit would be written as 1000 of the next.
    while (i + 1 < prefixes.size() && std::abs(value) < 0.9995 * prefixes[i].first && value != 0.0)
        ++i;
    const double scaled = value / prefixes[i].first;
    const double size = std::abs(scaled);
    const int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
    std::array<char, 64> buffer {};
    std::snprintf(buffer.data(), buffer.size(), "%.*f ", decimals, scaled);
    return buffer.data() + std::string(prefixes[i].second) + std::string(unit);
}

Json spreadJson(const Spread &spread, double factor)
{
    Json json {{"median", spread.median.value() * factor},
               {"p95", spread.p95.value() * factor},
               {"n", spread.count},
               {"source", nameOf(spread.median.source())}};
    if (spread.median.isModelled())
        json["assumptions"] = spread.median.assumptions();
    if (spread.median.hasRange()) { // of the median
        json["low"] = spread.median.low() * factor;
        json["high"] = spread.median.high() * factor;
    }
    return json;
}

std::string number(const Quantity &figure)
{
    return (figure.isModelled() ? "~" : "") + numberText(figure.value(), 9);
}

} // namespace

std::string_view nameOf(Source source)
{
    switch (source) {
    case Source::Measured:
        return "measured";
    case Source::Instrument:
        return "instrument";
    case Source::Counted:
        return "counted";
    case Source::Modelled:
        break;
    }
    return "modelled";
}

std::string_view nameOf(Unit unit)
{
    switch (unit) {
    case Unit::Instructions:
        return "instructions";
    case Unit::Cycles:
        return "cycles";
    case Unit::Seconds:
        return "s";
    case Unit::Joules:
        return "J";
    case Unit::Watts:
        break;
    }
    return "W";
}

Quantity::Quantity(double value, Unit unit, Source source, std::string assumptions, double low, double high)
    : m_value(value)
    , m_unit(unit)
    , m_source(source)
    , m_assumptions(std::move(assumptions))
    , m_low(low)
    , m_high(high)
{
}

Quantity Quantity::measured(double value, Unit unit)
{
    return {value, unit, Source::Measured, {}};
}

Quantity Quantity::fromInstrument(double value, Unit unit)
{
    return {value, unit, Source::Instrument, {}};
}

Quantity Quantity::counted(double value, Unit unit)
{
    ROSLER_EXPECTS(unit == Unit::Instructions); // an emulator counts nothing else exactly
    return {value, unit, Source::Counted, {}};
}

Quantity Quantity::modelled(double value, Unit unit, std::string assumptions)
{
    ROSLER_EXPECTS(!assumptions.empty());
    return {value, unit, Source::Modelled, std::move(assumptions)};
}

Quantity Quantity::modelled(double value, Unit unit, std::string assumptions, double low, double high)
{
    ROSLER_EXPECTS(!assumptions.empty());
    ROSLER_EXPECTS(0.0 < low && low <= value && value <= high);
    return {value, unit, Source::Modelled, std::move(assumptions), low / value, high / value};
}

Quantity Quantity::withValue(double value) const
{
    return {value, m_unit, m_source, m_assumptions, m_low, m_high};
}

Quantity Quantity::per(double count) const
{
    ROSLER_EXPECTS(count > 0.0);
    return withValue(m_value / count);
}

std::string text(const Quantity &figure)
{
    const auto number = [&](double value) {
        if (figure.unit() == Unit::Instructions || figure.unit() == Unit::Cycles)
            return wholeNumber(value) + " " + std::string(nameOf(figure.unit()));
        return withPrefix(value, nameOf(figure.unit()));
    };
    std::string written = (figure.isModelled() ? "~" : "") + number(figure.value());
    if (figure.hasRange())
        written += " (" + number(figure.low()) + " to " + number(figure.high()) + ")";
    return written;
}

Spread spreadOf(std::span<const double> values, const Quantity &like)
{
    ROSLER_EXPECTS(!values.empty());
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const std::size_t n = sorted.size();
    const double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0;
    const std::size_t rank = (95 * n + 99) / 100; // 1..n
    return {like.withValue(median), like.withValue(sorted[rank - 1]), n};
}

std::optional<FeatureShare> featureShare(const Measurement &m)
{
    double features = 0;
    double network = 0;
    for (const LayerShare &layer : m.layers)
        (layer.makesFeatures ? features : network) += layer.quantity.value();
    const auto made = std::find_if(m.layers.begin(), m.layers.end(),
                                   [](const LayerShare &layer) { return layer.makesFeatures; });
    if (made == m.layers.end())
        return std::nullopt;
    return FeatureShare {made->quantity.withValue(features), made->quantity.withValue(network)};
}

std::string measurementJson(const Measurement &m)
{
    const auto orNull = [](const std::optional<double> &v) { return v ? Json(*v) : Json(nullptr); };
    const auto spread = [](const std::optional<Spread> &s, double factor) {
        return s ? spreadJson(*s, factor) : Json(nullptr);
    };
    Json json {{"schema", "rosler.measurement/1"},
               {"board", m.board},
               {"emulated", m.emulated},
               {"model", m.model},
               {"type", m.type},
               {"model_sha256", m.modelSha256},
               {"dataset", m.dataset},
               {"dataset_digest", m.datasetDigest},
               {"samples", m.samples},
               {"board_accuracy", orNull(m.boardAccuracy)},
               {"twin_accuracy", orNull(m.twinAccuracy)},
               {"outputs_equal_twin", m.outputsEqualTwin ? Json(*m.outputsEqualTwin) : Json(nullptr)},
               {"instructions", spread(m.instructions, 1.0)},
               {"cycles", spread(m.cycles, 1.0)},
               {"macs", m.macs},
               {"latency_us", spread(m.latency, 1e6)},
               {"energy_uj", spread(m.energy, 1e6)},
               {"image_bytes", m.imageBytes},
               {"ram_bytes", m.ramBytes}};
    Json layers = Json::array();
    for (const LayerShare &layer : m.layers)
        layers.push_back({{"name", layer.name},
                          {nameOf(layer.quantity.unit()), layer.quantity.value()},
                          {"macs", layer.macs},
                          {"source", nameOf(layer.quantity.source())}});
    json["layers"] = std::move(layers);
    if (const std::optional<FeatureShare> share = featureShare(m))
        for (const auto &[name, part] :
             {std::pair {"features", share->features}, {"network", share->network}})
            json[name] = {{nameOf(part.unit()), part.value()}, {"source", nameOf(part.source())}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string measurementCsv(std::span<const Measurement> measurements)
{
    std::string csv =
        "board,emulated,model,type,dataset,dataset_digest,quantity,median,p95,n,unit,source,assumptions\n";
    for (const Measurement &m : measurements) {
        const std::string head = csvField(m.board) + (m.emulated ? ",yes," : ",no,") + csvField(m.model) + ","
            + csvField(m.type) + "," + csvField(m.dataset) + "," + csvField(m.datasetDigest) + ",";
        const auto row = [&](const char *quantity, const std::optional<Spread> &s) {
            if (!s)
                return;
            csv += head + quantity + "," + number(s->median) + "," + number(s->p95) + ","
                + std::to_string(s->count) + "," + std::string(nameOf(s->median.unit())) + ","
                + std::string(nameOf(s->median.source())) + "," + csvField(s->median.assumptions()) + "\n";
        };
        const auto plain = [&](const std::string &quantity, const std::string &value, std::uint64_t n,
                               const char *unit, std::string_view source) {
            csv += head + csvField(quantity) + "," + value + ",," + std::to_string(n) + "," + unit + ","
                + std::string(source) + ",\n";
        };
        row("instructions", m.instructions);
        row("cycles", m.cycles);
        row("latency", m.latency);
        row("energy", m.energy);
        for (const LayerShare &layer : m.layers)
            plain("layer " + layer.name, number(layer.quantity), 1, nameOf(layer.quantity.unit()).data(),
                  nameOf(layer.quantity.source()));
        // Answers of the board, whether it is one on silicon or in an emulator, and sizes of its image.
        if (m.boardAccuracy)
            plain("board_accuracy", numberText(*m.boardAccuracy, 9), m.samples, "fraction", "measured");
        if (m.twinAccuracy)
            plain("twin_accuracy", numberText(*m.twinAccuracy, 9), m.samples, "fraction", "measured");
        if (m.outputsEqualTwin)
            plain("outputs_equal_twin", *m.outputsEqualTwin ? "1" : "0", m.samples, "bool", "measured");
        plain("macs", std::to_string(m.macs), 1, "multiply-adds", "counted");
        plain("image_bytes", std::to_string(m.imageBytes), 1, "bytes", "counted");
        plain("ram_bytes", std::to_string(m.ramBytes), 1, "bytes", "counted");
    }
    return csv;
}

} // namespace rosler
