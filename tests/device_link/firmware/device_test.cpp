// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <random>
#include <set>

#include <QTemporaryDir>
#include <QtTest>

#include "device_link/firmware/twin/rsl_twin.h"
#include "device_link/protocol/rsl_crc.h"
#include "tests/device_link/support/oracle.h"
#include "tests/device_link/support/wire_host.h"

namespace device_test {

using namespace rosler;

namespace {

/// A twin and a host on its pipe.
struct Bench {
    explicit Bench(rsl_twin_options options = {nullptr, 8192, 16384, 1, nullptr})
        : twin(rsl_twin_create(&options), &rsl_twin_destroy)
    {
    }

    std::vector<std::uint8_t> take() const
    {
        std::vector<std::uint8_t> bytes(65536);
        bytes.resize(rsl_twin_take(twin.get(), bytes.data(), bytes.size()));
        return bytes;
    }

    std::unique_ptr<rsl_twin, void (*)(rsl_twin *)> twin;
    WireHost host {[this](const std::vector<std::uint8_t> &bytes) {
                       rsl_twin_feed(twin.get(), bytes.data(), bytes.size());
                   },
                   [this] { return take(); }};
};

AlignedBytes imageOf(std::uint32_t seed, rsl_number number = RSL_I8)
{
    SampleModel model;
    model.number = number;
    model.inputs = 40;
    model.kept = 30;
    model.layers = {{24, 6, true, true}, {10, 0, false, false}};
    model.seed = seed;
    model.name = "model " + std::to_string(seed);
    AlignedBytes image = sampleImage(model);
    answerImage(image);
    return image;
}

std::vector<std::uint8_t> inputOf(const AlignedBytes &image)
{
    rsl_model model {};
    (void)rsl_model_open(image.data(), image.size(), &model);
    const std::uint8_t *known = image.data() + model.header->known_input;
    std::vector<std::uint8_t> input(known, known + rsl_model_input_bytes(&model));
    std::reverse(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(input.size() / 4 * 4));
    if (rsl_model_number(&model) != RSL_I8)
        for (std::size_t i = 0; i < input.size(); i += 4) { // finite floats again
            const float value = static_cast<float>(input[i]) / 64.0F - 2.0F;
            std::memcpy(&input[i], &value, 4);
        }
    return input;
}

} // namespace

class DeviceTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void greetsInText();
    void saysWhatItIs();
    void pushesAndRunsEachNumberType_data();
    void pushesAndRunsEachNumberType();
    void keepsTheOldModelUntilTheNewOneIsGood();
    void switchesBetweenTwoModels();
    void doesNotFitIsSaidBeforeAnyByte_data();
    void doesNotFitIsSaidBeforeAnyByte();
    void dataMayComeInAnyOrderAndTwice();
    void anInterruptedPushGoesOnWhereItWas();
    void aWrongKnownAnswerRollsBack();
    void aWrongShaRollsBack();
    void aLieInTheAnnouncementIsFound();
    void aRejectedModelGivesWay();
    void powerLostAtAnyByteLeavesOldOrNew_data();
    void powerLostAtAnyByteLeavesOldOrNew();
    void requestsOutOfPlaceAreAnswered();
    void anotherProgramIsTold();
    void aHostOfAnotherVersionIsTold();
    void whatIsSentTwiceIsDoneOnce();
    void anInputIsNamedByItsNumber();
    void inputHasToBeWhole();
    void longOutputsComeInPieces();
    void benchmarksCountAndCanBeStopped();
    void echoesWhateverComes();
    void slotFilesOutliveTheTwin();
    void aRateIsKeptOrGivenUp();
};

void DeviceTest::greetsInText()
{
    const Bench bench;
    const std::vector<std::uint8_t> said = bench.take();
    const QByteArray text(reinterpret_cast<const char *>(said.data()), static_cast<qsizetype>(said.size()));
    QVERIFY(text.startsWith("m-timestamp-mode-performance\r\nm-lap-us-"));
    QVERIFY(text.endsWith("\r\nm-init-done\r\nm-ready\r\n"));
}

void DeviceTest::saysWhatItIs()
{
    Bench bench;
    const std::optional<rsl_caps> caps = bench.host.hello();
    QVERIFY(caps);
    QCOMPARE(caps->board, "twin");
    QCOMPARE(int {caps->slots}, 2);
    QCOMPARE(int {caps->active}, int {RSL_NO_ACTIVE_SLOT});
    QCOMPARE(caps->ram_bytes, 8192U);
    QCOMPARE(caps->numbers, 7U);
    QVERIFY(caps->slot[0].capacity > 14000 && caps->slot[0].capacity < 16384);
    QCOMPARE(int {caps->slot[0].state}, int {RSL_SLOT_EMPTY});
}

