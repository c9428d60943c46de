// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <QtTest>

#include "core/compress/float16.h"
#include "core/cost/cost_model.h"
#include "core/data/synthetic/digits.h"
#include "core/training/stage_schedule.h"
#include "core/training/trainer.h"
#include "tests/support/layers.h"

namespace trainer_test {

using namespace rosler;
using Sizes = std::vector<Index>;

namespace {

/// Keeps all samples and calls back after each.
class Listener final : public TrainerObserver
{
public:
    void sampled(const MetricSample &sample) override
    {
        samples.push_back(sample);
        if (then)
            then(sample);
    }

    std::vector<MetricSample> samples;
    std::function<void(const MetricSample &)> then;
};

/// 330 digits to train on: with batches of 50 seven steps an epoch, the last of 30 examples.
std::shared_ptr<const Dataset> digits()
{
    static const std::shared_ptr<const Dataset> data = syntheticDigits(330, 100).value();
    return data;
}

/// The same, to be changed.
DatasetParts digitsParts()
{
    return {digits()->name(),       digits()->source(), digits()->shape(),
            digits()->classNames(), digits()->train(),  digits()->test()};
}

TrialSpec denseSpec(const Sizes &widths = {24})
{
    TrialSpec spec;
    spec.model.layers = layersOf(widths);
    spec.model.name = "dense";
    spec.training.epochs = 3;
    spec.training.batch = 50;
    spec.seed = 5;
    return spec;
}

TrialSpec roslerSpec()
{
    TrialSpec spec = denseSpec();
    spec.model.name = "rosler";
    spec.model.learningRate = 2e-3;
    spec.model.layers = layersOf({24}, {6, 4}, {200, 20});
    return spec;
}

/// What digits look like to a network that somebody drew.
std::shared_ptr<const Network> teacherNetwork()
{
    static const auto network = [] {
        Network drawn(planNetwork(layersOf({20}), digits()->shape(), digits()->classes()).value());
        drawn.initialise(9);
        return std::make_shared<const Network>(std::move(drawn));
    }();
    return network;
}

/// @p spec, learning from it.
TrialSpec taught(TrialSpec spec, const Distillation &distillation = {4.0, 0.5})
{
    spec.model.teacher = TeacherSpec {"drawn", distillation, layersOf({20})};
    return spec;
}

Trainer trainerOf(const TrialSpec &spec)
{
    auto trainer = Trainer::create(spec, digits()).value();
    if (spec.model.teacher && !trainer.learnFrom(teacherNetwork()))
        qFatal("the teacher does not fit");
    return trainer;
}

/// The kinds of trials that everything about sameness must hold for.
void trialRows()
{
    QTest::addColumn<TrialSpec>("spec");
    QTest::newRow("dense") << denseSpec();
    QTest::newRow("rosler") << roslerSpec();
    TrialSpec sketched = roslerSpec();
    sketched.model.sketch.gradientSketch = 0.25;
    sketched.model.sketch.keptFeatures = FeatureSampling::Leverage;
    sketched.model.sketch.initialisation = SketchKind::CurLeverage;
    QTest::newRow("gradient sketch, leverage") << sketched;
    sketched.model.sketch.productDecay = 1e-3;
    QTest::newRow("gradient sketch, product decay") << sketched;
    sketched.model.sketch.orthonormalise = 3;
    QTest::newRow("gradient sketch, orthonormalised") << sketched;
    TrialSpec sgd = roslerSpec();
    sgd.training.optimizer = OptimizerKind::Sgd;
    sgd.training.weightDecay = 0.01;
    sgd.training.schedule = ScheduleKind::Constant;
    sgd.model.learningRate = 0.05;
    QTest::newRow("momentum, weight decay") << sgd;
    sgd.model.sketch.orthonormalise = 1;
    QTest::newRow("momentum, orthonormalised") << sgd;
    for (const bool isSketched : {false, true}) {
        TrialSpec images = roslerSpec();
        images.model.layers = imageLayers(isSketched);
        images.training.epochs = 2;
        images.model.sketch.gradientSketch = 0.25; // of no meaning: the first layer reads images
        images.model.sketch.productDecay = 1e-4;
        images.model.sketch.orthonormalise = 2;
        images.training.augmentation = {3, true, 0.125};
        QTest::newRow(isSketched ? "images, sketched" : "images") << images;
        images.training.validation = {0, 40};
        QTest::newRow(isSketched ? "images, sketched, taught" : "images, taught") << taught(images);
    }
    TrialSpec large = denseSpec({330, 64}); // too many parameters to cut the batch: products are cut instead
    large.training.epochs = 1;
    QTest::newRow("dense, whole batches") << large;
    QTest::newRow("dense, whole batches, taught") << taught(large);
    TrialSpec heldOut = taught(roslerSpec());
    heldOut.training.validation = {0, 50};
    QTest::newRow("rosler, taught") << heldOut;
}

template <typename Work>
void inArena(int threads, const Work &work)
{
    tbb::task_arena arena(threads);
    arena.execute(work);
}

/// Runs to the end, whatever stands in the way is taken as a failure ("").
std::string digestAfter(Trainer &trainer)
{
    Listener listener;
    PauseGate gate;
    for (;;) {
        const auto how = trainer.advance(listener, {}, gate);
        if (how == Trainer::Advance::Finished)
            return trainer.network().digest();
        if (how != Trainer::Advance::EpochEnded)
            return {};
    }
}

std::string digestOf(const TrialSpec &spec)
{
    auto trainer = trainerOf(spec);
    return digestAfter(trainer);
}

/// Takes one step, with the means that a checkpoint on demand has.
void takeStep(Trainer &trainer)
{
    Listener listener;
    std::atomic<bool> yield = false;
    listener.then = [&](const MetricSample &) { yield = true; };
    PauseGate gate;
    (void)trainer.advance(listener, {}, gate, &yield);
}

bool operator==(const TrainingState &a, const TrainingState &b)
{
    return a.parameters == b.parameters && a.optimizerState == b.optimizerState && a.step == b.step
        && a.updates == b.updates && a.keptFeatures == b.keptFeatures && a.trainFlops == b.trainFlops;
}

} // namespace

class TrainerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sameBitsForAnyThreadCount_data() { trialRows(); }
    void sameBitsForAnyThreadCount();
    void anotherSeedIsAnotherTraining();
    void goesOnFromACheckpointAsIfNothingHappened_data() { trialRows(); }
    void goesOnFromACheckpointAsIfNothingHappened();
    void yieldChangesNothing();
    void pauseChangesNothing();
    void stopBeforeTheFirstStep();
    void stopGetsThroughAPause();
    void divergenceIsReported_data();
    void divergenceIsReported();
    void executedFlopsAreTheForecast_data() { trialRows(); }
    void executedFlopsAreTheForecast();
    void successiveStageLeavesFrozenFactorsAlone_data();
    void successiveStageLeavesFrozenFactorsAlone();
    void gradientSketchLeavesOtherFeaturesAlone();
    void aColumnsFirstUpdateIsTheRateHoweverLate();
    void checkpointsWithoutCountsOfColumnsAreRead();
    void learnsTheDigits_data();
    void learnsTheDigits();
    void samplesTellTheStory();
    void accuracyIsThatOfTheNetwork();
    void finishedStaysFinished();
    void restoreRefusesWhatDoesNotFit_data();
    void restoreRefusesWhatDoesNotFit();
    void keptFeaturesNeverSeeTheTestSet();
    void validationIsEvaluatedLiveAndTestAtTheEnd();
    void heldOutExamplesAreNotTrainedOn();
    void theTestPartCanBeLeftAlone();
    void aValidationPartThatLeavesNothingIsRefused();
    void shapesThatDoNotMeetTheDataAreRefused();
    void aTeacherIsHeard();
    void aTeacherAskedAtOnceAndInTurnSaysTheSame();
    void aTeacherOfOtherDataIsRefused();
    void stopIsHeardWhileTheTeacherLooks();
};

