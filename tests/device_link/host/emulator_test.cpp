// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <thread>

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

ModelImage smallModel(rsl_layout layout)
{
    Network net = networkOf({{.inputs = 12, .outputs = 5, .read = 12, .kept = 5}});
    net.initialise(1);
    return *packModel(net, {.int8Layout = layout, .name = "small"},
                      view(Matrix(Matrix::Constant(3, 12, 0.5F))), twinInference());
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
    void aBoardStartsAndAnswers_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("core");
        QTest::newRow("Arm") << QStringLiteral("mps2-an386") << QStringLiteral("Cortex-M4");
        QTest::newRow("RISC-V") << QStringLiteral("riscv-virt") << QStringLiteral("RISC-V RV32IMAF");
    }

    void aBoardStartsAndAnswers()
    {
        QFETCH(QString, id);
        QFETCH(QString, core);
        const BoardProfile board = *boardProfile(id.toStdString());
        if (const std::string problem = emulationProblem(board, {ROSLER_FIRMWARE, {}}); !problem.empty())
            QSKIP(problem.c_str());
        const QTemporaryDir folder;
        auto link = EmulatorLink::start(board, options(folder));
        QVERIFY2(link, link ? "" : message(link.error()).c_str());
        QCOMPARE((*link)->name(), "emulated:" + id.toStdString());
        QVERIFY((*link)->processId() > 0);
        QVERIFY(!(*link)->setBaud(9600));
        BoardClient client(std::move(*link));
        const auto info = client.hello();
        QVERIFY2(info, info ? "" : message(info.error()).c_str());
        QCOMPARE(info->board, id.toStdString());
        QVERIFY2(QString::fromStdString(info->core).startsWith(core), info->core.c_str());
        QCOMPARE(info->clockHz, board.clockHz.value);
        QCOMPARE(info->timerHz, board.emulator->timerHz);
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
        QVERIFY2(info.error().what.find("Killed") != std::string::npos, info.error().what.c_str());
        QVERIFY2(timer.elapsed() < 2000, "a killed board has to be noticed within two seconds");
    }

    void aModelOutlivesAPowerCut_data() { aBoardStartsAndAnswers_data(); }

    void aModelOutlivesAPowerCut()
    {
        QFETCH(QString, id);
        const BoardProfile board = *boardProfile(id.toStdString());
        if (const std::string problem = emulationProblem(board, {ROSLER_FIRMWARE, {}}); !problem.empty())
            QSKIP(problem.c_str());
        const QTemporaryDir folder;
        std::optional<ModelImage> made;
        {
            auto started = EmulatorLink::start(board, options(folder));
            QVERIFY(started);
            auto *const link = started->get();
            BoardClient client(std::move(*started));
            QVERIFY(client.hello());
            made = smallModel(client.info().preferred);
            const auto pushed = pushModel(client, *made);
            QVERIFY2(pushed, pushed ? "" : message(pushed.error()).c_str());
            link->kill();
        }
        const ModelImage &image = *made;
        auto again = EmulatorLink::start(board, options(folder));
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

    /// Linux ends a program by SIGBUS when a page of its file cannot be written: QEMU then has no words.
    void aFullDiskUnderTheModelsIsNamed()
    {
        if (!missing().isEmpty())
            QSKIP(qPrintable(missing()));
        const QTemporaryDir folder;
        {
            auto started = EmulatorLink::start(mainBoard(), options(folder));
            QVERIFY(started);
            auto *const link = started->get();
            BoardClient client(std::move(*started));
            QVERIFY(client.hello());
            QCOMPARE(::kill(static_cast<pid_t>(link->processId()), SIGBUS), 0);
            for (int i = 0; i < 2; ++i) {
                const auto info = client.hello();
                QVERIFY(!info);
                QCOMPARE(info.error().code, ErrorCode::Unwritable);
                QCOMPARE(info.error().where,
                         folder.filePath(QStringLiteral("mps2-an386.memory")).toStdString());
                QVERIFY2(info.error().what.find("full disk") != std::string::npos, info.error().what.c_str());
            }
        }
        QVERIFY(EmulatorLink::start(mainBoard(), options(folder)));
    }

    void aFolderThatCannotBeMadeIsNamed()
    {
        if (!missing().isEmpty())
            QSKIP(qPrintable(missing()));
        const QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("file")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        EmulatorOptions inFile = options(folder);
        inFile.memory = folder.filePath(QStringLiteral("file/boards")).toStdString();
        const auto link = EmulatorLink::start(mainBoard(), inFile);
        QVERIFY(!link);
        QCOMPARE(link.error().code, ErrorCode::Unwritable);
        QVERIFY2(link.error().what.find("Not a directory") != std::string::npos, link.error().what.c_str());
        QCOMPARE(link.error().where, inFile.memory.string());
    }

    void anEmulatorThatIsSlowIsWaitedFor()
    {
        if (!missing().isEmpty())
            QSKIP(qPrintable(missing()));
        const QTemporaryDir folder;
        EmulatorOptions hasty = options(folder);
        hasty.patience = std::chrono::seconds(1);
        auto link = EmulatorLink::start(mainBoard(), hasty);
        QVERIFY(link);
        const auto pid = static_cast<pid_t>((*link)->processId());
        // It runs a thirteenth of the time. A pty has room again after 4 kB: that takes it longer than its
        // patience.
        std::atomic<bool> enough = false;
        std::jthread brake([&] {
            while (!enough) {
                ::kill(pid, SIGSTOP);
                std::this_thread::sleep_for(std::chrono::milliseconds(185));
                ::kill(pid, SIGCONT);
                std::this_thread::sleep_for(std::chrono::milliseconds(15));
            }
        });
        const auto written = (*link)->write(std::vector<std::uint8_t>(16'000, 0));
        enough = true;
        QVERIFY2(written, written ? "" : message(written.error()).c_str());
    }

    void anEmulatorThatHangsIsGivenUp_data()
    {
        QTest::addColumn<bool>("stopped");
        QTest::newRow("stopped") << true;
        QTest::newRow("a firmware that never listens") << false;
    }

    void anEmulatorThatHangsIsGivenUp()
    {
        QFETCH(bool, stopped);
        if (!missing().isEmpty())
            QSKIP(qPrintable(missing()));
        const QTemporaryDir folder;
        EmulatorOptions hasty = options(folder);
        hasty.patience = std::chrono::milliseconds(300);
        if (!stopped) {
            QFile file(folder.filePath(QStringLiteral("mps2-an386.elf")));
            QVERIFY(file.open(QIODevice::WriteOnly));
            // Stack, and where it starts: a branch to itself.
            file.write(QByteArray::fromHex("0080002009000000fee7"));
            file.close();
            hasty.firmware = folder.path().toStdString();
        }
        auto link = EmulatorLink::start(mainBoard(), hasty);
        QVERIFY(link);
        if (stopped)
            QCOMPARE(::kill(static_cast<pid_t>((*link)->processId()), SIGSTOP), 0);
        QElapsedTimer timer;
        timer.start();
        const auto written = (*link)->write(std::vector<std::uint8_t>(40'000, 0));
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::TimedOut);
        QCOMPARE(written.error().what, std::string("the emulator takes no bytes"));
        QVERIFY2(timer.elapsed() < 12 * 300 + 2000, qPrintable(QString::number(timer.elapsed())));
    }

    void aBoardThatSpeaksIsHeardWhileItIsWrittenTo()
    {
        if (!missing().isEmpty())
            QSKIP(qPrintable(missing()));
        const QTemporaryDir folder;
        auto started = EmulatorLink::start(mainBoard(), options(folder));
        QVERIFY(started);
        EmulatorLink &link = **started;
        // Its answers to this fill the pty long before the last question is in: it would wait for its host.
        constexpr int questions = 3000;
        std::vector<std::uint8_t> frames;
        std::array<std::uint8_t, RSL_MAX_WIRE_FRAME> wire {};
        std::array<std::uint8_t, 8> hello {};
        const rsl_hello versions {RSL_PROTOCOL_VERSION, RSL_PROTOCOL_VERSION};
        for (int i = 0; i < questions; ++i) {
            rsl_frame frame {};
            frame.version = RSL_PROTOCOL_VERSION;
            frame.type = RSL_HELLO;
            frame.seq = static_cast<std::uint16_t>(i);
            frame.session = 7;
            frame.length = static_cast<std::uint16_t>(rsl_encode_hello(&versions, hello.data()));
            const std::size_t length = rsl_frame_encode(&frame, hello.data(), wire.data(), wire.size());
            frames.insert(frames.end(), wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(length));
        }
        const auto written = link.write(frames);
        QVERIFY2(written, written ? "" : message(written.error()).c_str());
        rsl_decoder decoder {};
        rsl_decoder_start(&decoder);
        int answers = 0;
        std::array<std::uint8_t, 512> bytes {};
        for (int silent = 0; answers < questions && silent < 20;) {
            const auto count = link.read(bytes, std::chrono::milliseconds(100));
            QVERIFY(count);
            silent = *count == 0 ? silent + 1 : 0;
            for (std::size_t i = 0; i < *count; ++i)
                answers +=
                    rsl_decoder_feed(&decoder, bytes[i]) == RSL_FEED_FRAME && decoder.frame.type == RSL_HELLO;
        }
        QCOMPARE(answers, questions);
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
        const std::string riscV = emulationProblem(*boardProfile("riscv-virt"), options(folder));
        QVERIFY2(riscV.find("apt-get install qemu-system-misc") != std::string::npos, riscV.c_str());
    }

    void aQemuThatEndsWithoutAWordIsSaidWithItsSignal()
    {
        const QTemporaryDir folder;
        QFile program(folder.filePath(QStringLiteral("qemu-system-arm")));
        QVERIFY(program.open(QIODevice::WriteOnly));
        program.write("#!/bin/sh\nkill -XFSZ $$\n");
        program.close();
        QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
        QFile image(folder.filePath(QStringLiteral("mps2-an386.elf")));
        QVERIFY(image.open(QIODevice::WriteOnly));
        const Changed path("PATH", folder.path().toLocal8Bit());
        EmulatorOptions mute = options(folder);
        mute.firmware = folder.path().toStdString();
        const auto link = EmulatorLink::start(mainBoard(), mute);
        QVERIFY(!link);
        QCOMPARE(link.error().code, ErrorCode::Rejected);
        QCOMPARE(link.error().what, "QEMU does not start: " + std::string(::strsignal(SIGXFSZ)));
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
