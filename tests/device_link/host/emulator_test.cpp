// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include <QTemporaryDir>
#include <QtTest>

#include "device_link/host/board_client.h"
#include "device_link/host/links/emulator.h"
#include "device_link/host/links/twin_link.h"
#include "device_link/host/model_push.h"
#include "tests/device_link/support/qemu_board.h"
#include "tests/support/layers.h"

namespace emulator_test {

using namespace rosler;

namespace {

BoardProfile mainBoard()
{
    return *boardProfile("mps2-an386");
}

EmulatorOptions options(const QTemporaryDir &folder)
{
    return {ROSLER_FIRMWARE, folder.path().toStdString()};
}

ModelImage smallModel()
{
    Network net = networkOf({{.inputs = 12, .outputs = 5, .read = 12, .kept = 5}});
    net.initialise(1);
    return *packModel(net, {.name = "small"}, view(Matrix(Matrix::Constant(3, 12, 0.5F))), twinInference());
}

/// As long as it lives, an environment variable is another.
class Changed
{
public:
    Changed(const char *name, const QByteArray &value)
        : m_name(name)
        , m_before(qgetenv(name))
    {
        qputenv(name, value);
    }
    ~Changed() { qputenv(m_name, m_before); }
    Changed(const Changed &) = delete;
    Changed &operator=(const Changed &) = delete;

private:
    const char *m_name;
    QByteArray m_before;
};

} // namespace

/// Boards in QEMU as links: what starts, what is missing, what is kept.
class EmulatorTest final : public QObject
{
    Q_OBJECT

    [[nodiscard]] static QString missing() { return qemuMissing(QStringLiteral(ROSLER_FIRMWARE)); }

private Q_SLOTS:
    void aBoardStartsAndAnswers()
    {
        if (!missing().isEmpty())
            QSKIP(qPrintable(missing()));
        const QTemporaryDir folder;
        auto link = EmulatorLink::start(mainBoard(), options(folder));
        QVERIFY2(link, link ? "" : message(link.error()).c_str());
        QCOMPARE((*link)->name(), std::string("emulated:mps2-an386"));
        QVERIFY((*link)->processId() > 0);
        QVERIFY(!(*link)->setBaud(9600));
        BoardClient client(std::move(*link));
        const auto info = client.hello();
        QVERIFY2(info, info ? "" : message(info.error()).c_str());
        QCOMPARE(info->board, std::string("mps2-an386"));
        QVERIFY(!info->isTwin);
    }

    void aBoardThatWasKilledIsGoneAtOnce()
    {
        if (!missing().isEmpty())
            QSKIP(qPrintable(missing()));
        const QTemporaryDir folder;
        auto started = EmulatorLink::start(mainBoard(), options(folder));
        QVERIFY(started);
        auto *const link = started->get();
        BoardClient client(std::move(*started));
        QVERIFY(client.hello());
        QCOMPARE(::kill(static_cast<pid_t>(link->processId()), SIGKILL), 0);
        QElapsedTimer timer;
        timer.start();
        const auto info = client.hello();
        QVERIFY(!info);
        QCOMPARE(info.error().code, ErrorCode::Unreadable);
        QVERIFY2(timer.elapsed() < 2000, "a killed board has to be noticed within two seconds");
    }

    void aModelOutlivesAPowerCut()
    {
        if (!missing().isEmpty())
            QSKIP(qPrintable(missing()));
        const QTemporaryDir folder;
        const ModelImage image = smallModel();
        std::string sha;
        {
            auto started = EmulatorLink::start(mainBoard(), options(folder));
            QVERIFY(started);
            auto *const link = started->get();
            BoardClient client(std::move(*started));
            QVERIFY(client.hello());
            const auto pushed = pushModel(client, image);
            QVERIFY2(pushed, pushed ? "" : message(pushed.error()).c_str());
            link->kill();
        }
        auto again = EmulatorLink::start(mainBoard(), options(folder));
        QVERIFY(again);
        BoardClient client(std::move(*again));
        const auto info = client.hello();
        QVERIFY(info && info->activeSlot() != nullptr);
        QCOMPARE(info->activeSlot()->name, std::string("small"));
        const auto run = client.run(image.knownInput());
        QVERIFY(run);
        QVERIFY(std::equal(run->outputBytes.begin(), run->outputBytes.end(), image.knownOutput().begin(),
                           image.knownOutput().end()));
        const auto pushed = pushModel(client, image);
        QVERIFY(pushed && pushed->wasThere);
    }

    void aSecondProgramOnTheSameMemoryIsTold()
    {
        if (!missing().isEmpty())
            QSKIP(qPrintable(missing()));
        const QTemporaryDir folder;
        const auto first = EmulatorLink::start(mainBoard(), options(folder));
        QVERIFY(first);
        const auto second = EmulatorLink::start(mainBoard(), options(folder));
        QVERIFY(!second);
        QCOMPARE(second.error().code, ErrorCode::Rejected);
        QVERIFY2(second.error().what.find("another program") != std::string::npos,
                 second.error().what.c_str());
        const QTemporaryDir other;
        QVERIFY(EmulatorLink::start(mainBoard(), options(other)));
    }

    void missingQemuIsSaidWithWhatHelps()
    {
        const QTemporaryDir folder;
        const Changed path("PATH", folder.path().toLocal8Bit());
        const auto link = EmulatorLink::start(mainBoard(), options(folder));
        QVERIFY(!link);
        QCOMPARE(link.error().code, ErrorCode::NotFound);
        QVERIFY2(link.error().what.find("apt-get install qemu-system-arm") != std::string::npos,
                 link.error().what.c_str());
    }

    void aMissingImageIsSaidWithItsPlace()
    {
        if (qemuProgram().isEmpty())
            QSKIP("qemu-system-arm is not installed");
        const QTemporaryDir folder;
        EmulatorOptions none;
        none.firmware = folder.path().toStdString();
        const std::string problem = emulationProblem(mainBoard(), none);
        QVERIFY2(problem.find("mps2-an386.elf is not there") != std::string::npos, problem.c_str());
        QVERIFY2(problem.find("gcc-arm-none-eabi") != std::string::npos, problem.c_str());
        QVERIFY(!EmulatorLink::start(mainBoard(), none));
    }

    void whatIsNoEmulatedBoardIsRefused()
    {
        const auto link = EmulatorLink::start(*boardProfile("twin"));
        QVERIFY(!link);
        QCOMPARE(link.error().code, ErrorCode::Unsupported);
    }

    void anImageThatIsNoneEndsWithQemusWords()
    {
        if (qemuProgram().isEmpty())
            QSKIP("qemu-system-arm is not installed");
        const QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("mps2-an386.elf")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(8 << 20, 'x')); // more than the code memory
        file.close();
        EmulatorOptions wrong;
        wrong.firmware = folder.path().toStdString();
        auto link = EmulatorLink::start(mainBoard(), wrong);
        // QEMU makes the pty first and reads the image then.
        Error error;
        if (link) {
            BoardClient client(std::move(*link));
            const auto info = client.hello();
            QVERIFY(!info);
            error = info.error();
        } else {
            error = link.error();
        }
        QVERIFY2(error.what.find("ould not load") != std::string::npos, error.what.c_str());
    }
};

QTEST_GUILESS_MAIN(EmulatorTest)

} // namespace emulator_test

#include "emulator_test.moc"