void TrainerTest::aTeacherIsHeard()
{
    const std::string alone = digestOf(roslerSpec());
    const std::string half = digestOf(taught(roslerSpec()));
    QVERIFY(half != alone);
    QVERIFY(digestOf(taught(roslerSpec(), {4.0, 0.25})) != half);
    QVERIFY(digestOf(taught(roslerSpec(), {2.0, 0.5})) != half);
    // With the whole share it becomes its teacher, whose labels are nobody's.
    TrialSpec spec = taught(denseSpec({20}), {1.0, 1.0});
    spec.training.epochs = 40;
    auto trainer = trainerOf(spec);
    const auto divergence = [&] {
        Matrix room;
        const ConstMatrixView x = digits()->train().features.rows(0, 100, room);
        const Matrix own = trainer.network().predict(x);
        const Matrix said = teacherNetwork()->predict(x);
        double sum = 0;
        for (Index i = 0; i < x.rows(); ++i) {
            std::vector<double> gradient(10);
            std::vector<double> z(10);
            std::vector<double> t(10);
            std::copy_n(own.data() + 10 * i, 10, z.begin());
            std::copy_n(said.data() + 10 * i, 10, t.begin());
            sum += distilledLoss(z, t, 0, {1.0, 1.0}, gradient);
        }
        return sum;
    };
    const double before = divergence();
    (void)digestAfter(trainer);
    QVERIFY(divergence() < before / 4);
}

