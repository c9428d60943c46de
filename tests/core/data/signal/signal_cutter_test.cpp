// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <tbb/global_control.h>

#include <QtTest>

#include "core/data/signal/signal_cutter.h"
#include "tests/support/naive.h"

namespace signal_cutter_test {

using namespace rosler;

namespace {

/// Sample i is first + i: a raw window tells where it was cut.
Recording ramp(const std::string &label, Index count, float first = 0, double rate = 100)
{
    Recording recording;
    recording.name = label + "_1";
    recording.label = label;
    recording.rate = rate;
    recording.channels.emplace_back();
    for (Index i = 0; i < count; ++i)
        recording.channels.front().push_back(first + static_cast<float>(i));
    return recording;
}

Recording noisy(const std::string &label, Index count, std::uint64_t seed, double rate = 100)
{
    Recording recording = ramp(label, count, 0, rate);
    const Matrix x = naive::randomMatrix(1, count, seed);
    recording.channels.front().assign(x.data(), x.data() + count);
    return recording;
}

SignalPipeline raw(Index window = 10)
{
    SignalPipeline pipeline;
    pipeline.features.kind = SignalFeatureKind::Raw;
    pipeline.features.window = window;
    return pipeline;
}

Result<std::shared_ptr<const Dataset>> made(const SignalPipeline &pipeline, std::vector<Recording> recordings,
                                            const ReadLimits &limits = {}, const std::stop_token &stop = {})
{
    SignalCutter cutter(pipeline, limits, stop);
    if (auto added = cutter.add(std::move(recordings)); !added)
        return tl::unexpected(added.error());
    auto parts = cutter.finish();
    if (!parts)
        return tl::unexpected(parts.error());
    return Dataset::make(std::move(*parts));
}

} // namespace

class SignalCutterTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noWindowCrossesTheCut();
    void resampledWindowsLieApart();
    void wholeRecordingsGoWhereTheyAreSent();
    void theTrainingPartIsTheSameWithAnotherTestPart();
    void groupsAreTenthsOfARecording();
    void noiseHasItsRatio();
    void shortRecordingsArePaddedWhereAsked();
    void sameForAnyNumberOfThreadsAndPieces();
    void notesSayWhatWasDone();
    void refusals_data();
    void refusals();
    void isCancelled();
};

void SignalCutterTest::noWindowCrossesTheCut()
{
    for (const double overlap : {0.0, 0.5, 0.73}) {
        SignalPipeline pipeline = raw();
        pipeline.overlap = overlap;
        const auto data = made(pipeline, {ramp("a", 105), ramp("b", 300, 1000)}).value();
        for (Index i = 0; i < data->train().count(); ++i) {
            const bool b = data->train().labels[static_cast<std::size_t>(i)] == 1;
            QVERIFY(data->train().features(i, 9) < (b ? 1210.0F : 73.0F));
        }
        for (Index i = 0; i < data->test().count(); ++i) {
            const bool b = data->test().labels[static_cast<std::size_t>(i)] == 1;
            QVERIFY(data->test().features(i, 0) >= (b ? 1210.0F : 73.0F));
            for (Index j = 1; j < 10; ++j)
                QCOMPARE(data->test().features(i, j), data->test().features(i, 0) + static_cast<float>(j));
        }
        const Index step = pipeline.step();
        QCOMPARE(data->train().count(), 1 + (73 - 10) / step + 1 + (210 - 10) / step);
        QCOMPARE(data->test().count(), 1 + (32 - 10) / step + 1 + (90 - 10) / step);
    }
}

void SignalCutterTest::resampledWindowsLieApart()
{
    SignalPipeline pipeline = raw();
    pipeline.features.rate = 100;
    // an impulse just before the cut, and one just behind: neither part may see the other's
    for (const Index at : {2799, 2800}) {
        Recording impulse = ramp("b", 4000, 0, 400);
        std::ranges::fill(impulse.channels.front(), 0.0F);
        impulse.channels.front()[static_cast<std::size_t>(at)] = 1;
        const auto data = made(pipeline, {ramp("a", 1000), impulse}).value();
        const auto sees = [](const Examples &part) {
            for (Index i = 0; i < part.count(); ++i)
                for (Index j = 0; part.labels[static_cast<std::size_t>(i)] == 1 && j < 10; ++j)
                    if (part.features(i, j) != 0.0F)
                        return true;
            return false;
        };
        QVERIFY(sees(data->train()));
        QVERIFY(!sees(data->test()));
    }
}

