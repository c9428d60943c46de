// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include <QtTest>

#include "device_link/firmware/boards/common/board.h"
#include "device_link/firmware/boards/common/stm32.h"
#include "device_link/firmware/rsl_log.h"
#include "tests/device_link/support/stm32_simulator.h"

namespace stm32f405_port_test {

using namespace rosler;

/// The port of the STM32F405, compiled for this machine, on simulated registers: whatever the part finds at
/// its start, nothing is done that RM0090 forbids.
class Stm32f405PortTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void startsFromResetAndFromABootLoader_data();
    void startsFromResetAndFromABootLoader();
    void aStrapChoosesEnergyMode();
    void takesACrystalThatItCanTell_data();
    void takesACrystalThatItCanTell();
    void keepsToWhatTheVoltageAllows_data();
    void keepsToWhatTheVoltageAllows();
    void isKnownByItsIdentification_data();
    void isKnownByItsIdentification();
    void saysWhyItStarted_data();
    void saysWhyItStarted();
    void theLogSaysWhatItFound();
    void everyWaitHasAnEnd();
    void flashIsErasedAndWrittenByTheBook();
    void aFlashThatFailsSaysSo();
    void receivesByDmaWhateverGoesOn();
    void ratesAreDividersOfItsClock();
};

namespace {

constexpr std::uint32_t flashSlot = 0x08020000;

QByteArray violationsOf(const Stm32Simulator &part)
{
    QByteArray all;
    for (const std::string &each : part.violations)
        all += QByteArray::fromStdString(each) + "; ";
    return all;
}

std::vector<std::uint8_t> someBytes(std::size_t count)
{
    std::vector<std::uint8_t> bytes(count);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t {7});
    return bytes;
}

} // namespace

void Stm32f405PortTest::startsFromResetAndFromABootLoader_data()
{
    QTest::addColumn<bool>("bootLoader");
    QTest::newRow("reset") << false;
    QTest::newRow("dfu-util :leave") << true;
}

void Stm32f405PortTest::startsFromResetAndFromABootLoader()
{
    QFETCH(bool, bootLoader);
    Stm32Simulator part;
    if (bootLoader)
        part.startInBootLoader();
    const rsl_port *port = rsl_board_start();
    QCOMPARE(violationsOf(part), QByteArray());
    QCOMPARE(part.coreHz(), 168000000U);
    QCOMPARE(port->clock_hz, 168000000U);
    QCOMPARE(port->timer_hz, 168000000U);
    QCOMPARE(port->clock_ppm, 50U);
    QVERIFY(part.value(0x40023804) & 1U << 22); // PLLCFGR: from HSE
    QCOMPARE(part.value(0x40023C00), 0x705U);   // ACR: five wait states, prefetch, both caches
    QCOMPARE(part.value(0x40011008), (84000000U + 57600U) / 115200U);
    QCOMPARE(QByteArray(port->board), QByteArray("stm32f405"));
    QVERIFY(port->features & RSL_KEEPS_MODELS);
    QCOMPARE(int {port->slots}, 2);
    QVERIFY(port->supply_mv > 3250 && port->supply_mv < 3350);
    QCOMPARE(part.value(0x40020000) >> 16 & 0x3FU, 0x29U); // PA8 output, PA9 and PA10 alternate
    QCOMPARE(part.value(0x40020024) & 0xFF0U, 0x770U);
    QVERIFY(part.watchdogRuns);
    QCOMPARE(part.busResets, 4); // what the boot loader used, USB with it
}

void Stm32f405PortTest::aStrapChoosesEnergyMode()
{
    for (const bool strapped : {false, true}) {
        Stm32Simulator part;
        part.grounded = strapped ? 0x101 : 0; // PA1
        const rsl_port *port = rsl_board_start();
        QCOMPARE(port->energy_mode(port->context), strapped);
        QCOMPARE(violationsOf(part), QByteArray());
    }
}

