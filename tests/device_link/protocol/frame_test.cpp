// SPDX-License-Identifier: Apache-2.0
#include <random>

#include <QFile>
#include <QtTest>

#include "device_link/protocol/rsl_frame.h"

namespace frame_test {

namespace {

struct Decoded {
    std::vector<rsl_frame> frames;
    std::vector<QByteArray> payloads;
    QByteArray text;
    std::uint32_t bad = 0;
};

Decoded decode(const QByteArray &wire)
{
    Decoded all;
    rsl_decoder decoder;
    rsl_decoder_start(&decoder);
    for (const char byte : wire)
        switch (rsl_decoder_feed(&decoder, static_cast<std::uint8_t>(byte))) {
        case RSL_FEED_TEXT:
            all.text.append(byte);
            break;
        case RSL_FEED_FRAME:
            all.frames.push_back(decoder.frame);
            all.payloads.push_back(
                QByteArray(reinterpret_cast<const char *>(decoder.payload), decoder.frame.length));
            break;
        case RSL_FEED_NOTHING:
        case RSL_FEED_BAD:
            break;
        }
    all.bad = decoder.bad;
    return all;
}

QByteArray encode(const QByteArray &payload, std::uint16_t seq = 7)
{
    const rsl_frame frame {
        RSL_PROTOCOL_VERSION, 0x52, 1, seq, 0xABCD, static_cast<std::uint16_t>(payload.size())};
    QByteArray wire(RSL_MAX_WIRE_FRAME, '\xEE');
    const std::size_t n = rsl_frame_encode(&frame, reinterpret_cast<const std::uint8_t *>(payload.data()),
                                           reinterpret_cast<std::uint8_t *>(wire.data()),
                                           static_cast<std::size_t>(wire.size()));
    wire.truncate(static_cast<qsizetype>(n));
    return wire;
}

} // namespace

class FrameTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goldenFramesGoBothWays_data();
    void goldenFramesGoBothWays();
    void everyLengthComesBack_data();
    void everyLengthComesBack();
    void otherVersionsAreRecognised();
    void tooLittleRoomWritesNothing();
    void textAroundFramesIsText();
    void everyBitFlippedIsDropped();
    void everyTruncationIsDroppedAndTheNextFrameComes();
    void aLostZeroCostsOneFrameAtMost();
    void randomBytesMakeNoFrame();
};