void SignalCutterTest::wholeRecordingsGoWhereTheyAreSent()
{
    Recording test = ramp("b", 50, 500);
    test.use = RecordingUse::Test;
    Recording train = ramp("a", 50);
    train.use = RecordingUse::Train;
    Recording share = ramp("b", 100, 200);
    share.use = RecordingUse::TrainShare;
    const auto data = made(raw(), {test, train, share}).value();
    QCOMPARE(data->train().count(), Index {9 + 13});
    QCOMPARE(data->test().count(), Index {9});
    QCOMPARE(data->classNames(), (std::vector<std::string> {"a", "b"}));
    for (Index i = 0; i < data->test().count(); ++i)
        QVERIFY(data->test().features(i, 0) >= 500.0F);

    // and by recording, some of each class are drawn
    SignalPipeline pipeline = raw();
    pipeline.byRecording = true;
    const auto uses = usesOf({"a", "a", "b", "a", "b", "b"}, pipeline);
    QCOMPARE(std::ranges::count(uses, RecordingUse::Test), 2);
    QCOMPARE(std::ranges::count(uses, RecordingUse::Train), 4);

    // of one, none: then each recording is perhaps taken for a class of its own
    std::vector<Recording> lone {ramp("a", 100), ramp("b", 100)};
    for (Recording &recording : lone)
        recording.use = RecordingUse::Train;
    const auto untested = made(pipeline, lone);
    QCOMPARE(untested.error().code, ErrorCode::OutOfRange);
    QVERIFY2(untested.error().what.starts_with("no recordings to test on: 2 are of 2 classes"),
             untested.error().what.c_str());
}

void SignalCutterTest::theTrainingPartIsTheSameWithAnotherTestPart()
{
    std::vector<Recording> all {noisy("a", 400, 1), noisy("b", 400, 2)};
    const auto split = made(raw(), all).value();
    for (Recording &recording : all)
        recording.use = RecordingUse::TrainShare;
    Recording other = noisy("b", 100, 3);
    other.use = RecordingUse::Test;
    all.push_back(other);
    const auto apart = made(raw(), all).value();
    Matrix a;
    Matrix b;
    QCOMPARE(apart->train().labels, split->train().labels);
    QVERIFY(apart->train().features.rows(0, apart->train().count(), a)
            == split->train().features.rows(0, split->train().count(), b));
}

void SignalCutterTest::groupsAreTenthsOfARecording()
{
    const auto data = made(raw(), {ramp("a", 1000), ramp("b", 1000)}).value();
    const auto &groups = data->train().groups;
    QVERIFY(std::ranges::is_sorted(groups));
    QCOMPARE(groups.front(), 0U);
    QCOMPARE(groups.back(), 19U);
    for (std::uint32_t group = 0; group < 20; ++group) {
        const auto count = std::ranges::count(groups, group);
        QVERIFY(count >= 13 && count <= 14); // of 139 windows
    }
}

void SignalCutterTest::noiseHasItsRatio()
{
    SignalPipeline pipeline = raw(2000);
    pipeline.overlap = 0;
    const std::vector<Recording> recordings {noisy("a", 20'000, 1), noisy("b", 20'000, 2)};
    const auto clean = made(pipeline, recordings).value();
    for (const double ratio : {0.0, 20.0}) {
        pipeline.testNoiseDb = ratio;
        const auto loud = made(pipeline, recordings).value();
        for (Index i = 0; i < clean->test().count(); ++i) {
            double signal = 0;
            double noise = 0;
            for (Index j = 0; j < 2000; ++j) {
                signal += std::pow(static_cast<double>(clean->test().features(i, j)), 2);
                noise += std::pow(static_cast<double>(loud->test().features(i, j))
                                      - static_cast<double>(clean->test().features(i, j)),
                                  2);
            }
            QVERIFY(std::abs(10 * std::log10(signal / noise) - ratio) < 0.7);
        }
        Matrix a;
        Matrix b;
        QVERIFY(loud->train().features.rows(0, 14, a) == clean->train().features.rows(0, 14, b));
    }
}

