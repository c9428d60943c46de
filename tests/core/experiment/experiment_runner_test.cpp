// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <QtTest>

#include "core/data/synthetic/digits.h"
#include "core/experiment/budget.h"
#include "core/experiment/experiment_runner.h"
#include "tests/support/layers.h"

namespace experiment_runner_test {

using namespace rosler;

namespace {

/// Keeps all that an observer is told.
class Recorder final : public ExperimentObserver
{
public:
    void sampled(std::size_t trial, const MetricSample &sample) override
    {
        if (turns.empty() || turns.back() != trial)
            turns.push_back(trial);
        last[trial] = sample;
        if (onSample)
            onSample(trial, sample);
    }
    void checkpoint(std::size_t trial, const TrainingState &state) override
    {
        checkpoints[trial].push_back(state);
    }
    void ended(std::size_t trial, const TrialResult &result, const Network &network) override
    {
        ++ends[trial];
        results[trial] = result;
        digests[trial] = network.digest();
        networks[trial] = std::make_shared<const Network>(network);
    }
    void failed(std::size_t trial, const Error &error) override { errors[trial] = error; }

    std::vector<std::size_t> turns; ///< trials in the order in which they were heard of
    std::map<std::size_t, MetricSample> last;
    std::map<std::size_t, std::vector<TrainingState>> checkpoints;
    std::map<std::size_t, int> ends;
    std::map<std::size_t, TrialResult> results;
    std::map<std::size_t, std::string> digests;
    std::map<std::size_t, Error> errors;
    std::map<std::size_t, std::shared_ptr<const Network>> networks;
    std::function<void(std::size_t, const MetricSample &)> onSample;
};

/// Dense, sketched, and sketched with all the options; three epochs of four steps.
RunRequest makeRequest()
{
    static const std::shared_ptr<const Dataset> data = syntheticDigits(200, 50).value();
    RunRequest request;
    request.data = data;
    request.threads = 2;
    request.spec.name = "test";
    request.spec.seed = 3;
    request.spec.training.epochs = 3;
    request.spec.training.batch = 50;
    ModelSpec dense;
    dense.name = "dense";
    dense.layers = layersOf({16});
    ModelSpec rosler;
    rosler.name = "rosler";
    rosler.learningRate = 2e-3;
    rosler.layers = layersOf({16}, {4, 3}, {784, 16});
    ModelSpec sketched = rosler;
    sketched.name = "sketched";
    sketched.layers = layersOf({16}, {4, 3}, {100, 12});
    sketched.sketch.gradientSketch = 0.5;
    request.spec.models = {dense, rosler, sketched};
    return request;
}

/// The same, the others learning from the dense model.
RunRequest taughtRequest()
{
    RunRequest request = makeRequest();
    for (std::size_t i = 1; i < 3; ++i)
        request.spec.models[i].teacher = TeacherSpec {"dense", {3.0, 0.75}, {}};
    return request;
}

struct Outcome {
    Recorder recorder;
    Result<ExperimentResult> result = fail(ErrorCode::Cancelled, "not run");
};

/// @param stopWhen  asked after each sample
Outcome run(const RunRequest &request,
            const std::function<bool(std::size_t, const MetricSample &)> &stopWhen = {})
{
    Outcome outcome;
    std::stop_source stop;
    outcome.recorder.onSample = [&](std::size_t trial, const MetricSample &sample) {
        if (stopWhen && stopWhen(trial, sample))
            stop.request_stop();
    };
    RunControl control;
    outcome.result = runExperiment(request, outcome.recorder, control, stop.get_token());
    outcome.recorder.onSample = {};
    return outcome;
}

std::vector<std::string> digestsOf(const Outcome &outcome)
{
    std::vector<std::string> digests;
    for (const auto &model : outcome.result->models)
        digests.push_back(model.parameterDigest);
    return digests;
}

} // namespace

class ExperimentRunnerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void modelsTakeTurnsAnEpochAbout();
    void atEqualFlopsModelsStayLevel();
    void atEqualFlopsRunsGoOnAlone();
    void resultsAreThoseOfTheTrainers();
    void sameBitsForAnyThreadCount();
    void stopEndsEveryTrial();
    void stopBeforeTheStartEndsEveryTrial();
    void resumeEqualsUninterrupted_data();
    void resumeEqualsUninterrupted();
    void pauseChangesNothing();
    void checkpointOnDemandComesBetweenSteps();
    void oneDivergesTheOthersGoOn();
    void oneFailsTheOthersGoOn();
    void specsThatDoNotFitAreRefused();
    void pupilsWaitForTheirTeacher();
    void pupilsGoOnAlone();
    void pupilsOfABadTeacherFail();
    void aTeacherThatIsNotThereIsSaid();
    void theBudgetKnowsWhatTeachersCost();
};

