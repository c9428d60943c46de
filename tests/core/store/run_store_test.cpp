// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csignal>
#include <fstream>

#include <sys/resource.h>
#include <sys/stat.h>

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

#include "core/base/atomic_file.h"
#include "core/store/checkpoint_file.h"
#include "core/store/run_store.h"
#include "tests/core/store/sample_runs.h"

namespace run_store_test {

using namespace rosler;
using namespace rosler::test;

namespace {

namespace fs = std::filesystem;

/// A store in a folder of its own.
struct Scene {
    QTemporaryDir folder;
    fs::path root = fs::path(folder.path().toStdString()) / "runs";
    std::shared_ptr<RunStore> store = RunStore::open(root).value();

    /// Records both models of sampleSpec() for @p epochs epochs of ten steps; @p end ends them.
    std::vector<std::string> record(int epochs, std::optional<TrialEnd> end = TrialEnd::Finished) const
    {
        auto recorder = store->record(sampleSpec(), *sampleData(), 2).value();
        for (std::size_t trial = 0; trial < 2; ++trial) {
            for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
                for (std::int64_t step = 10 * epoch - 9; step <= 10 * epoch; ++step)
                    recorder->sampled(trial, sampleAt(step));
                recorder->checkpoint(trial, sampleState(10 * epoch));
            }
            if (end)
                recorder->ended(trial, sampleResult(sampleSpec().models[trial].name, *end), sampleNetwork());
        }
        recorder->flush();
        if (!recorder->errors().empty())
            qFatal("%s", message(recorder->errors().front()).c_str());
        return recorder->ids();
    }

    [[nodiscard]] RunSummary summary(const std::string &id) const { return store->load(id).value().summary; }
};

void write(const fs::path &path, const std::string &text)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

std::string read(const fs::path &path)
{
    return readWholeFile(path, 1 << 24).value();
}

} // namespace

class RunStoreTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRunComesBackWhole();
    void foldersAreNamedAfterTimeDataAndModel();
    void experimentIsReadableByItself();
    void theModelComesBackBitForBit();
    void runsAreListedNewestFirstAndInTheOrderOfTheModels();
    void runningStoppedDivergedAndFailedAreTold();
    void aRecorderThatGoesLeavesInterruptedRuns();
    void aRunOfADeadProgramIsInterrupted();
    void aTornLastLineIsDropped();
    void damagedRunsAreReportedAndOthersListed();
    void foldersThatAreNoRunsAreLeftOut();
    void aRunIsFoundByTheBeginningOfItsName();
    void titleStarAndTagsAreKept();
    void removedRunsComeBack();
    void aRunningRunIsNotRemoved();
    void measurementsAreKeptInTheRun();
    void pipesAmongTheFilesOfARunAreReported();
    void twoProgramsSeeEachOthersRuns();
    void theTwoNewestCheckpointsAreKept();
    void aCheckpointIsWrittenWhenTrainingGoesOn();
    void aDamagedCheckpointFallsBackToTheOneBefore();
    void aStoppedRunGoesOnWithoutDoublePoints();
    void aRunWithoutCheckpointBeginsAnew();
    void endedRunsDoNotGoOn();
    void whatCouldNotBeReadAgainIsNotRecorded();
    void aFullDiskLeavesWhatWasWrittenWhole();
    void aStoreThatCannotBeMadeSaysSo();
    void defaultRootFollowsTheEnvironment();
};