void DeviceTest::pushesAndRunsEachNumberType_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("f32") << int {RSL_F32};
    QTest::newRow("f16") << int {RSL_F16};
    QTest::newRow("i8") << int {RSL_I8};
}

void DeviceTest::pushesAndRunsEachNumberType()
{
    QFETCH(int, number);
    for (const std::uint32_t unit : {1U, 4U, 16U}) {
        Bench bench(rsl_twin_options {nullptr, 8192, 16384, unit, nullptr});
        const AlignedBytes image = imageOf(3, static_cast<rsl_number>(number));
        QVERIFY(bench.host.hello());
        const std::optional<Reply> reply = bench.host.push(image);
        QVERIFY(reply);
        QCOMPARE(int {statusOf(*reply)}, int {RSL_OK});
        const std::vector<std::uint8_t> input = inputOf(image);
        std::uint16_t classIndex = 99;
        const auto output = bench.host.run(input, &classIndex);
        QVERIFY(output);
        QVERIFY(*output == oracleOutputs(image, input.data()));
        QVERIFY(classIndex < 10);
        const std::optional<rsl_caps> caps = bench.host.hello();
        QCOMPARE(int {caps->active}, 0);
        QCOMPARE(caps->slot[0].name, "model 3");
        QCOMPARE(caps->slot[0].generation, 1U);
    }
}

void DeviceTest::keepsTheOldModelUntilTheNewOneIsGood()
{
    Bench bench;
    const AlignedBytes first = imageOf(1);
    const AlignedBytes second = imageOf(2);
    const std::vector<std::uint8_t> input = inputOf(first);
    bench.host.hello();
    QVERIFY(bench.host.push(first));
    QVERIFY(bench.host.begin(second));
    QVERIFY(bench.host.data(second, 0));
    QVERIFY(*bench.host.run(input) == oracleOutputs(first, input.data()));
    QVERIFY(bench.host.push(second));
    QVERIFY(*bench.host.run(input) == oracleOutputs(second, input.data()));
    const std::optional<rsl_caps> caps = bench.host.hello();
    QCOMPARE(int {caps->active}, 1);
    QCOMPARE(caps->slot[1].generation, 2U);
}

void DeviceTest::switchesBetweenTwoModels()
{
    Bench bench;
    const AlignedBytes images[2] = {imageOf(1), imageOf(2)};
    const std::vector<std::uint8_t> input = inputOf(images[0]);
    bench.host.hello();
    QVERIFY(bench.host.push(images[0]) && bench.host.push(images[1]));
    for (std::uint8_t i = 0; i < 20; ++i) {
        const std::uint8_t slot = i % 2;
        const std::optional<Reply> reply = bench.host.ask(RSL_SLOT, {slot, RSL_SLOT_ACTIVATE});
        QCOMPARE(int {reply->frame.type}, int {RSL_SLOT});
        QVERIFY(*bench.host.run(input) == oracleOutputs(images[slot], input.data()));
        rsl_twin_power_cycle(bench.twin.get());
        QCOMPARE(int {bench.host.hello()->active}, int {slot});
    }
}

void DeviceTest::doesNotFitIsSaidBeforeAnyByte_data()
{
    QTest::addColumn<int>("field");
    QTest::addColumn<int>("status");
    QTest::addColumn<quint32>("value");
    QTest::newRow("format") << 0 << int {RSL_UNKNOWN_FORMAT} << quint32 {RSL_MODEL_FORMAT};
    QTest::newRow("abi") << 1 << int {RSL_UNKNOWN_ABI} << quint32 {RSL_KERNEL_ABI};
    QTest::newRow("number") << 2 << int {RSL_UNKNOWN_NUMBER} << quint32 {9};
    QTest::newRow("layout") << 3 << int {RSL_UNKNOWN_LAYOUT} << quint32 {31};
    QTest::newRow("layer") << 4 << int {RSL_UNKNOWN_LAYER} << quint32 {31};
    QTest::newRow("ram") << 5 << int {RSL_NEEDS_RAM} << quint32 {8193};
    QTest::newRow("length") << 6 << int {RSL_TOO_LONG} << quint32 {16384};
    QTest::newRow("slot") << 7 << int {RSL_NO_SLOT} << quint32 {2};
}

