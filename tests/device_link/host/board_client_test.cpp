// SPDX-License-Identifier: Apache-2.0
#include <map>

#include <QtTest>

#include "core/base/random.h"
#include "device_link/firmware/twin/rsl_twin.h"
#include "device_link/host/board_client.h"
#include "device_link/host/links/twin_link.h"
#include "device_link/host/model_push.h"
#include "tests/device_link/host/lossy_link.h"
#include "tests/support/layers.h"

namespace board_client_test {

using namespace rosler;

namespace {

/// A link of which somebody else takes care: the board stays when a client goes.
class Borrowed final : public Link
{
public:
    explicit Borrowed(Link &inner)
        : m_inner(inner)
    {
    }
    std::string name() const override { return m_inner.name(); }
    Result<std::size_t> read(std::span<std::uint8_t> buffer, std::chrono::milliseconds timeout) override
    {
        return m_inner.read(buffer, timeout);
    }
    Result<void> write(std::span<const std::uint8_t> bytes) override { return m_inner.write(bytes); }
    Result<void> setBaud(std::uint32_t rate) override { return m_inner.setBaud(rate); }
    std::uint32_t baud() const override { return m_inner.baud(); }
    void discard() override { m_inner.discard(); }
    Clock::time_point now() const override { return m_inner.now(); }

private:
    Link &m_inner;
};

/// Bytes of a program that is none of ours.
class Chatter final : public Link
{
public:
    explicit Chatter(std::string says)
        : m_says(std::move(says))
    {
    }
    std::string name() const override { return "chatter"; }
    Result<std::size_t> read(std::span<std::uint8_t> buffer, std::chrono::milliseconds timeout) override
    {
        m_now += timeout;
        const std::size_t count = std::min(buffer.size(), m_says.size());
        std::copy_n(m_says.begin(), count, buffer.begin());
        return count;
    }
    Result<void> write(std::span<const std::uint8_t>) override { return {}; }
    Result<void> setBaud(std::uint32_t) override { return {}; }
    std::uint32_t baud() const override { return 115200; }
    void discard() override { }
    Clock::time_point now() const override { return m_now; }

private:
    std::string m_says;
    Clock::time_point m_now = Clock::now();
};

Matrix examples(Index count, Index features)
{
    Matrix x(count, features);
    const RandomStream random(5, Draw::Shuffle, 0);
    for (Index i = 0; i < x.size(); ++i)
        x.data()[i] = random.uniform(static_cast<std::uint64_t>(i));
    return x;
}

ModelImage image(rsl_number type, Index hidden, std::uint64_t seed, Index features = 40)
{
    Network network = networkOf(
        {{.inputs = features, .outputs = hidden, .rank = 4, .read = features, .kept = hidden, .relu = true},
         {.inputs = hidden, .outputs = 10, .read = hidden, .kept = 10}});
    network.initialise(seed);
    const Matrix calibration = examples(8, features);
    PackOptions options;
    options.type = type;
    options.name = "test " + std::to_string(seed);
    auto packed = packModel(network, options, view(calibration), twinInference());
    if (!packed)
        qFatal("%s", message(packed.error()).c_str());
    return std::move(*packed);
}

std::unique_ptr<TwinLink> board(std::uint32_t slotBytes = 1U << 20)
{
    TwinOptions options;
    options.slotBytes = slotBytes;
    options.arenaBytes = 1U << 16;
    auto link = TwinLink::open(options);
    if (!link)
        qFatal("%s", message(link.error()).c_str());
    return std::move(*link);
}

/// What the board answers when it is asked in peace; which of the models it is.
std::string answering(Link &link, const std::vector<const ModelImage *> &models)
{
    BoardClient client(std::make_unique<Borrowed>(link));
    const auto info = client.hello();
    if (!info)
        return "error: " + message(info.error());
    const SlotInfo *active = info->activeSlot();
    if (active == nullptr)
        return "none";
    for (const ModelImage *model : models) {
        if (model->name() != active->name)
            continue;
        const auto reply = client.run(model->knownInput());
        if (!reply)
            return "error: " + message(reply.error());
        if (!std::equal(reply->outputBytes.begin(), reply->outputBytes.end(), model->knownOutput().begin(),
                        model->knownOutput().end()))
            return "wrong outputs";
        return model->name();
    }
    return "unknown: " + active->name;
}

} // namespace

class BoardClientTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aTwinTellsWhatItIs();
    void aPushedModelAnswersLikeTheTwin_data();
    void aPushedModelAnswersLikeTheTwin();
    void outputsLongerThanAFrameComeWhole();
    void theSameModelIsNotSentTwice();
    void twoModelsThatTakeTurnsStayOnTheBoard();
    void aModelThatDoesNotFitIsRefusedBeforeAByte();
    void benchesComeWithAndWithoutLayers();
    void slotsCanBeChangedBack();
    void theTextApiIsOnTheSamePort();
    void regionsAreReadAndWritten();
    void strangersAreToldApart();
    void aSecondProgramIsNamed();
    void stopRequestsAreHeard();
    void progressGoesToTheEnd();
    void lossyLinesLoseNothing();
    void aPushCutAtEveryByteLeavesAModel();
    void powerLostAtEveryWriteLeavesAModel();
};