void TrainerTest::aTeacherAskedAtOnceAndInTurnSaysTheSame()
{
    // Noise that changes no float asks it anew in each step, of the same examples.
    TrialSpec once = taught(roslerSpec());
    TrialSpec inTurn = once;
    inTurn.training.augmentation.noise = 1e-30;
    QCOMPARE(digestOf(inTurn), digestOf(once));
}

void TrainerTest::aTeacherOfOtherDataIsRefused()
{
    auto trainer = Trainer::create(taught(roslerSpec()), digits()).value();
    for (const auto &[features, classes] : {std::pair<Index, Index> {50, 10}, {784, 7}}) {
        Network other(planNetwork(layersOf({5}), ExampleShape::vector(features), classes).value());
        const auto refused = trainer.learnFrom(std::make_shared<const Network>(std::move(other)));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Rejected);
        QCOMPARE(refused.error().where, std::string("drawn"));
    }
}

void TrainerTest::stopIsHeardWhileTheTeacherLooks()
{
    const TrialSpec spec = taught(roslerSpec());
    auto trainer = trainerOf(spec);
    std::stop_source stop;
    stop.request_stop();
    Listener listener;
    PauseGate gate;
    QVERIFY(trainer.advance(listener, stop.get_token(), gate) == Trainer::Advance::Stopped);
    QCOMPARE(trainer.trainFlops(), 0.0);
    // A checkpoint on demand between the last look and the first step has the looks counted, once.
    const std::atomic<bool> yield = true;
    while (trainer.trainFlops() == 0.0) {
        std::atomic<bool> once = false;
        listener.then = [&](const MetricSample &) { once = true; };
        (void)trainer.advance(listener, {}, gate, &once);
    }
    auto restored = trainerOf(spec);
    QVERIFY(restored.restore(trainer.state()).has_value());
    QCOMPARE(digestAfter(restored), digestOf(spec));
    const auto cost = costOf(spec, digits()->shape(), digits()->classes(), digits()->train().count());
    QCOMPARE(restored.trainFlops(), static_cast<double>(cost->trainFlops));
    QVERIFY(trainer.advance(listener, {}, gate, &yield) == Trainer::Advance::Yielded);
}

void TrainerTest::sameBitsForAnyThreadCount()
{
    QFETCH(TrialSpec, spec);
    const tbb::global_control allow(tbb::global_control::max_allowed_parallelism, 3);
    std::set<std::string> digests;
    for (const int threads : {1, 2, 3})
        inArena(threads, [&] { digests.insert(digestOf(spec)); });
    QCOMPARE(digests.size(), std::size_t {1});
    QVERIFY(!digests.begin()->empty());
}

void TrainerTest::anotherSeedIsAnotherTraining()
{
    TrialSpec other = roslerSpec();
    other.seed = 6;
    QVERIFY(digestOf(other) != digestOf(roslerSpec()));
}

void TrainerTest::goesOnFromACheckpointAsIfNothingHappened()
{
    QFETCH(TrialSpec, spec);
    auto whole = trainerOf(spec);
    const std::string expected = digestAfter(whole);
    // In the middle of an epoch and at its end, in both stages (with 21 steps the second begins at 14).
    for (const std::int64_t stopAt : {1, 5, 7, 11, 13}) {
        if (stopAt >= whole.totalSteps())
            break;
        TrainingState checkpoint;
        {
            auto first = trainerOf(spec);
            std::stop_source stop;
            Listener listener;
            listener.then = [&](const MetricSample &sample) {
                if (sample.step == stopAt)
                    stop.request_stop();
            };
            PauseGate gate;
            auto how = Trainer::Advance::EpochEnded;
            while (how == Trainer::Advance::EpochEnded)
                how = first.advance(listener, stop.get_token(), gate);
            QVERIFY(how == Trainer::Advance::Stopped);
            QCOMPARE(first.step(), stopAt);
            checkpoint = first.state();
        }
        auto second = trainerOf(spec);
        QVERIFY(second.restore(checkpoint).has_value());
        QVERIFY(second.state() == checkpoint);
        QCOMPARE(digestAfter(second), expected);
        QVERIFY(second.state() == whole.state());
    }
}

