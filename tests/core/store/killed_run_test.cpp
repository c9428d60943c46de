// SPDX-License-Identifier: Apache-2.0
// Kills a recording program with SIGKILL at random moments. The program is this executable itself, started
// with "--record ROOT".
#include <chrono>
#include <csignal>
#include <cstdio>
#include <random>
#include <thread>

#include <sys/prctl.h>

#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "core/store/run_store.h"
#include "tests/core/store/sample_runs.h"

namespace killed_run_test {

using namespace rosler;
using namespace rosler::test;

namespace {

constexpr std::int64_t stepsAnEpoch = 20;
constexpr std::size_t parameters = 50'000; ///< 600 kB a checkpoint
constexpr std::size_t trials = 2;

/// Trains nothing, for ever. "N" on its output says that epoch N is handed in and epoch N - 1 was written:
/// training is slower than the disk, as it is with real epochs.
int recordForEver(const char *root)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // should the test itself end before it has killed this
    const auto store = RunStore::open(root).value();
    const auto recorder = store->record(sampleSpec(), *sampleData(), 1).value();
    std::puts("0");
    std::fflush(stdout);
    for (std::int64_t epoch = 1;; ++epoch) {
        for (std::int64_t step = (epoch - 1) * stepsAnEpoch + 1; step <= epoch * stepsAnEpoch; ++step) {
            for (std::size_t trial = 0; trial < trials; ++trial)
                recorder->sampled(trial, sampleAt(step, stepsAnEpoch));
            std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
        recorder->flush();
        for (std::size_t trial = 0; trial < trials; ++trial)
            recorder->checkpoint(trial, sampleState(epoch * stepsAnEpoch, parameters));
        std::printf("%lld\n", static_cast<long long>(epoch));
        std::fflush(stdout);
    }
}

} // namespace

class KilledRunTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void killedRunsReopenAndLoseAtMostTheirLastEpoch();

private:
    void killOnce(std::mt19937_64 &random, bool fromTheBeginning);
    void checkAndGoOn(RunStore &store, const RunSummary &run, std::int64_t handedIn);
};

/// What came of one run: it opens, is shown as interrupted, and can go on to its end.
void KilledRunTest::checkAndGoOn(RunStore &store, const RunSummary &run, std::int64_t handedIn)
{
    QCOMPARE(run.status, RunStatus::Interrupted);
    const auto record = store.load(run.id);
    QVERIFY2(record.has_value(), record ? "" : message(record.error()).c_str());
    const auto state = store.loadCheckpoint(run.id);
    if (!state)
        QCOMPARE(state.error().code, ErrorCode::NotFound);
    const std::int64_t kept = state ? state->step / stepsAnEpoch : 0;
    QVERIFY2(kept >= handedIn - 1,
             qPrintable(QStringLiteral("epoch %1 of %2 is left").arg(kept).arg(handedIn)));
    if (state) {
        QCOMPARE(state->parameters.size(), parameters);
        QVERIFY(state->parameters.back() == static_cast<float>(state->step));
        // Samples are written before the checkpoint behind them.
        QVERIFY(!record->metrics.empty() && record->metrics.back().step >= state->step);
    }

    const auto runs = store.continueRuns({run.id});
    QVERIFY2(runs.has_value(), runs ? "" : message(runs.error()).c_str());
    const std::shared_ptr<RunRecorder> &recorder = runs->recorder;
    const std::int64_t end = (kept + 1) * stepsAnEpoch;
    for (std::int64_t step = kept * stepsAnEpoch + 1; step <= end; ++step)
        recorder->sampled(0, sampleAt(step, stepsAnEpoch));
    recorder->checkpoint(0, sampleState(end, parameters));
    recorder->ended(0, sampleResult("x"), sampleNetwork());
    recorder->flush();
    QVERIFY(recorder->errors().empty());

    const auto whole = store.load(run.id);
    QVERIFY2(whole.has_value(), whole ? "" : message(whole.error()).c_str());
    QCOMPARE(whole->summary.status, RunStatus::Finished);
    QCOMPARE(whole->metrics.size(), static_cast<std::size_t>(end));
    for (std::size_t i = 0; i < whole->metrics.size(); ++i)
        QCOMPARE(whole->metrics[i].step, static_cast<std::int64_t>(i + 1));
}

void KilledRunTest::killOnce(std::mt19937_64 &random, bool fromTheBeginning)
{
    const QTemporaryDir folder;
    QProcess program;
    program.start(QCoreApplication::applicationFilePath(),
                  {QStringLiteral("killed_run_test"), QStringLiteral("--record"), folder.path()});
    QVERIFY(program.waitForStarted());
    if (!fromTheBeginning)
        QVERIFY(program.waitForReadyRead());
    std::this_thread::sleep_for(std::chrono::microseconds(random() % (fromTheBeginning ? 40'000 : 120'000)));
    program.kill();
    QVERIFY(program.waitForFinished());
    QCOMPARE(program.exitStatus(), QProcess::CrashExit);

    // The last whole line; the pipe may hold a torn one.
    const QByteArray output = program.readAllStandardOutput();
    const QList<QByteArray> lines = output.left(output.lastIndexOf('\n') + 1).trimmed().split('\n');
    const std::int64_t handedIn = lines.last().toLongLong();

    const auto store = RunStore::open(folder.path().toStdString());
    QVERIFY(store.has_value());
    std::vector<Error> problems;
    const auto runs = (*store)->list(&problems);
    QVERIFY2(problems.empty(), problems.empty() ? "" : message(problems.front()).c_str());
    if (!fromTheBeginning)
        QCOMPARE(runs.size(), trials);
    for (const RunSummary &run : runs) {
        checkAndGoOn(**store, run, handedIn);
        if (QTest::currentTestFailed())
            return;
    }
}

void KilledRunTest::killedRunsReopenAndLoseAtMostTheirLastEpoch()
{
    std::mt19937_64 random(20);
    for (int kill = 0; kill < 20; ++kill) {
        killOnce(random, kill % 4 == 3);
        if (QTest::currentTestFailed())
            return;
    }
}

int runKilledRunTest(int argc, char *argv[])
{
    if (argc == 3 && std::string_view(argv[1]) == "--record")
        return recordForEver(argv[2]);
    QCoreApplication application(argc, argv);
    KilledRunTest test;
    return QTest::qExec(&test, argc, argv);
}

} // namespace killed_run_test

#include "killed_run_test.moc"
