// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <numbers>

#include <QtTest>

#include "core/training/stage_schedule.h"
#include "tests/support/layers.h"
#include "tests/support/random_spec.h"

namespace stage_schedule_test {

using namespace rosler;

namespace {

TrialSpec makeSpec(Index epochs, Index batch, double successiveFrom)
{
    TrialSpec spec;
    spec.model.layers = layersOf({}, {1}, {1});
    spec.model.learningRate = 0.25;
    spec.model.sketch.successiveFrom = successiveFrom;
    spec.training.epochs = epochs;
    spec.training.batch = batch;
    return spec;
}

/// "RUC" for all factors, "R", "U" or "C" for one.
std::string letters(const FactorSet &factors)
{
    return std::string(factors.r ? "R" : "") + (factors.u ? "U" : "") + (factors.c ? "C" : "");
}

} // namespace

class StageScheduleTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void successiveStageGoesRoundRUC();
    void firstSuccessiveStep_data();
    void firstSuccessiveStep();
    void denseModelsHaveNoSuccessiveStage();
    void lastBatchOfAnEpochIsTheRest();
    void batchIsNoLargerThanTheDataset();
    void cosineGoesFromTheRateToNothing();
    void theRateRisesWhileItWarmsUp();
    void constantRateStays();
    void examplesAreTheSumOverAllSteps();
    void gradientSketchComputesAtLeastOneFeature_data();
    void gradientSketchComputesAtLeastOneFeature();
};

void StageScheduleTest::successiveStageGoesRoundRUC()
{
    const StageSchedule stages(makeSpec(2, 10, 0.5), 50); // 10 steps
    std::string seen;
    for (std::int64_t step = 0; step < stages.totalSteps(); ++step)
        seen += letters(stages.factors(step)) + ' ';
    QCOMPARE(seen, std::string("RUC RUC RUC RUC RUC R U C R U "));
}

void StageScheduleTest::firstSuccessiveStep_data()
{
    QTest::addColumn<double>("share");
    QTest::addColumn<int>("first");
    QTest::newRow("from the start") << 0.0 << 0;
    QTest::newRow("default") << 0.7 << 14;
    QTest::newRow("within a step") << 0.74 << 14;
    QTest::newRow("the last step") << 0.95 << 19;
    QTest::newRow("never") << 1.0 << 20;
}

void StageScheduleTest::firstSuccessiveStep()
{
    QFETCH(double, share);
    QFETCH(int, first);
    const StageSchedule stages(makeSpec(4, 10, share), 50);
    QCOMPARE(stages.totalSteps(), std::int64_t {20});
    QCOMPARE(stages.successiveFrom(), std::int64_t {first});
    for (std::int64_t step = 0; step < 20; ++step)
        QCOMPARE(letters(stages.factors(step)) == "RUC", step < first);
}

void StageScheduleTest::denseModelsHaveNoSuccessiveStage()
{
    TrialSpec spec = makeSpec(3, 10, 0.0);
    spec.model.layers = layersOf({});
    const StageSchedule stages(spec, 50);
    QCOMPARE(stages.successiveFrom(), stages.totalSteps());
    QCOMPARE(letters(stages.factors(stages.totalSteps() - 1)), std::string("RUC"));
}

void StageScheduleTest::lastBatchOfAnEpochIsTheRest()
{
    const StageSchedule stages(makeSpec(2, 10, 0.7), 33);
    QCOMPARE(stages.stepsPerEpoch(), std::int64_t {4});
    const std::array<Index, 8> expected {10, 10, 10, 3, 10, 10, 10, 3};
    for (std::size_t step = 0; step < expected.size(); ++step)
        QCOMPARE(stages.batchSize(static_cast<std::int64_t>(step)), expected.at(step));
}

void StageScheduleTest::batchIsNoLargerThanTheDataset()
{
    const StageSchedule stages(makeSpec(3, 128, 0.7), 5);
    QCOMPARE(stages.stepsPerEpoch(), std::int64_t {1});
    QCOMPARE(stages.totalSteps(), std::int64_t {3});
    QCOMPARE(stages.batchSize(2), Index {5});
}