void FrameTest::goldenFramesGoBothWays_data()
{
    QTest::addColumn<QStringList>("fields");
    QFile file(QStringLiteral(ROSLER_SOURCE_DIR "/device_link/protocol/vectors/frames.txt"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    while (!file.atEnd()) {
        const QStringList fields = QString::fromLatin1(file.readLine()).simplified().split(QLatin1Char(' '));
        QTest::newRow(qPrintable(fields.value(0))) << fields;
    }
}

void FrameTest::goldenFramesGoBothWays()
{
    QFETCH(QStringList, fields);
    QCOMPARE(fields.size(), 7);
    const QByteArray payload =
        fields[5] == QLatin1String("-") ? QByteArray() : QByteArray::fromHex(fields[5].toLatin1());
    const QByteArray wire = QByteArray::fromHex(fields[6].toLatin1());

    const Decoded got = decode(wire);
    QCOMPARE(got.frames.size(), std::size_t {1});
    QCOMPARE(int {got.frames[0].version}, int {RSL_PROTOCOL_VERSION});
    QCOMPARE(int {got.frames[0].type}, fields[1].toInt());
    QCOMPARE(int {got.frames[0].flags}, fields[2].toInt());
    QCOMPARE(int {got.frames[0].seq}, fields[3].toInt());
    QCOMPARE(int {got.frames[0].session}, fields[4].toInt());
    QCOMPARE(got.payloads[0].toHex(), payload.toHex());

    QByteArray again(RSL_MAX_WIRE_FRAME, '\0');
    const std::size_t n =
        rsl_frame_encode(&got.frames[0], reinterpret_cast<const std::uint8_t *>(payload.data()),
                         reinterpret_cast<std::uint8_t *>(again.data()), std::size_t {RSL_MAX_WIRE_FRAME});
    QCOMPARE(again.left(static_cast<qsizetype>(n)).toHex(), wire.toHex());
}

void FrameTest::everyLengthComesBack_data()
{
    QTest::addColumn<int>("fill"); // -1: counting up
    QTest::newRow("zeros") << 0;
    QTest::newRow("no zeros") << 0xA5;
    QTest::newRow("counting") << -1;
}

void FrameTest::everyLengthComesBack()
{
    QFETCH(int, fill);
    for (int n = 0; n <= RSL_MAX_PAYLOAD; ++n) {
        QByteArray payload(n, static_cast<char>(fill));
        if (fill < 0)
            for (int i = 0; i < n; ++i)
                payload[i] = static_cast<char>(i);
        const QByteArray wire = encode(payload);
        QVERIFY(wire.size() <= RSL_MAX_WIRE_FRAME);
        QCOMPARE(wire.mid(1, wire.size() - 2).indexOf('\0'), -1);
        const Decoded got = decode(wire);
        QCOMPARE(got.payloads.size(), std::size_t {1});
        QCOMPARE(got.payloads[0], payload);
    }
}

void FrameTest::otherVersionsAreRecognised()
{
    // HELLO of version 1 as its hosts send it: the type is in the version's byte.
    const QByteArray old = QByteArray::fromHex("00021002010434120207010105a1504900");
    Decoded got = decode(old);
    QCOMPARE(got.frames.size(), std::size_t {1});
    QCOMPARE(int {got.frames[0].version}, 1);
    QCOMPARE(int {got.frames[0].type}, 0);
    QCOMPARE(int {got.frames[0].seq}, 1);
    QCOMPARE(int {got.frames[0].session}, 0x1234);
    QCOMPARE(got.payloads[0].toHex(), QByteArray("0101"));
    for (std::uint8_t version = 1; version < 16; ++version) {
        const rsl_frame frame {version, 15, 1, 2, 3, 4};
        QByteArray wire(RSL_MAX_WIRE_FRAME, '\0');
        wire.truncate(static_cast<qsizetype>(rsl_frame_encode(
            &frame, reinterpret_cast<const std::uint8_t *>("abcd"),
            reinterpret_cast<std::uint8_t *>(wire.data()), std::size_t {RSL_MAX_WIRE_FRAME})));
        got = decode(wire);
        QCOMPARE(got.frames.size(), std::size_t {1});
        QCOMPARE(int {got.frames[0].version}, int {version});
        QCOMPARE(int {got.frames[0].type}, 15);
        QCOMPARE(got.payloads[0], QByteArray("abcd"));
    }
}

void FrameTest::tooLittleRoomWritesNothing()
{
    const rsl_frame frame {RSL_PROTOCOL_VERSION, 0, 0, 0, 0, 4};
    const std::uint8_t payload[4] = {1, 2, 3, 4};
    std::uint8_t wire[RSL_MAX_WIRE_FRAME];
    const std::size_t needed = rsl_frame_encode(&frame, payload, wire, sizeof wire);
    QCOMPARE(needed, std::size_t {8 + 1 + 4 + 4 + 3});
    QCOMPARE(rsl_frame_encode(&frame, payload, wire, needed), needed);
    QCOMPARE(rsl_frame_encode(&frame, payload, wire, needed - 1), std::size_t {0});
    rsl_frame wrong = frame;
    wrong.length = RSL_MAX_PAYLOAD + 1;
    QCOMPARE(rsl_frame_encode(&wrong, payload, wire, sizeof wire), std::size_t {0});
    wrong = frame;
    wrong.version = 1; // which had sixteen types
    wrong.type = 16;
    QCOMPARE(rsl_frame_encode(&wrong, payload, wire, sizeof wire), std::size_t {0});
}

void FrameTest::textAroundFramesIsText()
{
    const Decoded got = decode("m-ready\r\n" + encode("a", 1) + "name%" + encode("b", 2) + "end");
    QCOMPARE(got.text, QByteArray("m-ready\r\nname%end"));
    QCOMPARE(got.payloads.size(), std::size_t {2});
    QCOMPARE(got.payloads[1], QByteArray("b"));
}

void FrameTest::everyBitFlippedIsDropped()
{
    QByteArray payload(300, '\x5A');
    payload[10] = 0;
    const QByteArray wire = encode(payload);
    for (int bit = 0; bit < wire.size() * 8; ++bit) {
        QByteArray flipped = wire;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        for (const QByteArray &other : decode(flipped).payloads)
            QCOMPARE(other, payload); // none, or the right one
    }
}

void FrameTest::everyTruncationIsDroppedAndTheNextFrameComes()
{
    const QByteArray wire = encode(QByteArray(100, '\0') + QByteArray(100, 'y'), 1);
    for (int n = 0; n < wire.size(); ++n) {
        const Decoded got = decode(wire.left(n) + encode("next", 2) + encode("one more", 3));
        QVERIFY(!got.payloads.empty());
        QCOMPARE(got.payloads.back(), QByteArray("one more"));
        QVERIFY(got.payloads.size() == 2 || got.frames[0].seq == 1); // only the last zero was lost
    }
}

void FrameTest::aLostZeroCostsOneFrameAtMost()
{
    QByteArray stream;
    for (std::uint16_t i = 0; i < 4; ++i)
        stream += encode(QByteArray(20, static_cast<char>('a' + i)), i);
    for (qsizetype at = stream.indexOf('\0'); at >= 0; at = stream.indexOf('\0', at + 1)) {
        QByteArray without = stream;
        without.remove(at, 1);
        QVERIFY2(decode(without).frames.size() >= 3, qPrintable(QString::number(at)));
    }
}

void FrameTest::randomBytesMakeNoFrame()
{
    std::mt19937 random(3);
    QByteArray bytes(200000, '\0');
    for (char &byte : bytes)
        byte = static_cast<char>(random() % 40 == 0 ? 0 : random());
    const Decoded got = decode(bytes);
    QVERIFY(got.frames.empty());
    QVERIFY(got.bad > 1000);
    QCOMPARE(decode(bytes + QByteArray(1, '\0') + encode("ok")).frames.size(), std::size_t {1});
}

QTEST_APPLESS_MAIN(FrameTest)

} // namespace frame_test

#include "frame_test.moc"
