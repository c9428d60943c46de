// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <vector>

#include <QList>
#include <QObject>
#include <QSet>
#include <QStringList>

#include "core/experiment/experiment_spec.h"
#include "core/store/run_store.h"
#include "core/training/metrics.h"

namespace rosler {

class ComparePage;
class RunLibrary;
class RunsModel;
class TrainingSession;

/// Keeps three things in step: the runs list, the Compare page (checked = drawn) and the training that
/// runs. Curves of stored runs are loaded when they are checked, those of running ones grow live.
class PlottedRuns : public QObject
{
    Q_OBJECT

public:
    /// None of them is owned; all outlive this.
    PlottedRuns(RunsModel *model, RunLibrary *library, TrainingSession *training, ComparePage *page,
                QObject *parent = nullptr);

    /// What the runs that TrainingSession begins next are made of. Their curves appear at once, long before
    /// the store has listed them.
    void expect(const ExperimentSpec &spec, const Dataset &data);
    /// The runs that TrainingSession goes on with next.
    void expectResumed();
    /// Runs to be checked as soon as they are listed, as they were in the last session.
    void checkLater(const QStringList &ids);
    /// Checks these runs and unchecks all others.
    void showOnly(const QStringList &ids);

    /// The experiment that this run was part of, put together from the runs that ran side by side.
    [[nodiscard]] std::optional<ExperimentSpec> experimentOf(const QString &id) const;
    [[nodiscard]] bool isLive(const QString &id) const { return m_live.contains(id); }

Q_SIGNALS:
    void listed(int runs);
    void drawn(const QString &id); ///< its curve is on the page

private:
    void takeList(const QList<RunSummary> &runs);
    void begin(const QStringList &ids);
    void append(const MetricsBatch &batch);
    void endTrial(const QString &id, const TrialResult &result);
    void take(const RunRecord &record);
    void checkedChanged(const QString &id, bool checked);
    void draw(const QString &id);
    [[nodiscard]] QString nameOf(const RunSummary &run) const;

    RunsModel *m_model;
    RunLibrary *m_library;
    ComparePage *m_page;

    ExperimentSpec m_expected; ///< of the runs that begin next; no models = they go on
    RunSummary m_expectedData; ///< the part of their summary that the data says
    QList<RunSummary> m_runs;  ///< as listed last, with those that have begun since
    QStringList m_liveIds;     ///< trial number -> run
    QSet<QString> m_live;
    QStringList m_checkLater;
    std::map<QString, TrialResult> m_results;               ///< of runs that ended in this session
    std::map<QString, std::vector<MetricSample>> m_metrics; ///< of the checked runs, and of live ones
};

} // namespace rosler
