// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "device_link/firmware/rsl_port.h"
#include "tests/device_link/support/stm32_simulator.h"

extern "C" const rsl_port *rsl_f446re_start(void);

namespace nucleo_f446re_port_test {

using namespace rosler;

/// The Nucleo's port on simulated registers: what differs from the STM32F405's, which shares its code.
class NucleoF446rePortTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void startsWithOverdrive_data();
    void startsWithOverdrive();
    void withoutTheProbesClockItRunsFromHsi();
    void receivesAndWritesWhereItIs();
};

namespace {

QByteArray violationsOf(const Stm32Simulator &part)
{
    QByteArray all;
    for (const std::string &each : part.violations)
        all += QByteArray::fromStdString(each) + "; ";
    return all;
}

} // namespace

void NucleoF446rePortTest::startsWithOverdrive_data()
{
    QTest::addColumn<quint32>("millivolts");
    QTest::addColumn<quint32>("waitStates");
    QTest::newRow("3.3 V") << 3300U << 5U;
    QTest::newRow("2.6 V") << 2600U << 7U;
    QTest::newRow("2.3 V") << 2300U << 8U;
}

void NucleoF446rePortTest::startsWithOverdrive()
{
    QFETCH(quint32, millivolts);
    QFETCH(quint32, waitStates);
    Stm32Simulator part(stm32f446);
    part.millivolts = millivolts;
    part.startInBootLoader();
    const rsl_port *port = rsl_f446re_start();
    QCOMPARE(violationsOf(part), QByteArray());
    QCOMPARE(part.coreHz(), 180000000U);
    QCOMPARE(port->clock_hz, 180000000U);
    QCOMPARE(port->clock_ppm, 50U);
    QCOMPARE(part.value(0x40023C00) & 15U, waitStates);
    QVERIFY(part.value(0x40023800) & 1U << 18);                       // HSEBYP: a clock, no crystal
    QCOMPARE(part.value(0x40004408), (45000000U + 57600U) / 115200U); // USART2 is on APB1
    QCOMPARE(part.value(0x40020000) & 0xF0U, 0xA0U);                  // PA2 and PA3 alternate
    QCOMPARE(part.value(0x40020020) & 0xFF00U, 0x7700U);
    QCOMPARE(QByteArray(port->board), QByteArray("nucleo-f446re"));
    QCOMPARE(int {port->slots}, 2);
}

void NucleoF446rePortTest::withoutTheProbesClockItRunsFromHsi()
{
    Stm32Simulator part(stm32f446);
    part.crystalHz = 0;
    const rsl_port *port = rsl_f446re_start();
    QCOMPARE(violationsOf(part), QByteArray());
    QCOMPARE(part.coreHz(), 180000000U);
    QCOMPARE(port->clock_ppm, 10000U);
    QVERIFY((part.value(0x40023800) & (1U << 16 | 1U << 18)) == 0); // HSEON, HSEBYP
}

void NucleoF446rePortTest::receivesAndWritesWhereItIs()
{
    Stm32Simulator part(stm32f446);
    const rsl_port *port = rsl_f446re_start();
    const std::vector<std::uint8_t> bytes {5, 250, 0, 77, 1, 2, 3, 4};
    part.receive(bytes);
    for (const std::uint8_t byte : bytes)
        QCOMPARE(port->read(port->context), int {byte});
    QCOMPARE(port->read(port->context), -1);
    QVERIFY(port->erase(port->context, 0, 4096));
    QVERIFY(port->erase(port->context, 1, port->slot_bytes));
    QCOMPARE(part.erased, (std::vector<std::uint32_t> {5, 6}));
    QVERIFY(port->program(port->context, 1, 16, bytes.data(), 8));
    QCOMPARE(part.flashAt(0x08040010), bytes[0]);
    QCOMPARE(part.flashAt(0x08040017), bytes[7]);
    QCOMPARE(violationsOf(part), QByteArray());
}

QTEST_GUILESS_MAIN(NucleoF446rePortTest)

} // namespace nucleo_f446re_port_test

#include "nucleo_f446re_port_test.moc"