void ExperimentRunnerTest::pupilsWaitForTheirTeacher()
{
    RunRequest request = taughtRequest();
    const auto outcome = run(request);
    QVERIFY(outcome.result.has_value());
    QCOMPARE(outcome.recorder.turns, (std::vector<std::size_t> {0, 1, 2, 1, 2, 1, 2}));
    QVERIFY(outcome.recorder.errors.empty());
    const auto alone = run(makeRequest());
    QCOMPARE(digestsOf(outcome)[0], digestsOf(alone)[0]);
    for (std::size_t i = 1; i < 3; ++i) {
        QVERIFY(digestsOf(outcome)[i] != digestsOf(alone)[i]);
        const TrialResult &result = outcome.result->models[i];
        QVERIFY(result.end == TrialEnd::Finished);
        QCOMPARE(result.trainFlops, static_cast<double>(result.cost.trainFlops));
        QVERIFY(result.trainFlops > alone.result->models[i].trainFlops);
    }
    request.threads = 1;
    QCOMPARE(digestsOf(run(request)), digestsOf(outcome));
}

void ExperimentRunnerTest::pupilsGoOnAlone()
{
    const auto whole = run(taughtRequest());
    // Stopped while the teacher was trained, and behind it.
    for (const std::size_t stopped : {0, 1}) {
        const auto cut = run(taughtRequest(), [&](std::size_t trial, const MetricSample &sample) {
            return trial == stopped && sample.step == 6;
        });
        QVERIFY(cut.result->models[2].end == TrialEnd::Stopped);
        RunRequest rest = taughtRequest();
        const std::size_t from = stopped; // a teacher that has finished does not go on
        rest.spec.models.erase(rest.spec.models.begin(), rest.spec.models.begin() + static_cast<int>(from));
        for (std::size_t i = from; i < 3; ++i)
            rest.resume.push_back(cut.recorder.checkpoints.at(i).back());
        if (stopped == 1) {
            for (ModelSpec &model : rest.spec.models)
                model.teacher->layers = taughtRequest().spec.models[0].layers;
            rest.teachers.assign(2, cut.recorder.networks.at(0));
        }
        const auto outcome = run(rest);
        QVERIFY2(outcome.result, outcome.result ? "" : message(outcome.result.error()).c_str());
        for (std::size_t i = from; i < 3; ++i) {
            const TrialResult &result = outcome.result->models[i - from];
            QCOMPARE(result.parameterDigest, digestsOf(whole)[i]);
            QVERIFY(result.trainFlops == whole.result->models[i].trainFlops);
        }
    }
}

void ExperimentRunnerTest::pupilsOfABadTeacherFail()
{
    RunRequest request = taughtRequest();
    request.spec.models[0].learningRate = 1e30;
    request.spec.models[2].teacher.reset();
    const auto outcome = run(request);
    QVERIFY(outcome.result->models[0].end == TrialEnd::Diverged);
    QVERIFY(outcome.result->models[1].end == TrialEnd::Failed);
    QVERIFY(outcome.result->models[2].end == TrialEnd::Finished);
    const Error &error = outcome.recorder.errors.at(1);
    QCOMPARE(error.where, std::string("rosler"));
    QVERIFY(error.what.find("dense") != std::string::npos);
}

void ExperimentRunnerTest::aTeacherThatIsNotThereIsSaid()
{
    RunRequest request = taughtRequest();
    const auto layers = request.spec.models[0].layers;
    request.spec.models.erase(request.spec.models.begin());
    for (ModelSpec &model : request.spec.models)
        model.teacher->layers = layers;
    const auto outcome = run(request);
    QVERIFY(!outcome.result);
    QCOMPARE(outcome.result.error().code, ErrorCode::OutOfRange);
    QVERIFY(outcome.result.error().what.find("dense") != std::string::npos);
}

void ExperimentRunnerTest::theBudgetKnowsWhatTeachersCost()
{
    RunRequest request = taughtRequest();
    request.spec.training.budget = BudgetKind::EqualTrainingFlops;
    const auto epochs = [&] {
        const auto spec = withinBudget(request.spec, request.data->shape(), request.data->classes(),
                                       request.data->train().count())
                              .value();
        return trialOf(spec, 1).training.epochs;
    };
    const Index once = epochs();
    request.spec.training.augmentation.noise = 0.1; // it is asked in each step
    const Index inTurn = epochs();
    request.spec.models[1].teacher.reset();
    QVERIFY(inTurn < once && once <= epochs());
}

