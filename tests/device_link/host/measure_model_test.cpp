// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numeric>

#include <QtTest>

#include "device_link/host/links/twin_link.h"
#include "device_link/host/measure_model.h"
#include "tests/support/layers.h"

namespace measure_model_test {

using namespace rosler;

namespace {

Examples examples(Index count, Index features)
{
    Examples made;
    Matrix values(count, features);
    for (Index i = 0; i < values.size(); ++i)
        values.data()[i] = static_cast<float>(0.5 + 0.5 * std::sin(1.3 * static_cast<double>(i * i % 991)));
    made.features = std::move(values);
    for (Index i = 0; i < count; ++i)
        made.labels.push_back(static_cast<std::uint16_t>(i % 4));
    return made;
}

ModelImage model(rsl_number type)
{
    Network net = networkOf({{.inputs = 20, .outputs = 16, .rank = 4, .read = 20, .kept = 16, .relu = true},
                             {.inputs = 16, .outputs = 4, .read = 16, .kept = 4}});
    net.initialise(5);
    const Examples data = examples(30, 20);
    Matrix room;
    return *packModel(net, {.type = type, .name = "net"}, data.features.rows(0, data.count(), room),
                      twinInference());
}

std::uint64_t sumOf(const std::vector<std::vector<std::uint64_t>> &table)
{
    std::uint64_t sum = 0;
    for (const auto &row : table)
        sum = std::accumulate(row.begin(), row.end(), sum);
    return sum;
}

std::unique_ptr<BoardClient> twinClient()
{
    auto client = std::make_unique<BoardClient>(*TwinLink::open());
    return client->hello() ? std::move(client) : nullptr;
}

BenchReply bench()
{
    BenchReply reply;
    reply.runs = 4;
    reply.timerHz = 1e6;
    reply.emptyTicks = 10;
    reply.ticks = {110, 210, 310, 410};
    return reply;
}

} // namespace

/// All that is measured of a model on a board; the board is the twin.
class MeasureModelTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theTwinEqualsItselfAndTheTablesAddUp_data()
    {
        QTest::addColumn<int>("type");
        for (const rsl_number type : {RSL_F32, RSL_F16, RSL_I8})
            QTest::newRow(std::string(nameOf(type)).c_str()) << int {type};
    }

    void theTwinEqualsItselfAndTheTablesAddUp()
    {
        QFETCH(int, type);
        const auto client = twinClient();
        QVERIFY(client);
        const ModelImage image = model(static_cast<rsl_number>(type));
        const Examples test = examples(40, 20);
        std::vector<double> last(4, -1);
        const auto measured =
            measureModel(*client, *boardProfile("twin"), image, test, {.model = "rosler", .samples = 25},
                         twinInference(), [&](MeasureStep step, double fraction, const std::string &) {
                             last[static_cast<std::size_t>(step)] = fraction;
                         });
        QVERIFY2(measured, measured ? "" : message(measured.error()).c_str());
        const Measurement &m = measured->measurement;
        QCOMPARE(m.outputsEqualTwin, std::optional(true));
        QCOMPARE(m.samples, 25U);
        QCOMPARE(m.model, std::string("rosler"));
        QCOMPARE(m.type, std::string(nameOf(static_cast<rsl_number>(type))));
        QCOMPARE(sumOf(measured->confusion.board), 25U);
        QVERIFY(measured->confusion.board == measured->confusion.twin);
        std::uint64_t right = 0;
        for (std::size_t i = 0; i < 4; ++i)
            right += measured->confusion.board[i][i];
        QVERIFY(m.boardAccuracy && m.twinAccuracy);
        QCOMPARE(*m.boardAccuracy, static_cast<double>(right) / 25.0);
        QCOMPARE(*m.boardAccuracy, *m.twinAccuracy);
        QCOMPARE(m.macs, image.macs());
        QCOMPARE(m.imageBytes, std::uint64_t {image.bytes().size()});
        QCOMPARE(last, std::vector<double>(4, 1.0));
        // A twin's ticks mean nothing.
        QVERIFY(!m.instructions && !m.cycles && !m.latency && !m.energy && m.layers.empty());
    }

