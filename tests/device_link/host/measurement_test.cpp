// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <numeric>

#include <nlohmann/json.hpp>

#include <QtTest>

#include "device_link/host/measurement.h"

namespace measurement_test {

using namespace rosler;

class MeasurementTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void modelledFiguresCarryTheirMarkEverywhere();
    void modelledFiguresStateTheirRange();
    void textsHaveThreeDigitsAndAUnit_data();
    void textsHaveThreeDigitsAndAUnit();
    void medianAndPercentileAreThoseByHand();
    void theSourceSurvivesArithmetic();
    void jsonHasTheAgreedMembers();
    void whatWasNotMeasuredIsNull();
};

void MeasurementTest::modelledFiguresCarryTheirMarkEverywhere()
{
    const Quantity modelled = Quantity::modelled(0.00123, Unit::Seconds, "1 cycle, \"at\" 25 MHz");
    const Quantity measured = Quantity::measured(0.00123, Unit::Seconds);
    QVERIFY(!(modelled == measured));
    QCOMPARE(text(modelled), "~" + text(measured));

    Measurement m;
    m.latency = spreadOf(std::array {0.00123}, modelled);
    const std::string csv = measurementCsv(std::array {m});
    QVERIFY(csv.find(",latency,~0.00123,~0.00123,1,s,modelled,\"1 cycle, \"\"at\"\" 25 MHz\"\n")
            != std::string::npos);
    const auto json = nlohmann::json::parse(measurementJson(m));
    QCOMPARE(json["latency_us"]["source"], "modelled");
    QCOMPARE(json["latency_us"]["assumptions"], "1 cycle, \"at\" 25 MHz");

    m.layers = {{"1 dense, wide", Quantity::counted(42, Unit::Instructions), 7}};
    m.samples = 8;
    m.boardAccuracy = 0.875;
    m.ramBytes = 99;
    const std::string more = measurementCsv(std::array {m});
    QVERIFY(more.find(",\"layer 1 dense, wide\",42,,1,instructions,counted,\n") != std::string::npos);
    QVERIFY(more.find(",board_accuracy,0.875,,8,fraction,measured,\n") != std::string::npos);
    QVERIFY(more.find(",ram_bytes,99,,1,bytes,counted,\n") != std::string::npos);

    m.latency = spreadOf(std::array {0.00123}, measured);
    QVERIFY(measurementCsv(std::array {m}).find(",latency,0.00123,0.00123,1,s,measured,\n")
            != std::string::npos);
    QCOMPARE(nlohmann::json::parse(measurementJson(m))["latency_us"]["source"], "measured");
}

void MeasurementTest::modelledFiguresStateTheirRange()
{
    const Quantity seconds = Quantity::modelled(0.00123, Unit::Seconds, "1 to 1.4 cycles", 0.001, 0.0014);
    QCOMPARE(text(seconds), "~1.23 ms (1.00 ms to 1.40 ms)");
    QVERIFY(seconds.hasRange());
    const Quantity half = seconds.per(2.0); // the range goes along
    QCOMPARE(half.low(), 0.0005);
    QCOMPARE(half.high(), 0.0007);
    QVERIFY(!Quantity::modelled(1.0, Unit::Seconds, "x").hasRange());
    QVERIFY(!Quantity::measured(1.0, Unit::Seconds).hasRange());

    Measurement m;
    m.latency = spreadOf(std::array {0.00246}, seconds);
    const auto json = nlohmann::json::parse(measurementJson(m))["latency_us"];
    QCOMPARE(json["low"].get<double>(), 2000.0);
    QCOMPARE(json["high"].get<double>(), 2800.0);
    m.latency = spreadOf(std::array {0.00246}, Quantity::measured(0.0, Unit::Seconds));
    QVERIFY(!nlohmann::json::parse(measurementJson(m))["latency_us"].contains("low"));
}

