// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <random>

#include <QtTest>

#include "core/figure/axis_scale.h"
#include "core/figure/axis_ticks.h"

namespace axis_test {

using namespace rosler;

namespace {

QString labelsOf(const AxisTicks &ticks)
{
    QStringList words;
    for (const FigureText &label : ticks.labels)
        words << QString::fromStdString(label.exponent.empty() ? label.text
                                                               : label.text + "^" + label.exponent);
    return words.join(QLatin1Char(' '));
}

constexpr double infinity = std::numeric_limits<double>::infinity();

} // namespace

class AxisTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linearTicksAreRound_data();
    void linearTicksAreRound();
    void linearTicksKeepTheirLaws();
    void logarithmicTicksAreDecades_data();
    void logarithmicTicksAreDecades();
    void decadesCarryEightMinorTicks();
    void seriesStylesOfNeighboursDifferInEverything();
    void scaleWithoutDataIsTheUnit();
    void scaleKeepsFixedLimits();
    void scaleOfASingleValueHasLength();
    void logarithmicScaleRefusesWhatIsNotPositive();
    void scaleSurvivesExtremeValues_data();
    void scaleSurvivesExtremeValues();
};

void AxisTest::linearTicksAreRound_data()
{
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<int>("atMost");
    QTest::addColumn<QString>("labels");
    QTest::newRow("unit") << 0.0 << 1.0 << 6 << "0.0 0.2 0.4 0.6 0.8 1.0";
    QTest::newRow("epochs") << 0.0 << 20.4 << 6 << "0 5 10 15 20";
    QTest::newRow("accuracy") << 91.3 << 99.1 << 5 << "92 94 96 98";
    QTest::newRow("negative") << -1.0 << 1.0 << 5 << "\u22121.0 \u22120.5 0.0 0.5 1.0";
    QTest::newRow("zoomed") << 98.712 << 98.741 << 4 << "98.72 98.73 98.74";
    QTest::newRow("large") << 0.0 << 4.2e6 << 5 << "0 1\u00d710^6 2\u00d710^6 3\u00d710^6 4\u00d710^6";
    QTest::newRow("small")
        << 0.0 << 2.1e-5 << 5
        << "0 0.5\u00d710^\u22125 1.0\u00d710^\u22125 1.5\u00d710^\u22125 2.0\u00d710^\u22125";
    QTest::newRow("thousands") << 0.0 << 8000.0 << 5 << "0 2000 4000 6000 8000";
}

void AxisTest::linearTicksAreRound()
{
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(int, atMost);
    QTEST(labelsOf(linearTicks(low, high, atMost)), "labels");
}

void AxisTest::linearTicksKeepTheirLaws()
{
    std::mt19937_64 random(1);
    for (int i = 0; i < 5000; ++i) {
        const double scale = std::pow(10.0, static_cast<double>(random() % 40) - 20);
        const double a = scale * (static_cast<double>(random() % 20001) / 1e4 - 1);
        const double b = a + scale * static_cast<double>(1 + random() % 10000) / 1e4;
        const int atMost = 2 + static_cast<int>(random() % 9);
        const AxisTicks ticks = linearTicks(a, b, atMost);
        QVERIFY(ticks.major.size() <= static_cast<std::size_t>(atMost));
        QCOMPARE(ticks.labels.size(), ticks.major.size());
        // The spacing grows by 2.5 at most from one that has more than atMost ticks.
        QVERIFY(ticks.major.size() >= static_cast<std::size_t>((atMost + 1) / 2.5) - 1);
        for (std::size_t k = 0; k < ticks.major.size(); ++k) {
            QVERIFY(ticks.major[k] >= a && ticks.major[k] <= b);
            if (k > 0) {
                QVERIFY(ticks.major[k - 1] < ticks.major[k]);
                QVERIFY(ticks.labels[k - 1] != ticks.labels[k]);
            }
        }
    }
}

void AxisTest::logarithmicTicksAreDecades_data()
{
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<int>("atMost");
    QTest::addColumn<QString>("labels");
    QTest::newRow("kilobytes") << 10.0 << 9000.0 << 6 << "10 100 1000";
    QTest::newRow("fractions") << 0.001 << 1.0 << 6 << "0.001 0.01 0.1 1";
    QTest::newRow("powers") << 1.0 << 1e9 << 5 << "10^0 10^2 10^4 10^6 10^8";
    QTest::newRow("low axis") << 10.0 << 4000.0 << 2 << "10 1000"; // not 100 alone
    QTest::newRow("low axis below one") << 0.008 << 4.0 << 2 << "0.01 1";
    QTest::newRow("short") << 0.8 << 6.0 << 6 << "1 2 5";
    QTest::newRow("over one decade") << 8.0 << 60.0 << 6 << "10 20 50";
    QTest::newRow("too short for decades") << 21.0 << 29.0 << 5 << "22 24 26 28";
    QTest::newRow("short and large") << 9e6 << 6e7 << 6 << "10^7 2\u00d710^7 5\u00d710^7";
}

void AxisTest::logarithmicTicksAreDecades()
{
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(int, atMost);
    const AxisTicks ticks = logarithmicTicks(low, high, atMost);
    QTEST(labelsOf(ticks), "labels");
    for (const double tick : ticks.minor)
        QVERIFY(tick >= low && tick <= high);
}