void TrainerTest::yieldChangesNothing()
{
    auto trainer = trainerOf(roslerSpec());
    for (int i = 0; i < 10; ++i) {
        takeStep(trainer);
        QCOMPARE(trainer.step(), std::int64_t {i + 1});
    }
    QCOMPARE(digestAfter(trainer), digestOf(roslerSpec()));
}

void TrainerTest::pauseChangesNothing()
{
    auto trainer = trainerOf(roslerSpec());
    PauseGate gate;
    Listener listener;
    int pauses = 0;
    listener.then = [&](const MetricSample &sample) {
        if (sample.step == 3 || sample.step == 7 || sample.step == 16) {
            gate.close();
            ++pauses;
        }
    };
    std::jthread user([&](const std::stop_token &stop) {
        while (!stop.stop_requested()) {
            if (gate.waiting() == 1)
                gate.open();
            std::this_thread::yield();
        }
    });
    auto how = Trainer::Advance::EpochEnded;
    while (how == Trainer::Advance::EpochEnded)
        how = trainer.advance(listener, {}, gate);
    user.request_stop();
    user.join();
    QVERIFY(how == Trainer::Advance::Finished);
    QCOMPARE(pauses, 3);
    QCOMPARE(trainer.network().digest(), digestOf(roslerSpec()));
}

void TrainerTest::stopBeforeTheFirstStep()
{
    auto trainer = trainerOf(roslerSpec());
    const std::string before = trainer.network().digest();
    std::stop_source stop;
    stop.request_stop();
    Listener listener;
    PauseGate gate;
    QVERIFY(trainer.advance(listener, stop.get_token(), gate) == Trainer::Advance::Stopped);
    QCOMPARE(trainer.step(), std::int64_t {0});
    QCOMPARE(trainer.network().digest(), before);
    QVERIFY(listener.samples.empty());
    QVERIFY(std::isnan(trainer.lastTestAccuracy()));
}

void TrainerTest::stopGetsThroughAPause()
{
    auto trainer = trainerOf(roslerSpec());
    PauseGate gate;
    gate.close();
    std::stop_source stop;
    std::jthread user([&] {
        while (gate.waiting() == 0)
            std::this_thread::yield();
        stop.request_stop();
    });
    Listener listener;
    QVERIFY(trainer.advance(listener, stop.get_token(), gate) == Trainer::Advance::Stopped);
    QCOMPARE(trainer.step(), std::int64_t {0});
}

void TrainerTest::divergenceIsReported_data()
{
    QTest::addColumn<TrialSpec>("spec");
    for (const auto optimizer : {OptimizerKind::Adam, OptimizerKind::Sgd}) {
        const char *name = optimizer == OptimizerKind::Adam ? "Adam" : "Sgd";
        TrialSpec dense = denseSpec();
        dense.training.optimizer = optimizer;
        dense.model.learningRate = 1e30;
        QTest::addRow("dense, %s", name) << dense;
        TrialSpec sketched = roslerSpec();
        sketched.training.optimizer = optimizer;
        sketched.model.learningRate = 1e30;
        QTest::addRow("rosler, %s", name) << sketched;
    }
}

void TrainerTest::divergenceIsReported()
{
    QFETCH(TrialSpec, spec);
    auto trainer = trainerOf(spec);
    Listener listener;
    PauseGate gate;
    QVERIFY(trainer.advance(listener, {}, gate) == Trainer::Advance::Diverged);
    // The first step's loss is that of the start; its update ruins the second's.
    QCOMPARE(trainer.step(), std::int64_t {2});
    QCOMPARE(listener.samples.back().step, std::int64_t {2});
    QVERIFY(!std::isfinite(listener.samples.back().trainLoss));
}

void TrainerTest::executedFlopsAreTheForecast()
{
    QFETCH(TrialSpec, spec);
    auto trainer = trainerOf(spec);
    QVERIFY(!digestAfter(trainer).empty());
    const auto cost = costOf(spec, digits()->shape(), digits()->classes(), digits()->train().count());
    QVERIFY(trainer.trainFlops() == static_cast<double>(cost->trainFlops));
    QCOMPARE(trainer.network().parameterCount(), static_cast<Index>(cost->parameters));
}

void TrainerTest::successiveStageLeavesFrozenFactorsAlone_data()
{
    QTest::addColumn<OptimizerKind>("optimizer");
    QTest::newRow("Adam") << OptimizerKind::Adam;
    QTest::newRow("Sgd") << OptimizerKind::Sgd;
}

