// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/device_link/support/qemu_board.h"

namespace qemu_start_test {

using namespace rosler;

/// How a board starts when it is no reset that starts it, and what it knows of time after a long idle.
class QemuStartTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aBootLoadersInterruptsAndVectorsAreLeftBehind();
    void timeGoesOnWhileItIdles();
};

namespace {

/// Cortex-M4 code for 0x20010000, what a boot loader's `:leave` comes to: interrupts on, SysTick every 1,000
/// cycles, vectors where nothing is; then the firmware's stack and its reset vector.
///     cpsie i
///     SYST_RVR = 999; SYST_CVR = 0; SYST_CSR = 7; VTOR = 0x20018000
///     msp = [0x08000000]; bx [0x08000004]
constexpr unsigned char leave[] = {
    0x62, 0xb6, 0x09, 0x48, 0x40, 0xf2, 0xe7, 0x31, 0x41, 0x60, 0x00, 0x21, 0x81,
    0x60, 0x07, 0x21, 0x01, 0x60, 0x06, 0x48, 0x06, 0x49, 0x01, 0x60, 0x4f, 0xf0,
    0x00, 0x60, 0x01, 0x68, 0x81, 0xf3, 0x08, 0x88, 0x41, 0x68, 0x08, 0x47, 0x00,
    0x00, 0x10, 0xe0, 0x00, 0xe0, 0x08, 0xed, 0x00, 0xe0, 0x00, 0x80, 0x01, 0x20,
};

const EmulatedBoard &stm32()
{
    const auto &boards = emulatedBoards();
    return *std::find_if(boards.begin(), boards.end(),
                         [](const EmulatedBoard &board) { return QByteArray(board.name) == "stm32f405"; });
}

/// Microseconds of the text API's `timestamp`, -1 when it does not answer.
qint64 lapOf(QemuBoard &board)
{
    static const QRegularExpression lap(QStringLiteral("m-lap-us-(\\d+)"));
    const auto match = lap.match(QString::fromStdString(board.host().text("timestamp")));
    return match.hasMatch() ? match.captured(1).toLongLong() : -1;
}

} // namespace

void QemuStartTest::initTestCase()
{
    if (const QString missing = qemuMissing(QStringLiteral(ROSLER_FIRMWARE)); !missing.isEmpty())
        QSKIP(qPrintable(missing));
}

void QemuStartTest::aBootLoadersInterruptsAndVectorsAreLeftBehind()
{
    const QTemporaryDir folder;
    QFile code(folder.filePath(QStringLiteral("leave.bin")));
    QVERIFY(code.open(QIODevice::WriteOnly));
    code.write(reinterpret_cast<const char *>(leave), sizeof leave);
    code.close();
    QemuBoard board(stm32(), QStringLiteral(ROSLER_FIRMWARE), {},
                    {QStringLiteral("-device"),
                     QStringLiteral("loader,file=%1,addr=0x20010000,force-raw=on").arg(code.fileName()),
                     QStringLiteral("-device"), QStringLiteral("loader,addr=0x20010001,cpu-num=0")});
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    const auto caps = board.host().hello();
    QVERIFY(caps);
    QCOMPARE(QByteArray(caps->board), QByteArray("netduinoplus2"));
}

void QemuStartTest::timeGoesOnWhileItIdles()
{
    // TIM2 counts nanoseconds there: 2^32 of them are 4.3 s.
    QemuBoard board(stm32(), QStringLiteral(ROSLER_FIRMWARE));
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    QVERIFY(board.host().hello());
    const qint64 before = lapOf(board);
    QVERIFY(before >= 0);
    QTest::qSleep(10000);
    const qint64 after = lapOf(board);
    QVERIFY2(after - before >= 9000000, qPrintable(QString::number(after - before)));
}

QTEST_GUILESS_MAIN(QemuStartTest)

} // namespace qemu_start_test

#include "qemu_start_test.moc"