void SignalCutterTest::shortRecordingsArePaddedWhereAsked()
{
    SignalPipeline pipeline = raw(20);
    Recording brief = ramp("a", 12, 1);
    brief.use = RecordingUse::Train;
    Recording test = ramp("a", 20);
    test.use = RecordingUse::Test;
    Recording other = ramp("b", 20);
    other.use = RecordingUse::Train;
    QCOMPARE(made(pipeline, {brief, other, test}).error().code, ErrorCode::OutOfRange);
    pipeline.pad = true;
    const auto data = made(pipeline, {brief, other, test}).value();
    QCOMPARE(data->train().features(0, 11), 12.0F);
    QCOMPARE(data->train().features(0, 12), 0.0F);
    QCOMPARE(data->train().features(0, 19), 0.0F);
}

void SignalCutterTest::sameForAnyNumberOfThreadsAndPieces()
{
    SignalPipeline pipeline;
    pipeline.features.window = 64;
    pipeline.features.rate = 100;
    pipeline.testNoiseDb = 3;
    std::vector<Recording> recordings;
    for (std::uint64_t i = 0; i < 6; ++i)
        recordings.push_back(noisy(i % 2 == 0 ? "a" : "b", 3000, i, i < 3 ? 100 : 300));
    const std::string together = made(pipeline, recordings)->get()->digest();
    const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
    SignalCutter cutter(pipeline, {}, {});
    for (const Recording &recording : recordings)
        QVERIFY(cutter.add({recording}));
    QCOMPARE(Dataset::make(cutter.finish().value()).value()->digest(), together);
}

void SignalCutterTest::notesSayWhatWasDone()
{
    SignalPipeline pipeline;
    pipeline.features.window = 64;
    pipeline.features.rate = 100;
    pipeline.testNoiseDb = 0;
    Recording other = noisy("c", 1000, 3);
    other.use = RecordingUse::Train;
    const auto data = made(pipeline, {noisy("a", 1000, 1), noisy("b", 4000, 2, 400), other}).value();
    QVERIFY(data->signal().has_value());
    QCOMPARE(data->signal()->window, Index {64});
    QCOMPARE(data->signal()->rate, 100.0);
    std::string notes;
    for (const std::string &note : data->notes())
        notes += note + "\n";
    for (const char *said :
         {"windows of 64 samples at 100 a second", "magnitudes of 32 frequencies",
          "1 recording was sampled 400 times a second", "White noise", "2 of the 3 classes"})
        QVERIFY2(notes.find(said) != std::string::npos, said);
}

void SignalCutterTest::refusals_data()
{
    QTest::addColumn<QString>("said");
    QTest::addColumn<int>("number");
    int number = 0;
    for (const char *said : {"no window of", "without samples", "2 channels", "unequal", "not finite",
                             "is not known", "1 classes", "no recordings", "fewer than a window",
                             "which no training example has", "400 B are allowed", "is known, those"})
        QTest::newRow(said) << QString(said) << number++;
}

void SignalCutterTest::refusals()
{
    QFETCH(QString, said);
    QFETCH(int, number);
    SignalPipeline pipeline = raw();
    ReadLimits limits;
    std::vector<Recording> all {ramp("a", 100), ramp("b", 100)};
    std::vector<float> &second = all[1].channels.front();
    switch (number) {
    case 0:
        second.resize(13);
        break;
    case 1:
        second.clear();
        break;
    case 2:
        all[1].channels.push_back(second);
        break;
    case 3:
        for (Recording &recording : all)
            recording.channels.push_back(recording.channels.front());
        all[1].channels[1].pop_back();
        break;
    case 4:
        second[50] = std::numeric_limits<float>::infinity();
        break;
    case 5:
        all[1].rate = 0;
        break;
    case 6:
        all.pop_back();
        break;
    case 7:
        all.clear();
        break;
    case 8:
        second.resize(9);
        break;
    case 9:
        all.push_back(ramp("c", 100));
        all.back().use = RecordingUse::Test;
        break;
    case 10:
        limits.maxBytes = 400;
        break;
    default:
        all[0].rate = 0;
        break;
    }
    const auto data = made(pipeline, all, limits);
    QVERIFY(!data);
    QVERIFY2(data.error().what.find(said.toStdString()) != std::string::npos, data.error().what.c_str());
}

void SignalCutterTest::isCancelled()
{
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(made(raw(), {ramp("a", 100)}, {}, stop.get_token()).error().code, ErrorCode::Cancelled);
}

QTEST_APPLESS_MAIN(SignalCutterTest)

} // namespace signal_cutter_test

#include "signal_cutter_test.moc"