void BoardClientTest::aTwinTellsWhatItIs()
{
    const auto twin = board();
    BoardClient client(std::make_unique<Borrowed>(*twin));
    const auto info = client.hello();
    QVERIFY2(info, info ? "" : message(info.error()).c_str());
    QCOMPARE(info->board, std::string("twin"));
    QVERIFY(info->isTwin);
    QCOMPARE(info->core, std::string("host"));
    QCOMPARE(info->slots.size(), std::size_t {2});
    QCOMPARE(info->activeSlot(), nullptr);
    QVERIFY(info->credits >= 1);
}

void BoardClientTest::aPushedModelAnswersLikeTheTwin_data()
{
    QTest::addColumn<int>("type");
    QTest::newRow("f32") << int {RSL_F32};
    QTest::newRow("f16") << int {RSL_F16};
    QTest::newRow("i8") << int {RSL_I8};
}

void BoardClientTest::aPushedModelAnswersLikeTheTwin()
{
    QFETCH(int, type);
    const auto twin = board();
    BoardClient client(std::make_unique<Borrowed>(*twin));
    const ModelImage model = image(static_cast<rsl_number>(type), 30, 1);
    const auto report = pushModel(client, model);
    QVERIFY2(report, report ? "" : message(report.error()).c_str());
    QCOMPARE(report->sentBytes, std::uint64_t {model.bytes().size()});
    QCOMPARE(report->resentBytes, std::uint64_t {0});
    QVERIFY(!report->wasThere);
    const Matrix x = examples(50, 40);
    const auto reference = twinInference();
    for (Index i = 0; i < x.rows(); ++i) {
        const auto input = model.input({x.data() + i * 40, 40});
        const auto reply = client.run(input);
        QVERIFY2(reply, reply ? "" : message(reply.error()).c_str());
        std::vector<std::uint8_t> expected(model.knownOutput().size());
        QVERIFY(reference(model.bytes(), input, expected));
        QCOMPARE(reply->outputBytes, expected);
        QCOMPARE(reply->classIndex, model.classOf(expected));
    }
}

void BoardClientTest::outputsLongerThanAFrameComeWhole()
{
    Network network = networkOf({{.inputs = 20, .outputs = 700, .read = 20, .kept = 700}});
    network.initialise(3);
    const Matrix x = examples(2, 20);
    PackOptions options;
    options.type = RSL_F32;
    options.name = "wide";
    const auto model = packModel(network, options, view(x), twinInference());
    QVERIFY(model);
    const auto twin = board();
    BoardClient client(std::make_unique<Borrowed>(*twin));
    QVERIFY(pushModel(client, *model));
    const auto reply = client.run(model->knownInput());
    QVERIFY(reply);
    QCOMPARE(reply->outputBytes.size(), std::size_t {2800});
    QVERIFY(std::equal(reply->outputBytes.begin(), reply->outputBytes.end(), model->knownOutput().begin()));
}

void BoardClientTest::theSameModelIsNotSentTwice()
{
    const auto twin = board();
    BoardClient client(std::make_unique<Borrowed>(*twin));
    const ModelImage model = image(RSL_I8, 30, 1);
    QVERIFY(pushModel(client, model));
    const auto again = pushModel(client, model);
    QVERIFY(again);
    QVERIFY(again->wasThere);
    QCOMPARE(again->sentBytes, std::uint64_t {0});
}

