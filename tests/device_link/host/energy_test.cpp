// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <QtTest>

#include "device_link/host/energy.h"

namespace energy_test {

using namespace rosler;

namespace {

using Edge = TraceMark::Edge;

/// Five windows of 10 s at 1 kHz, 1 s apart; 20 mW inside, 5 mW outside.
PowerTrace fiveWindows(Edge begin, Edge end)
{
    PowerTrace trace;
    trace.sampleSeconds = 1e-3;
    trace.volts = 2.0;
    for (int w = 0; w < 5; ++w) {
        trace.watts.insert(trace.watts.end(), 1000, 0.005F);
        trace.marks.push_back({trace.watts.size(), begin});
        trace.watts.insert(trace.watts.end(), 10000, 0.020F);
        trace.marks.push_back({trace.watts.size(), end});
    }
    return trace;
}

} // namespace

class EnergyTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void energyIsPowerTimesTimeOverInferences();
    void pulsesPairUp();
    void statisticsOfAStretch();
    void aWindowThatDropsSamplesHasNoFigure();
    void aFewLostSamplesAreBridged();
    void aSlipForbidsTheFigureOfTheWindowThatItTouches();
    void lossesThatMayBeAWindowsCountAsItsOwn();
    void timeThatIsUnaccountedForForbidsAFigure();
    void halfWindowsDoNotCount();
    void shortWindowsNeedTenInferences();
};

void EnergyTest::energyIsPowerTimesTimeOverInferences()
{
    const auto result = energyOf(fiveWindows(Edge::Falling, Edge::Rising), 100);
    QVERIFY2(result, result ? "" : message(result.error()).c_str());
    QVERIFY(std::abs(result->joules.median.value() - 0.020 * 10.0 / 100.0) < 1e-8);
    QCOMPARE(result->joules.count, std::size_t {5});
    QCOMPARE(result->joules.median.source(), Source::Instrument);
    QVERIFY(!result->shortWindows);
    QCOMPARE(result->dropRate, 0.0);
}

void EnergyTest::pulsesPairUp()
{
    const auto pulses = energyOf(fiveWindows(Edge::Pulse, Edge::Pulse), 100, WindowSignal::Pulses);
    QVERIFY(pulses);
    QVERIFY(std::abs(pulses->joules.median.value() - 0.002) < 1e-8);
    // A meter that shows both edges of a pulse: the falling one is the mark.
    auto trace = fiveWindows(Edge::Falling, Edge::Falling);
    for (std::size_t i = 0; i < 10; ++i)
        trace.marks.insert(trace.marks.begin() + static_cast<std::ptrdiff_t>(2 * i + 1),
                           {trace.marks[2 * i].sample + 2, Edge::Rising});
    QCOMPARE(windowsOf(trace, WindowSignal::Pulses).size(), std::size_t {5});
    QCOMPARE(windowsOf(trace, WindowSignal::Pulses)[1], (TraceWindow {12000, 22000}));
}

void EnergyTest::statisticsOfAStretch()
{
    PowerTrace trace;
    trace.sampleSeconds = 0.5;
    trace.volts = 2.0;
    trace.watts = {1.0F, 2.0F, std::numeric_limits<float>::quiet_NaN(), 6.0F};
    const TraceStatistics s = trace.statistics();
    QCOMPARE(s.seconds, 2.0);
    QCOMPARE(s.meanWatts, 3.0);
    QCOMPARE(s.minWatts, 1.0);
    QCOMPARE(s.maxWatts, 6.0);
    QCOMPARE(s.joules, 4.5);
    QCOMPARE(s.coulombs, 2.25);
    QCOMPARE(s.dropRate(), 0.25);
    QCOMPARE(trace.statistics(3, 99).samples, std::size_t {1});
    QCOMPARE(trace.statistics(7, 3).samples, std::size_t {0});
}

void EnergyTest::aWindowThatDropsSamplesHasNoFigure()
{
    auto trace = fiveWindows(Edge::Falling, Edge::Rising);
    for (std::size_t i = 0; i < 11; ++i) // 11 of 10,000: more than 0.1 %
        trace.watts[2000 + i] = std::numeric_limits<float>::quiet_NaN();
    const auto result = energyOf(trace, 100);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Rejected);
    QVERIFY(result.error().what.find("0.11 %") != std::string::npos);
    QCOMPARE(result.error().where, std::string("window 1"));
}