void RunStoreTest::aRunComesBackWhole()
{
    const Scene scene;
    const auto ids = scene.record(2);
    QCOMPARE(ids.size(), 2U);
    const auto record = scene.store->load(ids[1]);
    QVERIFY2(record.has_value(), record ? "" : message(record.error()).c_str());
    const RunSummary &summary = record->summary;
    QCOMPARE(summary.id, ids[1]);
    QCOMPARE(summary.title, std::string("rosler"));
    QCOMPARE(summary.experiment, std::string("side by side"));
    QCOMPARE(summary.dataset, std::string("tiny"));
    QCOMPARE(summary.datasetSource, std::string("built in"));
    QCOMPARE(summary.datasetDigest, sampleData()->digest());
    QCOMPARE(summary.status, RunStatus::Finished);
    QVERIFY(summary.trial == trialOf(sampleSpec(), 1));
    QCOMPARE(summary.example.size(), Index {12});
    QCOMPARE(summary.classes, Index {3});
    QCOMPARE(summary.trainExamples, Index {6});
    QCOMPARE(summary.epochs, 2.0);
    QCOMPARE(summary.testAccuracy, sampleAt(20).testAccuracy);
    QCOMPARE(summary.validationAccuracy, 0.55);
    QCOMPARE(summary.bestValidationAccuracy, 0.6);
    QVERIFY(QRegularExpression(R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$)")
                .match(QString::fromStdString(summary.created))
                .hasMatch());
    QVERIFY(summary.result.has_value());
    QCOMPARE(summary.result->parameterDigest, sampleNetwork().digest());
    QCOMPARE(record->metrics.size(), 20U);
    QCOMPARE(record->metrics.back().step, std::int64_t {20});
    QCOMPARE(record->metrics.back().testAccuracy, sampleAt(20).testAccuracy);
    QVERIFY(std::isnan(record->metrics[4].testAccuracy));
    QCOMPARE(record->environment.threads, 2);
    QVERIFY(!record->environment.version.empty());
    QVERIFY(!record->environment.compiler.empty());
    QVERIFY(record->environment.cores >= 1);
    QVERIFY(std::ranges::any_of(record->environment.libraries,
                                [](const auto &library) { return library.first == "hdf5"; }));
}

void RunStoreTest::foldersAreNamedAfterTimeDataAndModel()
{
    const Scene scene;
    const auto ids = scene.record(1);
    const QRegularExpression form(R"(^\d{4}-\d\d-\d\dT\d{6}_tiny_(dense|rosler)_[0-9a-f]{4}$)");
    for (const std::string &id : ids) {
        QVERIFY2(form.match(QString::fromStdString(id)).hasMatch(), id.c_str());
        QVERIFY(fs::is_directory(scene.root / id));
    }
    QCOMPARE(ids[0].substr(ids[0].size() - 4), ids[1].substr(ids[1].size() - 4));

    ExperimentSpec odd = sampleSpec();
    odd.models[0].name = "../../é x";
    odd.models[1].name = "../../é/x"; // spelt the same in a folder's name
    const auto recorder = scene.store->record(odd, *sampleData(), 1).value();
    for (const std::string &id : recorder->ids()) {
        QVERIFY(id.find('/') == std::string::npos);
        QVERIFY(fs::is_directory(scene.root / id));
    }
    QCOMPARE(scene.summary(recorder->ids()[0]).title, std::string("../../é x"));
}

void RunStoreTest::experimentIsReadableByItself()
{
    const Scene scene;
    const auto ids = scene.record(1);
    const auto spec = parseExperiment(read(scene.root / ids[1] / "experiment.json"), "experiment.json");
    QVERIFY2(spec.has_value(), spec ? "" : message(spec.error()).c_str());
    QVERIFY(trialOf(*spec, 0) == trialOf(sampleSpec(), 1));
    QCOMPARE(spec->seed, sampleSpec().seed);
    QCOMPARE(spec->models.size(), 1U);
}

void RunStoreTest::theModelComesBackBitForBit()
{
    const Scene scene;
    const auto ids = scene.record(1);
    QCOMPARE(scene.store->loadModel(ids[0]).value().digest(), sampleNetwork().digest());
    const auto unended = scene.store->record(sampleSpec(), *sampleData(), 1).value();
    QCOMPARE(scene.store->loadModel(unended->ids()[0]).error().code, ErrorCode::NotFound);
}

void RunStoreTest::runsAreListedNewestFirstAndInTheOrderOfTheModels()
{
    const Scene scene;
    const auto first = scene.record(1);
    QTest::qSleep(2); // times have milliseconds
    const auto second = scene.record(1);
    std::vector<Error> problems;
    std::vector<std::string> ids;
    for (const RunSummary &run : scene.store->list(&problems))
        ids.push_back(run.id);
    QVERIFY(problems.empty());
    QVERIFY(ids == std::vector<std::string>({second[0], second[1], first[0], first[1]}));
}