void DeviceTest::doesNotFitIsSaidBeforeAnyByte()
{
    QFETCH(int, field);
    QFETCH(int, status);
    QFETCH(quint32, value);
    Bench bench;
    bench.host.hello();
    rsl_begin begin = announcement(imageOf(1));
    begin.format = field == 0 ? 77 : begin.format;
    begin.kernel_abi = field == 1 ? 2 : begin.kernel_abi;
    begin.numbers |= field == 2 ? 1U << 9 : 0;
    begin.layouts |= field == 3 ? 1U << 31 : 0;
    begin.kinds |= field == 4 ? 0x80000000U : 0;
    begin.ram_bytes = field == 5 ? 8193 : begin.ram_bytes;
    begin.length = field == 6 ? 16384 : begin.length;
    begin.slot = field == 7 ? 2 : begin.slot;
    std::vector<std::uint8_t> payload(RSL_MAX_PAYLOAD);
    payload.resize(rsl_encode_begin(&begin, payload.data()));
    const std::optional<Reply> reply = bench.host.ask(RSL_BEGIN, payload);
    rsl_begin_reply answer {};
    QVERIFY(rsl_decode_begin_reply(reply->payload.data(), reply->payload.size(), &answer));
    QCOMPARE(int {answer.status}, status);
    QCOMPARE(answer.value, value);
    QCOMPARE(int {bench.host.hello()->slot[0].state}, int {RSL_SLOT_EMPTY});
}

void DeviceTest::dataMayComeInAnyOrderAndTwice()
{
    std::mt19937 random(5);
    const AlignedBytes image = imageOf(4);
    for (int round = 0; round < 20; ++round) {
        Bench bench;
        bench.host.hello();
        QVERIFY(bench.host.begin(image));
        std::vector<std::uint32_t> offsets;
        for (std::uint32_t o = 0; o < image.size(); o += RSL_CHUNK)
            offsets.insert(offsets.end(), {o, o});
        std::shuffle(offsets.begin(), offsets.end(), random);
        std::set<std::uint32_t> came;
        std::optional<rsl_ack> ack;
        for (const std::uint32_t offset : offsets) {
            ack = bench.host.data(image, offset);
            QVERIFY(ack);
            came.insert(offset);
            std::uint32_t next = 0;
            while (came.count(next) > 0)
                next += RSL_CHUNK;
            QCOMPARE(ack->next_off, std::min(next, static_cast<std::uint32_t>(image.size())));
            for (std::uint32_t i = 0; i < RSL_ACK_BITS; ++i)
                QCOMPARE((ack->bitmap >> i) & 1U, std::uint32_t(came.count(next + (i + 1) * RSL_CHUNK)));
        }
        QCOMPARE(int {statusOf(*bench.host.commit(image))}, int {RSL_OK});
    }
}

void DeviceTest::anInterruptedPushGoesOnWhereItWas()
{
    Bench bench;
    const AlignedBytes image = imageOf(5);
    const auto chunks = static_cast<std::uint32_t>((image.size() + RSL_CHUNK - 1) / RSL_CHUNK);
    bench.host.hello();
    QVERIFY(bench.host.begin(image));
    QVERIFY(bench.host.data(image, 0) && bench.host.data(image, 2 * RSL_CHUNK));
    for (const bool power : {false, true}) {
        if (power)
            rsl_twin_power_cycle(bench.twin.get());
        QVERIFY(bench.host.hello());
        const std::optional<rsl_begin_reply> again = bench.host.begin(image);
        QCOMPARE(again->next_off, std::uint32_t {RSL_CHUNK});
        QCOMPARE(again->bitmap, 1U);
    }
    const std::uint32_t before = bench.host.dataFramesSent;
    QCOMPARE(int {statusOf(*bench.host.push(image))}, int {RSL_OK});
    QCOMPARE(bench.host.dataFramesSent - before, chunks - 2); // nothing acknowledged was sent again
    QCOMPARE(bench.host.begin(imageOf(6))->next_off, 0U);
    QVERIFY(bench.host.data(imageOf(6), 0));
    QCOMPARE(bench.host.begin(imageOf(6), true)->next_off, 0U); // fresh
}

