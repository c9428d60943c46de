// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <mutex>
#include <optional>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "device_link/host/links/qt_runtime.h"
#include "device_link/protocol/rsl_message.h"
#include "tests/app/cli/program.h"
#include "tests/device_link/host/pty_peer.h"
#include "tests/device_link/host/twin_peer.h"

namespace board_wait_test {

using namespace rosler;
using test::Answer;

namespace {

/// A board that says at the first benchmark that it works for about seven seconds, and takes one or two.
class SlowPeer
{
public:
    PtyPeer::Bytes play(std::span<const std::uint8_t> heard)
    {
        PtyPeer::Bytes said;
        const auto say = [&](const PtyPeer::Bytes &bytes) {
            said.insert(said.end(), bytes.begin(), bytes.end());
        };
        m_asked.feed(heard, [&](const rsl_frame &frame, const std::uint8_t *payload) {
            const PtyPeer::Bytes request = wireOf(frame, payload);
            if (frame.type != RSL_BENCH || m_until) {
                say(m_twin.answer(request));
                return;
            }
            m_until = Clock::now() + std::chrono::milliseconds(1800);
            m_held = request;
            const rsl_busy busy {7000};
            std::array<std::uint8_t, RSL_MAX_PAYLOAD> room {};
            const rsl_frame reply {
                RSL_PROTOCOL_VERSION, RSL_BUSY,
                RSL_FLAG_REPLY,       frame.seq,
                frame.session,        static_cast<std::uint16_t>(rsl_encode_busy(&busy, room.data()))};
            say(wireOf(reply, room.data()));
        });
        if (m_until && Clock::now() >= *m_until && !m_held.empty())
            say(m_twin.answer(std::exchange(m_held, {})));
        return said;
    }

private:
    using Clock = std::chrono::steady_clock;
    TwinPeer m_twin;
    FrameReader m_asked;
    std::optional<Clock::time_point> m_until;
    PtyPeer::Bytes m_held;
};

} // namespace

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
        SlowPeer board;
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
        SlowPeer board;
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
