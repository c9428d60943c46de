// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <stop_token>
#include <thread>
#include <vector>

#include <QtTest>

#include "core/training/pause_gate.h"

namespace pause_gate_test {

using namespace rosler;

class PauseGateTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void openGateLetsPass();
    void closedGateHoldsUntilOpened();
    void stopGetsThroughAClosedGate();
    void stopRequestedBeforeGetsThroughAtOnce();
    void openingLetsEverybodyPass();
};

void PauseGateTest::openGateLetsPass()
{
    PauseGate gate;
    QVERIFY(!gate.isClosed());
    gate.pass({});
    gate.close();
    QVERIFY(gate.isClosed());
    gate.open();
    gate.pass({});
    QCOMPARE(gate.waiting(), 0);
}

void PauseGateTest::closedGateHoldsUntilOpened()
{
    PauseGate gate;
    gate.close();
    std::atomic<bool> through = false;
    std::jthread walker([&](const std::stop_token &stop) {
        gate.pass(stop);
        through = true;
    });
    QTRY_COMPARE(gate.waiting(), 1);
    QVERIFY(!through);
    gate.open();
    walker.join();
    QVERIFY(through);
    QCOMPARE(gate.waiting(), 0);
}

void PauseGateTest::stopGetsThroughAClosedGate()
{
    PauseGate gate;
    gate.close();
    std::jthread walker([&](const std::stop_token &stop) { gate.pass(stop); });
    QTRY_COMPARE(gate.waiting(), 1);
    walker.request_stop();
    walker.join();
    QVERIFY(gate.isClosed());
    QCOMPARE(gate.waiting(), 0);
}

void PauseGateTest::stopRequestedBeforeGetsThroughAtOnce()
{
    PauseGate gate;
    gate.close();
    std::stop_source stop;
    stop.request_stop();
    gate.pass(stop.get_token());
    QVERIFY(gate.isClosed());
}

void PauseGateTest::openingLetsEverybodyPass()
{
    PauseGate gate;
    gate.close();
    std::vector<std::jthread> walkers;
    for (int i = 0; i < 5; ++i)
        walkers.emplace_back([&](const std::stop_token &stop) { gate.pass(stop); });
    QTRY_COMPARE(gate.waiting(), 5);
    gate.open();
    for (auto &walker : walkers)
        walker.join();
    QCOMPARE(gate.waiting(), 0);
}

QTEST_APPLESS_MAIN(PauseGateTest)

} // namespace pause_gate_test

#include "pause_gate_test.moc"
