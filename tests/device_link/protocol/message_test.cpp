// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <map>

#include <QFile>
#include <QtTest>

#include "device_link/protocol/rsl_hmac.h"
#include "device_link/protocol/rsl_message.h"

namespace message_test {

namespace {

/// Decodes, and encodes what it read; empty when it is not such a message.
using Trip = std::function<QByteArray(const QByteArray &)>;

template <typename Message>
Trip trip(bool (*decode)(const std::uint8_t *, std::size_t, Message *),
          std::size_t (*encode)(const Message *, std::uint8_t *))
{
    return [=](const QByteArray &payload) {
        // A copy of its own size, so that a sanitizer sees a read beyond the end.
        const std::vector<std::uint8_t> bytes(payload.begin(), payload.end());
        Message message {};
        if (!decode(bytes.data(), bytes.size(), &message))
            return QByteArray();
        std::uint8_t again[RSL_MAX_PAYLOAD];
        const std::size_t n = encode(&message, again);
        return QByteArray(reinterpret_cast<const char *>(again), static_cast<qsizetype>(n));
    };
}

const std::map<QString, Trip> &trips()
{
    static const std::map<QString, Trip> all {
        {"hello", trip(&rsl_decode_hello, &rsl_encode_hello)},
        {"caps", trip(&rsl_decode_caps, &rsl_encode_caps)},
        {"begin_with_tag", trip(&rsl_decode_begin, &rsl_encode_begin)},
        {"begin_reply_resume", trip(&rsl_decode_begin_reply, &rsl_encode_begin_reply)},
        {"begin_reply_needs_ram", trip(&rsl_decode_begin_reply, &rsl_encode_begin_reply)},
        {"data", trip(&rsl_decode_data, &rsl_encode_data)},
        {"ack", trip(&rsl_decode_ack, &rsl_encode_ack)},
        {"commit", trip(&rsl_decode_commit, &rsl_encode_commit)},
        {"commit_reply", trip(&rsl_decode_output, &rsl_encode_output)},
        {"input", trip(&rsl_decode_input, &rsl_encode_input)},
        {"run", trip(&rsl_decode_run, &rsl_encode_run)},
        {"output", trip(&rsl_decode_output_request, &rsl_encode_output_request)},
        {"bench", trip(&rsl_decode_bench, &rsl_encode_bench)},
        {"result", trip(&rsl_decode_result, &rsl_encode_result)},
        {"baud", trip(&rsl_decode_baud, &rsl_encode_baud)},
        {"slot", trip(&rsl_decode_slot_request, &rsl_encode_slot_request)},
        {"busy", trip(&rsl_decode_busy, &rsl_encode_busy)},
        {"error", trip(&rsl_decode_error, &rsl_encode_error)},
        {"read", trip(&rsl_decode_read, &rsl_encode_read)},
        {"read_reply", trip(&rsl_decode_read_reply, &rsl_encode_read_reply)},
        {"write", trip(&rsl_decode_write, &rsl_encode_write)},
        {"write_last", trip(&rsl_decode_write, &rsl_encode_write)},
        {"key", trip(&rsl_decode_key, &rsl_encode_key)},
        {"key_reply", trip(&rsl_decode_key_reply, &rsl_encode_key_reply)},
    };
    return all;
}

/// Bytes that a message may be without: fields that came later than the first of version 2.
int laterBytes(const QString &name)
{
    static const std::map<QString, int> all {
        {"begin_with_tag", 33}, {"ack", 4}, {"result", 4}, {"error", 10}};
    const auto found = all.find(name);
    return found == all.end() ? 0 : found->second;
}

/// They end with bytes, as many as there are.
bool endsWithBytes(const QString &name)
{
    return name == QLatin1String("data") || name == QLatin1String("input")
        || name.startsWith(QLatin1String("write"));
}

bool isReply(const QString &name)
{
    static const QStringList all {"caps",
                                  "begin_reply_resume",
                                  "begin_reply_needs_ram",
                                  "ack",
                                  "result",
                                  "commit_reply",
                                  "read_reply",
                                  "key_reply",
                                  "busy",
                                  "error"};
    return all.contains(name);
}

std::map<QString, QByteArray> goldenPayloads()
{
    std::map<QString, QByteArray> all;
    QFile file(QStringLiteral(ROSLER_SOURCE_DIR "/device_link/protocol/vectors/frames.txt"));
    if (!file.open(QIODevice::ReadOnly))
        return all;
    while (!file.atEnd()) {
        const QStringList fields = QString::fromLatin1(file.readLine()).simplified().split(QLatin1Char(' '));
        all[fields.value(0)] = QByteArray::fromHex(fields.value(5).toLatin1());
    }
    return all;
}

} // namespace

class MessageTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goldenPayloadsGoBothWays_data();
    void goldenPayloadsGoBothWays();
    void goldenValuesAreWhatTheyShouldBe();
    void whatIsCutOffIsRefusedUnlessItCameLater_data() { goldenPayloadsGoBothWays_data(); }
    void whatIsCutOffIsRefusedUnlessItCameLater();
    void whatFollowsIsPassedOverInReplies_data() { goldenPayloadsGoBothWays_data(); }
    void whatFollowsIsPassedOverInReplies();
    void capabilitiesOfALaterFirmwareAreRead();
    void capabilitiesWithoutLaterFieldsAreRead();
    void flippedBitsAreRefusedOrKept_data() { goldenPayloadsGoBothWays_data(); }
    void flippedBitsAreRefusedOrKept();
    void countsBeyondTheirLimitAreRefused();
    void everyStatusHasASentence();
};

