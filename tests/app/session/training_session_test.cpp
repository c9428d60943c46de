// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>
#include <map>

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/session/training_session.h"
#include "tests/app/eventually.h"
#include "tests/app/small_data.h"

namespace training_session_test {

using namespace rosler;
using State = TrainingSession::State;

namespace {
constexpr Index endless = 100'000; ///< epochs: longer than any test waits
}

class TrainingSessionTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        auto store = RunStore::open(std::filesystem::path(m_folder->path().toStdU16String()));
        QVERIFY(store.has_value());
        m_store = *store;
        m_session = std::make_unique<TrainingSession>(m_store);
        connect(m_session.get(), &TrainingSession::problem, this,
                [](const Error &error) { qInfo("problem: %s", message(error).c_str()); });
    }
    void cleanup()
    {
        m_session.reset();
        m_store.reset();
        m_folder.reset();
    }

    void trainsToTheEndAndKeepsBothRuns()
    {
        QSignalSpy started(m_session.get(), &TrainingSession::runsStarted);
        QSignalSpy ended(m_session.get(), &TrainingSession::trialEnded);
        QSignalSpy finished(m_session.get(), &TrainingSession::finished);
        QSignalSpy problems(m_session.get(), &TrainingSession::problem);
        std::map<std::size_t, std::vector<MetricSample>> samples;
        connect(m_session.get(), &TrainingSession::sampled, this, [&](const MetricsBatch &batch) {
            QVERIFY2(!started.isEmpty(), "samples came before the runs they belong to");
            for (const MetricsBatch::Entry &entry : batch.entries)
                samples[entry.trial].push_back(entry.sample);
        });
        m_session->start(test::smallExperiment(3), test::smallData());
        QCOMPARE(m_session->state(), State::Running);
        EVENTUALLY_EQUAL(finished.count(), 1);
        QCOMPARE(m_session->state(), State::Idle);
        QCOMPARE(problems.count(), 0);
        QCOMPARE(ended.count(), 2);
        QCOMPARE(m_session->progress().fraction, 1.0);

        const QStringList ids = started.first().first().toStringList();
        QCOMPARE(ids.size(), 2);
        QCOMPARE(samples.size(), std::size_t {2});
        for (std::size_t trial = 0; trial < 2; ++trial) {
            QCOMPARE(samples[trial].back().step, 3 * 256 / 16);
            QCOMPARE(samples[trial].back().epoch, 3.0);
            QVERIFY(std::is_sorted(samples[trial].begin(), samples[trial].end(),
                                   [](const auto &a, const auto &b) { return a.step < b.step; }));
            const Result<RunRecord> record = m_store->load(ids[static_cast<qsizetype>(trial)].toStdString());
            QVERIFY(record.has_value());
            QCOMPARE(record->summary.status, RunStatus::Finished);
            QVERIFY(record->summary.result.has_value());
            QCOMPARE(record->metrics.size(), samples[trial].size()); // the store loses none either
        }
    }

    void pauseStopsProgressAndResumeGoesOn()
    {
        MetricsBatch all;
        connect(m_session.get(), &TrainingSession::sampled, this, [&](const MetricsBatch &batch) {
            all.entries.insert(all.entries.end(), batch.entries.begin(), batch.entries.end());
        });
        m_session->start(test::smallExperiment(endless), test::smallData());
        EVENTUALLY(!all.entries.empty());
        m_session->pause();
        QCOMPARE(m_session->state(), State::Pausing);
        EVENTUALLY_EQUAL(m_session->state(), State::Paused);
        const std::size_t before = all.entries.size();
        const double fraction = m_session->progress().fraction;
        QTest::qWait(150); // nothing must come: silence can only be waited for
        QCOMPARE(all.entries.size(), before);
        QCOMPARE(m_session->progress().fraction, fraction);
        m_session->unpause();
        QCOMPARE(m_session->state(), State::Running);
        EVENTUALLY(all.entries.size() > before);
        m_session->stop();
        EVENTUALLY_EQUAL(m_session->state(), State::Idle);
    }

    void stopKeepsRunsThatCanGoOn()
    {
        QSignalSpy started(m_session.get(), &TrainingSession::runsStarted);
        QSignalSpy sampled(m_session.get(), &TrainingSession::sampled);
        m_session->start(test::smallExperiment(endless), test::smallData());
        EVENTUALLY(!sampled.isEmpty());
        m_session->stop();
        QCOMPARE(m_session->state(), State::Stopping);
        EVENTUALLY_EQUAL(m_session->state(), State::Idle);
        const QStringList ids = started.first().first().toStringList();
        std::int64_t before = 0;
        for (const QString &id : ids) {
            const Result<RunRecord> record = m_store->load(id.toStdString());
            QVERIFY(record.has_value());
            QCOMPARE(record->summary.status, RunStatus::Stopped);
            const Result<TrainingState> state = m_store->loadCheckpoint(id.toStdString());
            QVERIFY(state.has_value());
            before = std::max(before, state->step);
        }
        QVERIFY(before > 0);

        QSignalSpy problems(m_session.get(), &TrainingSession::problem);
        std::int64_t after = 0;
        connect(m_session.get(), &TrainingSession::sampled, this, [&](const MetricsBatch &batch) {
            for (const MetricsBatch::Entry &entry : batch.entries)
                after = std::max(after, entry.sample.step);
        });
        m_session->resumeRuns(ids, test::smallData());
        EVENTUALLY(after > before);
        QCOMPARE(started.count(), 2);
        QCOMPARE(started.last().first().toStringList(), ids);
        m_session->stop();
        EVENTUALLY_EQUAL(m_session->state(), State::Idle);
        QCOMPARE(problems.count(), 0);
    }

    void otherDataIsRefusedForARunThatGoesOn()
    {
        QSignalSpy started(m_session.get(), &TrainingSession::runsStarted);
        m_session->start(test::smallExperiment(endless), test::smallData());
        EVENTUALLY(!started.isEmpty());
        m_session->stop();
        EVENTUALLY_EQUAL(m_session->state(), State::Idle);
        QSignalSpy problems(m_session.get(), &TrainingSession::problem);
        QSignalSpy finished(m_session.get(), &TrainingSession::finished);
        m_session->resumeRuns(started.first().first().toStringList(), test::smallData(128));
        EVENTUALLY_EQUAL(finished.count(), 1);
        QCOMPARE(problems.count(), 1);
        QCOMPARE(problems.first().first().value<Error>().code, ErrorCode::Rejected);
        QCOMPARE(started.count(), 1);
    }

    void aSpecThatDoesNotFitTheDataIsAProblemAndNoRun()
    {
        QSignalSpy problems(m_session.get(), &TrainingSession::problem);
        QSignalSpy finished(m_session.get(), &TrainingSession::finished);
        ExperimentSpec spec = test::smallExperiment(1);
        spec.models[1].layers[0].sketch->rank = 99;
        m_session->start(spec, test::smallData());
        EVENTUALLY_EQUAL(finished.count(), 1);
        QCOMPARE(problems.count(), 1);
        QVERIFY(m_store->list().empty());
    }

    void aCheckpointIsSavedWhenAsked()
    {
        QSignalSpy saved(m_session.get(), &TrainingSession::checkpointSaved);
        QSignalSpy sampled(m_session.get(), &TrainingSession::sampled);
        m_session->start(test::smallExperiment(endless), test::smallData());
        EVENTUALLY(!sampled.isEmpty());
        QCOMPARE(saved.count(), 0);
        m_session->checkpointNow();
        EVENTUALLY_EQUAL(saved.count(), 1);
        m_session->stop();
        EVENTUALLY_EQUAL(m_session->state(), State::Idle);
    }

    void theEndOfTheSessionStopsAndKeepsATraining()
    {
        QSignalSpy started(m_session.get(), &TrainingSession::runsStarted);
        QSignalSpy sampled(m_session.get(), &TrainingSession::sampled);
        m_session->start(test::smallExperiment(endless), test::smallData());
        EVENTUALLY(!sampled.isEmpty());
        const QStringList ids = started.first().first().toStringList();
        m_session.reset(); // while it trains
        for (const QString &id : ids) {
            const Result<RunRecord> record = m_store->load(id.toStdString());
            QVERIFY(record.has_value());
            QCOMPARE(record->summary.status, RunStatus::Stopped);
        }
    }

    void theEndOfTheSessionAtOnceIsCleanToo()
    {
        m_session->start(test::smallExperiment(endless), test::smallData());
        m_session.reset();
        for (const RunSummary &run : m_store->list())
            QVERIFY(run.status != RunStatus::Running);
    }

    void stopEndsAPausedTraining()
    {
        QSignalSpy sampled(m_session.get(), &TrainingSession::sampled);
        m_session->start(test::smallExperiment(endless), test::smallData());
        EVENTUALLY(!sampled.isEmpty());
        m_session->pause();
        EVENTUALLY_EQUAL(m_session->state(), State::Paused);
        m_session->stop();
        EVENTUALLY_EQUAL(m_session->state(), State::Idle);
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::shared_ptr<RunStore> m_store;
    std::unique_ptr<TrainingSession> m_session;
};

QTEST_GUILESS_MAIN(TrainingSessionTest)

} // namespace training_session_test

#include "training_session_test.moc"
