// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include <QtTest>

#include "widgets/charts/axis_range.h"

namespace axis_range_test {

using namespace rosler;

class AxisRangeTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void followsWithRoundBounds_data();
    void followsWithRoundBounds();
    void changesSeldomWhileDataGrow();
    void shrinksOnlyWhenHalfIsEmpty();
    void zoomKeepsTheValueUnderTheCursor();
    void shiftingThereAndBackIsNothing();
    void extremesOfDoubleStayResolvable();
};

namespace {

ValueRange valuesFrom(double low, double high)
{
    ValueRange range;
    range.add(low);
    range.add(high);
    return range;
}

} // namespace

void AxisRangeTest::followsWithRoundBounds_data()
{
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<bool>("logarithmic");
    QTest::addColumn<double>("wantedLow");
    QTest::addColumn<double>("wantedHigh");
    QTest::newRow("round already") << 0.0 << 10.0 << false << 0.0 << 10.0;
    QTest::newRow("accuracy") << 11.3 << 98.2 << false << 0.0 << 100.0;
    QTest::newRow("narrow and far from 0") << 96.23 << 98.31 << false << 96.0 << 98.5;
    QTest::newRow("both signs") << -0.31 << 0.27 << false << -0.4 << 0.3;
    QTest::newRow("tenths, which doubles miss") << 0.3 << 0.9 << false << 0.3 << 0.9;
    QTest::newRow("one value") << 5.0 << 5.0 << false << 4.4 << 5.6;
    QTest::newRow("only 0") << 0.0 << 0.0 << false << -1.0 << 1.0;
    QTest::newRow("decades") << 0.013 << 2.3 << true << 0.01 << 5.0;
    QTest::newRow("decades, round already") << 0.01 << 1000.0 << true << 0.01 << 1000.0;
    QTest::newRow("one value, logarithmic") << 100.0 << 100.0 << true << 50.0 << 200.0;
}

void AxisRangeTest::followsWithRoundBounds()
{
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(bool, logarithmic);
    const AxisRange range = followingRange(valuesFrom(low, high), std::nullopt, logarithmic);
    const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b)); };
    QFETCH(double, wantedLow);
    QFETCH(double, wantedHigh);
    QVERIFY2(near(range.low, wantedLow) && near(range.high, wantedHigh),
             qPrintable(QStringLiteral("%1 .. %2").arg(range.low, 0, 'g', 17).arg(range.high, 0, 'g', 17)));
}

void AxisRangeTest::changesSeldomWhileDataGrow()
{
    std::optional<AxisRange> current;
    int changes = 0;
    for (int step = 1; step <= 10'000; ++step) {
        const AxisRange next = followingRange(valuesFrom(0, step), current, false);
        QVERIFY(next.holds(0) && next.holds(step));
        changes += current && *current == next ? 0 : 1;
        current = next;
    }
    QVERIFY2(changes < 80, qPrintable(QString::number(changes)));
}

void AxisRangeTest::shrinksOnlyWhenHalfIsEmpty()
{
    const AxisRange wide {.low = 0, .high = 100};
    QCOMPARE(followingRange(valuesFrom(0, 60), wide, false), wide);
    QCOMPARE(followingRange(valuesFrom(0, 40), wide, false).high, 40.0);
    QCOMPARE(followingRange({}, wide, false), (AxisRange {.low = 0, .high = 1}));
}

void AxisRangeTest::zoomKeepsTheValueUnderTheCursor()
{
    for (const bool logarithmic : {false, true}) {
        const AxisScale scale = scaleOver({.low = 0.5, .high = 80}, logarithmic);
        for (const double fraction : {0.0, 0.3, 1.0}) {
            const AxisRange range = zoomedRange(scale, fraction, 0.4);
            const double before = valueAt(scale, fraction);
            QVERIFY(std::abs(scaleOver(range, logarithmic).fraction(before) - fraction) < 1e-12);
            const double ratio =
                logarithmic ? std::log(range.high / range.low) / std::log(160.0) : range.width() / 79.5;
            QVERIFY(std::abs(ratio - 0.4) < 1e-12);
        }
    }
}

void AxisRangeTest::shiftingThereAndBackIsNothing()
{
    for (const bool logarithmic : {false, true}) {
        const AxisRange range {.low = 2, .high = 18};
        const AxisRange moved = shiftedRange(scaleOver(range, logarithmic), 0.25);
        QVERIFY(moved.low > range.low && moved.high > range.high);
        const AxisRange back = shiftedRange(scaleOver(moved, logarithmic), -0.25);
        QVERIFY(std::abs(back.low - 2) < 1e-12 && std::abs(back.high - 18) < 1e-12);
    }
}

void AxisRangeTest::extremesOfDoubleStayResolvable()
{
    constexpr double big = std::numeric_limits<double>::max();
    constexpr double tiny = std::numeric_limits<double>::denorm_min();
    for (const bool logarithmic : {false, true}) {
        for (const auto &[low, high] : {std::pair {-big, big},
                                        {0.0, tiny},
                                        {tiny, tiny},
                                        {big, big},
                                        {-big, -big},
                                        {tiny, big},
                                        {1e15, 1e15 + 0.125}}) {
            const AxisRange range = followingRange(valuesFrom(low, high), std::nullopt, logarithmic);
            QVERIFY2(isResolvable(range, logarithmic),
                     qPrintable(QStringLiteral("%1 .. %2").arg(range.low).arg(range.high)));
        }
    }
    QVERIFY(!isResolvable({.low = 1, .high = 1 + 1e-12}, false));
    QVERIFY(!isResolvable({.low = 0, .high = 1}, true));
    QVERIFY(!isResolvable({.low = 1, .high = HUGE_VAL}, false));
}

QTEST_APPLESS_MAIN(AxisRangeTest)

} // namespace axis_range_test

#include "axis_range_test.moc"
