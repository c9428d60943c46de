// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "core/h5/h5_file.h"
#include "core/store/checkpoint_file.h"
#include "core/store/sealed_file.h"
#include "tests/core/store/damage.h"
#include "tests/support/layers.h"

namespace checkpoint_file_test {

using namespace rosler;

namespace {

TrainingState smallState()
{
    TrainingState state;
    for (int i = 0; i < 20; ++i)
        state.parameters.push_back(static_cast<float>(i) / 3.0F);
    state.optimizerState.assign(40, -0.5F);
    state.step = 1234;
    state.updates = {1234, 900, 900};
    state.updates.resize(90, 7); // of columns
    state.keptFeatures = {1, 4, 6};
    state.seconds = 0.1 + 0.2;
    state.trainFlops = 1.5e12;
    return state;
}

bool equal(const TrainingState &a, const TrainingState &b)
{
    return a.parameters == b.parameters && a.optimizerState == b.optimizerState && a.step == b.step
        && a.updates == b.updates && a.keptFeatures == b.keptFeatures && a.seconds == b.seconds
        && a.trainFlops == b.trainFlops;
}

TrialSpec roslerTrial()
{
    TrialSpec spec;
    spec.model.name = "rosler";
    spec.model.layers = layersOf({32, 32}, {8, 8, 4}, {64, 16, 16});
    return spec;
}

} // namespace

class CheckpointFileTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStateComesBackBitForBit();
    void emptyVectorsComeBackEmpty();
    void anotherTrialsCheckpointIsRefused();
    void theDigestTellsTrialsApart();
    void theDigestPassesOverTheName();
    void amountsThatAreNoneAreRefused();
    void everyTruncationIsRefusedOrStillTheSameState();
    void everyBitFlipIsRefused();
};

void CheckpointFileTest::aStateComesBackBitForBit()
{
    const std::string bytes = checkpointBytes(smallState(), "abc").value();
    const auto state = parseCheckpoint(bytes, "abc", "checkpoint.h5");
    QVERIFY2(state.has_value(), state ? "" : message(state.error()).c_str());
    QVERIFY(equal(*state, smallState()));
    QVERIFY(checkpointBytes(*state, "abc").value() == bytes);
}

void CheckpointFileTest::emptyVectorsComeBackEmpty()
{
    TrainingState state;
    state.parameters = {1.0F};
    const auto back = parseCheckpoint(checkpointBytes(state, "x").value(), "x", "checkpoint.h5");
    QVERIFY2(back.has_value(), back ? "" : message(back.error()).c_str());
    QVERIFY(equal(*back, state));
}

void CheckpointFileTest::anotherTrialsCheckpointIsRefused()
{
    const auto state = parseCheckpoint(checkpointBytes(smallState(), "abc").value(), "abd", "checkpoint.h5");
    QCOMPARE(state.error().code, ErrorCode::Rejected);
}

void CheckpointFileTest::theDigestTellsTrialsApart()
{
    const std::string own = trialDigest(roslerTrial());
    TrialSpec other = roslerTrial();
    other.seed = 1;
    QVERIFY(trialDigest(other) != own);
    other = roslerTrial();
    other.model.layers[2].sketch->rank = 5;
    QVERIFY(trialDigest(other) != own);
    other = roslerTrial();
    other.model.sketch.successiveFrom = 0.71;
    QVERIFY(trialDigest(other) != own);
    other = roslerTrial();
    other.training.epochs = 21;
    QVERIFY(trialDigest(other) != own);
    other = roslerTrial();
    other.model.layers = layersOf({32, 32});
    QVERIFY(trialDigest(other) != own);
    other = roslerTrial();
    other.model.sketch.productDecay = 1e-4;
    QVERIFY(trialDigest(other) != own);
    other = roslerTrial();
    other.model.sketch.orthonormalise = 50;
    QVERIFY(trialDigest(other) != own);
    other = roslerTrial();
    other.model.teacher = TeacherSpec {"dense", {2.0, 0.5}, layersOf({32})};
    const std::string taught = trialDigest(other);
    QVERIFY(taught != own);
    other.model.teacher->distillation.share = 0.25;
    QVERIFY(trialDigest(other) != taught);
    other = roslerTrial();
    other.training.augmentation.shift = 1;
    QVERIFY(trialDigest(other) != own);
}

void CheckpointFileTest::theDigestPassesOverTheName()
{
    TrialSpec other = roslerTrial();
    other.model.name = "r8";
    QCOMPARE(trialDigest(other), trialDigest(roslerTrial()));
}

void CheckpointFileTest::amountsThatAreNoneAreRefused()
{
    TrainingState state = smallState();
    state.seconds = std::numeric_limits<double>::quiet_NaN();
    const auto noTime = parseCheckpoint(checkpointBytes(state, "x").value(), "x", "c.h5");
    QCOMPARE(noTime.error().code, ErrorCode::Malformed);
    QCOMPARE(noTime.error().where, std::string("c.h5:@seconds"));
    state = smallState();
    state.step = -1;
    QCOMPARE(parseCheckpoint(checkpointBytes(state, "x").value(), "x", "c.h5").error().where,
             std::string("c.h5:@step"));
    state = smallState();
    state.updates[1] = -7;
    QCOMPARE(parseCheckpoint(checkpointBytes(state, "x").value(), "x", "c.h5").error().where,
             std::string("c.h5:/updates"));
}

void CheckpointFileTest::everyTruncationIsRefusedOrStillTheSameState()
{
    const std::string whole = checkpointBytes(smallState(), "abc").value();
    for (const std::string &cut : test::truncations(whole, 200)) {
        const auto state = parseCheckpoint(cut, "abc", "cut.h5");
        QVERIFY(cut.size() >= whole.size() - sealLength ? equal(*state, smallState()) : !state.has_value());
    }
}

void CheckpointFileTest::everyBitFlipIsRefused()
{
    const std::string whole = checkpointBytes(smallState(), "abc").value();
    for (const std::string &flipped : test::bitFlips(whole, 4000, 2))
        QVERIFY(!parseCheckpoint(flipped, "abc", "flipped.h5").has_value() || flipped == whole);
}

QTEST_GUILESS_MAIN(CheckpointFileTest)

} // namespace checkpoint_file_test

#include "checkpoint_file_test.moc"