void ExperimentRunnerTest::modelsTakeTurnsAnEpochAbout()
{
    const auto outcome = run(makeRequest());
    QVERIFY(outcome.result.has_value());
    QCOMPARE(outcome.recorder.turns, (std::vector<std::size_t> {0, 1, 2, 0, 1, 2, 0, 1, 2}));
    for (std::size_t trial = 0; trial < 3; ++trial) {
        const auto &checkpoints = outcome.recorder.checkpoints.at(trial);
        QCOMPARE(checkpoints.size(), std::size_t {3}); // after each epoch
        for (std::size_t epoch = 0; epoch < 3; ++epoch)
            QCOMPARE(checkpoints[epoch].step, static_cast<std::int64_t>(4 * (epoch + 1)));
        QCOMPARE(outcome.recorder.ends.at(trial), 1);
    }
    QVERIFY(outcome.recorder.errors.empty());
}

void ExperimentRunnerTest::atEqualFlopsModelsStayLevel()
{
    RunRequest request = makeRequest();
    request.spec.models = {request.spec.models[0], request.spec.models[2]};
    request.spec.training.budget = BudgetKind::EqualTrainingFlops;
    const auto spec = withinBudget(request.spec, request.data->shape(), request.data->classes(),
                                   request.data->train().count())
                          .value();
    double shares[2] = {0, 0};
    double furthestApart = 0;
    const auto outcome = run(request, [&](std::size_t trial, const MetricSample &sample) {
        shares[trial] = sample.epoch / static_cast<double>(trialOf(spec, trial).training.epochs);
        furthestApart = std::max(furthestApart, std::abs(shares[0] - shares[1]));
        return false;
    });
    QVERIFY(outcome.result.has_value());
    const auto &models = outcome.result->models;
    QVERIFY(outcome.result->budget == BudgetKind::EqualTrainingFlops);
    QVERIFY(models[1].budget == BudgetKind::EqualTrainingFlops);
    QCOMPARE(models[0].epochs, 3.0);
    QVERIFY(models[1].epochs > 6.0);
    QVERIFY(std::abs(models[1].trainFlops - models[0].trainFlops) <= models[1].trainFlops / models[1].epochs);
    QCOMPARE(models[1].trainFlops, static_cast<double>(models[1].cost.trainFlops));
    QVERIFY(furthestApart > 0);
    QVERIFY(furthestApart <= 1.0 / 3.0 + 1e-9); // an epoch of the first
}

void ExperimentRunnerTest::atEqualFlopsRunsGoOnAlone()
{
    RunRequest request = makeRequest();
    request.spec.models = {request.spec.models[0], request.spec.models[2]};
    request.spec.training.budget = BudgetKind::EqualTrainingFlops;
    const auto whole = run(request);
    const auto cut = run(request, [](std::size_t trial, const MetricSample &sample) {
        return trial == 1 && sample.epoch >= 2;
    });
    // As its run folder says it: the model alone, with what the budget came to.
    RunRequest alone = request;
    alone.spec = withinBudget(request.spec, request.data->shape(), request.data->classes(),
                              request.data->train().count())
                     .value();
    alone.spec.models = {alone.spec.models[1]};
    alone.resume = {cut.recorder.checkpoints.at(1).back()};
    const auto rest = run(alone);
    QVERIFY(rest.result.has_value());
    QCOMPARE(digestsOf(rest)[0], digestsOf(whole)[1]);
}

