// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "core/base/random.h"
#include "device_link/host/board_client.h"
#include "device_link/host/links/twin_link.h"
#include "device_link/host/measure_model.h"
#include "device_link/host/model_push.h"
#include "device_link/protocol/rsl_bytes.h"
#include "device_link/protocol/rsl_crc.h"
#include "tests/device_link/host/line_board.h"
#include "tests/device_link/host/lossy_link.h"
#include "tests/support/layers.h"

namespace line_test {

using namespace rosler;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

Matrix examples(Index count, Index features)
{
    Matrix x(count, features);
    const RandomStream random(7, Draw::Shuffle, 0);
    for (Index i = 0; i < x.size(); ++i)
        x.data()[i] = random.uniform(static_cast<std::uint64_t>(i));
    return x;
}

ModelImage image(rsl_number type, Index features, Index outputs, std::uint64_t seed = 1)
{
    Network network =
        networkOf({{.inputs = features, .outputs = outputs, .read = features, .kept = outputs}});
    network.initialise(seed);
    const Matrix calibration = examples(4, features);
    PackOptions options;
    options.type = type;
    options.name = "line " + std::to_string(seed);
    auto packed = packModel(network, options, view(calibration), twinInference());
    if (!packed)
        qFatal("%s", message(packed.error()).c_str());
    return std::move(*packed);
}

/// The same with a known answer of which one number is wrong.
ModelImage withWrongAnswer(const ModelImage &good, std::size_t output)
{
    std::vector<std::uint8_t> bytes(good.bytes().begin(), good.bytes().end());
    bytes[good.model().header->known_output + 4 * output] ^= 1;
    rsl_write_u32(bytes.data() + 12,
                  rsl_crc32(0, bytes.data() + RSL_MODEL_CRC_FROM, bytes.size() - RSL_MODEL_CRC_FROM));
    auto wrong = ModelImage::fromBytes(std::move(bytes), "wrong");
    if (!wrong)
        qFatal("%s", message(wrong.error()).c_str());
    return std::move(*wrong);
}

struct Connection {
    explicit Connection(const LineBoard::Options &options)
        : Connection(std::make_unique<LineBoard>(options))
    {
    }
    explicit Connection(std::unique_ptr<LineBoard> made)
        : board(*made)
        , client(std::move(made))
    {
    }

    LineBoard &board; ///< the client owns it
    BoardClient client;
};

std::string textOf(const auto &result)
{
    return result ? std::string() : message(result.error());
}

} // namespace