void TrainerTest::successiveStageLeavesFrozenFactorsAlone()
{
    QFETCH(OptimizerKind, optimizer);
    TrialSpec spec = roslerSpec();
    spec.training.optimizer = optimizer;
    spec.training.weightDecay = 0.01;       // decay must not reach the frozen ones either
    spec.model.sketch.successiveFrom = 0.2; // of 21 steps the first four are parallel
    auto trainer = trainerOf(spec);
    const Network &network = trainer.network();
    const auto count = static_cast<std::size_t>(network.parameterCount());
    std::vector<std::int64_t> updates(factorKinds, 0);
    for (std::int64_t step = 0; step < 13; ++step) {
        const TrainingState before = trainer.state();
        takeStep(trainer);
        const TrainingState after = trainer.state();
        for (std::size_t k = 0; k < factorKinds; ++k) {
            const auto factor = static_cast<Factor>(k);
            const bool trained = step < 4 || (step - 4) % 3 == static_cast<std::int64_t>(k);
            updates[k] += trained ? 1 : 0;
            bool moved = false;
            bool stateMoved = false;
            for (std::size_t layer = 0; layer < network.layerCount(); ++layer) {
                for (const auto &block : network.layer(layer).blocks()) {
                    if (block.factor != factor)
                        continue;
                    const auto first = static_cast<std::size_t>(network.offset(layer) + block.offset);
                    for (std::size_t i = first; i < first + static_cast<std::size_t>(block.size()); ++i) {
                        moved = moved || before.parameters[i] != after.parameters[i];
                        for (std::size_t at = i; at < before.optimizerState.size(); at += count)
                            stateMoved = stateMoved || before.optimizerState[at] != after.optimizerState[at];
                    }
                }
            }
            QCOMPARE(moved, trained);
            QCOMPARE(stateMoved, trained);
        }
        QVERIFY(after.updates == updates);
    }
}

void TrainerTest::gradientSketchLeavesOtherFeaturesAlone()
{
    TrialSpec spec = roslerSpec();
    spec.model.sketch.gradientSketch = 0.25;
    auto trainer = trainerOf(spec);
    const Network &network = trainer.network();
    const auto count = static_cast<std::size_t>(network.parameterCount());
    const auto blocks = network.layer(0).blocks();
    const auto r = std::find_if(blocks.begin(), blocks.end(),
                                [](const ParameterBlock &b) { return b.factor == Factor::R; });
    std::set<std::vector<Index>> choices;
    for (int step = 0; step < 6; ++step) {
        const TrainingState before = trainer.state();
        takeStep(trainer);
        const TrainingState after = trainer.state();
        std::vector<Index> touched;
        for (Index column = 0; column < r->cols; ++column) {
            bool changed = false;
            for (Index row = 0; row < r->rows; ++row) {
                const auto at = static_cast<std::size_t>(r->offset + row * r->cols + column);
                changed = changed || before.parameters[at] != after.parameters[at]
                    || before.optimizerState[at] != after.optimizerState[at]
                    || before.optimizerState[at + count] != after.optimizerState[at + count];
            }
            if (changed)
                touched.push_back(column);
        }
        // Features are chosen by their size in the batch, so that each of them has a gradient.
        QCOMPARE(static_cast<Index>(touched.size()), sketchedFeatures(200, 0.25));
        choices.insert(touched);
    }
    QCOMPARE(choices.size(), std::size_t {6}); // another choice each step
}

void TrainerTest::aColumnsFirstUpdateIsTheRateHoweverLate()
{
    // Adam's first step moves by the rate, whatever the gradient's size (optimizer_test); a column that a
    // gradient sketch chooses for the first time takes its first step then.
    TrialSpec spec = roslerSpec();
    spec.model.sketch.gradientSketch = 0.25;
    spec.training.schedule = ScheduleKind::Constant;
    auto trainer = trainerOf(spec);
    const auto blocks = trainer.network().layer(0).blocks();
    const auto r = std::find_if(blocks.begin(), blocks.end(),
                                [](const ParameterBlock &b) { return b.factor == Factor::R; });
    const double rate = spec.model.learningRate;
    int late = 0;
    for (int step = 0; step < 6; ++step) {
        const TrainingState before = trainer.state();
        takeStep(trainer);
        const TrainingState after = trainer.state();
        for (Index i = 0; i < r->size(); ++i) {
            const auto at = static_cast<std::size_t>(r->offset + i);
            const double g = 10.0 * std::abs(static_cast<double>(after.optimizerState[at])); // m = 0.1 g
            if (before.optimizerState[at] != 0.0F || g < 1e-6)
                continue;
            const double moved = std::abs(static_cast<double>(after.parameters[at])
                                          - static_cast<double>(before.parameters[at]));
            const double p = std::abs(static_cast<double>(after.parameters[at]));
            constexpr double eps = std::numeric_limits<float>::epsilon();
            QVERIFY(std::abs(moved - rate) <= rate * (8.0 * eps + 1e-8 / g) + eps * p);
            late += step > 0 ? 1 : 0;
        }
    }
    QVERIFY(late > 0);
}

