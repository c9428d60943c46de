// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include <QTemporaryDir>
#include <QtTest>

#include "core/store/checkpoint_file.h"
#include "core/store/model_file.h"
#include "core/store/start_request.h"
#include "tests/core/store/sample_runs.h"

namespace start_request_test {

using namespace rosler;
using namespace rosler::test;

namespace {

/// A store, a model file, and the sample's two models that begin with it.
struct Scene {
    QTemporaryDir folder;
    std::string file = folder.filePath("start.h5").toStdString();
    std::shared_ptr<RunStore> store =
        RunStore::open(std::filesystem::path(folder.path().toStdString()) / "runs").value();
    ExperimentSpec spec = sampleSpec();

    Scene()
    {
        if (!writeModelFile(file, sampleNetwork()))
            qFatal("the model cannot be written");
        spec.training.validation = ValidationSpec::none();
        for (ModelSpec &model : spec.models)
            model.start = StartWeights {file, {}};
    }
};

} // namespace

class StartRequestTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void modelsBeginWithTheFile();
    void withoutAStartParametersAreDrawn();
    void theDigestIsTheTrials();
    void aKilledRunBeginsWithItAgain();
    void otherFilesAreRefused();
    void aPupilFindsItsTeacherAgain();
    void aTeacherMustStandBeforeItsPupil();
};

void StartRequestTest::modelsBeginWithTheFile()
{
    const Scene scene;
    const auto runs = prepareStart(*scene.store, scene.spec, sampleData());
    QVERIFY2(runs, runs ? "" : message(runs.error()).c_str());
    QCOMPARE(runs->states.size(), std::size_t {2});
    const auto given = sampleNetwork();
    QVERIFY(std::ranges::equal(runs->states[0]->parameters, given.parameters()));
    QCOMPARE(runs->states[0]->step, std::int64_t {0});
    QCOMPARE(runs->states[1]->keptFeatures.size(), std::size_t {6});
    QCOMPARE(runs->spec.models[0].start->digest, given.digest());
    // What is kept says so, and can go on from there.
    const auto record = scene.store->load(runs->recorder->ids()[0]);
    QVERIFY(record);
    QCOMPARE(record->spec.models[0].start->digest, given.digest());
    const auto kept = scene.store->loadCheckpoint(runs->recorder->ids()[1]);
    QVERIFY2(kept, kept ? "" : message(kept.error()).c_str());
    QCOMPARE(kept->parameters, runs->states[1]->parameters);
}

void StartRequestTest::aPupilFindsItsTeacherAgain()
{
    Scene scene;
    for (ModelSpec &model : scene.spec.models)
        model.start.reset();
    scene.spec.models[1].teacher = TeacherSpec {"dense", {}, {}};
    std::vector<std::string> ids;
    {
        const auto runs = prepareStart(*scene.store, scene.spec, sampleData());
        QVERIFY2(runs, runs ? "" : message(runs.error()).c_str());
        ids = runs->recorder->ids();
    }
    // The teacher stopped as well: they go on side by side, and the pupil waits.
    const auto both = prepareResume(*scene.store, ids, *sampleData());
    QVERIFY2(both, both ? "" : message(both.error()).c_str());
    QVERIFY(both->teachers[0] == nullptr && both->teachers[1] == nullptr);
    QVERIFY(!prepareResume(*scene.store, {ids[1]}, *sampleData())); // it goes on already
    both->recorder->ended(0, sampleResult("dense"), sampleNetwork());
    both->recorder->checkpoint(1, sampleState(3));
    both->recorder->ended(1, sampleResult("rosler", TrialEnd::Stopped), sampleNetwork());
    both->recorder->flush();
    const auto alone = prepareResume(*scene.store, {ids[1]}, *sampleData());
    QVERIFY2(alone, alone ? "" : message(alone.error()).c_str());
    QVERIFY(alone->teachers[0] != nullptr);
    QCOMPARE(alone->teachers[0]->digest(), sampleNetwork().digest());
    alone->recorder->checkpoint(0, sampleState(4));
    alone->recorder->ended(0, sampleResult("rosler", TrialEnd::Stopped), sampleNetwork());
    alone->recorder->flush();
    QVERIFY(scene.store->remove(ids[0]));
    const auto lost = prepareResume(*scene.store, {ids[1]}, *sampleData());
    QVERIFY(!lost);
    QCOMPARE(lost.error().code, ErrorCode::NotFound);
    QVERIFY(lost.error().what.find("dense") != std::string::npos);
}

void StartRequestTest::aTeacherMustStandBeforeItsPupil()
{
    Scene scene;
    scene.spec.models[0].teacher = TeacherSpec {"rosler", {}, {}};
    const auto runs = prepareStart(*scene.store, scene.spec, sampleData());
    QVERIFY(!runs);
    QCOMPARE(runs.error().where, std::string("side by side:/models/0/teacher/model"));
}

void StartRequestTest::withoutAStartParametersAreDrawn()
{
    Scene scene;
    scene.spec.models[0].start.reset();
    const auto runs = prepareStart(*scene.store, scene.spec, sampleData());
    QVERIFY(runs);
    QVERIFY(!runs->states[0]);
    QVERIFY(runs->states[1]);
}

void StartRequestTest::theDigestIsTheTrials()
{
    const Scene scene;
    TrialSpec trial = trialOf(scene.spec, 0);
    trial.model.start->digest = "a";
    const std::string one = trialDigest(trial);
    trial.model.start->digest = "b";
    QVERIFY(trialDigest(trial) != one);
    trial.model.start->digest = "a";
    trial.model.start->file = "elsewhere.h5"; // where it lies decides nothing
    QCOMPARE(trialDigest(trial), one);
}

void StartRequestTest::aKilledRunBeginsWithItAgain()
{
    const Scene scene;
    std::vector<std::string> ids;
    std::vector<float> parameters;
    {
        const auto runs = prepareStart(*scene.store, scene.spec, sampleData());
        QVERIFY(runs);
        ids = runs->recorder->ids();
        parameters = runs->states[1]->parameters;
    }
    for (const std::string &id : ids) // as if killed before it was written
        for (const auto &entry : std::filesystem::directory_iterator(scene.store->root() / id))
            if (entry.path().filename().string().starts_with("checkpoint"))
                std::filesystem::remove(entry.path());
    const auto again = prepareResume(*scene.store, ids, *sampleData());
    QVERIFY2(again, again ? "" : message(again.error()).c_str());
    QVERIFY(again->states[1]);
    QCOMPARE(again->states[1]->parameters, parameters);
}

void StartRequestTest::otherFilesAreRefused()
{
    Scene scene;
    scene.spec.models[1].start->digest = std::string(64, '0');
    const auto other = prepareStart(*scene.store, scene.spec, sampleData());
    QVERIFY(!other);
    QCOMPARE(other.error().code, ErrorCode::Rejected);
    QCOMPARE(other.error().where, scene.file);

    scene.spec.models[1].start = StartWeights {scene.file + ".not", {}};
    QCOMPARE(prepareStart(*scene.store, scene.spec, sampleData()).error().code, ErrorCode::NotFound);

    scene.spec.models[1] = scene.spec.models[0];
    scene.spec.models[1].name = "wide";
    scene.spec.models[1].layers = layersOf({9});
    const auto wide = prepareStart(*scene.store, scene.spec, sampleData());
    QVERIFY(!wide);
    QCOMPARE(wide.error().where, scene.file + ": layer 1");
    QVERIFY(scene.store->list().empty()); // nothing was kept
}

QTEST_APPLESS_MAIN(StartRequestTest)

} // namespace start_request_test

#include "start_request_test.moc"
