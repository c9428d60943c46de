// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "app/session/training_plan.h"

namespace training_plan_test {

using namespace rosler;

namespace {

MetricSample at(std::int64_t step, double epoch, double seconds)
{
    MetricSample sample;
    sample.step = step;
    sample.epoch = epoch;
    sample.seconds = seconds;
    return sample;
}

TrainingPlan::Trial trial(std::int64_t totalSteps, double epochs = 10)
{
    TrainingPlan::Trial t;
    t.totalSteps = totalSteps;
    t.epochs = epochs;
    return t;
}

} // namespace

class TrainingPlanTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsKnownBeforeTheFirstSample()
    {
        const TrainingPlan plan({trial(100), trial(100)});
        QCOMPARE(plan.fraction(), 0.0);
        QVERIFY(plan.secondsLeft(3) < 0);
        QCOMPARE(plan.epoch(), 0.0);
    }

    void aModelThatHasNotBegunIsTakenToBeAsFastAsTheOthers()
    {
        TrainingPlan plan({trial(100), trial(100)});
        plan.sampled(0, at(50, 5, 10)); // 0.2 s a step: 50 steps left here, 100 there
        QCOMPARE(plan.secondsLeft(10), 30.0);
        QCOMPARE(plan.fraction(), 0.25);
        QCOMPARE(plan.epoch(), 0.0); // of the one furthest behind
    }

    void eachModelGoesAtItsOwnPaceAndOverheadIsCounted()
    {
        TrainingPlan plan({trial(100), trial(100)});
        plan.sampled(0, at(50, 5, 10)); // 50 x 0.2 s left
        plan.sampled(1, at(50, 5, 5));  // 50 x 0.1 s left
        QCOMPARE(plan.secondsLeft(15), 15.0);
        QCOMPARE(plan.secondsLeft(30), 30.0); // half of the time went into other things
        QCOMPARE(plan.epoch(), 5.0);
    }

    void aModelThatEndedEarlyCountsAsDone()
    {
        TrainingPlan plan({trial(100), trial(100)});
        plan.sampled(0, at(50, 5, 5));
        plan.sampled(1, at(10, 1, 1));
        plan.ended(1); // diverged
        QCOMPARE(plan.fraction(), 0.75);
        QCOMPARE(plan.secondsLeft(6), 5.0);
        QCOMPARE(plan.epoch(), 5.0);
        plan.ended(0);
        QCOMPARE(plan.fraction(), 1.0);
        QCOMPARE(plan.epoch(), 10.0);
    }

    void modelsOfDifferentEpochsAreComparedByTheirShares()
    {
        TrainingPlan plan({trial(100, 10), trial(400, 40)});
        plan.sampled(0, at(50, 5, 10));
        plan.sampled(1, at(100, 10, 10)); // a quarter, against half
        QCOMPARE(plan.epoch(), 10.0);
        QCOMPARE(plan.epochs(), 40.0);
        QCOMPARE(plan.fraction(), 0.3);
        plan.ended(1);
        QCOMPARE(plan.epochs(), 10.0);
    }

    void aRunThatGoesOnBeginsWhereItStood()
    {
        TrainingPlan::Trial half = trial(100);
        half.step = 50;
        half.seconds = half.startSeconds = 100;
        TrainingPlan plan({half});
        QCOMPARE(plan.fraction(), 0.5);
        QVERIFY(plan.secondsLeft(1) < 0); // the other machine's pace says nothing yet
        plan.sampled(0, at(60, 6, 120));
        QCOMPARE(plan.secondsLeft(20), 80.0);
    }

    void samplesOfUnknownTrialsAreLeftOut()
    {
        TrainingPlan plan({trial(100)});
        plan.sampled(7, at(50, 1, 1));
        plan.ended(7);
        QCOMPARE(plan.fraction(), 0.0);
    }
};

QTEST_GUILESS_MAIN(TrainingPlanTest)

} // namespace training_plan_test

#include "training_plan_test.moc"