void TrainerTest::checkpointsWithoutCountsOfColumnsAreRead()
{
    // They were written before columns were counted: all went by the number of updates of their kind.
    TrialSpec spec = roslerSpec();
    spec.model.sketch.gradientSketch = 0.25;
    auto trainer = trainerOf(spec);
    for (int step = 0; step < 3; ++step)
        takeStep(trainer);
    const TrainingState now = trainer.state();
    QCOMPARE(now.updates.size(), factorKinds + 200);
    const auto sum = std::accumulate(now.updates.begin() + factorKinds, now.updates.end(), std::int64_t {0});
    QCOMPARE(sum, std::int64_t {3} * sketchedFeatures(200, 0.25));
    TrainingState older = now;
    older.updates.resize(factorKinds);
    auto again = trainerOf(spec);
    QVERIFY(again.restore(older).has_value());
    TrainingState expected = now;
    std::fill(expected.updates.begin(), expected.updates.end(), 3);
    QVERIFY(again.state() == expected);
}

void TrainerTest::learnsTheDigits_data()
{
    QTest::addColumn<TrialSpec>("spec");
    TrialSpec dense = denseSpec({64});
    dense.training.epochs = 8;
    QTest::newRow("dense") << dense;
    TrialSpec sketched = roslerSpec();
    sketched.model.layers = layersOf({64}, {16, 10}, {784, 64});
    sketched.training.epochs = 8;
    sketched.model.learningRate = 4e-3;
    QTest::newRow("rosler") << sketched;
    sketched.model.layers = layersOf({64}, {16, 10}, {300, 40});
    sketched.model.sketch.gradientSketch = 0.5;
    QTest::newRow("rosler, sketched throughout") << sketched;
}