    void moreSamplesThanThereAreAreAllThereAre()
    {
        const auto client = twinClient();
        const auto measured = measureModel(*client, *boardProfile("twin"), model(RSL_I8), examples(7, 20),
                                           {.model = "net", .samples = 1000}, twinInference());
        QVERIFY(measured);
        QCOMPARE(measured->measurement.samples, 7U);
    }

    void anotherAnswerThanTheTwinsIsSeen()
    {
        const auto client = twinClient();
        const ReferenceInference wrong = [](auto image, auto input, auto output) {
            const bool done = twinInference()(image, input, output);
            output[0] = static_cast<std::uint8_t>(output[0] ^ 1U);
            return done;
        };
        const auto measured = measureModel(*client, *boardProfile("twin"), model(RSL_I8), examples(7, 20),
                                           {.model = "net", .samples = 3}, wrong);
        QVERIFY(measured);
        QCOMPARE(measured->measurement.outputsEqualTwin, std::optional(false));
    }

    void otherFeaturesAreRefused()
    {
        const auto client = twinClient();
        const auto measured = measureModel(*client, *boardProfile("twin"), model(RSL_I8), examples(7, 19),
                                           {.model = "net", .samples = 3}, twinInference());
        QVERIFY(!measured);
        QCOMPARE(measured.error().code, ErrorCode::OutOfRange);
        QVERIFY(measured.error().what.find("19 features") != std::string::npos);
    }

    void aStopRequestEndsIt()
    {
        const auto client = twinClient();
        std::stop_source source;
        const auto measured = measureModel(
            *client, *boardProfile("twin"), model(RSL_I8), examples(50, 20), {.model = "net", .samples = 50},
            twinInference(),
            [&](MeasureStep step, double, const std::string &) {
                if (step == MeasureStep::KnownVectors)
                    source.request_stop();
            },
            source.get_token());
        QVERIFY(!measured);
        QCOMPARE(measured.error().code, ErrorCode::Cancelled);
    }

    void onAnEmulatedBoardTicksAreInstructionsAndTimeIsModelled()
    {
        const BoardProfile profile = *boardProfile("mps2-an386");
        Measurement m;
        m.emulated = true;
        std::vector<double> latencies;
        setTimes(m, profile, {}, bench(), &latencies);
        QVERIFY(m.instructions && m.latency);
        QVERIFY(!m.cycles);
        QVERIFY(m.instructions->median.source() == Source::Counted);
        // 25 MHz and 2^7 ns an instruction: 3.2 ticks each. Of 100, 200, 300 and 400 ticks.
        QCOMPARE(m.instructions->p95.value(), std::round(400 / 3.2));
        QVERIFY(m.latency->median.isModelled());
        QCOMPARE(m.latency->p95.value(), modelledSeconds(profile, RSL_I8, std::round(400 / 3.2)).value());
        QCOMPARE(latencies.size(), std::size_t {4});
        QCOMPARE(m.energy.has_value(), profile.activeWatts.has_value());
        if (m.energy)
            QVERIFY(m.energy->median.isModelled());
    }

    void onARealBoardTimeIsMeasured()
    {
        BoardInfo info;
        info.countsCycles = true;
        Measurement m;
        setTimes(m, *boardProfile("stm32f405"), info, bench());
        QVERIFY(!m.instructions);
        QVERIFY(m.cycles && m.cycles->median.source() == Source::Measured);
        QCOMPARE(m.cycles->p95.value(), 400.0);
        QVERIFY(m.latency && m.latency->median.source() == Source::Measured);
        QCOMPARE(m.latency->p95.value(), 400e-6);
        QVERIFY(m.energy && m.energy->median.isModelled());
        info.countsCycles = false;
        Measurement timer;
        setTimes(timer, *boardProfile("stm32f405"), info, bench());
        QVERIFY(!timer.cycles && timer.latency);
    }

    void aTwinHasNoTimes()
    {
        BoardInfo info;
        info.isTwin = true;
        Measurement m;
        setTimes(m, *boardProfile("twin"), info, bench());
        QVERIFY(!m.instructions && !m.cycles && !m.latency && !m.energy);
    }
};

QTEST_GUILESS_MAIN(MeasureModelTest)

} // namespace measure_model_test

#include "measure_model_test.moc"
