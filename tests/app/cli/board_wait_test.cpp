// SPDX-License-Identifier: GPL-3.0-or-later
#include <mutex>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "device_link/host/links/qt_runtime.h"
#include "tests/app/cli/program.h"
#include "tests/device_link/host/busy_peer.h"
#include "tests/device_link/host/pty_peer.h"

namespace board_wait_test {

using namespace rosler;
using test::Answer;

/// How long a board says that it works, as `rosler board` shows it.
class BoardWaitTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!hasSerialPorts())
            QSKIP("built without Qt SerialPort");
        QVERIFY(m_folder.isValid());
        const QString spec =
            test::writeSmallExperiment(m_folder.filePath(QStringLiteral("small.json")), 16, 1);
        QCOMPARE(test::rosler({"train", spec, "--out", runs()}).exitCode, 0);
        m_run = QJsonDocument::fromJson(test::rosler({"list", "--out", runs(), "--json"}).out)
                    .array()
                    .at(0)
                    .toObject()["id"]
                    .toString();
        QVERIFY(!m_run.isEmpty());
    }

    void aTerminalShowsItBehindTheBar()
    {
        BusyPeer board;
        const PtyPeer port([&](auto heard, auto) { return board.play(heard); });
        std::mutex mutex;
        QByteArray shown;
        const PtyPeer terminal([&](auto heard, auto) {
            const std::scoped_lock lock(mutex);
            shown.append(reinterpret_cast<const char *>(heard.data()), static_cast<qsizetype>(heard.size()));
            return PtyPeer::Bytes();
        });
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("TERM"), QStringLiteral("xterm"));
        process.setProcessEnvironment(environment);
        process.setStandardErrorFile(QString::fromStdString(terminal.path()));
        process.start(QStringLiteral(ROSLER_PROGRAM), measure(port));
        const Answer answer = test::finish(process);
        QTest::qWait(50); // what is on the line
        const std::scoped_lock lock(mutex);
        QVERIFY2(answer.exitCode == 0, shown.constData());
        QVERIFY2(shown.contains("i8 measure  the board works, 1 of about 7 s"), shown.constData());
        QVERIFY2(!shown.contains("and says for"), shown.constData());
        QVERIFY2(shown.endsWith("\r\033[K"), "the line is not erased");
    }

    void elsewhereALongOneIsSaidOnce()
    {
        BusyPeer board;
        const PtyPeer port([&](auto heard, auto) { return board.play(heard); });
        const Answer answer = test::rosler(measure(port));
        QVERIFY2(answer.exitCode == 0, answer.error.constData());
        QCOMPARE(answer.error, QByteArray("rosler: the board works, and says for about 7 s\n"));
    }

private:
    [[nodiscard]] QString runs() const { return m_folder.filePath(QStringLiteral("runs")); }
    [[nodiscard]] QStringList measure(const PtyPeer &port) const
    {
        return {"board",     "measure", "--board", QString::fromStdString(port.path()),
                "--model",   m_run,     "--out",   runs(),
                "--samples", "3"};
    }

    QTemporaryDir m_folder;
    QString m_run;
};

QTEST_GUILESS_MAIN(BoardWaitTest)

} // namespace board_wait_test

#include "board_wait_test.moc"
