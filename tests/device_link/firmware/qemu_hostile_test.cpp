// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <memory>
#include <set>

#include <QtTest>

#include "device_link/firmware/twin/rsl_twin.h"
#include "tests/device_link/support/damage.h"
#include "tests/device_link/support/oracle.h"
#include "tests/device_link/support/qemu_board.h"

namespace qemu_hostile_test {

using namespace rosler;

/// What no host of ours sends, to emulated boards: the compiled firmware refuses it as the twin does, which
/// is fuzzed at length, and does not fall over.
class QemuHostileTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void imagesThatLieAreRefused_data();
    void imagesThatLieAreRefused();
    void anyBytesGetTheTwinsAnswers_data() { imagesThatLieAreRefused_data(); }
    void anyBytesGetTheTwinsAnswers();
    void otherVersionsAreRefused();
};

namespace {

using Bytes = std::vector<std::uint8_t>;

const EmulatedBoard &boardOf(int row)
{
    return emulatedBoards().at(static_cast<std::size_t>(row));
}

/// A twin with as much memory as the MPS boards.
class Twin
{
public:
    Twin()
    {
        const rsl_twin_options options {nullptr, 1U << 20, 8U << 20, 1, nullptr};
        m_twin.reset(rsl_twin_create(&options));
    }
    void write(const Bytes &bytes) { rsl_twin_feed(m_twin.get(), bytes.data(), bytes.size()); }
    Bytes read()
    {
        Bytes bytes(65536);
        bytes.resize(rsl_twin_take(m_twin.get(), bytes.data(), bytes.size()));
        return bytes;
    }

private:
    std::unique_ptr<rsl_twin, void (*)(rsl_twin *)> m_twin {nullptr, &rsl_twin_destroy};
};

/// A reply in words, without what may differ between boards: ticks, names, credits.
QString inWords(const Reply &reply)
{
    const rsl_frame &f = reply.frame;
    QString words = QStringLiteral("type %1 flags %2 seq %3 session %4: ")
                        .arg(f.type)
                        .arg(f.flags)
                        .arg(f.seq)
                        .arg(f.session);
    const auto hex = [](const void *bytes, std::size_t size) {
        return QString::fromLatin1(
            QByteArray(static_cast<const char *>(bytes), static_cast<qsizetype>(size)).toHex());
    };
    rsl_caps caps {};
    rsl_ack ack {};
    rsl_output output {};
    rsl_result result {};
    const std::uint8_t *bytes = reply.payload.data();
    const std::size_t size = reply.payload.size();
    if (f.type == RSL_HELLO && rsl_decode_caps(bytes, size, &caps)) {
        words += QStringLiteral("active %1").arg(caps.active);
        for (int i = 0; i < caps.slots; ++i)
            words += QStringLiteral(" [%1 %2 %3 %4 %5]")
                         .arg(caps.slot[i].state)
                         .arg(caps.slot[i].length)
                         .arg(caps.slot[i].generation)
                         .arg(hex(caps.slot[i].sha256, 32), QString::fromLatin1(caps.slot[i].name));
    } else if ((f.type == RSL_COMMIT || f.type == RSL_RUN || f.type == RSL_OUTPUT)
               && rsl_decode_output(bytes, size, &output)) {
        words += QStringLiteral("status %1 generation %2 class %3 of %4, crc %5, from %6: ")
                     .arg(output.status)
                     .arg(output.generation)
                     .arg(output.class_index)
                     .arg(output.outputs)
                     .arg(output.crc)
                     .arg(output.first)
            + hex(output.bytes, output.length);
    } else if ((f.type == RSL_DATA || f.type == RSL_INPUT) && rsl_decode_ack(bytes, size, &ack)) {
        words += QStringLiteral("next %1 bitmap %2").arg(ack.next_off).arg(ack.bitmap);
    } else if (f.type == RSL_BENCH && rsl_decode_result(bytes, size, &result)) {
        words += QStringLiteral("runs %1 samples %2 layers %3 crc %4")
                     .arg(result.runs)
                     .arg(result.samples)
                     .arg(result.layers)
                     .arg(result.output_crc);
    } else {
        words += hex(bytes, size);
    }
    return words;
}

/// What one side says, up to its answer to an ECHO that follows.
class Listener
{
public:
    /// @param read  what comes until nothing has for so many milliseconds
    Listener(std::function<void(const Bytes &)> write, std::function<Bytes(int patience)> read)
        : m_write(std::move(write))
        , m_read(std::move(read))
    {
        rsl_decoder_start(&m_decoder);
    }

