// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QObject>
#include <QStringList>

#include "core/data/dataset.h"
#include "core/experiment/experiment_spec.h"
#include "core/experiment/trial_result.h"
#include "core/store/run_store.h"
#include "core/training/metrics.h"

namespace rosler {

/// Trains experiments on a thread of its own and tells the window at display rate (at most 30 Hz).
/// Owns that thread; keeps every run in the store. GUI thread only; its signals come on the GUI thread.
class TrainingSession : public QObject
{
    Q_OBJECT

public:
    enum class State { Idle, Running, Pausing, Paused, Stopping };
    Q_ENUM(State)

    struct Progress {
        double fraction = 0;    ///< of all steps of all models
        double etaSeconds = -1; ///< negative: not known yet
        double epoch = 0;       ///< of the model that is furthest behind
        double epochs = 0;
    };

    explicit TrainingSession(std::shared_ptr<RunStore> store, QObject *parent = nullptr);
    /// Stops a running training at the next step, saves its checkpoint, and waits for it (under 200 ms
    /// and the time of one write).
    ~TrainingSession() override;

    [[nodiscard]] State state() const noexcept;
    [[nodiscard]] Progress progress() const noexcept;

public Q_SLOTS:
    void start(const rosler::ExperimentSpec &spec, std::shared_ptr<const rosler::Dataset> data);
    /// Goes on with stopped or interrupted runs of one group, on the data they were trained on.
    void resumeRuns(const QStringList &ids, std::shared_ptr<const rosler::Dataset> data);
    void pause();
    void unpause();
    void stop();
    void checkpointNow();

Q_SIGNALS:
    void stateChanged(rosler::TrainingSession::State state);
    /// Before the first samples: the runs that trials 0, 1, ... are kept in.
    void runsStarted(const QStringList &ids);
    void sampled(const rosler::MetricsBatch &batch);
    void progressChanged();
    void checkpointSaved();
    void trialEnded(const QString &id, const rosler::TrialResult &result);
    /// Something went wrong outside the program; training of other models may go on.
    void problem(const rosler::Error &error);
    void finished();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