void TrainerTest::learnsTheDigits()
{
    QFETCH(TrialSpec, spec);
    const auto data = syntheticDigits(1'500, 400).value();
    auto trainer = Trainer::create(spec, data).value();
    Listener listener;
    PauseGate gate;
    auto how = Trainer::Advance::EpochEnded;
    while (how == Trainer::Advance::EpochEnded)
        how = trainer.advance(listener, {}, gate);
    QVERIFY(how == Trainer::Advance::Finished);
    const double chance = std::log(10.0);
    QVERIFY(std::abs(listener.samples.front().trainLoss - chance) < 1.0);
    QVERIFY2(listener.samples.back().trainLoss < 0.4 * chance,
             qPrintable(QString::number(listener.samples.back().trainLoss)));
    QVERIFY2(trainer.lastTestAccuracy() > 0.85, qPrintable(QString::number(trainer.lastTestAccuracy())));
    QVERIFY(std::abs(trainer.testAccuracyFloat16() - trainer.lastTestAccuracy()) < 0.01);
}

void TrainerTest::samplesTellTheStory()
{
    auto trainer = trainerOf(roslerSpec());
    Listener listener;
    PauseGate gate;
    QVERIFY(trainer.advance(listener, {}, gate) == Trainer::Advance::EpochEnded);
    QCOMPARE(listener.samples.size(), std::size_t {7});
    QVERIFY(trainer.advance(listener, {}, gate) == Trainer::Advance::EpochEnded);
    QVERIFY(trainer.advance(listener, {}, gate) == Trainer::Advance::Finished);
    QCOMPARE(listener.samples.size(), std::size_t {21});
    double seconds = 0;
    double flops = 0;
    for (std::size_t i = 0; i < listener.samples.size(); ++i) {
        const MetricSample &sample = listener.samples[i];
        QCOMPARE(sample.step, static_cast<std::int64_t>(i + 1));
        QCOMPARE(sample.epoch, static_cast<double>(i + 1) / 7.0);
        QVERIFY(sample.seconds >= seconds && sample.trainFlops > flops);
        seconds = sample.seconds;
        flops = sample.trainFlops;
        QVERIFY(std::isfinite(sample.trainLoss));
        QVERIFY(sample.trainAccuracy >= 0.0 && sample.trainAccuracy <= 1.0);
        QCOMPARE(std::isnan(sample.testLoss), std::isnan(sample.testAccuracy));
        if ((i + 1) % 7 == 0)
            QVERIFY(sample.testAccuracy >= 0.0 && sample.testAccuracy <= 1.0);
    }
    QVERIFY(!std::isnan(listener.samples.front().testAccuracy)); // the curves start at once
    QCOMPARE(trainer.seconds(), seconds);
    QCOMPARE(trainer.trainFlops(), flops);
    QCOMPARE(trainer.epoch(), 3.0);
    QCOMPARE(trainer.lastTestAccuracy(), listener.samples.back().testAccuracy);
}

void TrainerTest::accuracyIsThatOfTheNetwork()
{
    auto trainer = trainerOf(roslerSpec());
    QVERIFY(!digestAfter(trainer).empty());
    const Examples &test = digits()->test();
    Matrix room;
    const auto accuracy = [&](const Network &network) {
        const auto said =
            argmaxRows(view(std::as_const(network).predict(test.features.rows(0, test.count(), room))));
        int right = 0;
        for (std::size_t i = 0; i < said.size(); ++i)
            right += said[i] == test.labels[i] ? 1 : 0;
        return right / static_cast<double>(test.count());
    };
    QCOMPARE(trainer.lastTestAccuracy(), accuracy(trainer.network()));
    QCOMPARE(trainer.testAccuracyFloat16(), accuracy(withFloat16Weights(trainer.network())));
}

void TrainerTest::finishedStaysFinished()
{
    auto trainer = trainerOf(roslerSpec());
    const std::string digest = digestAfter(trainer);
    Listener listener;
    PauseGate gate;
    QVERIFY(trainer.advance(listener, {}, gate) == Trainer::Advance::Finished);
    QVERIFY(listener.samples.empty());
    QCOMPARE(trainer.network().digest(), digest);
    auto restored = trainerOf(roslerSpec());
    QVERIFY(restored.restore(trainer.state()).has_value());
    QCOMPARE(restored.step(), restored.totalSteps());
    QCOMPARE(digestAfter(restored), digest);
}

void TrainerTest::restoreRefusesWhatDoesNotFit_data()
{
    QTest::addColumn<std::function<void(TrainingState &)>>("spoil");
    const auto row = [](const char *name, std::function<void(TrainingState &)> spoil) {
        QTest::newRow(name) << std::move(spoil);
    };
    row("a parameter too few", [](TrainingState &s) { s.parameters.pop_back(); });
    row("no parameters", [](TrainingState &s) { s.parameters.clear(); });
    row("a parameter too many", [](TrainingState &s) { s.parameters.push_back(0); });
    row("optimiser state of Sgd", [](TrainingState &s) { s.optimizerState.resize(s.parameters.size()); });
    row("an update counter too few", [](TrainingState &s) { s.updates.pop_back(); });
    row("negative step", [](TrainingState &s) { s.step = -1; });
    row("step beyond the end", [](TrainingState &s) { s.step = 22; });
    row("no kept features", [](TrainingState &s) { s.keptFeatures.clear(); });
    row("a kept feature too many", [](TrainingState &s) { s.keptFeatures.push_back(783); });
    row("kept feature beyond the data", [](TrainingState &s) { s.keptFeatures.back() = 784; });
    row("kept features not ascending",
        [](TrainingState &s) { std::swap(s.keptFeatures[3], s.keptFeatures[4]); });
    row("a kept feature twice", [](TrainingState &s) { s.keptFeatures[3] = s.keptFeatures[4]; });
}

void TrainerTest::restoreRefusesWhatDoesNotFit()
{
    using Spoil = std::function<void(TrainingState &)>;
    QFETCH(Spoil, spoil);
    auto trainer = trainerOf(roslerSpec());
    takeStep(trainer);
    const TrainingState good = trainer.state();
    takeStep(trainer);
    const TrainingState before = trainer.state();
    TrainingState bad = good;
    spoil(bad);
    const auto result = trainer.restore(bad);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Malformed);
    QVERIFY(!result.error().what.empty());
    QVERIFY(trainer.state() == before); // nothing half restored
    QVERIFY(trainer.restore(good).has_value());
}