void RunStoreTest::runningStoppedDivergedAndFailedAreTold()
{
    const Scene scene;
    QCOMPARE(scene.summary(scene.record(1, TrialEnd::Stopped)[0]).status, RunStatus::Stopped);
    QCOMPARE(scene.summary(scene.record(1, TrialEnd::Diverged)[0]).status, RunStatus::Diverged);
    const auto recorder = scene.store->record(sampleSpec(), *sampleData(), 1).value();
    recorder->failed(0, {ErrorCode::Unreadable, "out of memory", ""});
    recorder->flush();
    QCOMPARE(scene.summary(recorder->ids()[0]).status, RunStatus::Failed);
    QCOMPARE(scene.summary(recorder->ids()[0]).failure, std::string("out of memory"));
    QCOMPARE(scene.summary(recorder->ids()[1]).status, RunStatus::Running);
    QVERIFY(std::isnan(scene.summary(recorder->ids()[1]).testAccuracy));
    recorder->log("a line");
    recorder->flush();
    QVERIFY(read(scene.root / recorder->ids()[1] / "log.txt").ends_with("Z a line\n"));
}

void RunStoreTest::aRecorderThatGoesLeavesInterruptedRuns()
{
    const Scene scene;
    const auto ids = scene.record(1, std::nullopt);
    QCOMPARE(scene.summary(ids[0]).status, RunStatus::Interrupted);
    QCOMPARE(scene.summary(ids[0]).epochs, 1.0);
}