void DeviceTest::aWrongKnownAnswerRollsBack()
{
    Bench bench;
    const AlignedBytes good = imageOf(1);
    AlignedBytes wrong = imageOf(2);
    rsl_model model {};
    (void)rsl_model_open(wrong.data(), wrong.size(), &model);
    wrong.data()[model.header->known_output + 6] ^= 1;
    sealImage(wrong);
    bench.host.hello();
    QVERIFY(bench.host.push(good));
    const std::optional<Reply> reply = bench.host.push(wrong);
    rsl_output output {};
    QCOMPARE(int {reply->frame.type}, int {RSL_COMMIT});
    QVERIFY(rsl_decode_output(reply->payload.data(), reply->payload.size(), &output));
    QCOMPARE(int {output.status}, int {RSL_KNOWN_ANSWER});
    QCOMPARE(output.value, 3U);
    const std::vector<std::uint8_t> right = oracleOutputs(wrong, wrong.data() + model.header->known_input);
    QCOMPARE(output.first, 6U); // the outputs from that one on
    QVERIFY(std::equal(right.begin() + 6, right.end(), output.bytes, output.bytes + output.length));
    const std::vector<std::uint8_t> input = inputOf(good);
    QVERIFY(*bench.host.run(input) == oracleOutputs(good, input.data()));
    QCOMPARE(int {bench.host.hello()->slot[1].state}, int {RSL_SLOT_REJECTED});
    QCOMPARE(int {statusOf(*bench.host.push(imageOf(3)))}, int {RSL_OK}); // the slot is used again
}

void DeviceTest::aWrongShaRollsBack()
{
    Bench bench;
    const AlignedBytes good = imageOf(1);
    const AlignedBytes other = imageOf(2);
    bench.host.hello();
    QVERIFY(bench.host.push(good));
    QVERIFY(bench.host.begin(other));
    AlignedBytes damaged = other;
    damaged.data()[700] ^= 0x40; // as if a CRC had not seen it
    for (std::uint32_t o = 0; o < other.size(); o += RSL_CHUNK)
        QVERIFY(bench.host.data(damaged, o));
    QCOMPARE(int {statusOf(*bench.host.commit(other))}, int {RSL_WRONG_SHA});
    QCOMPARE(int {bench.host.hello()->active}, 0);
    QCOMPARE(bench.host.begin(other)->next_off, 0U);
    QCOMPARE(int {statusOf(*bench.host.push(other))}, int {RSL_OK});
}

void DeviceTest::aLieInTheAnnouncementIsFound()
{
    Bench bench;
    const AlignedBytes image = imageOf(1);
    bench.host.hello();
    rsl_begin lie = announcement(image);
    lie.ram_bytes -= 16;
    std::vector<std::uint8_t> payload(RSL_MAX_PAYLOAD);
    payload.resize(rsl_encode_begin(&lie, payload.data()));
    QVERIFY(bench.host.ask(RSL_BEGIN, payload));
    for (std::uint32_t o = 0; o < image.size(); o += RSL_CHUNK)
        QVERIFY(bench.host.data(image, o));
    QCOMPARE(int {statusOf(*bench.host.commit(image))}, int {RSL_IMAGE_DIFFERS});
    QCOMPARE(int {bench.host.hello()->active}, int {RSL_NO_ACTIVE_SLOT});
}

void DeviceTest::aRejectedModelGivesWay()
{
    Bench bench;
    const AlignedBytes first = imageOf(1);
    bench.host.hello();
    QVERIFY(bench.host.push(first) && bench.host.push(imageOf(2)));
    QCOMPARE(int {bench.host.ask(RSL_SLOT, {1, RSL_SLOT_REJECT})->frame.type}, int {RSL_SLOT});
    const std::vector<std::uint8_t> input = inputOf(first);
    QVERIFY(*bench.host.run(input) == oracleOutputs(first, input.data()));
    rsl_twin_power_cycle(bench.twin.get());
    QCOMPARE(int {bench.host.hello()->active}, 0);
    QCOMPARE(int {bench.host.ask(RSL_SLOT, {0, RSL_SLOT_ERASE})->frame.type}, int {RSL_SLOT});
    QCOMPARE(int {bench.host.hello()->active}, int {RSL_NO_ACTIVE_SLOT});
}

void DeviceTest::powerLostAtAnyByteLeavesOldOrNew_data()
{
    QTest::addColumn<quint32>("unit");
    QTest::newRow("bytes") << 1U;
    QTest::newRow("sixteens") << 16U;
}