void Stm32f405PortTest::takesACrystalThatItCanTell_data()
{
    QTest::addColumn<quint32>("crystal");
    QTest::addColumn<bool>("seesAll");
    QTest::addColumn<bool>("taken");
    QTest::newRow("none") << 0U << true << false;
    QTest::newRow("8 MHz") << 8000000U << true << true;
    QTest::newRow("12 MHz") << 12000000U << true << true;
    QTest::newRow("16 MHz") << 16000000U << true << true;
    QTest::newRow("25 MHz") << 25000000U << true << false;
    QTest::newRow("4 MHz") << 4000000U << true << false;
    // Seen only every other time, 16 MHz would look like 8, and the core would run at 336 MHz.
    QTest::newRow("16 MHz, half seen") << 16000000U << false << false;
}

void Stm32f405PortTest::takesACrystalThatItCanTell()
{
    QFETCH(quint32, crystal);
    QFETCH(bool, seesAll);
    QFETCH(bool, taken);
    Stm32Simulator part;
    part.crystalHz = crystal;
    part.losesCaptures = !seesAll;
    const rsl_port *port = rsl_board_start();
    QCOMPARE(violationsOf(part), QByteArray());
    QCOMPARE(part.coreHz(), 168000000U);
    QCOMPARE(port->clock_ppm, taken ? 50U : 10000U);
    QCOMPARE((part.value(0x40023800) & 1U << 16) != 0, taken); // HSE is off when it is of no use
}

void Stm32f405PortTest::keepsToWhatTheVoltageAllows_data()
{
    QTest::addColumn<quint32>("millivolts");
    QTest::addColumn<bool>("known");
    QTest::addColumn<quint32>("clock");
    QTest::addColumn<quint32>("width");
    QTest::newRow("3.3 V") << 3300U << true << 168000000U << 4U;
    QTest::newRow("2.85 V") << 2850U << true << 168000000U << 4U;
    QTest::newRow("2.69 V") << 2690U << true << 168000000U << 2U;
    QTest::newRow("2.39 V") << 2390U << true << 168000000U << 2U;
    QTest::newRow("2.15 V") << 2150U << true << 16000000U << 1U;
    QTest::newRow("1.8 V") << 1800U << true << 16000000U << 1U;
    QTest::newRow("not known, and 1.8 V") << 1800U << false << 16000000U << 1U;
}

void Stm32f405PortTest::keepsToWhatTheVoltageAllows()
{
    QFETCH(quint32, millivolts);
    QFETCH(bool, known);
    QFETCH(quint32, clock);
    QFETCH(quint32, width);
    Stm32Simulator part;
    part.millivolts = millivolts;
    part.adcAnswers = known;
    const rsl_port *port = rsl_board_start();
    QCOMPARE(port->clock_hz, clock);
    QCOMPARE(part.coreHz(), clock);
    QVERIFY(known ? std::abs(static_cast<int>(port->supply_mv - millivolts)) < 20 : port->supply_mv == 0);
    QVERIFY(port->erase(port->context, 1, 4096));
    QVERIFY(port->program(port->context, 1, 8, someBytes(8).data(), 8));
    QCOMPARE(violationsOf(part), QByteArray());
    QCOMPARE(1U << part.eraseParallel, width);
    QCOMPARE(part.widths, std::vector<std::uint32_t>(8 / width, width));
    for (std::uint32_t i = 0; i < 8; ++i)
        QCOMPARE(int {part.flashAt(0x08080008 + i)}, static_cast<int>(7 + i));
}

void Stm32f405PortTest::isKnownByItsIdentification_data()
{
    QTest::addColumn<quint32>("idcode");
    QTest::addColumn<quint32>("cpuid");
    QTest::addColumn<bool>("keeps");
    QTest::addColumn<bool>("prefetches");
    QTest::newRow("F405, revision 1") << 0x10070413U << 0x410FC241U << true << true;
    QTest::newRow("F405, revision A") << 0x10000413U << 0x410FC241U << true << false;
    QTest::newRow("F405, revision A that calls itself F2") << 0x10000411U << 0x410FC241U << true << false;
    QTest::newRow("F2") << 0x20000411U << 0x412FC230U << false << false;
    QTest::newRow("F429") << 0x20010419U << 0x410FC241U << false << false;
}