void ExperimentRunnerTest::resultsAreThoseOfTheTrainers()
{
    const RunRequest request = makeRequest();
    const auto outcome = run(request);
    QVERIFY(outcome.result.has_value());
    QCOMPARE(outcome.result->seed, std::uint64_t {3});
    QCOMPARE(outcome.result->datasetName, request.data->name());
    QCOMPARE(outcome.result->trainExamples, Index {200});
    QCOMPARE(outcome.result->testExamples, Index {50});
    QCOMPARE(outcome.result->models.size(), std::size_t {3});
    for (std::size_t i = 0; i < 3; ++i) {
        const TrialSpec spec = trialOf(request.spec, i);
        auto trainer = Trainer::create(spec, request.data).value();
        class : public TrainerObserver
        {
            void sampled(const MetricSample &) override { }
        } nobody;
        PauseGate gate;
        while (trainer.advance(nobody, {}, gate) == Trainer::Advance::EpochEnded) { }

        const TrialResult &result = outcome.result->models[i];
        QCOMPARE(result.name, spec.model.name);
        QVERIFY(isSketched(result) == spec.model.isSketched() && result.end == TrialEnd::Finished);
        QCOMPARE(result.sketches.size(), spec.model.layers.size());
        for (std::size_t layer = 0; layer < result.sketches.size(); ++layer)
            QVERIFY(result.sketches[layer] == spec.model.layers[layer].sketch);
        QCOMPARE(result.parameterDigest, trainer.network().digest());
        QCOMPARE(outcome.recorder.digests.at(i), result.parameterDigest);
        QCOMPARE(outcome.recorder.results.at(i).parameterDigest, result.parameterDigest);
        QCOMPARE(result.testAccuracy, trainer.lastTestAccuracy());
        QCOMPARE(result.testAccuracyF16, trainer.testAccuracyFloat16());
        QCOMPARE(result.trainFlops, static_cast<double>(result.cost.trainFlops));
        QCOMPARE(result.cost.parameters, static_cast<std::uint64_t>(trainer.network().parameterCount()));
        QCOMPARE(result.epochs, 3.0);
        QVERIFY(result.trainSeconds > 0.0);
    }
}

void ExperimentRunnerTest::sameBitsForAnyThreadCount()
{
    RunRequest request = makeRequest();
    request.threads = 1;
    const auto alone = digestsOf(run(request));
    for (const int threads : {2, 3, 0}) {
        request.threads = threads;
        QCOMPARE(digestsOf(run(request)), alone);
    }
}

void ExperimentRunnerTest::stopEndsEveryTrial()
{
    const auto outcome = run(makeRequest(), [](std::size_t trial, const MetricSample &sample) {
        return trial == 1 && sample.step == 6;
    });
    QVERIFY(outcome.result.has_value());
    const std::vector<std::int64_t> steps {8, 6, 4};
    for (std::size_t i = 0; i < 3; ++i) {
        QVERIFY(outcome.result->models[i].end == TrialEnd::Stopped);
        QCOMPARE(outcome.recorder.ends.at(i), 1);
        QCOMPARE(outcome.recorder.checkpoints.at(i).back().step, steps[i]);
        QCOMPARE(outcome.result->models[i].epochs, static_cast<double>(steps[i]) / 4.0);
        QVERIFY(outcome.result->models[i].testAccuracy >= 0.0); // of the last evaluation
    }
}

void ExperimentRunnerTest::stopBeforeTheStartEndsEveryTrial()
{
    std::stop_source stop;
    stop.request_stop();
    Recorder recorder;
    RunControl control;
    const auto result = runExperiment(makeRequest(), recorder, control, stop.get_token());
    QVERIFY(result.has_value());
    for (std::size_t i = 0; i < 3; ++i) {
        QVERIFY(result->models[i].end == TrialEnd::Stopped);
        QCOMPARE(recorder.ends.at(i), 1);
        QCOMPARE(result->models[i].epochs, 0.0);
        QVERIFY(std::isnan(result->models[i].testAccuracy));
    }
    QVERIFY(recorder.turns.empty());
}

void ExperimentRunnerTest::resumeEqualsUninterrupted_data()
{
    QTest::addColumn<int>("trial");
    QTest::addColumn<int>("step");
    QTest::newRow("in the first epoch") << 0 << 2;
    QTest::newRow("at the end of an epoch") << 1 << 4;
    QTest::newRow("in the middle") << 2 << 7;
    QTest::newRow("when one has finished") << 1 << 10;
    QTest::newRow("when all but the last step is done") << 2 << 11;
}

void ExperimentRunnerTest::resumeEqualsUninterrupted()
{
    QFETCH(int, trial);
    QFETCH(int, step);
    const auto whole = run(makeRequest());
    const auto stopped = run(makeRequest(), [&](std::size_t t, const MetricSample &sample) {
        return t == static_cast<std::size_t>(trial) && sample.step == step;
    });
    RunRequest rest = makeRequest();
    for (std::size_t i = 0; i < 3; ++i) {
        const auto &checkpoints = stopped.recorder.checkpoints;
        rest.resume.push_back(checkpoints.contains(i) ? std::optional(checkpoints.at(i).back())
                                                      : std::nullopt);
    }
    const auto resumed = run(rest);
    QVERIFY(resumed.result.has_value());
    for (std::size_t i = 0; i < 3; ++i) {
        const TrialResult &a = whole.result->models[i];
        const TrialResult &b = resumed.result->models[i];
        QCOMPARE(b.parameterDigest, a.parameterDigest);
        QVERIFY(b.end == TrialEnd::Finished);
        QVERIFY(b.testAccuracy == a.testAccuracy);
        QVERIFY(b.testAccuracyF16 == a.testAccuracyF16);
        QVERIFY(b.trainFlops == a.trainFlops);
        QVERIFY(b.epochs == a.epochs);
        QVERIFY(b.trainSeconds >= stopped.result->models[i].trainSeconds);
        QCOMPARE(resumed.recorder.ends.at(i), 1);
    }
}