void MessageTest::goldenPayloadsGoBothWays_data()
{
    QTest::addColumn<QString>("name");
    for (const auto &[name, unused] : trips())
        QTest::newRow(qPrintable(name)) << name;
}

void MessageTest::goldenPayloadsGoBothWays()
{
    QFETCH(QString, name);
    const QByteArray payload = goldenPayloads()[name];
    QVERIFY(!payload.isEmpty());
    QCOMPARE(trips().at(name)(payload).toHex(), payload.toHex());
}

void MessageTest::goldenValuesAreWhatTheyShouldBe()
{
    auto golden = goldenPayloads();
    const auto bytes = [&](const char *name) {
        return reinterpret_cast<const std::uint8_t *>(golden[QLatin1String(name)].data());
    };
    const auto size = [&](const char *name) {
        return static_cast<std::size_t>(golden[QLatin1String(name)].size());
    };
    rsl_caps caps;
    QVERIFY(rsl_decode_caps(bytes("caps"), size("caps"), &caps));
    QCOMPARE(caps.board, "mps2-an386");
    QCOMPARE(caps.core, 0x410FC241U);
    QCOMPARE(caps.timer_hz, 25000000U);
    QCOMPARE(int {caps.slots}, 2);
    QCOMPARE(caps.slot[0].generation, 7U);
    QCOMPARE(caps.slot[0].name, "rosler");
    QCOMPARE(int {caps.slot[0].tag_kind}, int {RSL_TAG_HMAC});
    rsl_key key;
    QVERIFY(rsl_decode_key(bytes("key"), size("key"), &key));
    QCOMPARE(caps.key, rsl_key_number(key.key));
    rsl_begin begin;
    QVERIFY(rsl_decode_begin(bytes("begin_with_tag"), size("begin_with_tag"), &begin));
    rsl_hmac hmac;
    std::uint8_t tag[RSL_TAG_BYTES];
    rsl_hmac_start(&hmac, key.key);
    rsl_hmac_add(&hmac, "abc", 3);
    rsl_hmac_finish(&hmac, tag);
    QVERIFY(rsl_equal_tags(tag, begin.tag));
    QCOMPARE(int {caps.start_cause}, int {RSL_START_POWER});
    QCOMPARE(int {caps.regions}, 2);
    QCOMPARE(int {caps.region[1].kind}, int {RSL_REGION_INPUT});
    QCOMPARE(caps.region[1].bytes, 784U);
    QCOMPARE(int {caps.slot[1].state}, int {RSL_SLOT_EMPTY});
    rsl_output output;
    QVERIFY(rsl_decode_output(bytes("commit_reply"), size("commit_reply"), &output));
    QCOMPARE(output.ticks, std::uint64_t {90000});
    QCOMPARE(int {output.class_index}, 3);
    QCOMPARE(int {output.length}, 20);
    QCOMPARE(output.vector, 41U);
    rsl_result result;
    QVERIFY(rsl_decode_result(bytes("result"), size("result"), &result));
    QCOMPARE(result.ticks[1], 201U);
    QCOMPARE(result.layer_ticks[0], 150U);
    QCOMPARE(result.pauses, 1U);
    rsl_ack ack;
    QVERIFY(rsl_decode_ack(bytes("ack"), size("ack"), &ack));
    QCOMPARE(ack.next_off, 1280U);
    QCOMPARE(ack.bitmap, 0x80000001U);
}

void MessageTest::whatIsCutOffIsRefusedUnlessItCameLater()
{
    QFETCH(QString, name);
    const QByteArray payload = goldenPayloads()[name];
    const Trip &way = trips().at(name);
    const qsizetype least = payload.size() - laterBytes(name);
    QSet<qsizetype> read; // lengths that are a message
    for (qsizetype n = 0; n < payload.size(); ++n) {
        const QByteArray got = way(payload.left(n));
        if (endsWithBytes(name)) {
            QVERIFY(got.isEmpty() || got == payload.left(n));
            continue;
        }
        if (n < least)
            QVERIFY2(got.isEmpty(), qPrintable(QString::number(n)));
        if (got.isEmpty())
            continue;
        read.insert(n);
        // What is missing counts as 0.
        QCOMPARE(got.toHex(), payload.left(n).append(payload.size() - n, '\0').toHex());
    }
    if (laterBytes(name) > 0)
        QVERIFY(read.contains(least));
    QVERIFY(read.size() <= 3); // between fields alone
}