void Stm32f405PortTest::isKnownByItsIdentification()
{
    QFETCH(quint32, idcode);
    QFETCH(quint32, cpuid);
    QFETCH(bool, keeps);
    QFETCH(bool, prefetches);
    Stm32Simulator part;
    part.idcode = idcode;
    part.cpuid = cpuid;
    part.startInBootLoader(); // flash unlocked says nothing of the part
    const rsl_port *port = rsl_board_start();
    QCOMPARE(violationsOf(part), QByteArray());
    QCOMPARE((port->features & RSL_KEEPS_MODELS) != 0, keeps);
    QCOMPARE(int {port->slots}, keeps ? 2 : 0);
    QCOMPARE(part.coreHz(), keeps ? 168000000U : 16000000U);
    QCOMPARE((part.value(0x40023C00) & 0x100U) != 0, prefetches);
}

void Stm32f405PortTest::saysWhyItStarted_data()
{
    QTest::addColumn<quint32>("flags");
    QTest::addColumn<quint32>("fault");
    QTest::addColumn<int>("cause");
    QTest::newRow("power") << 0x0E000000U << 0U << int {RSL_START_POWER};
    QTest::newRow("brown-out") << 0x06000000U << 0U << int {RSL_START_BROWN_OUT};
    QTest::newRow("button") << 0x04000000U << 0U << int {RSL_START_PIN};
    QTest::newRow("RESET") << 0x14000000U << 0U << int {RSL_START_ASKED};
    QTest::newRow("fault") << 0x14000000U << 3U << int {RSL_START_FAULT};
    QTest::newRow("watchdog") << 0x24000000U << 0U << int {RSL_START_WATCHDOG};
    QTest::newRow("nothing") << 0U << 0U << int {RSL_START_UNKNOWN};
}

void Stm32f405PortTest::saysWhyItStarted()
{
    QFETCH(quint32, flags);
    QFETCH(quint32, fault);
    QFETCH(int, cause);
    Stm32Simulator part;
    part.resetFlags = flags;
    part.fault = fault;
    QCOMPARE(int {rsl_board_start()->start_cause}, cause);
    QCOMPARE(part.resetFlags, 0U); // the next start sees its own
}

void Stm32f405PortTest::theLogSaysWhatItFound()
{
    Stm32Simulator part;
    part.resetFlags = 0x24000000U;
    rsl_port port = *rsl_board_start();
    std::uint8_t text[RSL_LOG_LINE];
    const auto line = [&] {
        return QByteArray(reinterpret_cast<const char *>(text),
                          static_cast<qsizetype>(rsl_log_start(&port, text)));
    };
    QCOMPARE(line(),
             "start: watchdog, the firmware hung; clock 168000000 Hz +-50 ppm; supply "
                 + QByteArray::number(port.supply_mv) + " mV");
    port.clock_hz = port.clock_ppm = port.supply_mv = UINT32_MAX; // the longest
    QVERIFY(line().size() < RSL_LOG_LINE);
    port.supply_mv = 0;
    port.clock_ppm = 0;
    QCOMPARE(line(), QByteArray("start: watchdog, the firmware hung; clock 4294967295 Hz"));
    port.start_cause = RSL_START_UNKNOWN;
    QCOMPARE(line(), QByteArray()); // nothing is known
}

void Stm32f405PortTest::everyWaitHasAnEnd()
{
    Stm32Simulator part;
    part.pllLocks = false;
    const rsl_port *port = rsl_board_start();
    QCOMPARE(port->clock_hz, 16000000U);
    QCOMPARE(port->clock_ppm, 10000U);
    QCOMPARE(part.value(0x40011008), (16000000U + 57600U) / 115200U);
    part.uartSticks = true;
    port->write(port->context, someBytes(3).data(), 3);
    QVERIFY(part.sent.empty());
    part.uartSticks = false;
    port->write(port->context, someBytes(3).data(), 3);
    QCOMPARE(part.sent, someBytes(3));
    QCOMPARE(violationsOf(part), QByteArray());

    part.flashSticks = true;
    QVERIFY(!port->erase(port->context, 0, 1));
    QVERIFY(part.flashIsLocked());
    QVERIFY(!port->program(port->context, 0, 0, someBytes(4).data(), 4));
    QVERIFY(part.flashIsLocked());
    QVERIFY(part.widths.empty()); // a busy flash is not written to
}