void ExperimentRunnerTest::pauseChangesNothing()
{
    Recorder recorder;
    RunControl control;
    int closed = 0;
    recorder.onSample = [&](std::size_t, const MetricSample &sample) {
        if (sample.step == 5) {
            control.gate.close();
            ++closed;
        }
    };
    std::jthread user([&](const std::stop_token &stop) {
        while (!stop.stop_requested()) {
            if (control.gate.waiting() == 1)
                control.gate.open();
            std::this_thread::yield();
        }
    });
    const auto result = runExperiment(makeRequest(), recorder, control, {});
    QCOMPARE(closed, 3);
    const auto straight = run(makeRequest());
    for (std::size_t i = 0; i < 3; ++i)
        QCOMPARE(result->models[i].parameterDigest, straight.result->models[i].parameterDigest);
}

void ExperimentRunnerTest::checkpointOnDemandComesBetweenSteps()
{
    Recorder recorder;
    RunControl control;
    recorder.onSample = [&](std::size_t trial, const MetricSample &sample) {
        if (trial == 1 && sample.step == 6)
            control.checkpointWanted = true;
    };
    const auto result = runExperiment(makeRequest(), recorder, control, {});
    QVERIFY(result.has_value());
    QVERIFY(!control.checkpointWanted);
    // Of every trial, where it stands; then the rest as if nothing had been asked.
    const std::vector<std::vector<std::int64_t>> expected {{4, 8, 8, 12}, {4, 6, 8, 12}, {4, 4, 8, 12}};
    const auto straight = run(makeRequest());
    for (std::size_t i = 0; i < 3; ++i) {
        std::vector<std::int64_t> steps;
        for (const TrainingState &state : recorder.checkpoints.at(i))
            steps.push_back(state.step);
        QCOMPARE(steps, expected[i]);
        QCOMPARE(result->models[i].parameterDigest, straight.result->models[i].parameterDigest);
    }
}

void ExperimentRunnerTest::oneDivergesTheOthersGoOn()
{
    RunRequest request = makeRequest();
    request.spec.models[1].learningRate = 1e30;
    const auto outcome = run(request);
    QVERIFY(outcome.result.has_value());
    const auto straight = run(makeRequest());
    QVERIFY(outcome.result->models[1].end == TrialEnd::Diverged);
    QCOMPARE(outcome.result->models[1].epochs, 0.5); // the second step of four
    QCOMPARE(outcome.recorder.ends.at(1), 1);
    for (const std::size_t i : {0, 2}) {
        QVERIFY(outcome.result->models[i].end == TrialEnd::Finished);
        QCOMPARE(outcome.result->models[i].parameterDigest, straight.result->models[i].parameterDigest);
    }
}

void ExperimentRunnerTest::oneFailsTheOthersGoOn()
{
    RunRequest request = makeRequest();
    TrainingState alien;
    alien.parameters.resize(5);
    request.resume = {std::nullopt, alien};
    const auto outcome = run(request);
    QVERIFY(outcome.result.has_value());
    QVERIFY(outcome.result->models[1].end == TrialEnd::Failed);
    QCOMPARE(outcome.recorder.errors.size(), std::size_t {1});
    QCOMPARE(outcome.recorder.errors.at(1).code, ErrorCode::Malformed);
    QVERIFY(!outcome.recorder.ends.contains(1));
    for (const std::size_t i : {0, 2})
        QVERIFY(outcome.result->models[i].end == TrialEnd::Finished);
}

void ExperimentRunnerTest::specsThatDoNotFitAreRefused()
{
    RunRequest request = makeRequest();
    request.spec.models[2].layers[1].sketch->rank = 11;
    const auto outcome = run(request);
    QVERIFY(!outcome.result);
    QCOMPARE(outcome.result.error().code, ErrorCode::OutOfRange);
    QCOMPARE(outcome.result.error().where, std::string("/models/2/layers/1/rank"));
    QVERIFY(outcome.recorder.ends.empty() && outcome.recorder.errors.empty());
}

QTEST_APPLESS_MAIN(ExperimentRunnerTest)

} // namespace experiment_runner_test

#include "experiment_runner_test.moc"