    /// @return false when nothing more came before that
    bool receive(const Bytes &wire, std::uint16_t session, QString &said)
    {
        said.clear();
        QString text;
        m_write(wire);
        m_seq = static_cast<std::uint16_t>(0x8000U | (m_seq + 1U)); // not one of the storm's
        const rsl_frame echo {RSL_PROTOCOL_VERSION, RSL_ECHO, 0, m_seq, session, 0};
        Bytes end(RSL_MAX_WIRE_FRAME);
        end.resize(rsl_frame_encode(&echo, nullptr, end.data(), end.size()));
        int patience = 1000;
        for (int tries = 0; tries < 50; ++tries) {
            m_write(end);
            bool works = false; // to ask it again would keep it listening
            for (bool again = false; !again;) {
                const Bytes bytes = m_read(patience);
                if (bytes.empty())
                    break;
                for (const std::uint8_t byte : bytes) {
                    const rsl_feed feed = rsl_decoder_feed(&m_decoder, byte);
                    if (feed == RSL_FEED_TEXT)
                        text += QLatin1Char(static_cast<char>(byte));
                    if (feed != RSL_FEED_FRAME)
                        continue;
                    const Reply reply {m_decoder.frame,
                                       {m_decoder.payload, m_decoder.payload + m_decoder.frame.length}};
                    if (reply.frame.seq == m_seq && statusOf(reply) == RSL_IN_PROGRESS) {
                        works = true;                              // it is at work, and will say more
                        patience = std::min(2 * patience, 16'000); // its time may be slower than ours
                    } else if (reply.frame.seq == m_seq) {
                        static const QRegularExpression lap(QStringLiteral("m-lap-us-[0-9]+"));
                        text.replace(lap, QStringLiteral("m-lap-us"));
                        static const QRegularExpression name(QStringLiteral("m-name-dut-\\[[^]]*"));
                        text.replace(name, QStringLiteral("m-name-dut-["));
                        said += text;
                        return true;
                    } else if (reply.frame.type != RSL_BUSY && reply.frame.type != RSL_LOG) {
                        said += inWords(reply) + QLatin1Char('\n');
                        again = works;
                    }
                }
            }
        }
        return false;
    }

private:
    std::function<void(const Bytes &)> m_write;
    std::function<Bytes(int)> m_read;
    rsl_decoder m_decoder {};
    std::uint16_t m_seq = 0;
};

std::vector<AlignedBytes> imagesFor(std::uint8_t preferred)
{
    std::vector<AlignedBytes> all;
    for (const auto &[number, layout] : {std::pair {RSL_F32, RSL_LAYOUT_F_4X1},
                                         {RSL_F16, RSL_LAYOUT_F_4X1},
                                         {RSL_I8, static_cast<rsl_layout>(preferred)}}) {
        SampleModel model;
        model.number = number;
        model.layout = layout;
        model.inputs = 12;
        model.kept = 7;
        model.layers = {{6, 3, true, true}, {5, 2, false, false}, {3, 0, false, false}};
        all.push_back(sampleImage(model));
        answerImage(all.back());
    }
    return all;
}

} // namespace

void QemuHostileTest::initTestCase()
{
    if (const QString missing = qemuMissing(QStringLiteral(ROSLER_FIRMWARE)); !missing.isEmpty())
        QSKIP(qPrintable(missing));
}

void QemuHostileTest::imagesThatLieAreRefused_data()
{
    QTest::addColumn<int>("row");
    for (std::size_t i = 0; i < emulatedBoards().size(); ++i)
        if (QByteArray(emulatedBoards()[i].name) != "stm32f405") // has other memory than the twin
            QTest::newRow(emulatedBoards()[i].name) << static_cast<int>(i);
}

void QemuHostileTest::imagesThatLieAreRefused()
{
    QFETCH(int, row);
    if (const QString missing = qemuMissing(boardOf(row), QStringLiteral(ROSLER_FIRMWARE));
        !missing.isEmpty())
        QSKIP(qPrintable(missing));
    QemuBoard board(boardOf(row), QStringLiteral(ROSLER_FIRMWARE));
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    Twin twin;
    WireHost twins([&](const Bytes &bytes) { twin.write(bytes); }, [&] { return twin.read(); });
    const std::optional<rsl_caps> caps = board.host().hello();
    QVERIFY(caps && twins.hello());
    const std::vector<AlignedBytes> good = imagesFor(caps->preferred);
    const std::optional<Reply> first = board.host().push(good[2]);
    QVERIFY(first && statusOf(*first) == RSL_OK);
    QVERIFY(twins.push(good[2]));
    std::mt19937 random(static_cast<unsigned>(row) + 1);
    int refused = 0;
    int taken = 0;
    std::set<int> why;
    for (int i = 0; i < 40; ++i) {
        AlignedBytes image = good[random() % good.size()];
        rsl_begin announced = announcement(image); // what it was, and the hash of what it is
        damageImage(image, random);
        std::memcpy(announced.sha256, announcement(image).sha256, sizeof announced.sha256);
        const std::optional<Reply> said = board.host().push(image, announced);
        const std::optional<Reply> wanted = twins.push(image, announced);
        QCOMPARE(said.has_value(), wanted.has_value());
        QVERIFY(said);
        // Requests are counted alike, so that all of the replies has to be the same.
        QCOMPARE(inWords(*said), inWords(*wanted));
        (statusOf(*said) == RSL_OK ? taken : refused)++;
        why.insert(statusOf(*said));
    }
    const auto words = [](WireHost &host) {
        return inWords(*host.ask(RSL_HELLO, {RSL_PROTOCOL_VERSION, RSL_PROTOCOL_VERSION}));
    };
    QCOMPARE(words(board.host()), words(twins));
    QVERIFY(refused > 20 && why.size() > 1);
    QVERIFY(why.count(RSL_INVALID_IMAGE) > 0);
    qInfo("%s: %d refused, %d taken, all as by the twin", boardOf(row).name, refused, taken);
}

void QemuHostileTest::anyBytesGetTheTwinsAnswers()
{
    QFETCH(int, row);
    if (const QString missing = qemuMissing(boardOf(row), QStringLiteral(ROSLER_FIRMWARE));
        !missing.isEmpty())
        QSKIP(qPrintable(missing));
    QemuBoard board(boardOf(row), QStringLiteral(ROSLER_FIRMWARE));
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    Twin twin;
    const std::optional<rsl_caps> caps = board.host().hello();
    QVERIFY(caps);
    QVERIFY(board.host().ask(RSL_ECHO, {})); // all that it said of itself has been heard
    Listener boards([&](const Bytes &bytes) { board.write(bytes); },
                    [&](int patience) { return board.read(patience); });
    Listener twins([&](const Bytes &bytes) { twin.write(bytes); },
                   [&](int /*patience*/) { return twin.read(); });
    FrameStorm storm(static_cast<std::uint32_t>(row) + 20, true, static_cast<rsl_layout>(caps->preferred));
    QString said;
    QString wanted;
    (void)twins.receive({}, 0, wanted);     // its banner
    const int times = row == 0 ? 300 : 100; // the others differ in kernels and ports alone
    int answered = 0;
    for (int i = 0; i < times; ++i) {
        const Bytes wire = storm.next();
        QVERIFY2(boards.receive(wire, storm.session(), said), qPrintable(QString::number(i)));
        QVERIFY(twins.receive(wire, storm.session(), wanted));
        const QByteArray hex =
            QByteArray(reinterpret_cast<const char *>(wire.data()), static_cast<qsizetype>(wire.size()))
                .toHex(' ');
        QVERIFY2(said == wanted,
                 qPrintable(QStringLiteral("%1, %2\nboard: %3\ntwin: %4")
                                .arg(i)
                                .arg(QString::fromLatin1(hex), said, wanted)));
        answered += said.isEmpty() ? 0 : 1;
    }
    qInfo("%s: %d times anything, %d times an answer, each the twin's", boardOf(row).name, times, answered);
    QVERIFY(answered > 2 * times / 3);
}

void QemuHostileTest::otherVersionsAreRefused()
{
    QemuBoard board(boardOf(0), QStringLiteral(ROSLER_FIRMWARE));
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    WireHost &host = board.host();
    QVERIFY(host.hello());
    // A host that speaks 3 to 4, and one that speaks 0: refused, with the version that this board speaks.
    for (const Bytes &range : {Bytes {3, 4}, Bytes {0, 0}}) {
        const std::optional<Reply> reply = host.ask(RSL_HELLO, range);
        rsl_error error {};
        QVERIFY(reply && reply->frame.type == RSL_ERROR
                && rsl_decode_error(reply->payload.data(), reply->payload.size(), &error));
        QCOMPARE(int {error.status}, int {RSL_WRONG_VERSION});
        QCOMPARE(error.value, std::uint32_t {RSL_PROTOCOL_VERSION});
        QCOMPARE(QByteArray(rsl_status_text(RSL_WRONG_VERSION)),
                 QByteArray("the board speaks another version of the protocol"));
    }
    // A frame of version 3, whatever it asks.
    const rsl_frame frame {3, RSL_ECHO, 0, 77, 0x1234, 0};
    Bytes wire(RSL_MAX_WIRE_FRAME);
    wire.resize(rsl_frame_encode(&frame, nullptr, wire.data(), wire.size()));
    board.write(wire);
    const std::optional<Reply> echo = host.ask(RSL_ECHO, {1, 2, 3});
    QVERIFY(echo && echo->payload == (Bytes {1, 2, 3}));
    QVERIFY(host.hello());
}

QTEST_GUILESS_MAIN(QemuHostileTest)

} // namespace qemu_hostile_test

#include "qemu_hostile_test.moc"