void BoardClientTest::twoModelsThatTakeTurnsStayOnTheBoard()
{
    const auto twin = board();
    BoardClient client(std::make_unique<Borrowed>(*twin));
    const ModelImage one = image(RSL_I8, 30, 1);
    const ModelImage other = image(RSL_F16, 30, 2);
    QVERIFY(pushModel(client, one));
    QVERIFY(pushModel(client, other));
    for (const ModelImage *model : {&one, &other, &one}) {
        const auto back = pushModel(client, *model);
        QVERIFY2(back, back ? "" : message(back.error()).c_str());
        QVERIFY(back->wasThere);
        QCOMPARE(back->sentBytes, std::uint64_t {0});
        const auto reply = client.run(model->knownInput());
        QVERIFY(reply);
        QVERIFY(std::equal(reply->outputBytes.begin(), reply->outputBytes.end(), model->knownOutput().begin(),
                           model->knownOutput().end()));
    }
    // A third one takes the place of the one that is not active, which then has to be sent again.
    QVERIFY(pushModel(client, image(RSL_F32, 30, 3)));
    const auto sent = pushModel(client, other);
    QVERIFY(sent);
    QVERIFY(!sent->wasThere);
}

void BoardClientTest::aModelThatDoesNotFitIsRefusedBeforeAByte()
{
    const auto twin = board(8192);
    BoardClient client(std::make_unique<Borrowed>(*twin));
    const ModelImage model = image(RSL_F32, 400, 1);
    const auto before = client.statistics().bytesSent;
    const auto refused = pushModel(client, model);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::Rejected);
    QVERIFY2(refused.error().what.find("more model memory") != std::string::npos,
             refused.error().what.c_str());
    QVERIFY(client.statistics().bytesSent - before < 100); // the greeting alone
}

void BoardClientTest::benchesComeWithAndWithoutLayers()
{
    const auto twin = board();
    BoardClient client(std::make_unique<Borrowed>(*twin));
    QVERIFY(pushModel(client, image(RSL_I8, 30, 1)));
    const auto plain = client.bench({.warmUp = 2, .runs = 100});
    QVERIFY2(plain, plain ? "" : message(plain.error()).c_str());
    QCOMPARE(plain->runs, 100U);
    QCOMPARE(plain->ticks.size(), std::size_t {RSL_MAX_SAMPLES});
    const auto layers = client.bench({.runs = 3, .layers = true});
    QVERIFY(layers);
    QCOMPARE(layers->layerTicks.size(), std::size_t {3}); // the input is widened first
}

void BoardClientTest::slotsCanBeChangedBack()
{
    const auto twin = board();
    const ModelImage one = image(RSL_I8, 30, 1);
    const ModelImage two = image(RSL_I8, 30, 2);
    BoardClient client(std::make_unique<Borrowed>(*twin));
    QVERIFY(pushModel(client, one));
    const auto second = pushModel(client, two);
    QVERIFY(second);
    QCOMPARE(answering(*twin, {&one, &two}), two.name());
    QVERIFY(client.hello());
    QVERIFY(client.reject(second->slot));
    QCOMPARE(answering(*twin, {&one, &two}), one.name());
}

void BoardClientTest::theTextApiIsOnTheSamePort()
{
    const auto twin = board();
    BoardClient client(std::make_unique<Borrowed>(*twin));
    const auto name = client.textCommand("name", std::chrono::milliseconds(1000));
    QVERIFY2(name, name ? "" : message(name.error()).c_str());
    QCOMPARE(name->size() >= 1, true);
    QVERIFY(name->back().starts_with("m-name-dut-["));
    QVERIFY(client.hello()); // and frames go on
}

void BoardClientTest::regionsAreReadAndWritten()
{
    const auto twin = board();
    BoardClient client(std::make_unique<Borrowed>(*twin));
    const ModelImage model = image(RSL_F32, 30, 1, 300);
    const auto pushed = pushModel(client, model);
    QVERIFY(pushed);
    QVERIFY(client.run(model.knownInput()));
    const auto same = [](const auto &read, std::span<const std::uint8_t> wanted) {
        return read && std::equal(read->begin(), read->end(), wanted.begin(), wanted.end());
    };
    const auto size = [](std::span<const std::uint8_t> bytes) {
        return static_cast<std::uint32_t>(bytes.size());
    };
    QVERIFY(same(client.readRegion(RSL_REGION_SLOT, pushed->slot, 0, size(model.bytes())), model.bytes()));
    QVERIFY(same(client.readRegion(RSL_REGION_OUTPUT, 0, 0, size(model.knownOutput())), model.knownOutput()));
    QVERIFY(same(client.readRegion(RSL_REGION_INPUT, 0, 4, 40), model.knownInput().subspan(4, 40)));
    QVERIFY(same(client.readRegion(RSL_REGION_STATE, 0, 0, 0), {}));
    const auto beyond = client.readRegion(RSL_REGION_OUTPUT, 0, 4, size(model.knownOutput()));
    QVERIFY(!beyond);
    QVERIFY2(beyond.error().what.find("[status 25]") != std::string::npos, beyond.error().what.c_str());
    QVERIFY(!client.readRegion(RSL_REGION_SLOT, 7, 0, 0));

    // Written, the input is there as if it had come by INPUT: as vector 0.
    std::vector<std::uint8_t> other(model.knownInput().size(), 0);
    QVERIFY(client.writeRegion(RSL_REGION_INPUT, 0, other));
    QVERIFY(same(client.readRegion(RSL_REGION_INPUT, 0, 0, size(other)), other));
    other.pop_back();
    const auto shorter = client.writeRegion(RSL_REGION_INPUT, 0, other);
    QVERIFY(!shorter);
    QVERIFY2(shorter.error().what.find("[status 27]") != std::string::npos, shorter.error().what.c_str());
    for (const rsl_region_kind kind : {RSL_REGION_SLOT, RSL_REGION_OUTPUT, RSL_REGION_SCRATCH}) {
        if (kind == RSL_REGION_OUTPUT)
            QVERIFY(client.run(model.knownInput()));
        const auto refused = client.writeRegion(kind, 0, std::vector<std::uint8_t> {1, 2, 3, 4});
        QVERIFY(!refused);
        QVERIFY2(refused.error().what.find("[status 26]") != std::string::npos, refused.error().what.c_str());
    }
    QVERIFY(client.run(model.knownInput()));
}