void MeasurementTest::textsHaveThreeDigitsAndAUnit_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<int>("unit");
    QTest::addColumn<QString>("expected");
    const auto row = [](double value, Unit unit, const char *expected) {
        QTest::addRow("%s", expected) << value << static_cast<int>(unit) << QString::fromUtf8(expected);
    };
    row(0.00123456, Unit::Seconds, "1.23 ms");
    row(12.3456, Unit::Seconds, "12.3 s");
    row(1e-6, Unit::Joules, "1.00 µJ");
    row(999.6e-6, Unit::Joules, "1.00 mJ");
    row(98.76e-6, Unit::Watts, "98.8 µW");
    row(0.0, Unit::Seconds, "0.00 s");
    row(48512.0, Unit::Instructions, "48,512 instructions");
    row(1234567.0, Unit::Cycles, "1,234,567 cycles");
    row(999.0, Unit::Cycles, "999 cycles");
}

void MeasurementTest::textsHaveThreeDigitsAndAUnit()
{
    QFETCH(double, value);
    QFETCH(int, unit);
    QFETCH(QString, expected);
    QCOMPARE(QString::fromStdString(text(Quantity::measured(value, static_cast<Unit>(unit)))), expected);
}

void MeasurementTest::medianAndPercentileAreThoseByHand()
{
    const Quantity like = Quantity::counted(0.0, Unit::Instructions);
    const Spread odd = spreadOf(std::array {3.0, 1.0, 2.0}, like);
    QCOMPARE(odd.median.value(), 2.0);
    QCOMPARE(odd.p95.value(), 3.0);
    const Spread even = spreadOf(std::array {4.0, 1.0, 2.0, 3.0}, like);
    QCOMPARE(even.median.value(), 2.5);
    std::array<double, 100> hundred {};
    std::iota(hundred.rbegin(), hundred.rend(), 1.0);
    const Spread s = spreadOf(hundred, like);
    QCOMPARE(s.median.value(), 50.5);
    QCOMPARE(s.p95.value(), 95.0);
    QCOMPARE(s.count, std::size_t {100});
    QCOMPARE(s.median.source(), Source::Counted);
}

void MeasurementTest::theSourceSurvivesArithmetic()
{
    const Quantity f = Quantity::modelled(10.0, Unit::Joules, "x").per(4.0);
    QCOMPARE(f.value(), 2.5);
    QVERIFY(f.isModelled());
    QCOMPARE(f.assumptions(), std::string("x"));
    QCOMPARE(Quantity::fromInstrument(1.0, Unit::Joules).withValue(2.0).source(), Source::Instrument);
}

void MeasurementTest::jsonHasTheAgreedMembers()
{
    Measurement m;
    m.board = "mps2-an386";
    m.emulated = true;
    m.model = "rosler";
    m.type = "i8";
    m.samples = 1000;
    m.boardAccuracy = 0.97;
    m.twinAccuracy = 0.97;
    m.outputsEqualTwin = true;
    m.instructions = spreadOf(std::array {48512.0}, Quantity::counted(0.0, Unit::Instructions));
    m.latency = spreadOf(std::array {0.002}, Quantity::modelled(0.0, Unit::Seconds, "x"));
    m.macs = 33000;
    m.imageBytes = 40000;
    m.ramBytes = 2000;
    m.layers.push_back({"1 dense", Quantity::counted(48000.0, Unit::Instructions), 33000});
    const std::string line = measurementJson(m);
    QCOMPARE(line.find('\n'), std::string::npos);
    const auto json = nlohmann::json::parse(line);
    QCOMPARE(json["schema"], "rosler.measurement/1");
    QCOMPARE(json["board"], "mps2-an386");
    QCOMPARE(json["emulated"], true);
    QCOMPARE(json["samples"], 1000);
    QCOMPARE(json["outputs_equal_twin"], true);
    QCOMPARE(json["instructions"]["median"], 48512.0);
    QCOMPARE(json["instructions"]["p95"], 48512.0);
    QCOMPARE(json["latency_us"]["median"].get<double>(), 2000.0);
    QCOMPARE(json["image_bytes"], 40000);
    QCOMPARE(json["ram_bytes"], 2000);
    QCOMPARE(json["layers"][0]["instructions"], 48000.0);
}

void MeasurementTest::whatWasNotMeasuredIsNull()
{
    const auto json = nlohmann::json::parse(measurementJson({}));
    for (const char *key : {"board_accuracy", "instructions", "cycles", "latency_us", "energy_uj"})
        QVERIFY(json[key].is_null());
}

QTEST_APPLESS_MAIN(MeasurementTest)

} // namespace measurement_test

#include "measurement_test.moc"