void AxisTest::decadesCarryEightMinorTicks()
{
    const AxisTicks ticks = logarithmicTicks(1, 1000, 6);
    QCOMPARE(ticks.major, (std::vector<double> {1, 10, 100, 1000}));
    QCOMPARE(ticks.minor.size(), std::size_t {24});
    QCOMPARE(ticks.minor.front(), 2.0);
    QCOMPARE(ticks.minor.back(), 900.0);
}

void AxisTest::seriesStylesOfNeighboursDifferInEverything()
{
    const auto rgb = [](FigureColour c) { return std::array {c.red, c.green, c.blue}; };
    for (std::size_t i = 0; i < 60; ++i) {
        const SeriesStyle a = seriesStyle(i);
        const SeriesStyle b = seriesStyle(i + 1);
        QVERIFY(rgb(a.colour) != rgb(b.colour));
        QVERIFY(a.marker != b.marker && a.marker != MarkerShape::None);
        QVERIFY(a.dash != b.dash);
        for (std::size_t j = 0; j < i && i < 28; ++j) {
            const SeriesStyle c = seriesStyle(j);
            QVERIFY(rgb(a.colour) != rgb(c.colour) || a.marker != c.marker || a.dash != c.dash);
        }
    }
    QCOMPARE(seriesStyle(1).colour.red, 0xee / 255.0);
    QCOMPARE(seriesStyle(1).colour.green, 0x66 / 255.0);
    QCOMPARE(seriesStyle(1).colour.blue, 0x77 / 255.0);
}

void AxisTest::scaleWithoutDataIsTheUnit()
{
    const AxisScale scale = axisScale({}, {}, {0.05, 0.05, 0.2});
    QCOMPARE(scale.minimum, 0.0);
    QCOMPARE(scale.maximum, 1.0);
    const AxisScale logarithmic = axisScale({{}, true, {}, {}}, {}, {});
    QCOMPARE(logarithmic.minimum, 0.1);
    QCOMPARE(logarithmic.maximum, 10.0);
}

void AxisTest::scaleKeepsFixedLimits()
{
    ValueRange range;
    range.add(10);
    range.add(20);
    const AxisScale both = axisScale({{}, false, 3.25, 7.75}, range, {0.05, 0.05, 0.2});
    QCOMPARE(both.minimum, 3.25);
    QCOMPARE(both.maximum, 7.75);
    const AxisScale low = axisScale({{}, false, 12.5, {}}, range, {0.05, 0.05, 0.2});
    QCOMPARE(low.minimum, 12.5);
    QVERIFY(low.maximum > 20 && low.maximum < 21);
    const AxisScale beyond = axisScale({{}, false, 50.0, {}}, range, {0.05, 0.05, 0.2});
    QCOMPARE(beyond.minimum, 50.0);
    QVERIFY(beyond.maximum > 50);
    // 9 below 10 in the wrong order, and what no axis can have: as if not given.
    for (const FigureAxis &axis : {FigureAxis {{}, false, 10.0, 9.0}, FigureAxis {{}, false, infinity, {}},
                                   FigureAxis {{}, true, -1.0, {}}}) {
        const AxisScale scale = axisScale(axis, range, {});
        QVERIFY(qFuzzyCompare(scale.minimum, 10.0));
        QVERIFY(qFuzzyCompare(scale.maximum, 20.0));
    }
}

void AxisTest::scaleOfASingleValueHasLength()
{
    for (const double value : {0.0, 97.3, -4.0, 1e-200, 1e250}) {
        ValueRange range;
        range.add(value);
        const AxisScale scale = axisScale({}, range, {0.05, 0.05, 0.2});
        QVERIFY(scale.minimum < scale.maximum);
        QVERIFY(scale.minimum <= value && value <= scale.maximum);
        QVERIFY(!linearTicks(scale.minimum, scale.maximum, 5).major.empty());
    }
}

void AxisTest::logarithmicScaleRefusesWhatIsNotPositive()
{
    const AxisScale scale {0.1, 10, true};
    QVERIFY(!scale.canShow(0));
    QVERIFY(!scale.canShow(-1));
    QVERIFY(std::isnan(scale.fraction(-1)));
    QCOMPARE(scale.fraction(1), 0.5);
}

void AxisTest::scaleSurvivesExtremeValues_data()
{
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<bool>("logarithmic");
    const double largest = std::numeric_limits<double>::max();
    const double smallest = std::numeric_limits<double>::denorm_min();
    QTest::newRow("all doubles") << -largest << largest << false;
    QTest::newRow("denormal") << 0.0 << smallest << false;
    QTest::newRow("all positive doubles") << smallest << largest << true;
    QTest::newRow("neighbours") << 1.0 << std::nextafter(1.0, 2.0) << false;
    QTest::newRow("neighbours, logarithmic") << 1.0 << std::nextafter(1.0, 2.0) << true;
}

void AxisTest::scaleSurvivesExtremeValues()
{
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(bool, logarithmic);
    ValueRange range;
    range.add(low);
    range.add(high);
    const AxisScale scale = axisScale({{}, logarithmic, {}, {}}, range, {0.05, 0.05, 0.2});
    QVERIFY(std::isfinite(scale.minimum) && std::isfinite(scale.maximum) && scale.minimum < scale.maximum);
    const AxisTicks ticks = logarithmic ? logarithmicTicks(scale.minimum, scale.maximum, 5)
                                        : linearTicks(scale.minimum, scale.maximum, 5);
    QVERIFY(ticks.major.size() >= 2 && ticks.major.size() <= 6);
    QVERIFY(std::isfinite(scale.fraction(high)));
}

QTEST_APPLESS_MAIN(AxisTest)

} // namespace axis_test

#include "axis_test.moc"