void BoardClientTest::strangersAreToldApart()
{
    const std::map<std::string, std::string> cases {
        {"", "nothing answers"},
        {"Zephyr shell\r\nuart:~$ \r\n", "not our firmware"},
        {std::string("\0\x81\x92\xFF\x03\0\xA7", 7), "baud rate"},
    };
    for (const auto &[says, expected] : cases) {
        BoardClient client(std::make_unique<Chatter>(says));
        const auto info = client.hello();
        QVERIFY(!info);
        QCOMPARE(info.error().code, ErrorCode::TimedOut);
        QVERIFY2(info.error().what.find(expected) != std::string::npos, info.error().what.c_str());
    }
}

void BoardClientTest::aSecondProgramIsNamed()
{
    const auto twin = board();
    const ModelImage model = image(RSL_I8, 30, 1);
    BoardClient one(std::make_unique<Borrowed>(*twin));
    QVERIFY(pushModel(one, model));
    BoardClient two(std::make_unique<Borrowed>(*twin));
    QVERIFY(two.hello());
    const auto reply = one.run(model.knownInput());
    QVERIFY(!reply);
    QCOMPARE(reply.error().code, ErrorCode::Rejected);
    QVERIFY2(reply.error().what.find("another program") != std::string::npos, reply.error().what.c_str());
}

void BoardClientTest::stopRequestsAreHeard()
{
    const auto twin = board();
    BoardClient client(std::make_unique<Borrowed>(*twin));
    const ModelImage model = image(RSL_F32, 400, 1);
    std::stop_source stop;
    const auto stopped = pushModel(
        client, model,
        [&](const BoardProgress &p) {
            if (p.done > 4096)
                stop.request_stop();
        },
        stop.get_token());
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
    // What came is kept.
    const auto resumed = pushModel(client, model);
    QVERIFY2(resumed, resumed ? "" : message(resumed.error()).c_str());
    QVERIFY(resumed->resumedAt > 4096);
    QCOMPARE(resumed->sentBytes + resumed->resumedAt, std::uint64_t {model.bytes().size()});
}

void BoardClientTest::progressGoesToTheEnd()
{
    const auto twin = board();
    BoardClient client(std::make_unique<Borrowed>(*twin));
    const ModelImage model = image(RSL_I8, 100, 1);
    std::uint64_t last = 0;
    bool known = false;
    QVERIFY(pushModel(client, model, [&](const BoardProgress &p) {
        if (p.step == BoardProgress::Step::Push) {
            QVERIFY(p.done >= last && p.done <= p.total);
            last = p.done;
        }
        known = known || (p.step == BoardProgress::Step::KnownAnswer && p.done == p.total);
    }));
    QCOMPARE(last, std::uint64_t {model.bytes().size()});
    QVERIFY(known);
}

