// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <random>

#include <QtTest>

#include "device_link/host/links/board_catalog.h"
#include "device_link/host/links/qt_runtime.h"
#include "device_link/host/links/serial_link.h"
#include "device_link/host/links/twin_link.h"
#include "device_link/host/measure_model.h"
#include "device_link/protocol/rsl_frame.h"
#include "device_link/protocol/rsl_message.h"
#include "tests/device_link/host/pty_peer.h"
#include "tests/device_link/host/twin_peer.h"
#include "tests/support/layers.h"

namespace board_ports_test {

using namespace rosler;

namespace {

using Bytes = PtyPeer::Bytes;

Bytes bytesOf(std::string_view text)
{
    return {text.begin(), text.end()};
}

Result<OpenBoard> open(const PtyPeer &peer, std::optional<std::uint32_t> baud = 115200)
{
    return openBoard("port:" + peer.path(), {}, {}, baud);
}

} // namespace

/// Boards on serial ports, and what else may be there. The other end is a thread on a pty.
class BoardPortsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!hasSerialPorts())
            QSKIP("built without Qt SerialPort");
    }

    void aBoardOnAPortIsOpened()
    {
        TwinPeer twin;
        const PtyPeer peer([&](auto heard, auto) { return twin.answer(heard); });
        for (const std::string &id : {"port:" + peer.path(), peer.path()}) {
            const auto board = openBoard(id, {}, {});
            QVERIFY2(board, board ? "" : message(board.error()).c_str());
            QCOMPARE(board->profile.id, std::string("twin"));
            QVERIFY(!board->emulated);
            QVERIFY2(board->note.empty(), board->note.c_str());
        }
    }

    /// 1,000 vectors, 1 % of the frames lost or flipped, each way.
    void aModelIsMeasuredOverALineThatLosesFrames()
    {
        Network network = networkOf({{.inputs = 40, .outputs = 10, .read = 40, .kept = 10}});
        network.initialise(1);
        Examples test;
        Matrix x(1000, 40);
        for (Index i = 0; i < x.size(); ++i)
            x.data()[i] = static_cast<float>(i * i % 991) / 991.0F;
        const Matrix calibration = x;
        test.features = x;
        for (Index i = 0; i < x.rows(); ++i)
            test.labels.push_back(static_cast<std::uint16_t>(i % 10));
        PackOptions options;
        options.name = "lossy";
        const auto model = packModel(network, options, view(calibration), twinInference());
        QVERIFY2(model, model ? "" : message(model.error()).c_str());
        TwinPeer twin;
        (void)twin.answer({}); // its greeting
        std::mt19937 random(3);
        int faults = 0;
        FrameReader asked;
        FrameReader answered;
        const auto spoil = [&](Bytes frame) {
            const auto chance = random() % 200;
            faults += chance < 2 ? 1 : 0;
            if (chance == 0)
                return Bytes();
            if (chance == 1)
                frame[random() % frame.size()] ^= 0x04;
            return frame;
        };
        const PtyPeer peer([&](auto heard, auto) {
            Bytes said;
            asked.feed(heard, [&](const rsl_frame &frame, const std::uint8_t *payload) {
                answered.feed(twin.answer(spoil(wireOf(frame, payload))),
                              [&](const rsl_frame &reply, const std::uint8_t *bytes) {
                                  const Bytes spoilt = spoil(wireOf(reply, bytes));
                                  said.insert(said.end(), spoilt.begin(), spoilt.end());
                              });
            });
            return said;
        });
        auto board = open(peer, 921600);
        QVERIFY2(board, board ? "" : message(board.error()).c_str());
        MeasureRequest request;
        request.model = "lossy";
        request.samples = 1000;
        const auto measured =
            measureModel(*board->client, board->profile, *model, test, request, twinInference());
        QVERIFY2(measured, measured ? "" : message(measured.error()).c_str());
        QCOMPARE(measured->measurement.samples, std::uint64_t {1000});
        QVERIFY(measured->measurement.outputsEqualTwin == true);
        QVERIFY2(faults > 20, qPrintable(QString::number(faults)));
        qInfo("1,000 vectors over a pty, %d frames lost or flipped: all outputs equal", faults);
    }

    void aWrongRateIsFoundOutAndTold()
    {
        TwinPeer twin;
        const PtyPeer peer([&](auto heard, auto baud) {
            if (baud == 460800)
                return twin.answer(heard);
            Bytes rubbish;
            for (const std::uint8_t byte : heard)
                rubbish.push_back(static_cast<std::uint8_t>(byte * 37U | 0x80U));
            return rubbish;
        });
        std::string console;
        auto board = openBoard("port:" + peer.path(), [&](std::string_view text) { console += text; }, {});
        QVERIFY2(board, board ? "" : message(board.error()).c_str());
        QCOMPARE(board->note, std::string("the board answers at 460800 baud, not at 115200"));
        QVERIFY(console.find(board->note) != std::string::npos);
        QCOMPARE(board->client->link().baud(), 460800U);
        board->client.reset();
        const auto told = openBoard("port:" + peer.path(), {}, {}, 460800);
        QVERIFY(told && told->note.empty());
    }

    void aBoardInEnergyModeIsFoundAtItsRate()
    {
        TwinPeer twin;
        rsl_twin_strap_energy(twin.get(), true);
        rsl_twin_power_cycle(twin.get());
        const PtyPeer peer([&](auto heard, auto baud) {
            return baud == rsl_twin_baud(twin.get()) ? twin.answer(heard) : Bytes();
        });
        auto board = openBoard("port:" + peer.path(), {}, {});
        QVERIFY2(board, board ? "" : message(board.error()).c_str());
        QCOMPARE(board->note, std::string("the board answers at 9600 baud, not at 115200"));
        QCOMPARE(board->client->link().baud(), 9600U);
        const auto lines = board->client->textCommand("timestamp", std::chrono::seconds(2));
        QVERIFY(lines && lines->empty());
        board->client.reset();
        const auto told = openBoard("port:" + peer.path(), {}, {}, 9600);
        QVERIFY(told && told->note.empty());
    }

    void aSilentPortIsSaidToBeSilent()
    {
        const PtyPeer peer([](auto, auto) { return Bytes(); });
        const auto board = open(peer);
        QVERIFY(!board);
        QCOMPARE(board.error().code, ErrorCode::TimedOut);
        QVERIFY2(board.error().what.find("nothing answers") != std::string::npos, board.error().what.c_str());
        QVERIFY2(board.error().what.find("115200 baud") != std::string::npos, board.error().what.c_str());
    }

    void aBoardThatSpeaksTextAloneIsNamed()
    {
        std::string command;
        const PtyPeer peer([&](auto heard, auto) {
            Bytes said;
            for (const std::uint8_t byte : heard) {
                if (byte != '%') {
                    command += static_cast<char>(byte);
                    continue;
                }
                const bool name = command == "name";
                const Bytes line = bytesOf(name ? "m-name-dut-[someone]\r\nm-ready\r\n"
                                                : "e-[Unknown command: ?]\r\nm-ready\r\n");
                said.insert(said.end(), line.begin(), line.end());
                command.clear();
            }
            return said;
        });
        const auto board = open(peer);
        QVERIFY(!board);
        QCOMPARE(board.error().code, ErrorCode::Unsupported);
        QVERIFY2(board.error().what.find("MLPerf Tiny text API alone at 115200 baud (m-name-dut-[someone])")
                     != std::string::npos,
                 board.error().what.c_str());
    }

    void somethingElseThatSpeaksIsNotTakenForABoard()
    {
        const PtyPeer peer([](auto heard, auto) { return heard.empty() ? Bytes() : bytesOf("login: \r\n"); });
        const auto board = open(peer);
        QVERIFY(!board);
        QCOMPARE(board.error().code, ErrorCode::TimedOut);
        QVERIFY2(board.error().what.find("not our firmware") != std::string::npos,
                 board.error().what.c_str());
    }

    void noiseIsCalledNoise()
    {
        std::mt19937 random(1);
        const PtyPeer peer([&](auto heard, auto) {
            Bytes noise(2 * heard.size());
            for (std::uint8_t &byte : noise)
                byte = static_cast<std::uint8_t>(random());
            return noise;
        });
        const auto board = open(peer);
        QVERIFY(!board);
        QCOMPARE(board.error().code, ErrorCode::TimedOut);
        QVERIFY2(board.error().what.find("rubbish") != std::string::npos, board.error().what.c_str());
    }

    void firmwareOfAnotherVersionIsNamed_data()
    {
        QTest::addColumn<int>("version");
        QTest::newRow("the first") << 1;
        QTest::newRow("a later one") << 3;
    }

    void firmwareOfAnotherVersionIsNamed()
    {
        QFETCH(int, version);
        FrameReader frames;
        const PtyPeer peer([&](auto heard, auto) {
            Bytes said;
            frames.feed(heard, [&](const rsl_frame &frame, const std::uint8_t *) {
                std::array<std::uint8_t, RSL_MAX_PAYLOAD> payload {};
                rsl_error error {};
                error.status = RSL_WRONG_VERSION;
                error.value = 3;
                rsl_frame reply = frame;
                reply.version = static_cast<std::uint8_t>(version);
                reply.type = RSL_ERROR;
                reply.flags = RSL_FLAG_REPLY;
                reply.length = static_cast<std::uint16_t>(rsl_encode_error(&error, payload.data()));
                said = wireOf(reply, payload.data());
            });
            return said;
        });
        const auto board = open(peer);
        QVERIFY(!board);
        QCOMPARE(board.error().code, ErrorCode::Unsupported);
        const std::string says = "version " + std::to_string(version) + " of the protocol, this program 2";
        QVERIFY2(board.error().what.find(says) != std::string::npos, board.error().what.c_str());
    }

    void aBoardWithoutAProfileStandsForItself()
    {
        TwinPeer twin;
        FrameReader frames;
        const PtyPeer peer([&](auto heard, auto) {
            Bytes said;
            frames.feed(twin.answer(heard), [&](const rsl_frame &frame, const std::uint8_t *payload) {
                rsl_caps caps {};
                Bytes out(payload, payload + frame.length);
                rsl_frame renamed = frame;
                if (frame.type == RSL_HELLO && rsl_decode_caps(payload, frame.length, &caps)) {
                    std::memset(caps.board, 0, sizeof caps.board);
                    std::memcpy(caps.board, "my-board", 8);
                    caps.clock_hz = 48'000'000;
                    out.resize(RSL_MAX_PAYLOAD);
                    renamed.length = static_cast<std::uint16_t>(rsl_encode_caps(&caps, out.data()));
                }
                const Bytes bytes = wireOf(renamed, out.data());
                said.insert(said.end(), bytes.begin(), bytes.end());
            });
            return said;
        });
        const auto board = open(peer);
        QVERIFY2(board, board ? "" : message(board.error()).c_str());
        QCOMPARE(board->profile.id, std::string("my-board"));
        QCOMPARE(board->profile.clockHz.value, 48e6);
        QVERIFY(!board->profile.activeWatts);
        QVERIFY(board->profile.flashBytes.value > 0 && board->profile.ramBytes.value > 0);
        QVERIFY2(board->note.find("'my-board', of which there is no profile") != std::string::npos,
                 board->note.c_str());
    }

    void aSecondProgramIsTold()
    {
        const PtyPeer peer([](auto, auto) { return Bytes(); });
        const auto first = SerialLink::open(peer.path());
        QVERIFY2(first, first ? "" : message(first.error()).c_str());
        const auto second = open(peer);
        QVERIFY(!second);
        QCOMPARE(second.error().code, ErrorCode::Unreadable);
        QVERIFY2(second.error().what.find("has it open") != std::string::npos, second.error().what.c_str());
    }

    void anUnpluggedPortSaysSoAtOnceAndForGood()
    {
        PtyPeer peer([](auto, auto) { return Bytes(); });
        auto link = SerialLink::open(peer.path());
        QVERIFY(link);
        peer.unplug();
        QTRY_VERIFY_WITH_TIMEOUT((*link)->isGone(), 2000);
        std::array<std::uint8_t, 8> bytes {};
        for (int i = 0; i < 2; ++i) {
            const auto read = (*link)->read(bytes, std::chrono::milliseconds(10));
            QVERIFY(!read);
            QCOMPARE(read.error().code, ErrorCode::Unreadable);
            QVERIFY(!(*link)->write(bytes));
        }
    }

    void manyBytesComeWhole()
    {
        Bytes wanted(300'000);
        for (std::size_t i = 0; i < wanted.size(); ++i)
            wanted[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
        const PtyPeer peer([](auto heard, auto) { return Bytes(heard.begin(), heard.end()); });
        const auto link = SerialLink::open(peer.path());
        QVERIFY(link);
        Bytes came;
        std::array<std::uint8_t, 8192> buffer {};
        for (std::size_t at = 0; at < wanted.size(); at += 10'000) {
            QVERIFY((*link)->write(std::span(wanted).subspan(at, 10'000)));
            while (came.size() < at + 10'000) {
                const auto n = (*link)->read(buffer, std::chrono::seconds(5));
                QVERIFY(n && *n > 0);
                came.insert(came.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*n));
            }
        }
        QVERIFY(came == wanted);
    }

    void aPortThatIsNotThereIsNamedWithWhatIs()
    {
        const auto board = openBoard("port:/dev/ttyNONE7", {}, {});
        QVERIFY(!board);
        QCOMPARE(board.error().code, ErrorCode::NotFound);
        QVERIFY2(board.error().what.find("twin") != std::string::npos, board.error().what.c_str());
    }

    void portsAreListedByWhatTheyAre()
    {
        SerialPortInfo port;
        port.name = "ttyACM7";
        port.path = "/dev/ttyACM7";
        port.description = "STM32 STLink";
        port.manufacturer = "STMicroelectronics";
        port.vendor = 0x0483;
        port.product = 0x374B;
        BoardEntry entry = entryOf(port);
        QCOMPARE(entry.id, std::string("port:/dev/ttyACM7"));
        QCOMPARE(entry.title, std::string("ttyACM7: STM32 STLink, STMicroelectronics"));
        QVERIFY(entry.kind == BoardEntry::Kind::Port && entry.reason.empty());
        // ST uses these ids for any board whose firmware is a virtual port.
        port.product = 0x5740;
        QVERIFY(entryOf(port).kind == BoardEntry::Kind::Port);
        port.description = "PowerShield (Virtual ComPort in FS Mode)";
        entry = entryOf(port);
        QVERIFY(entry.kind == BoardEntry::Kind::Meter && !entry.reason.empty());
        QCOMPARE(entry.meter, std::string("powershield"));
        port.vendor = 0x1915;
        port.product = 0xC00A;
        port.description = "PPK2";
        QCOMPARE(entryOf(port).meter, std::string("ppk2"));
    }
};

QTEST_GUILESS_MAIN(BoardPortsTest)

} // namespace board_ports_test

#include "board_ports_test.moc"