void RunStoreTest::aRunOfADeadProgramIsInterrupted()
{
    const Scene scene;
    const auto recorder = scene.store->record(sampleSpec(), *sampleData(), 1).value();
    const fs::path status = scene.root / recorder->ids()[0] / "status.json";
    QCOMPARE(scene.summary(recorder->ids()[0]).status, RunStatus::Running);

    // Another process that was given the same number, or the machine restarted.
    const QString running = QString::fromStdString(read(status));
    for (const char *field : {"started", "boot"}) {
        QString other = running;
        other.replace(QRegularExpression(QStringLiteral("\"%1\": \"?[-0-9a-f]+\"?").arg(field)),
                      field == std::string("boot") ? QStringLiteral("\"boot\": \"another\"")
                                                   : QStringLiteral("\"started\": 1"));
        QVERIFY(other != running);
        QVERIFY(writeFileAtomically(status, other.toStdString()).has_value());
        QCOMPARE(scene.summary(recorder->ids()[0]).status, RunStatus::Interrupted);
    }
    // On another machine: cannot be told, but it wrote a moment ago.
    QString elsewhere = running;
    elsewhere.replace(QRegularExpression(R"("boot": "[^"]*")"), "\"boot\": \"another\"");
    elsewhere.replace(QRegularExpression(R"("host": "[^"]*")"), "\"host\": \"elsewhere\"");
    QVERIFY(writeFileAtomically(status, elsewhere.toStdString()).has_value());
    QCOMPARE(scene.summary(recorder->ids()[0]).status, RunStatus::Running);
    fs::last_write_time(status, fs::file_time_type::clock::now() - std::chrono::hours(2));
    QCOMPARE(scene.summary(recorder->ids()[0]).status, RunStatus::Interrupted);
}

void RunStoreTest::aTornLastLineIsDropped()
{
    const Scene scene;
    const auto ids = scene.record(1);
    const fs::path path = scene.root / ids[0] / "metrics.csv";
    fs::resize_file(path, fs::file_size(path) - 3);
    QCOMPARE(scene.store->load(ids[0]).value().metrics.size(), 9U);
}

void RunStoreTest::damagedRunsAreReportedAndOthersListed()
{
    const Scene scene;
    const auto ids = scene.record(1);
    const auto whole = scene.record(1);
    // What is known of a run without its notes and result is still shown; not so without its experiment.
    write(scene.root / ids[0] / "user.json", "{\"schema\": \"rosler.user/1\", \"starred\": 3}");
    write(scene.root / ids[0] / "result.json", "{");
    write(scene.root / ids[0] / "status.json", "");
    write(scene.root / ids[1] / "meta.json", "{\"schema\": \"rosler.meta/9\"}");
    std::vector<Error> problems;
    const auto runs = scene.store->list(&problems);
    QCOMPARE(runs.size(), 3U);
    QCOMPARE(problems.size(), 4U);
    const auto reported = [&](const std::string &where, ErrorCode code) {
        return std::ranges::any_of(
            problems, [&](const Error &e) { return e.where.starts_with(where) && e.code == code; });
    };
    QVERIFY(reported(ids[0] + "/user.json:/starred", ErrorCode::Malformed));
    QVERIFY(reported(ids[0] + "/result.json", ErrorCode::Malformed));
    QVERIFY(reported(ids[0] + "/status.json:", ErrorCode::Malformed));
    QVERIFY(reported(ids[1] + "/meta.json:/schema", ErrorCode::Unsupported));
    QCOMPARE(scene.store->load(ids[1]).error().code, ErrorCode::Unsupported);
    QCOMPARE(scene.summary(ids[0]).status, RunStatus::Interrupted);
    QCOMPARE(scene.summary(whole[1]).status, RunStatus::Finished);

    // Every truncation of every document: never more than a problem.
    for (const char *name : {"experiment.json", "meta.json", "status.json", "result.json"}) {
        const fs::path path = scene.root / whole[0] / name;
        const std::string good = read(path);
        for (std::size_t length = 0; length + 1 < good.size(); length += 29) {
            write(path, good.substr(0, length));
            problems.clear();
            QVERIFY(scene.store->list(&problems).size() >= 2);
            QVERIFY(!problems.empty());
        }
        write(path, good);
    }
}

void RunStoreTest::foldersThatAreNoRunsAreLeftOut()
{
    const Scene scene;
    fs::create_directory(scene.root / "pictures");
    write(scene.root / "notes.txt", "not a folder");
    std::vector<Error> problems;
    QVERIFY(scene.store->list(&problems).empty());
    QVERIFY(problems.empty());
}

void RunStoreTest::aRunIsFoundByTheBeginningOfItsName()
{
    const Scene scene;
    const auto ids = scene.record(1);
    const std::string upToModel = ids[0].substr(0, ids[0].rfind('_'));
    QCOMPARE(scene.summary(upToModel).id, ids[0]);
    const auto several = scene.store->load(ids[0].substr(0, 10));
    QCOMPARE(several.error().code, ErrorCode::OutOfRange);
    QVERIFY(several.error().what.find(ids[0]) != std::string::npos);
    QVERIFY(several.error().what.find(ids[1]) != std::string::npos);
    QCOMPARE(scene.store->load(scene.summary(ids[0]).group).error().code, ErrorCode::OutOfRange);
    QCOMPARE(scene.store->load(ids[0].substr(ids[0].size() - 4)).error().code, ErrorCode::OutOfRange);
    QCOMPARE(scene.store->load("nowhere").error().code, ErrorCode::NotFound);
    QCOMPARE(scene.store->load("").error().code, ErrorCode::NotFound);
    QCOMPARE(scene.store->load("../runs").error().code, ErrorCode::NotFound);

    QVERIFY(scene.store->remove(ids[1]).has_value());
    QCOMPARE(scene.summary(scene.summary(ids[0]).group).id, ids[0]); // the only one of its group
    QCOMPARE(scene.summary(ids[0].substr(ids[0].size() - 4)).id, ids[0]);
}

void RunStoreTest::titleStarAndTagsAreKept()
{
    const Scene scene;
    const auto ids = scene.record(1);
    QVERIFY(scene.store->rename(ids[0], "the \"best\" one, ü").has_value());
    QVERIFY(scene.store->setStarred(ids[0], true).has_value());
    QVERIFY(scene.store->setTags(ids[0], {"paper", "figure 2"}).has_value());
    const auto other = RunStore::open(scene.root).value();
    const RunSummary summary = other->load(ids[0]).value().summary;
    QCOMPARE(summary.title, std::string("the \"best\" one, ü"));
    QVERIFY(summary.starred);
    QVERIFY(summary.tags == std::vector<std::string>({"paper", "figure 2"}));
    QCOMPARE(scene.store->rename("nowhere", "x").error().code, ErrorCode::NotFound);
}

void RunStoreTest::removedRunsComeBack()
{
    const Scene scene;
    const auto ids = scene.record(1);
    QVERIFY(scene.store->remove(ids[0]).has_value());
    QCOMPARE(scene.store->list().size(), 1U);
    QCOMPARE(scene.store->load(ids[0]).error().code, ErrorCode::NotFound);
    QVERIFY(fs::is_directory(scene.root / ".trash" / ids[0]));
    QCOMPARE(scene.store->restore("../" + ids[1]).error().code, ErrorCode::NotFound);
    QVERIFY(scene.store->restore(ids[0]).has_value());
    QCOMPARE(scene.summary(ids[0]).status, RunStatus::Finished);
    QCOMPARE(scene.store->restore(ids[0]).error().code, ErrorCode::NotFound);
}

void RunStoreTest::measurementsAreKeptInTheRun()
{
    const Scene scene;
    const auto &store = scene.store;
    const std::string id = store->record(sampleSpec(), *sampleData(), 1).value()->ids().front();
    QVERIFY(store->measurements(id).value().empty());
    const std::string text = R"({"schema": "rosler.measurement/1", "accuracy": 0.5})";
    const std::string name = store->addMeasurement(id, text, "rp2040 / a").value();
    QVERIFY2(name.find("rp2040---a") != std::string::npos, name.c_str());
    QVERIFY(store->addMeasurement(id, text, "rp2040 / a").has_value());
    const auto names = store->measurements(id).value();
    QCOMPARE(names.size(), std::size_t {2}); // the second does not take the first one's place
    QCOMPARE(store->measurement(id, name).value(), text);
    QCOMPARE(store->addMeasurement(id, "[1]", "x").error().code, ErrorCode::Malformed);
    QCOMPARE(store->measurement(id, "../status.json").error().code, ErrorCode::NotFound);
    QCOMPARE(store->measurements("none").error().code, ErrorCode::NotFound);
    QCOMPARE(::mkfifo((fs::path(store->root()) / id / "measurements" / "p.json").c_str(), 0600), 0);
    QCOMPARE(store->measurements(id).value(), names);
    QCOMPARE(store->measurement(id, "p.json").error().code, ErrorCode::Malformed);
}

void RunStoreTest::pipesAmongTheFilesOfARunAreReported()
{
    const Scene scene;
    const auto &store = scene.store;
    const auto ids = store->record(sampleSpec(), *sampleData(), 1).value()->ids();
    for (const char *name : {"user.json", "metrics.csv", "checkpoint.h5", "model.h5"}) {
        fs::remove(store->root() / ids.front() / name);
        QCOMPARE(::mkfifo((store->root() / ids.front() / name).c_str(), 0600), 0);
    }
    std::vector<Error> problems;
    QCOMPARE(store->list(&problems).size(), ids.size());
    QCOMPARE(problems.size(), std::size_t {1});
    QVERIFY(problems.front().where.ends_with("user.json"));
    QCOMPARE(store->loadModel(ids.front()).error().code, ErrorCode::Malformed);
    QCOMPARE(store->loadCheckpoint(ids.front()).error().code, ErrorCode::Malformed);
    QCOMPARE(store->continueRuns({ids.front()}).error().code, ErrorCode::Malformed);
}

void RunStoreTest::aRunningRunIsNotRemoved()
{
    const Scene scene;
    const auto recorder = scene.store->record(sampleSpec(), *sampleData(), 1).value();
    QCOMPARE(scene.store->remove(recorder->ids()[0]).error().code, ErrorCode::Rejected);
}

void RunStoreTest::twoProgramsSeeEachOthersRuns()
{
    const Scene scene;
    const auto other = RunStore::open(scene.root).value();
    const auto ids = scene.record(1, TrialEnd::Stopped);
    QCOMPARE(other->list().size(), 2U);
    QVERIFY(other->remove(ids[0]).has_value());
    QCOMPARE(scene.store->list().size(), 1U);
    QVERIFY(scene.store->restore(ids[0]).has_value());
    QCOMPARE(other->list().size(), 2U);
}

void RunStoreTest::theTwoNewestCheckpointsAreKept()
{
    const Scene scene;
    const auto ids = scene.record(1, TrialEnd::Stopped);
    const fs::path folder = scene.root / ids[0];
    QVERIFY(fs::exists(folder / "checkpoint.h5"));
    QVERIFY(!fs::exists(folder / "checkpoint.1.h5"));
    const auto more = scene.record(5, TrialEnd::Stopped);
    QVERIFY(fs::exists(scene.root / more[0] / "checkpoint.1.h5"));
    QCOMPARE(scene.store->loadCheckpoint(more[0]).value().step, std::int64_t {50});
    std::size_t files = 0;
    for (const auto &file : fs::directory_iterator(scene.root / more[0]))
        files += file.path().extension() == ".h5" || file.path().extension() == ".part" ? 1 : 0;
    QCOMPARE(files, 3U); // two checkpoints, the model, nothing half written
}

void RunStoreTest::aCheckpointIsWrittenWhenTrainingGoesOn()
{
    // Or the next model's epoch would be timed while this one's checkpoint is written.
    const Scene scene;
    const auto recorder = scene.store->record(sampleSpec(), *sampleData(), 1).value();
    for (std::int64_t epoch = 1; epoch <= 3; ++epoch) {
        recorder->checkpoint(0, sampleState(10 * epoch, 500'000));
        const TrialSpec trial = trialOf(sampleSpec(), 0);
        const auto state = parseCheckpoint(read(scene.root / recorder->ids()[0] / "checkpoint.h5"),
                                           trialDigest(trial), "checkpoint.h5");
        QVERIFY2(state.has_value(), state ? "" : message(state.error()).c_str());
        QCOMPARE(state->step, 10 * epoch);
    }
}

void RunStoreTest::aDamagedCheckpointFallsBackToTheOneBefore()
{
    const Scene scene;
    const auto ids = scene.record(3, TrialEnd::Stopped);
    const fs::path newest = scene.root / ids[0] / "checkpoint.h5";
    std::string bytes = read(newest);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    write(newest, bytes);
    const auto older = scene.store->loadCheckpoint(ids[0]);
    QVERIFY2(older.has_value(), older ? "" : message(older.error()).c_str());
    QVERIFY(older->step < 30);

    // It goes on from there, and the damaged one never takes the place of the good one.
    {
        const auto recorder = scene.store->continueRuns({ids[0]}).value().recorder;
        const RunRecord record = scene.store->load(ids[0]).value();
        QCOMPARE(record.metrics.back().step, older->step);
        QCOMPARE(record.sessions.size(), std::size_t {1});
        QCOMPARE(record.sessions[0].fromStep, older->step);
        QCOMPARE(record.sessions[0].environment.host, record.environment.host);
        write(scene.root / ids[0] / "sessions.json", "[");
        QVERIFY(scene.store->load(ids[0]).value().sessions.empty()); // no reason not to show the run
        recorder->checkpoint(0, sampleState(older->step + 10));
        recorder->flush();
    }
    QCOMPARE(scene.store->loadCheckpoint(ids[0]).value().step, older->step + 10);
    write(newest, "damaged");
    QCOMPARE(scene.store->loadCheckpoint(ids[0]).value().step, older->step);
    write(scene.root / ids[0] / "checkpoint.1.h5", "damaged as well");
    QCOMPARE(scene.store->loadCheckpoint(ids[0]).error().code, ErrorCode::Malformed);
    QCOMPARE(scene.store->continueRuns({ids[0]}).error().code, ErrorCode::Malformed);

    // Another trial's checkpoint is refused.
    fs::remove(scene.root / ids[0] / "checkpoint.1.h5");
    fs::copy_file(scene.root / ids[1] / "checkpoint.h5", newest, fs::copy_options::overwrite_existing);
    QCOMPARE(scene.store->loadCheckpoint(ids[0]).error().code, ErrorCode::Rejected);
}

void RunStoreTest::aStoppedRunGoesOnWithoutDoublePoints()
{
    const Scene scene;
    std::vector<std::string> ids;
    {
        const auto recorder = scene.store->record(sampleSpec(), *sampleData(), 1).value();
        ids = recorder->ids();
        for (std::size_t trial = 0; trial < 2; ++trial) {
            for (std::int64_t step = 1; step <= 14; ++step) {
                recorder->sampled(trial, sampleAt(step));
                if (step == 10)
                    recorder->checkpoint(trial, sampleState(step));
            }
        }
        recorder->ended(0, sampleResult("dense", TrialEnd::Stopped), sampleNetwork());
        recorder->flush();
    } // the second is interrupted
    QCOMPARE(scene.summary(ids[0]).status, RunStatus::Stopped);
    QCOMPARE(scene.summary(ids[1]).status, RunStatus::Interrupted);

    const auto runs = scene.store->continueRuns(ids);
    QVERIFY2(runs.has_value(), runs ? "" : message(runs.error()).c_str());
    const std::shared_ptr<RunRecorder> &recorder = runs->recorder;
    QVERIFY(recorder->ids() == ids);
    for (std::size_t trial = 0; trial < 2; ++trial) {
        QCOMPARE(scene.summary(ids[trial]).status, RunStatus::Running);
        QVERIFY(!scene.summary(ids[trial]).result.has_value());
        QCOMPARE(scene.summary(ids[trial]).epochs, 1.0);
        for (std::int64_t step = 11; step <= 20; ++step)
            recorder->sampled(trial, sampleAt(step));
        recorder->checkpoint(trial, sampleState(20));
        recorder->ended(trial, sampleResult("x"), sampleNetwork());
    }
    recorder->flush();
    for (const std::string &id : ids) {
        const RunRecord record = scene.store->load(id).value();
        QCOMPARE(record.summary.status, RunStatus::Finished);
        QCOMPARE(record.metrics.size(), 20U);
        for (std::size_t i = 0; i < 20; ++i)
            QCOMPARE(record.metrics[i].step, static_cast<std::int64_t>(i + 1));
        QVERIFY(read(scene.root / id / "log.txt").find("went on from step 10") != std::string::npos);
        // Its model is there: nothing will go on from a checkpoint any more.
        for (const char *gone : {"checkpoint.h5", "checkpoint.1.h5"})
            QVERIFY(!fs::exists(scene.root / id / gone));
    }
}

void RunStoreTest::aRunWithoutCheckpointBeginsAnew()
{
    const Scene scene;
    std::string id;
    {
        const auto recorder = scene.store->record(sampleSpec(), *sampleData(), 1).value();
        id = recorder->ids()[0];
        recorder->sampled(0, sampleAt(0));
        recorder->sampled(0, sampleAt(1));
    }
    QCOMPARE(scene.store->loadCheckpoint(id).error().code, ErrorCode::NotFound);
    const auto recorder = scene.store->continueRuns({id}).value().recorder;
    recorder->sampled(0, sampleAt(0));
    recorder->flush();
    QCOMPARE(scene.store->load(id).value().metrics.size(), 1U);
}

void RunStoreTest::endedRunsDoNotGoOn()
{
    const Scene scene;
    const auto finished = scene.record(1);
    const auto stopped = scene.record(1, TrialEnd::Stopped);
    QCOMPARE(scene.store->continueRuns({stopped[0], finished[0]}).error().code, ErrorCode::Rejected);
    QCOMPARE(scene.summary(stopped[0]).status, RunStatus::Stopped); // none was changed
    QCOMPARE(scene.store->continueRuns({stopped[0], stopped[0]}).error().code, ErrorCode::OutOfRange);
    const auto recorder = scene.store->continueRuns({stopped[0]}).value().recorder;
    QCOMPARE(scene.store->continueRuns({stopped[0]}).error().code, ErrorCode::Rejected);
}

void RunStoreTest::whatCouldNotBeReadAgainIsNotRecorded()
{
    const Scene scene;
    ExperimentSpec spec = sampleSpec();
    spec.training.epochs = -1;
    QCOMPARE(scene.store->record(spec, *sampleData(), 1).error().code, ErrorCode::OutOfRange);
    spec.models.clear();
    QCOMPARE(scene.store->record(spec, *sampleData(), 1).error().code, ErrorCode::OutOfRange);
    QVERIFY(fs::is_empty(scene.root));
}

void RunStoreTest::aFullDiskLeavesWhatWasWrittenWhole()
{
    const Scene scene;
    const auto recorder = scene.store->record(sampleSpec(), *sampleData(), 1).value();
    const std::string id = recorder->ids()[0];
    const fs::path folder = scene.root / id;
    for (std::int64_t step = 1; step <= 10; ++step)
        recorder->sampled(0, sampleAt(step));
    recorder->checkpoint(0, sampleState(10));
    recorder->flush();
    QVERIFY(recorder->errors().empty());
    const std::string checkpoint = read(folder / "checkpoint.h5");
    const std::string status = read(folder / "status.json");

    // Files may now be as long as the metrics and half a line: a write beyond is refused as by a full disk.
    rlimit before {};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit tight = before;
    tight.rlim_cur = fs::file_size(folder / "metrics.csv") + 20;
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &tight), 0);
    recorder->sampled(0, sampleAt(11));
    recorder->sampled(0, sampleAt(12));
    recorder->checkpoint(0, sampleState(12, 5000));
    recorder->ended(0, sampleResult("dense"), sampleNetwork());
    recorder->flush();
    const auto during = scene.store->load(id);
    const auto errors = recorder->errors();
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);

    QVERIFY(!errors.empty());
    const auto names = [&](const char *file) {
        return std::ranges::any_of(errors, [&](const Error &e) {
            return e.code == ErrorCode::Unwritable && e.where.ends_with(file);
        });
    };
    QVERIFY(names("metrics.csv") && names("checkpoint.h5") && names("model.h5"));
    QVERIFY2(during.has_value(), during ? "" : message(during.error()).c_str());
    QCOMPARE(during->metrics.size(), 10U);
    QVERIFY(read(folder / "checkpoint.h5") == checkpoint);
    QVERIFY(!fs::exists(folder / "model.h5"));
    // Finished is a run whose model can be read.
    QVERIFY(during->summary.status != RunStatus::Finished);
    for (const auto &file : fs::directory_iterator(folder))
        QVERIFY(file.path().extension() != ".part");

    // With room again, what had to wait is written.
    recorder->sampled(0, sampleAt(13));
    recorder->flush();
    QCOMPARE(scene.store->load(id).value().metrics.size(), 13U);
    QCOMPARE(scene.store->loadCheckpoint(id).value().step, std::int64_t {10});
}

void RunStoreTest::aStoreThatCannotBeMadeSaysSo()
{
    const QTemporaryDir folder;
    const fs::path file = fs::path(folder.path().toStdString()) / "file";
    write(file, "x");
    for (const fs::path &root : {file, file / "below"}) {
        const auto store = RunStore::open(root);
        QVERIFY(!store.has_value());
        QCOMPARE(store.error().code, ErrorCode::Unwritable);
    }
}

void RunStoreTest::defaultRootFollowsTheEnvironment()
{
    const QByteArray own = qgetenv("ROSLER_RUNS");
    const QByteArray data = qgetenv("XDG_DATA_HOME");
    const QByteArray home = qgetenv("HOME");
    qputenv("ROSLER_RUNS", "/somewhere/runs");
    QCOMPARE(RunStore::defaultRoot(), fs::path("/somewhere/runs"));
    qunsetenv("ROSLER_RUNS");
    qputenv("XDG_DATA_HOME", "/data");
    QCOMPARE(RunStore::defaultRoot(), fs::path("/data/rosler/runs"));
    qputenv("XDG_DATA_HOME", "relative");
    qputenv("HOME", "/home/someone");
    QCOMPARE(RunStore::defaultRoot(), fs::path("/home/someone/.local/share/rosler/runs"));
    own.isNull() ? qunsetenv("ROSLER_RUNS") : qputenv("ROSLER_RUNS", own);
    data.isNull() ? qunsetenv("XDG_DATA_HOME") : qputenv("XDG_DATA_HOME", data);
    qputenv("HOME", home);
}

QTEST_GUILESS_MAIN(RunStoreTest)

} // namespace run_store_test

#include "run_store_test.moc"
