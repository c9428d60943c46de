// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rosler {

/// Where a figure comes from. Never dropped on the way: not in the window, nor in exports.
enum class Source {
    Measured,   ///< a board's own cycle counter or timer, on silicon
    Instrument, ///< an energy meter wired to the board
    Counted,    ///< instructions executed in an emulator: exact and repeatable, but no time
    Modelled,   ///< computed from other figures and stated assumptions
};

enum class Unit { Instructions, Cycles, Seconds, Joules, Watts };

[[nodiscard]] std::string_view nameOf(Source source); ///< "measured", "instrument", "counted", "modelled"
[[nodiscard]] std::string_view nameOf(Unit unit);     ///< "instructions", "cycles", "s", "J", "W"

/// A number with its unit and its source. It is made by the function that is named after the source, and a
/// modelled one cannot be made without saying what was assumed, nor written without its mark.
class Quantity
{
public:
    [[nodiscard]] static Quantity measured(double value, Unit unit);
    [[nodiscard]] static Quantity fromInstrument(double value, Unit unit);
    [[nodiscard]] static Quantity counted(double value, Unit unit);
    /// @param assumptions  one line for people, not empty: "1.14 cycles per instruction at 25 MHz"
    [[nodiscard]] static Quantity modelled(double value, Unit unit, std::string assumptions);
    /// The same with what it lies between: 0 < low <= value <= high.
    [[nodiscard]] static Quantity modelled(double value, Unit unit, std::string assumptions, double low,
                                           double high);

    [[nodiscard]] double value() const noexcept { return m_value; }
    [[nodiscard]] Unit unit() const noexcept { return m_unit; }
    [[nodiscard]] Source source() const noexcept { return m_source; }
    [[nodiscard]] bool isModelled() const noexcept { return m_source == Source::Modelled; }
    /// Of a modelled figure; empty for others.
    [[nodiscard]] const std::string &assumptions() const noexcept { return m_assumptions; }
    /// Whether it is modelled and its assumptions leave a range.
    [[nodiscard]] bool hasRange() const noexcept { return m_low < m_high; }
    [[nodiscard]] double low() const noexcept { return m_value * m_low; }
    [[nodiscard]] double high() const noexcept { return m_value * m_high; }

    /// The same source, assumptions and relative range with another number: a mean or a quantile of such
    /// figures.
    [[nodiscard]] Quantity withValue(double value) const;
    /// Divided by a plain count, e.g. of inferences.
    [[nodiscard]] Quantity per(double count) const;

    friend bool operator==(const Quantity &, const Quantity &) = default;

private:
    Quantity(double value, Unit unit, Source source, std::string assumptions, double low = 1.0,
             double high = 1.0);

    double m_value;
    Unit m_unit;
    Source m_source;
    std::string m_assumptions;
    double m_low; ///< of the range, over the value
    double m_high;
};

/// Three significant digits with the unit, and "~" before a modelled one: "~1.23 ms", "48,512 instructions"
/// (instructions and cycles are written in full); behind one with a range what it lies between: "~1.23 ms
/// (1.1 ms to 1.36 ms)". Views set modelled figures in italics besides.
[[nodiscard]] std::string text(const Quantity &figure);

/// Many figures of one kind.
struct Spread {
    Quantity median;
    Quantity p95; ///< nearest rank
    std::size_t count = 0;

    friend bool operator==(const Spread &, const Spread &) = default;
};

/// @param values  at least one; @p like says unit, source and assumptions of all of them
[[nodiscard]] Spread spreadOf(std::span<const double> values, const Quantity &like);

/// One layer's part of an inference.
struct LayerShare {
    std::string name;  ///< "1 sketched 784-32-784"
    Quantity quantity; ///< instructions or cycles
    std::uint64_t macs = 0;
    bool makesFeatures = false; ///< of samples: it is no part of the network

    friend bool operator==(const LayerShare &, const LayerShare &) = default;
};

/// What a model did on a board. Written as schema rosler.measurement/1 (measurementJson).
struct Measurement {
    std::string board; ///< profile's id: "mps2-an386"
    bool emulated = false;
    std::string model; ///< "rosler", "dense", or what the file calls it
    std::string type;  ///< "f32", "f16", "i8"
    std::string modelSha256;
    std::string dataset;       ///< name of the data that the samples are of
    std::string datasetDigest; ///< its Dataset::digest()
    std::uint64_t samples = 0; ///< test examples that were run
    std::optional<double> boardAccuracy;
    std::optional<double> twinAccuracy;
    std::optional<bool> outputsEqualTwin; ///< bit for bit, on every sample; none without samples
    std::optional<Spread> instructions;
    std::optional<Spread> cycles;
    std::optional<Spread> latency; ///< seconds
    std::optional<Spread> energy;  ///< joules an inference
    std::vector<LayerShare> layers;
    std::uint64_t macs = 0;       ///< of one inference, as stored
    std::uint64_t imageBytes = 0; ///< in flash
    std::uint64_t ramBytes = 0;   ///< input, outputs, scratch

    friend bool operator==(const Measurement &, const Measurement &) = default;
};

/// What making the features took of an inference, and what the network.
struct FeatureShare {
    Quantity features;
    Quantity network;
};
/// @return nothing when features were handed to the board, or nothing was counted
[[nodiscard]] std::optional<FeatureShare> featureShare(const Measurement &measurement);

/// One line of JSON, without line end. Every figure carries its source; modelled ones their assumptions too.
[[nodiscard]] std::string measurementJson(const Measurement &measurement);

/// CSV with a header line: which board, model, type and data; quantity, median, p95, n, unit, source,
/// assumptions; also each layer's share, accuracies and sizes. Modelled numbers are written with a leading
/// "~", so that no spreadsheet takes them for measured ones.
[[nodiscard]] std::string measurementCsv(std::span<const Measurement> measurements);

} // namespace rosler