void MessageTest::whatFollowsIsPassedOverInReplies()
{
    QFETCH(QString, name);
    const QByteArray payload = goldenPayloads()[name];
    const Trip &way = trips().at(name);
    if (endsWithBytes(name))
        return;
    const QByteArray longer = way(payload + "xyz");
    if (isReply(name))
        QCOMPARE(longer.toHex(), payload.toHex());
    else
        QVERIFY(longer.isEmpty()); // a board may not pass over what it is asked for
    // Zeros ask for nothing.
    QCOMPARE(way(payload + QByteArray(3, '\0')).toHex(), payload.toHex());
}

void MessageTest::capabilitiesOfALaterFirmwareAreRead()
{
    auto golden = goldenPayloads();
    const QByteArray now = golden[QLatin1String("caps")];
    const QByteArray later = golden[QLatin1String("caps_later")];
    QVERIFY(later.size() > now.size());
    QCOMPARE(trips().at(QLatin1String("caps"))(later).toHex(), now.toHex());
    // Each part has to be where it says that it is.
    for (qsizetype n = 0; n < later.size() - 12; ++n)
        QVERIFY2(trips().at(QLatin1String("caps"))(later.left(n)).isEmpty(), qPrintable(QString::number(n)));
}

void MessageTest::capabilitiesWithoutLaterFieldsAreRead()
{
    QByteArray payload = goldenPayloads()[QLatin1String("caps")];
    const auto fixed = static_cast<qsizetype>(static_cast<std::uint8_t>(payload[2]));
    payload.remove(fixed - 5, 5);
    payload[2] = static_cast<char>(fixed - 5);
    rsl_caps caps;
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(payload.constData());
    QVERIFY(rsl_decode_caps(bytes, static_cast<std::size_t>(payload.size()), &caps));
    QCOMPARE(caps.key, 0U);
    QCOMPARE(int {caps.start_cause}, 0);
    QCOMPARE(caps.firmware, "0.2.0");
    QCOMPARE(caps.slot[0].name, "rosler");
    QCOMPARE(caps.region[1].bytes, 784U);
    for (char length = 0; length < 8; ++length) { // less than has been read already, and little more
        QByteArray small = payload;
        small[2] = length;
        const std::vector<std::uint8_t> own(small.begin(), small.end());
        QVERIFY(!rsl_decode_caps(own.data(), own.size(), &caps));
    }
    payload[2] = static_cast<char>(fixed - 6); // a field of the first version 2 is missing
    payload.remove(fixed - 6, 1);
    bytes = reinterpret_cast<const std::uint8_t *>(payload.constData());
    QVERIFY(!rsl_decode_caps(bytes, static_cast<std::size_t>(payload.size()), &caps));
}

void MessageTest::flippedBitsAreRefusedOrKept()
{
    QFETCH(QString, name);
    const QByteArray payload = goldenPayloads()[name];
    for (int bit = 0; bit < payload.size() * 8; ++bit) {
        QByteArray flipped = payload;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        const QByteArray got = trips().at(name)(flipped);
        if (got.isEmpty() || got == flipped)
            continue;
        // A count that fell leaves a rest, which a later version may have put there; one that rose may take
        // the place of a field that may be missing.
        QVERIFY2(isReply(name) && (got.size() < flipped.size() || got.startsWith(flipped)),
                 qPrintable(QString::number(bit)));
        QVERIFY(trips().at(name)(got) == got);
    }
}

void MessageTest::countsBeyondTheirLimitAreRefused()
{
    std::uint8_t payload[RSL_MAX_PAYLOAD];
    rsl_result result {};
    result.samples = RSL_MAX_SAMPLES;
    result.layers = RSL_MAX_WINDOWS;
    QVERIFY(rsl_encode_result(&result, payload) > 0);
    result.samples = RSL_MAX_SAMPLES + 1;
    QCOMPARE(rsl_encode_result(&result, payload), std::size_t {0});
    rsl_caps caps {};
    caps.slots = RSL_MAX_SLOTS;
    QVERIFY(rsl_encode_caps(&caps, payload) > 0);
    caps.slots = RSL_MAX_SLOTS + 1;
    QCOMPARE(rsl_encode_caps(&caps, payload), std::size_t {0});
    const std::uint8_t bytes[RSL_CHUNK + 1] = {};
    rsl_data data {256, RSL_CHUNK + 1, bytes};
    QCOMPARE(rsl_encode_data(&data, payload), std::size_t {0});
    data = {255, 1, bytes};
    QCOMPARE(rsl_encode_data(&data, payload), std::size_t {0});
    data = {256, 1, bytes};
    QCOMPARE(rsl_encode_data(&data, payload), std::size_t {5});
    const rsl_bench never {1, 0, 0, 0};
    QCOMPARE(rsl_encode_bench(&never, payload), std::size_t {0});
}

void MessageTest::everyStatusHasASentence()
{
    for (unsigned s = RSL_OK; s <= RSL_LAST_STATUS; ++s)
        QVERIFY(QByteArray(rsl_status_text(s)) != "unknown status");
    QCOMPARE(rsl_status_text(RSL_LAST_STATUS + 1), "unknown status");
}

QTEST_APPLESS_MAIN(MessageTest)

} // namespace message_test

#include "message_test.moc"