void EnergyTest::aFewLostSamplesAreBridged()
{
    auto trace = fiveWindows(Edge::Falling, Edge::Rising);
    for (std::size_t i = 0; i < 10; ++i)
        trace.watts[2000 + i] = std::numeric_limits<float>::quiet_NaN();
    const auto result = energyOf(trace, 100);
    QVERIFY(result);
    QCOMPARE(result->dropRate, 0.001);
    QVERIFY(std::abs(result->joules.p95.value() - 0.002) < 1e-8);
    QVERIFY(std::abs(result->windows[0].joules - 0.020 * 9.99) < 1e-6);
}

void EnergyTest::aSlipForbidsTheFigureOfTheWindowThatItTouches()
{
    auto trace = fiveWindows(Edge::Falling, Edge::Rising);
    const TraceWindow second = windowsOf(trace, WindowSignal::Level)[1];
    for (const TraceDoubt &touches : {TraceDoubt {second.first - 500, second.first + 1, 0, true},
                                      TraceDoubt {second.end - 1, second.end + 500, 0, true},
                                      TraceDoubt {second.first + 10, second.first + 11, 0, true}}) {
        trace.doubts = {touches};
        const auto result = energyOf(trace, 100);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Rejected);
        QCOMPARE(result.error().where, std::string("window 2"));
    }
    trace.doubts = {{second.end, second.end + 500, 0, true}, {second.first - 500, second.first, 0, true}};
    QVERIFY(energyOf(trace, 100)); // between windows
}

void EnergyTest::lossesThatMayBeAWindowsCountAsItsOwn()
{
    // Told of after the window had ended: they stand behind it.
    auto trace = fiveWindows(Edge::Falling, Edge::Rising);
    const TraceWindow first = windowsOf(trace, WindowSignal::Level)[0];
    const auto lose = [&](std::size_t at, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            trace.watts[at + i] = std::numeric_limits<float>::quiet_NaN();
    };
    lose(first.end + 100, 11);
    QVERIFY(energyOf(trace, 100)); // certainly there
    trace.doubts = {{first.end - 500, first.end + 111, 11, false}};
    const auto result = energyOf(trace, 100);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Rejected);
    QVERIFY(result.error().what.find("0.11 %") != std::string::npos);
    trace.doubts.front().lost = 10;
    const auto few = energyOf(trace, 100);
    QVERIFY(few);
    QVERIFY(std::abs(few->dropRate - 0.001) < 1e-5);
    // Inside of it, they are not counted twice.
    trace = fiveWindows(Edge::Falling, Edge::Rising);
    lose(first.first + 90, 10);
    trace.doubts = {{first.first + 50, first.first + 100, 10, false}};
    const auto once = energyOf(trace, 100);
    QVERIFY(once);
    QCOMPARE(once->dropRate, 0.001);
}

void EnergyTest::timeThatIsUnaccountedForForbidsAFigure()
{
    auto trace = fiveWindows(Edge::Falling, Edge::Rising);
    trace.unaccountedSeconds = 0.06; // of 55 s: 0.11 %
    const auto result = energyOf(trace, 100);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Rejected);
    trace.unaccountedSeconds = 0.05;
    QVERIFY(energyOf(trace, 100));
}

void EnergyTest::halfWindowsDoNotCount()
{
    auto trace = fiveWindows(Edge::Falling, Edge::Rising);
    trace.marks.pop_back();
    const auto open = energyOf(trace, 100);
    QVERIFY(!open);
    QCOMPARE(open.error().code, ErrorCode::Malformed);
    QVERIFY(open.error().what.find("4 of 5") != std::string::npos);

    trace = fiveWindows(Edge::Falling, Edge::Rising);
    trace.marks.erase(trace.marks.begin()); // it had begun before the trace
    QVERIFY(!energyOf(trace, 100));
    QVERIFY(!energyOf(PowerTrace {}, 100));
}

void EnergyTest::shortWindowsNeedTenInferences()
{
    auto trace = fiveWindows(Edge::Falling, Edge::Rising);
    trace.sampleSeconds = 1e-4; // windows of 1 s
    const auto few = energyOf(trace, 9);
    QVERIFY(!few);
    QCOMPARE(few.error().code, ErrorCode::OutOfRange);
    const auto enough = energyOf(trace, 10);
    QVERIFY(enough);
    QVERIFY(enough->shortWindows);
}

QTEST_APPLESS_MAIN(EnergyTest)

} // namespace energy_test

#include "energy_test.moc"