void BoardClientTest::lossyLinesLoseNothing()
{
    const ModelImage before = image(RSL_I8, 30, 1);
    const ModelImage after = image(RSL_I8, 60, 2);
    const std::vector<LossRates> lines {
        {.flips = 2},      {.drops = 2},
        {.duplicates = 2}, {.lostPieces = 150},
        {.delays = 150},   {.flips = 1, .drops = 1, .duplicates = 1, .lostPieces = 50, .delays = 50}};
    AcknowledgeWatch::Counts counts;
    int cases = 0;
    int done = 0;
    for (const LossRates &rates : lines) {
        for (std::uint32_t seed = 0; seed < 60; ++seed, ++cases) {
            const auto twin = board(1U << 16);
            {
                BoardClient quiet(std::make_unique<Borrowed>(*twin));
                QVERIFY(pushModel(quiet, before));
            }
            BoardClient client(
                std::make_unique<AcknowledgeWatch>(std::make_unique<LossyLink>(*twin, rates, seed), counts));
            const auto report = pushModel(client, after);
            const std::string answers = answering(*twin, {&before, &after});
            if (report) {
                ++done;
                QCOMPARE(answers, after.name());
            } else {
                QVERIFY2(answers == before.name() || answers == after.name(),
                         (answers + " after " + message(report.error())).c_str());
            }
        }
    }
    QCOMPARE(counts.sentAcknowledged, std::uint64_t {0});
    qInfo("%d pushes over lossy lines: %d came through, the others left a model that answers; of %d chunks "
          "none "
          "was sent after its acknowledgement",
          cases, done, static_cast<int>(counts.chunks));
    QVERIFY(done > cases * 9 / 10);
}

void BoardClientTest::aPushCutAtEveryByteLeavesAModel()
{
    const ModelImage before = image(RSL_I8, 4, 1, 12);
    const ModelImage after = image(RSL_I8, 5, 2, 12);
    std::uint64_t needed = 0;
    {
        const auto twin = board(8192);
        BoardClient client(std::make_unique<Borrowed>(*twin));
        QVERIFY(pushModel(client, after));
        needed = client.statistics().bytesSent;
    }
    int cases = 0;
    int old = 0;
    for (std::uint64_t cut = 1; cut <= needed; ++cut, ++cases) {
        const auto twin = board(8192);
        {
            BoardClient quiet(std::make_unique<Borrowed>(*twin));
            QVERIFY(pushModel(quiet, before));
        }
        {
            BoardClient client(std::make_unique<LossyLink>(*twin, LossRates {}, 1, cut));
            const auto report = pushModel(client, after);
            if (cut < needed)
                QVERIFY(!report);
        }
        const std::string answers = answering(*twin, {&before, &after});
        QVERIFY2(answers == before.name() || answers == after.name(), answers.c_str());
        old += answers == before.name() ? 1 : 0;
        // It goes on, and sends nothing that the board has.
        AcknowledgeWatch::Counts counts;
        BoardClient client(std::make_unique<AcknowledgeWatch>(std::make_unique<Borrowed>(*twin), counts));
        const auto report = pushModel(client, after);
        QVERIFY2(report, report ? "" : message(report.error()).c_str());
        QCOMPARE(counts.sentAcknowledged, std::uint64_t {0});
        if (!report->wasThere)
            QVERIFY(report->resumedAt + report->sentBytes <= after.bytes().size());
        QCOMPARE(answering(*twin, {&before, &after}), after.name());
    }
    qInfo("%d cuts: %d left the old model, %d the new one, none neither", cases, old, cases - old);
}

void BoardClientTest::powerLostAtEveryWriteLeavesAModel()
{
    const ModelImage before = image(RSL_I8, 4, 1, 12);
    const ModelImage after = image(RSL_I8, 5, 2, 12);
    int cases = 0;
    int old = 0;
    for (std::uint64_t writes = 0;; ++writes, ++cases) {
        const auto twin = board(8192);
        {
            BoardClient quiet(std::make_unique<Borrowed>(*twin));
            QVERIFY(pushModel(quiet, before));
        }
        rsl_twin_cut_power_after(twin->twin(), writes);
        {
            BoardClient client(std::make_unique<Borrowed>(*twin));
            static_cast<void>(pushModel(client, after));
        }
        const bool lived = rsl_twin_has_power(twin->twin());
        twin->powerCycle();
        const std::string answers = answering(*twin, {&before, &after});
        QVERIFY2(answers == before.name() || answers == after.name(), answers.c_str());
        old += answers == before.name() ? 1 : 0;
        if (lived) {
            QCOMPARE(answers, after.name());
            break;
        }
        if (writes > 200)
            writes += 6; // erasing a slot is many bytes alike
    }
    qInfo("%d losses of power: %d left the old model, %d the new one", cases, old, cases - old);
}

QTEST_APPLESS_MAIN(BoardClientTest)

} // namespace board_client_test

#include "board_client_test.moc"