void StageScheduleTest::theRateRisesWhileItWarmsUp()
{
    TrialSpec spec = makeSpec(4, 10, 0.7); // 20 steps
    spec.training.warmup = 0.8;            // 4 of them
    const StageSchedule stages(spec, 50);
    QCOMPARE(stages.learningRate(0), 0.25 / 4);
    QCOMPARE(stages.learningRate(1), 0.25 / 2);
    QCOMPARE(stages.learningRate(3), 0.25);
    QCOMPARE(stages.learningRate(4), 0.25);
    QVERIFY(std::abs(stages.learningRate(12) - 0.125) < 1e-16); // half of what is left
    QVERIFY(std::abs(stages.learningRate(20)) < 1e-16);
    spec.training.schedule = ScheduleKind::Constant;
    QCOMPARE(StageSchedule(spec, 50).learningRate(0), 0.25 / 4);
    QCOMPARE(StageSchedule(spec, 50).learningRate(19), 0.25);
    spec.training.warmup = 100; // longer than the training: it never gets there
    QVERIFY(StageSchedule(spec, 50).learningRate(18) < 0.25);
    QCOMPARE(StageSchedule(spec, 50).learningRate(19), 0.25);
}

void StageScheduleTest::cosineGoesFromTheRateToNothing()
{
    const StageSchedule stages(makeSpec(4, 10, 0.7), 50);
    QCOMPARE(stages.learningRate(0), 0.25);
    QVERIFY(std::abs(stages.learningRate(10) - 0.125) < 1e-16);
    QVERIFY(std::abs(stages.learningRate(20)) < 1e-16);
    QVERIFY(std::abs(stages.learningRate(5) - 0.125 * (1.0 + std::numbers::sqrt2 / 2.0)) < 1e-15);
    for (std::int64_t step = 1; step < 20; ++step)
        QVERIFY(stages.learningRate(step) < stages.learningRate(step - 1) && stages.learningRate(step) > 0);
}

void StageScheduleTest::constantRateStays()
{
    TrialSpec spec = makeSpec(4, 10, 0.7);
    spec.training.schedule = ScheduleKind::Constant;
    const StageSchedule stages(spec, 50);
    for (const std::int64_t step : {0, 7, 19})
        QCOMPARE(stages.learningRate(step), 0.25);
}

void StageScheduleTest::examplesAreTheSumOverAllSteps()
{
    for (std::uint32_t number = 0; number < 1'000; ++number) {
        const RandomSpec random(number);
        const StageSchedule stages(random.spec, random.trainExamples);
        StageSchedule::Examples sum;
        for (std::int64_t step = 0; step < stages.totalSteps(); ++step) {
            const auto word = letters(stages.factors(step));
            const Index size = stages.batchSize(step);
            QVERIFY(size >= 1 && size <= random.trainExamples);
            if (word == "RUC")
                sum.parallel += size;
            else
                sum.successive.at(word == "R" ? 0 : word == "U" ? 1 : 2) += size;
        }
        const auto closed = stages.examples();
        QVERIFY2(closed.parallel == sum.parallel && closed.successive == sum.successive,
                 qPrintable(QString::number(number)));
        QCOMPARE(sum.parallel + sum.successive[0] + sum.successive[1] + sum.successive[2],
                 random.trainExamples * random.spec.training.epochs);
    }
}

void StageScheduleTest::gradientSketchComputesAtLeastOneFeature_data()
{
    QTest::addColumn<int>("read");
    QTest::addColumn<double>("share");
    QTest::addColumn<int>("features");
    QTest::newRow("all") << 784 << 1.0 << 784;
    QTest::newRow("a quarter") << 784 << 0.25 << 196;
    QTest::newRow("rounded down") << 784 << 0.1 << 78;
    QTest::newRow("rounded up") << 7 << 0.5 << 4;
    QTest::newRow("next to nothing") << 784 << 1e-9 << 1;
    QTest::newRow("next to all") << 784 << 0.9999 << 784;
    QTest::newRow("one feature") << 1 << 0.3 << 1;
}

void StageScheduleTest::gradientSketchComputesAtLeastOneFeature()
{
    QFETCH(int, read);
    QFETCH(double, share);
    QFETCH(int, features);
    QCOMPARE(sketchedFeatures(read, share), Index {features});
}

QTEST_APPLESS_MAIN(StageScheduleTest)

} // namespace stage_schedule_test

#include "stage_schedule_test.moc"