void TrainerTest::keptFeaturesNeverSeeTheTestSet()
{
    DatasetParts parts = digitsParts();
    parts.test.features = Matrix(Matrix::Constant(parts.test.count(), 784, 1e6F));
    const auto other = Dataset::make(std::move(parts)).value();
    for (const auto sampling :
         {FeatureSampling::Uniform, FeatureSampling::Variance, FeatureSampling::Leverage}) {
        TrialSpec spec = roslerSpec();
        spec.model.sketch.keptFeatures = sampling;
        auto here = trainerOf(spec);
        auto there = Trainer::create(spec, other).value();
        QCOMPARE(here.network().keptFeatures().size(), std::size_t {200});
        QCOMPARE(there.network().digest(), here.network().digest());
    }
}

void TrainerTest::validationIsEvaluatedLiveAndTestAtTheEnd()
{
    TrialSpec spec = roslerSpec();
    spec.training.validation = {0.2, 0};
    auto trainer = trainerOf(spec);
    QCOMPARE(trainer.trainingExamples(), Index {264});
    QCOMPARE(trainer.validationExamples(), Index {66});
    Listener listener;
    PauseGate gate;
    while (trainer.advance(listener, {}, gate) != Trainer::Advance::Finished)
        QVERIFY(std::isnan(trainer.lastTestAccuracy()));
    int evaluated = 0;
    for (const MetricSample &sample : listener.samples) {
        evaluated += std::isnan(sample.validationAccuracy) ? 0 : 1;
        QCOMPARE(std::isnan(sample.testAccuracy), &sample != &listener.samples.back());
    }
    QVERIFY(evaluated >= 3);
    QCOMPARE(trainer.step(), std::int64_t {3 * 6}); // 264 examples in batches of 50
    QCOMPARE(trainer.lastValidationAccuracy(), listener.samples.back().validationAccuracy);

    const auto split = splitTraining(digits()->train(), 10, spec.training.validation).value();
    Matrix held(66, 784);
    for (Index i = 0; i < 66; ++i)
        digits()->train().features.widen(split.validation[static_cast<std::size_t>(i)],
                                         held.data() + i * 784);
    const auto said = argmaxRows(view(std::as_const(trainer).network().predict(view(std::as_const(held)))));
    int right = 0;
    for (std::size_t i = 0; i < said.size(); ++i)
        right += said[i] == digits()->train().labels[split.validation[i]] ? 1 : 0;
    QCOMPARE(trainer.lastValidationAccuracy(), right / 66.0);
}

void TrainerTest::heldOutExamplesAreNotTrainedOn()
{
    const ValidationSpec validation {0, 60};
    const auto split = splitTraining(digits()->train(), 10, validation).value();
    Matrix room;
    Matrix features = digits()->train().features.rows(0, 330, room);
    for (const std::uint32_t number : split.validation)
        features.row(number).setConstant(7.0F);
    DatasetParts parts = digitsParts();
    parts.train.features = std::move(features);
    const auto other = Dataset::make(std::move(parts)).value();
    for (TrialSpec spec : {denseSpec(), roslerSpec()}) {
        spec.training.validation = validation;
        auto here = trainerOf(spec);
        auto there = Trainer::create(spec, other).value();
        QCOMPARE(digestAfter(there), digestAfter(here));
        QVERIFY(there.lastValidationAccuracy() < here.lastValidationAccuracy());
    }
}

void TrainerTest::theTestPartCanBeLeftAlone()
{
    TrialSpec spec = roslerSpec();
    spec.training.validation = {0, 60};
    auto trainer = trainerOf(spec);
    trainer.leaveTestPartAlone();
    QVERIFY(!digestAfter(trainer).empty());
    QVERIFY(std::isnan(trainer.lastTestAccuracy()));
    QVERIFY(!std::isnan(trainer.lastValidationAccuracy()));
}

void TrainerTest::aValidationPartThatLeavesNothingIsRefused()
{
    TrialSpec spec = roslerSpec();
    spec.training.validation = {0, 330};
    const auto trainer = Trainer::create(spec, digits());
    QVERIFY(!trainer);
    QCOMPARE(trainer.error().where, std::string("/training/validation"));
    QVERIFY(!costOf(spec, digits()->shape(), digits()->classes(), 330));
}

void TrainerTest::shapesThatDoNotMeetTheDataAreRefused()
{
    TrialSpec spec = roslerSpec();
    spec.model.layers[0].sketch->size = 785;
    const auto trainer = Trainer::create(spec, digits());
    QVERIFY(!trainer);
    QCOMPARE(trainer.error().code, ErrorCode::OutOfRange);
    QCOMPARE(trainer.error().where, std::string("/models/0/layers/0/sketch_size"));
}

QTEST_APPLESS_MAIN(TrainerTest)

} // namespace trainer_test

#include "trainer_test.moc"