void DeviceTest::powerLostAtAnyByteLeavesOldOrNew()
{
    QFETCH(quint32, unit);
    SampleModel small;
    small.inputs = 8;
    small.layers = {{4, 2, true, true}, {3, 0, false, false}};
    AlignedBytes images[2];
    for (std::uint32_t i = 0; i < 2; ++i) {
        small.seed = i + 1;
        images[i] = sampleImage(small);
        answerImage(images[i]);
    }
    const std::vector<std::uint8_t> input = inputOf(images[0]);
    const std::vector<std::uint8_t> outputs[2] = {oracleOutputs(images[0], input.data()),
                                                  oracleOutputs(images[1], input.data())};
    QVERIFY(outputs[0] != outputs[1]);
    int cases = 0;
    int old = 0;
    for (std::uint64_t cut = 0;; ++cut) {
        Bench bench(rsl_twin_options {nullptr, 4096, 4096, unit, nullptr});
        bench.host.hello();
        QVERIFY(bench.host.push(images[0]));
        rsl_twin_cut_power_after(bench.twin.get(), cut);
        const bool done = bench.host.push(images[1]).has_value();
        if (done)
            break;
        rsl_twin_power_cycle(bench.twin.get());
        QVERIFY(bench.host.hello());
        const auto output = bench.host.run(input);
        QVERIFY2(output, qPrintable(QString::number(cut)));
        QVERIFY2(*output == outputs[0] || *output == outputs[1], qPrintable(QString::number(cut)));
        old += *output == outputs[0] ? 1 : 0;
        // And the push comes to its end after all.
        const std::optional<Reply> again = bench.host.push(images[1]);
        QVERIFY2(again && statusOf(*again) == RSL_OK, qPrintable(QString::number(cut)));
        QVERIFY(*bench.host.run(input) == outputs[1]);
        ++cases;
    }
    QVERIFY(cases > 1500);
    QVERIFY(old > 1500);
    qInfo("power cut at each of %d written bytes: old model kept %d times", cases, old);
}

void DeviceTest::requestsOutOfPlaceAreAnswered()
{
    Bench bench;
    WireHost &host = bench.host;
    QCOMPARE(int {statusOf(*host.ask(RSL_RUN, {}))}, int {RSL_WRONG_SESSION}); // no HELLO yet
    QCOMPARE(int {statusOf(*host.ask(RSL_HELLO, {3, 4}))}, int {RSL_WRONG_VERSION});
    host.hello();
    QCOMPARE(int {statusOf(*host.ask(RSL_RUN, std::vector<std::uint8_t>(12)))}, int {RSL_NO_MODEL});
    QCOMPARE(int {statusOf(*host.ask(RSL_RUN, {1}))}, int {RSL_BAD_PAYLOAD});
    QCOMPARE(int {statusOf(*host.ask(RSL_COMMIT, std::vector<std::uint8_t>(32)))}, int {RSL_NOT_BEGUN});
    QCOMPARE(int {statusOf(*host.ask(RSL_DATA, {0, 0, 0, 0, 1}))}, int {RSL_NOT_BEGUN});
    QCOMPARE(int {statusOf(*host.ask(RSL_BENCH, {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}))},
             int {RSL_NO_MODEL});
    QCOMPARE(int {statusOf(*host.ask(RSL_BUSY, {}))}, int {RSL_UNKNOWN_TYPE});
    QCOMPARE(int {statusOf(*host.ask(RSL_SLOT, {5, 0}))}, int {RSL_NO_SLOT});
    QCOMPARE(int {statusOf(*host.ask(RSL_SLOT, {0, 9}))}, int {RSL_BAD_PAYLOAD});
    QCOMPARE(int {statusOf(*host.ask(RSL_BAUD, {0, 0, 0, 0, 0}))}, int {RSL_BAD_RATE});
    QCOMPARE(int {statusOf(*host.ask(RSL_BAUD, {0, 0xC2, 1, 0, 2}))}, int {RSL_BAD_PAYLOAD});
    QCOMPARE(int {host.ask(RSL_ABORT, {})->frame.type}, int {RSL_ABORT});
    const AlignedBytes image = imageOf(1);
    QVERIFY(host.begin(image));
    const std::optional<Reply> early = host.commit(image);
    QCOMPARE(int {statusOf(*early)}, int {RSL_INCOMPLETE});
    QCOMPARE(int {host.ask(RSL_RESET, {})->frame.type}, int {RSL_RESET});
    QCOMPARE(int {statusOf(*host.ask(RSL_ABORT, {}))}, int {RSL_WRONG_SESSION});
}

void DeviceTest::anotherProgramIsTold()
{
    Bench bench;
    WireHost other(
        [&](const std::vector<std::uint8_t> &b) { rsl_twin_feed(bench.twin.get(), b.data(), b.size()); },
        [&] { return bench.take(); }, 0x4321);
    bench.host.hello();
    QVERIFY(other.hello());
    const std::optional<Reply> reply = bench.host.ask(RSL_ABORT, {});
    rsl_error error {};
    QVERIFY(rsl_decode_error(reply->payload.data(), reply->payload.size(), &error));
    QCOMPARE(int {error.status}, int {RSL_WRONG_SESSION});
    QCOMPARE(error.value, 0x4321U);
}