void Stm32f405PortTest::flashIsErasedAndWrittenByTheBook()
{
    Stm32Simulator part;
    part.startInBootLoader();
    const rsl_port *port = rsl_board_start();
    const int feeds = part.feeds;
    QVERIFY(port->erase(port->context, 0, 300 * 1024));
    QCOMPARE(part.erased, (std::vector<std::uint32_t> {5, 6, 7}));
    QVERIFY(part.feeds - feeds >= 3); // of 2 s at most each, and the watchdog's 11 s
    QVERIFY(part.flashIsLocked());
    const std::vector<std::uint8_t> bytes = someBytes(256);
    QVERIFY(port->program(port->context, 0, 1024, bytes.data(), 256));
    QVERIFY(part.flashIsLocked());
    for (std::uint32_t i = 0; i < 256; ++i)
        QCOMPARE(part.flashAt(flashSlot + 1024 + i), bytes[i]);
    QCOMPARE(int {part.flashAt(flashSlot + 1023)}, 0xFF);
    QCOMPARE(int {part.flashAt(flashSlot + 1280)}, 0xFF);
    part.erased.clear();
    QVERIFY(port->erase(port->context, 1, 384 * 1024));
    QCOMPARE(part.erased, (std::vector<std::uint32_t> {8, 9, 10}));
    QCOMPARE(part.flashAt(flashSlot + 1024), bytes[0]); // the other slot
    QCOMPARE(violationsOf(part), QByteArray());
}

void Stm32f405PortTest::aFlashThatFailsSaysSo()
{
    Stm32Simulator part;
    const rsl_port *port = rsl_board_start();
    part.flashFails = true;
    QVERIFY(!port->erase(port->context, 0, 300 * 1024));
    QCOMPARE(part.erased.size(), 1U);
    QVERIFY(!port->program(port->context, 0, 0, someBytes(64).data(), 64));
    QCOMPARE(part.widths.size(), 1U);
    QVERIFY(part.flashIsLocked());
    part.flashFails = false; // an old error does not stay
    QVERIFY(port->program(port->context, 0, 64, someBytes(64).data(), 64));
    QCOMPARE(violationsOf(part), QByteArray());
}

void Stm32f405PortTest::receivesByDmaWhateverGoesOn()
{
    Stm32Simulator part;
    const rsl_port *port = rsl_board_start();
    QVERIFY(port->credits >= 4);
    QVERIFY(port->quiet == nullptr); // nothing is masked
    const int sleeps = part.sleeps;
    port->idle(port->context);
    QCOMPARE(part.sleeps, sleeps + 1);
    QVERIFY(part.longestSleep <= port->clock_hz / 1000U); // nobody wakes it
    const std::vector<std::uint8_t> bytes = someBytes(3000);
    for (int round = 0; round < 5; ++round) { // around the ring
        part.receive(bytes);
        port->idle(port->context);
        QCOMPARE(part.sleeps, sleeps + 1); // there is something to do
        for (const std::uint8_t byte : bytes)
            QCOMPARE(port->read(port->context), int {byte});
        QCOMPARE(port->read(port->context), -1);
    }
    part.breakStream();
    QCOMPARE(port->read(port->context), -1); // and with that, goes on
    part.receive(bytes);
    QCOMPARE(port->read(port->context), int {bytes[0]});
    QCOMPARE(violationsOf(part), QByteArray());
}

void Stm32f405PortTest::ratesAreDividersOfItsClock()
{
    Stm32Simulator part;
    const rsl_port *port = rsl_board_start();
    QVERIFY(port->set_baud(port->context, 9600));
    QCOMPARE(part.value(0x40011008), 8750U);
    QVERIFY(port->set_baud(port->context, 5250000)); // a sixteenth
    QCOMPARE(part.value(0x40011008), 16U);
    QVERIFY(!port->set_baud(port->context, 6000000));
    QVERIFY(!port->set_baud(port->context, 1200)); // more than 16 bits
    QCOMPARE(part.value(0x40011008), 16U);
    QCOMPARE(violationsOf(part), QByteArray());
}

QTEST_GUILESS_MAIN(Stm32f405PortTest)

} // namespace stm32f405_port_test

#include "stm32f405_port_test.moc"