/// Boards on lines that take their time, lose frames, or have little room.
class LineTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void runsOverALossyLineAreAllRight_data()
    {
        QTest::addColumn<unsigned>("lost");
        QTest::addColumn<unsigned>("flipped");
        QTest::newRow("1 % lost") << 10U << 0U;
        QTest::newRow("1 % flipped") << 0U << 10U;
        QTest::newRow("10 % lost or flipped") << 50U << 50U;
    }

    void runsOverALossyLineAreAllRight()
    {
        QFETCH(unsigned, lost);
        QFETCH(unsigned, flipped);
        constexpr Index features = 300;                            // five chunks
        const ModelImage model = image(RSL_F32, features, 120, 3); // outputs in two pieces
        const auto twin = TwinLink::open();
        QVERIFY(twin);
        LossRates rates;
        rates.lostPieces = lost;
        rates.flippedPieces = flipped;
        BoardClient client(std::make_unique<LossyLink>(**twin, rates, 11U));
        QVERIFY(client.hello());
        QCOMPARE(int {client.info().credits}, 8);
        const auto pushed = pushModel(client, model);
        QVERIFY2(pushed, textOf(pushed).c_str());
        const Matrix x = examples(1000, features);
        const auto reference = twinInference();
        std::vector<std::uint8_t> wanted(model.knownOutput().size());
        for (Index i = 0; i < x.rows(); ++i) {
            const auto input = model.input({x.data() + i * features, static_cast<std::size_t>(features)});
            const auto reply = client.run(input);
            QVERIFY2(reply, textOf(reply).c_str());
            QVERIFY(reference(model.bytes(), input, wanted));
            QVERIFY2(reply->outputBytes == wanted, qPrintable(QString::number(i)));
        }
        const LinkStatistics &s = client.statistics();
        QVERIFY(s.resent > 100);
        qInfo("1,000 runs: %d frames sent, %d of them again", static_cast<int>(s.framesSent),
              static_cast<int>(s.resent));
    }

    void measuringOverALossyLineMeasuresTheSame()
    {
        const Matrix x = examples(1000, 40);
        Examples test;
        test.features = x;
        for (Index i = 0; i < x.rows(); ++i)
            test.labels.push_back(static_cast<std::uint16_t>(i % 10));
        const ModelImage model = image(RSL_I8, 40, 10);
        MeasureRequest request;
        request.model = "model";
        request.samples = 1000;
        BoardProfile profile;
        profile.id = "twin";
        for (const unsigned rate : {0U, 10U}) {
            const auto twin = TwinLink::open();
            LossRates rates;
            rates.lostPieces = rate / 2;
            rates.flippedPieces = rate / 2;
            BoardClient client(std::make_unique<LossyLink>(**twin, rates, 5U));
            QVERIFY(client.hello());
            const auto measured = measureModel(client, profile, model, test, request, twinInference());
            QVERIFY2(measured, textOf(measured).c_str());
            QCOMPARE(measured->measurement.samples, std::uint64_t {1000});
            QVERIFY(measured->measurement.outputsEqualTwin == true);
            QCOMPARE(client.statistics().resent > 0, rate > 0);
        }
    }

    void aBoardWithOneSlotTakesASecondModel()
    {
        LineBoard::Options options;
        options.slots = 1;
        Connection c(options);
        const ModelImage one = image(RSL_I8, 40, 10, 1);
        const ModelImage two = image(RSL_I8, 40, 10, 2);
        const auto first = pushModel(c.client, one);
        QVERIFY2(first, textOf(first).c_str());
        QVERIFY(!first->replaced);
        // It is said before.
        const auto verdict = fitOn(c.client.info(), two);
        QVERIFY(verdict && verdict->losesActive);
        QVERIFY2(verdict->text().find("is lost") != std::string::npos, verdict->text().c_str());
        // A host that does not say that it knows keeps the model.
        rsl_begin begin {};
        begin.length = 1024;
        begin.format = RSL_MODEL_FORMAT;
        begin.kernel_abi = RSL_KERNEL_ABI;
        begin.slot = RSL_ANY_SLOT;
        const auto refused = c.client.begin(begin);
        QVERIFY(!refused);
        QVERIFY2(refused.error().what.find("[status 20]") != std::string::npos, refused.error().what.c_str());
        QVERIFY(c.client.run(one.knownInput()));
        const auto second = pushModel(c.client, two);
        QVERIFY2(second, textOf(second).c_str());
        QVERIFY(second->replaced);
        const auto reply = c.client.run(two.knownInput());
        QVERIFY2(reply, textOf(reply).c_str());
        QVERIFY(std::equal(reply->outputBytes.begin(), reply->outputBytes.end(), two.knownOutput().begin(),
                           two.knownOutput().end()));
        // One that fails there leaves none, and the next one goes.
        const ModelImage wrong = withWrongAnswer(image(RSL_F32, 40, 10, 3), 4);
        QVERIFY(!pushModel(c.client, wrong));
        QVERIFY(c.client.hello());
        QCOMPARE(c.client.info().activeSlot(), nullptr);
        QVERIFY(pushModel(c.client, one));
    }

    void aWrongAnswerOfManyOutputsIsSaid()
    {
        const ModelImage good = image(RSL_F32, 40, 700);
        Connection c(LineBoard::Options {});
        QVERIFY(pushModel(c.client, image(RSL_I8, 40, 10, 2)));
        const auto pushed = pushModel(c.client, withWrongAnswer(good, 555));
        QVERIFY(!pushed);
        QCOMPARE(pushed.error().code, ErrorCode::Rejected);
        QVERIFY2(pushed.error().what.find("known vector differs (output 555) [status 18]")
                     != std::string::npos,
                 pushed.error().what.c_str());
        QVERIFY(c.client.hello());
        QCOMPARE(c.client.info().activeSlot()->name, std::string("line 2"));
    }

    void aSlowCoreIsWaitedFor()
    {
        // Dense float32 on a Cortex-M3 of 25 MHz: 98 instructions a multiply-add, seven seconds for 1.8
        // million.
        LineBoard::Options options;
        options.clockHz = 25'000'000;
        options.inference = seconds(7);
        Connection c(options);
        std::vector<std::pair<milliseconds, milliseconds>> waits;
        c.client.setWaiting(
            [&](milliseconds waited, milliseconds expected) { waits.emplace_back(waited, expected); });
        const ModelImage model = image(RSL_F32, 500, 100);
        const auto pushed = pushModel(c.client, model);
        QVERIFY2(pushed, textOf(pushed).c_str());
        waits.clear();
        const std::uint64_t computed = c.board.inferences();
        const auto reply = c.client.run(model.knownInput());
        QVERIFY2(reply, textOf(reply).c_str());
        QCOMPARE(c.board.inferences() - computed, std::uint64_t {1});
        QVERIFY(waits.size() > 10);
        for (const auto &[waited, expected] : waits)
            QVERIFY2(waited <= expected && expected >= seconds(7) && expected < seconds(11),
                     qPrintable(QString::number(expected.count())));
        const auto bench = c.client.bench({.warmUp = 1, .runs = 5, .patience = seconds(3)});
        QVERIFY2(bench, textOf(bench).c_str());
        QCOMPARE(bench->minTicks, 7'000'001U);
    }

    void aBenchmarkIsStoppedOnALineThatLosesBytes_data()
    {
        QTest::addColumn<int>("each");
        QTest::newRow("5 ms") << 5;
        QTest::newRow("50 ms") << 50;
        QTest::newRow("400 ms") << 400;
    }

    void aBenchmarkIsStoppedOnALineThatLosesBytes()
    {
        QFETCH(int, each);
        LineBoard::Options options;
        options.inference = milliseconds(each);
        options.losesBytes = true;
        Connection c(options);
        const ModelImage model = image(RSL_I8, 40, 10);
        const auto pushed = pushModel(c.client, model);
        QVERIFY2(pushed, textOf(pushed).c_str());
        std::stop_source stop;
        const auto begun = c.client.link().now();
        c.client.setWaiting([&](milliseconds waited, milliseconds) {
            if (waited > seconds(2))
                stop.request_stop();
        });
        const auto reply = c.client.bench({.warmUp = 0, .runs = 1'000'000}, stop.get_token());
        QVERIFY(!reply);
        QCOMPARE(reply.error().code, ErrorCode::Cancelled);
        const auto took = std::chrono::duration<double>(c.client.link().now() - begun).count();
        QVERIFY2(took < 2.25 + 1.1, qPrintable(QString::number(took)));
        QCOMPARE(int {c.board.work()}, int {RSL_WORK_NONE});
        QVERIFY(c.board.lostBytes() > 0);
        const std::uint64_t resent = c.client.statistics().resent;
        QVERIFY(c.client.hello());
        QCOMPARE(c.client.statistics().resent, resent);
    }

    /// Whoever comes next is heard, too.
    void aBenchmarkLeftBehindIsEndedByTheNextHello()
    {
        LineBoard::Options options;
        options.inference = seconds(3);
        options.losesBytes = true;
        Connection c(options);
        QVERIFY(pushModel(c.client, image(RSL_I8, 40, 10)));
        std::stop_source stop;
        c.client.setWaiting([&](milliseconds, milliseconds) { stop.request_stop(); });
        QVERIFY(!c.client.bench({.warmUp = 0, .runs = 1000}, stop.get_token()));
        const auto info = c.client.hello();
        QVERIFY2(info, textOf(info).c_str());
        QCOMPARE(int {c.board.work()}, int {RSL_WORK_NONE});
    }

    void pausesAreNotInTheTimes()
    {
        LineBoard::Options options;
        options.inference = milliseconds(20);
        Connection c(options);
        QVERIFY(pushModel(c.client, image(RSL_I8, 40, 10)));
        const auto quiet = c.client.bench({.warmUp = 0, .runs = 50});
        QVERIFY2(quiet, textOf(quiet).c_str());
        QCOMPARE(quiet->pauses, 0U);
        bool spoke = false;
        c.client.setWaiting([&](milliseconds, milliseconds) {
            if (!std::exchange(spoke, true))
                QVERIFY(c.board.write(std::vector<std::uint8_t> {'x'}));
        });
        const auto disturbed = c.client.bench({.warmUp = 0, .runs = 50});
        QVERIFY2(disturbed, textOf(disturbed).c_str());
        QVERIFY(spoke);
        QCOMPARE(disturbed->pauses, 1U);
        QCOMPARE(disturbed->totalTicks, quiet->totalTicks);
        // A look at the clock takes the simulated board a microsecond: two a run, and nothing else.
        QCOMPARE(quiet->totalTicks, std::uint64_t {50 * (20'000 + 2)});
    }

    void aPushFillsTheLine_data()
    {
        QTest::addColumn<std::uint32_t>("baud");
        QTest::addColumn<int>("credits");
        QTest::newRow("115200, 2 credits") << 115200U << 2;
        QTest::newRow("115200, 8 credits") << 115200U << 8;
        QTest::newRow("921600, 2 credits") << 921600U << 2;
        QTest::newRow("921600, 8 credits") << 921600U << 8;
    }

    void aPushFillsTheLine()
    {
        QFETCH(std::uint32_t, baud);
        QFETCH(int, credits);
        LineBoard::Options options;
        options.credits = static_cast<std::uint8_t>(credits);
        Connection c(options);
        QVERIFY(c.client.hello());
        if (baud != options.baud) {
            const auto raised = c.client.raiseBaud(baud);
            QVERIFY2(raised, textOf(raised).c_str());
            QCOMPARE(c.board.boardBaud(), baud);
        }
        const ModelImage model = image(RSL_F32, 300, 100); // 120 kB
        double begun = -1.0;
        double ended = 0.0;
        const auto now = [&] {
            return std::chrono::duration<double>(c.client.link().now().time_since_epoch()).count();
        };
        const auto pushed = pushModel(c.client, model, [&](const BoardProgress &at) {
            if (at.step != BoardProgress::Step::Push)
                return;
            begun = begun < 0.0 ? now() : begun;
            ended = now();
        });
        QVERIFY2(pushed, textOf(pushed).c_str());
        QCOMPARE(pushed->resentBytes, std::uint64_t {0});
        const double share =
            static_cast<double>(model.bytes().size()) * 10.0 / (ended - begun) / static_cast<double>(baud);
        qInfo("%u baud, %d credits: %zu bytes of image in %.3f s, %.1f %% of the line rate; all of the push "
              "%.3f s",
              baud, credits, model.bytes().size(), ended - begun, 100.0 * share, pushed->seconds);
        QVERIFY2(share >= 0.9, qPrintable(QString::number(share)));
    }

    void aRateThatTheLineDoesNotCarryIsGivenUp()
    {
        LineBoard::Options options;
        options.mostBaud = 500'000;
        Connection c(options);
        QVERIFY(c.client.hello());
        const auto raised = c.client.raiseBaud(921600);
        QVERIFY(!raised);
        QCOMPARE(c.client.link().baud(), 115200U);
        QCOMPARE(c.board.boardBaud(), 115200U);
        QVERIFY(c.client.hello());
        QVERIFY(c.client.raiseBaud(460800));
        QVERIFY(c.client.hello());
        QCOMPARE(c.client.info().baud, 460800U);
    }
};

QTEST_APPLESS_MAIN(LineTest)

} // namespace line_test

#include "line_test.moc"