void DeviceTest::aHostOfAnotherVersionIsTold()
{
    const Bench bench;
    (void)bench.take();
    // HELLO of version 1, byte by byte as its hosts send it.
    const QByteArray old = QByteArray::fromHex("00021002010434120207010105a1504900");
    rsl_twin_feed(bench.twin.get(), reinterpret_cast<const std::uint8_t *>(old.constData()),
                  static_cast<std::size_t>(old.size()));
    const std::vector<std::uint8_t> said = bench.take();
    // What such a host reads: version and type in the first byte, flags, seq, session, length; then status 3
    // with the version that the board speaks.
    rsl_decoder decoder;
    rsl_decoder_start(&decoder);
    int frames = 0;
    for (const std::uint8_t byte : said) {
        if (rsl_decoder_feed(&decoder, byte) != RSL_FEED_FRAME)
            continue;
        ++frames;
        const QByteArray raw(reinterpret_cast<const char *>(decoder.raw), 8 + 12);
        QCOMPARE(raw.toHex(), QByteArray("1f01010034120c00030000000200000000000000"));
    }
    QCOMPARE(frames, 1);
}

void DeviceTest::whatIsSentTwiceIsDoneOnce()
{
    Bench bench;
    bench.host.hello();
    QVERIFY(bench.host.push(imageOf(1)));
    std::uint16_t seq = 700;
    const auto ask = [&](rsl_type type, const std::vector<std::uint8_t> &payload) {
        const rsl_frame frame {RSL_PROTOCOL_VERSION,
                               static_cast<std::uint8_t>(type),
                               0,
                               seq,
                               0x1234,
                               static_cast<std::uint16_t>(payload.size())};
        std::vector<std::uint8_t> wire(RSL_MAX_WIRE_FRAME);
        wire.resize(rsl_frame_encode(&frame, payload.data(), wire.data(), wire.size()));
        rsl_twin_feed(bench.twin.get(), wire.data(), wire.size());
        rsl_decoder decoder;
        rsl_decoder_start(&decoder);
        std::vector<std::uint8_t> answer;
        for (const std::uint8_t byte : bench.take())
            if (rsl_decoder_feed(&decoder, byte) == RSL_FEED_FRAME && decoder.frame.type != RSL_BUSY)
                answer.assign(decoder.raw, decoder.raw + decoder.length);
        return answer;
    };
    // The twin's clock goes on with each look at it: what is computed again has other times.
    const std::vector<std::uint8_t> bench10 {0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const auto first = ask(RSL_BENCH, bench10);
    QVERIFY(first.size() > 60);
    rsl_twin_wait(bench.twin.get(), 12345);
    QVERIFY(ask(RSL_BENCH, bench10) == first);
    // A commit that failed has failed, and is not one that was never begun.
    AlignedBytes wrong = imageOf(2);
    rsl_model model {};
    (void)rsl_model_open(wrong.data(), wrong.size(), &model);
    wrong.data()[model.header->known_output] ^= 1;
    sealImage(wrong);
    QVERIFY(bench.host.begin(wrong));
    for (std::uint32_t o = 0; o < wrong.size(); o += RSL_CHUNK)
        QVERIFY(bench.host.data(wrong, o));
    const rsl_begin announced = announcement(wrong);
    const std::vector<std::uint8_t> sha(announced.sha256, announced.sha256 + 32);
    ++seq;
    QCOMPARE(int {ask(RSL_COMMIT, sha)[8]}, int {RSL_COMMIT});
    const auto again = ask(RSL_COMMIT, sha);
    QCOMPARE(int {again[8]}, int {RSL_ERROR});
    QCOMPARE(int {again[9]}, int {RSL_KNOWN_ANSWER});
    ++seq;
    QCOMPARE(int {ask(RSL_COMMIT, sha)[9]}, int {RSL_NOT_BEGUN}); // another request is another
}

void DeviceTest::anInputIsNamedByItsNumber()
{
    Bench bench;
    SampleModel wide;
    wide.inputs = 700;
    AlignedBytes image = sampleImage(wide);
    answerImage(image);
    bench.host.hello();
    QVERIFY(bench.host.push(image));
    const std::vector<std::uint8_t> input = inputOf(image);
    QVERIFY(bench.host.run(input));
    const std::uint32_t old = bench.host.vector;
    const auto part = [&](std::uint32_t vector, std::uint32_t offset) {
        const std::size_t n = std::min<std::size_t>(RSL_CHUNK, input.size() - offset);
        const rsl_input message {vector, offset, static_cast<std::uint16_t>(n), input.data() + offset};
        std::vector<std::uint8_t> payload(RSL_MAX_PAYLOAD);
        payload.resize(rsl_encode_input(&message, payload.data()));
        const std::optional<Reply> reply = bench.host.ask(RSL_INPUT, payload);
        rsl_ack ack {};
        if (reply->frame.type != RSL_INPUT
            || !rsl_decode_ack(reply->payload.data(), reply->payload.size(), &ack))
            return std::pair(0U, 0xFFFFFFFFU);
        return std::pair(ack.next_off, ack.bitmap);
    };
    const auto run = [&](std::uint32_t vector) {
        const rsl_run request {vector, 700, rsl_crc32(0, input.data(), input.size())};
        std::vector<std::uint8_t> payload(RSL_MAX_PAYLOAD);
        payload.resize(rsl_encode_run(&request, payload.data()));
        return int {statusOf(*bench.host.ask(RSL_RUN, payload))};
    };
    // The first frame of the next vector is lost: the second one does not make the last one whole.
    QCOMPARE(part(old + 1, 256), std::pair(0U, 1U));
    QCOMPARE(run(old + 1), int {RSL_BAD_INPUT});
    QCOMPARE(run(old), int {RSL_BAD_INPUT});
    QCOMPARE(part(old, 0), std::pair(0U, 0xFFFFFFFFU)); // one of the last vector comes late, and does nothing
    QCOMPARE(part(old + 1, 0), std::pair(512U, 0U));
    QCOMPARE(part(old + 1, 0), std::pair(512U, 0U)); // twice
    QCOMPARE(part(old + 1, 512), std::pair(700U, 0U));
    QCOMPARE(run(old + 1), int {RSL_OK});
}

void DeviceTest::inputHasToBeWhole()
{
    Bench bench;
    SampleModel wide;
    wide.inputs = 700;
    AlignedBytes image = sampleImage(wide);
    answerImage(image);
    bench.host.hello();
    QVERIFY(bench.host.push(image));
    std::vector<std::uint8_t> input = inputOf(image);
    QVERIFY(*bench.host.run(input) == oracleOutputs(image, input.data()));
    // A new vector of which the middle is missing.
    std::vector<std::uint8_t> chunk(8 + RSL_CHUNK);
    chunk[0] = static_cast<std::uint8_t>(++bench.host.vector);
    QCOMPARE(int {bench.host.ask(RSL_INPUT, chunk)->frame.type}, int {RSL_INPUT});
    QCOMPARE(int {statusOf(*bench.host.ask(RSL_RUN, {chunk[0], 0, 0, 0, 0xBC, 2, 0, 0, 0, 0, 0, 0}))},
             int {RSL_BAD_INPUT});
    chunk.pop_back();
    QCOMPARE(int {statusOf(*bench.host.ask(RSL_INPUT, chunk))}, int {RSL_BAD_INPUT});
    // Backwards is well, too.
    ++bench.host.vector;
    const auto part = [&](std::uint32_t offset) {
        const std::size_t n = std::min<std::size_t>(RSL_CHUNK, input.size() - offset);
        const rsl_input data {bench.host.vector, offset, static_cast<std::uint16_t>(n),
                              input.data() + offset};
        std::vector<std::uint8_t> payload(RSL_MAX_PAYLOAD);
        payload.resize(rsl_encode_input(&data, payload.data()));
        rsl_ack ack {};
        const std::optional<Reply> reply = bench.host.ask(RSL_INPUT, payload);
        (void)rsl_decode_ack(reply->payload.data(), reply->payload.size(), &ack);
        return ack.next_off;
    };
    QCOMPARE(part(0), 256U);
    QCOMPARE(part(512), 256U);
    QCOMPARE(part(256), 700U);
}

void DeviceTest::longOutputsComeInPieces()
{
    Bench bench(rsl_twin_options {nullptr, 65536, 65536, 1, nullptr});
    SampleModel wide;
    wide.number = RSL_F32;
    wide.layers = {{400, 3, false, true}};
    AlignedBytes image = sampleImage(wide);
    answerImage(image);
    bench.host.hello();
    QCOMPARE(int {statusOf(*bench.host.push(image))}, int {RSL_OK});
    const std::vector<std::uint8_t> input = inputOf(image);
    const auto output = bench.host.run(input);
    QVERIFY(output);
    QCOMPARE(output->size(), std::size_t {1600});
    QVERIFY(*output == oracleOutputs(image, input.data()));
}

void DeviceTest::benchmarksCountAndCanBeStopped()
{
    Bench bench;
    bench.host.hello();
    QVERIFY(bench.host.push(imageOf(1)));
    const std::optional<rsl_result> result = bench.host.bench(100, RSL_BENCH_LAYERS);
    QVERIFY(result);
    QCOMPARE(result->runs, 100U);
    QCOMPARE(int {result->samples}, int {RSL_MAX_SAMPLES});
    QCOMPARE(int {result->layers}, 3); // the input is widened first
    // The twin's clock counts calls: one in a window.
    QCOMPARE(result->min_ticks, 1U);
    QCOMPARE(result->max_ticks, 1U);
    QCOMPARE(result->empty_ticks, 1U);
    QVERIFY(result->total_ticks > 100);
}

void DeviceTest::echoesWhateverComes()
{
    Bench bench;
    bench.host.hello();
    std::uint32_t state = 0x2A5F1C33;
    for (int i = 0; i < 8; ++i) {
        std::vector<std::uint8_t> bytes(RSL_MAX_ECHO);
        for (std::uint8_t &byte : bytes)
            byte = rsl_prbs31(&state);
        const std::optional<Reply> reply = bench.host.ask(RSL_ECHO, bytes);
        QVERIFY(reply && reply->payload == bytes);
    }
}

void DeviceTest::slotFilesOutliveTheTwin()
{
    const QTemporaryDir folder;
    const QByteArray path = QFile::encodeName(folder.filePath(QStringLiteral("slots.bin")));
    const rsl_twin_options options {nullptr, 8192, 16384, 1, path.constData()};
    const AlignedBytes image = imageOf(7);
    {
        Bench bench(options);
        bench.host.hello();
        QVERIFY(bench.host.push(image));
    }
    Bench bench(options);
    const std::vector<std::uint8_t> input = inputOf(image);
    QVERIFY((bench.host.hello()->features & RSL_KEEPS_MODELS) != 0);
    QVERIFY(*bench.host.run(input) == oracleOutputs(image, input.data()));
    const rsl_twin_options nowhere {nullptr, 0, 0, 0, "/no/such/folder/slots.bin"};
    QVERIFY(rsl_twin_create(&nowhere) == nullptr);
}

void DeviceTest::aRateIsKeptOrGivenUp()
{
    Bench bench;
    rsl_twin *twin = bench.twin.get();
    bench.host.hello();
    const std::vector<std::uint8_t> tryIt {0, 0x10, 0x0E, 0, RSL_BAUD_TRY}; // 921600
    const std::vector<std::uint8_t> keepIt {0, 0x10, 0x0E, 0, RSL_BAUD_KEEP};
    QCOMPARE(int {statusOf(*bench.host.ask(RSL_BAUD, keepIt))}, int {RSL_BAD_RATE}); // not tried
    // Nobody is heard within a second.
    QCOMPARE(int {bench.host.ask(RSL_BAUD, tryIt)->frame.type}, int {RSL_BAUD});
    QCOMPARE(rsl_twin_baud(twin), 921600U);
    rsl_twin_wait(twin, 900000);
    QCOMPARE(rsl_twin_baud(twin), 921600U);
    rsl_twin_wait(twin, 200000);
    QCOMPARE(rsl_twin_baud(twin), 115200U);
    // Heard, but not kept within five.
    bench.host.ask(RSL_BAUD, tryIt);
    QVERIFY(bench.host.ask(RSL_ECHO, {1}));
    rsl_twin_wait(twin, 4000000);
    QCOMPARE(rsl_twin_baud(twin), 921600U);
    rsl_twin_wait(twin, 1100000);
    QCOMPARE(rsl_twin_baud(twin), 115200U);
    // Kept.
    bench.host.ask(RSL_BAUD, tryIt);
    QVERIFY(bench.host.ask(RSL_ECHO, {1}));
    QCOMPARE(int {bench.host.ask(RSL_BAUD, keepIt)->frame.type}, int {RSL_BAUD});
    QCOMPARE(int {bench.host.ask(RSL_BAUD, keepIt)->frame.type}, int {RSL_BAUD}); // its reply may be lost
    rsl_twin_wait(twin, 60000000);
    QCOMPARE(rsl_twin_baud(twin), 921600U);
    QCOMPARE(bench.host.hello()->baud, 921600U);
}

QTEST_GUILESS_MAIN(DeviceTest)

} // namespace device_test

#include "device_test.moc"
