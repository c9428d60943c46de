// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/plotted_runs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <QDateTime>

#include "app/session/run_library.h"
#include "app/session/training_session.h"
#include "widgets/models/runs_model.h"
#include "widgets/pages/compare_page.h"

namespace rosler {

namespace {

/// The cost of a stored run: what was counted, or the forecast of its spec while it has not ended.
TrialCost costOfRun(const RunSummary &run)
{
    if (run.result)
        return run.result->cost;
    return costOf(run.trial, run.example, run.classes, run.trainExamples).value_or(TrialCost {});
}

/// Adds samples to a curve; those it has from the first new step on are replaced (a run that goes on
/// from a checkpoint repeats the steps after it).
void extend(std::vector<MetricSample> &metrics, const std::vector<MetricSample> &more)
{
    const auto from =
        std::lower_bound(metrics.begin(), metrics.end(), more.front().step,
                         [](const MetricSample &s, std::int64_t step) { return s.step < step; });
    metrics.erase(from, metrics.end());
    metrics.insert(metrics.end(), more.begin(), more.end());
}

} // namespace

PlottedRuns::PlottedRuns(RunsModel *model, RunLibrary *library, TrainingSession *training, ComparePage *page,
                         QObject *parent)
    : QObject(parent)
    , m_model(model)
    , m_library(library)
    , m_page(page)
{
    connect(library, &RunLibrary::listed, this, &PlottedRuns::takeList);
    connect(library, &RunLibrary::recordLoaded, this,
            [this](const std::shared_ptr<const RunRecord> &record) { take(*record); });
    connect(model, &RunsModel::checkedChanged, this, &PlottedRuns::checkedChanged);
    connect(training, &TrainingSession::runsStarted, this, &PlottedRuns::begin);
    connect(training, &TrainingSession::sampled, this, &PlottedRuns::append);
    connect(training, &TrainingSession::trialEnded, this, &PlottedRuns::endTrial);
    connect(training, &TrainingSession::finished, this, [this] {
        m_live.clear();
        m_liveIds.clear();
        m_library->refresh();
    });
}

void PlottedRuns::expect(const ExperimentSpec &spec, const Dataset &data)
{
    m_expected = spec;
    m_expectedData = {};
    m_expectedData.experiment = spec.name;
    m_expectedData.dataset = data.name();
    m_expectedData.example = data.shape();
    m_expectedData.classes = data.classes();
    m_expectedData.trainExamples = data.train().count();
}

void PlottedRuns::expectResumed()
{
    m_expected = {};
    m_expected.models.clear();
}

void PlottedRuns::checkLater(const QStringList &ids)
{
    m_checkLater = ids;
}

void PlottedRuns::showOnly(const QStringList &ids)
{
    for (const QString &id : m_model->checkedIds())
        if (!ids.contains(id))
            m_model->setChecked(id, false);
    for (const QString &id : ids)
        m_model->setChecked(id, true);
}

std::optional<ExperimentSpec> PlottedRuns::experimentOf(const QString &id) const
{
    const RunSummary *run = m_model->run(id);
    if (run == nullptr)
        return std::nullopt;
    ExperimentSpec spec;
    spec.name = run->experiment;
    spec.dataset = run->dataset;
    spec.seed = run->trial.seed;
    spec.training = run->trial.training;
    for (const RunSummary &other : m_runs)
        if (other.id == run->id || (!run->group.empty() && other.group == run->group))
            spec.models.push_back(other.trial.model);
    // The list is newest first; models stand in the order in which they were made.
    std::sort(spec.models.begin(), spec.models.end(), [](const ModelSpec &a, const ModelSpec &b) {
        return std::pair(a.isSketched(), a.name) < std::pair(b.isSketched(), b.name);
    });
    return spec;
}

void PlottedRuns::takeList(const QList<RunSummary> &runs)
{
    // A list that was begun before the newest runs were: those stay as they are known here.
    QList<RunSummary> all = runs;
    for (auto known = m_runs.crbegin(); known != m_runs.crend(); ++known) {
        const bool live = m_live.contains(QString::fromStdString(known->id));
        const auto same = [&](const RunSummary &run) { return run.id == known->id; };
        if (live && std::none_of(runs.begin(), runs.end(), same))
            all.prepend(*known);
    }
    m_runs = all;
    m_model->setRuns(m_runs);
    for (const QString &id : std::exchange(m_checkLater, {}))
        if (m_model->run(id) != nullptr)
            m_model->setChecked(id, true);
    const QStringList shown = m_page->runIds();
    for (const QString &id : shown) {
        if (m_model->run(id) == nullptr) { // deleted
            m_page->removeRun(id);
            m_metrics.erase(id);
        } else {
            draw(id); // renamed, or ended
        }
    }
    Q_EMIT listed(static_cast<int>(m_runs.size()));
}

void PlottedRuns::begin(const QStringList &ids)
{
    m_liveIds = ids;
    m_live = QSet<QString>(ids.begin(), ids.end());
    const bool fresh = !m_expected.models.empty();
    for (qsizetype i = ids.size() - 1; fresh && i >= 0; --i) {
        RunSummary run = m_expectedData;
        const auto model = static_cast<std::size_t>(i);
        run.id = ids[i].toStdString();
        run.trial = trialOf(m_expected, model);
        run.title = run.trial.model.name;
        run.created = QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString();
        run.testAccuracy = std::numeric_limits<double>::quiet_NaN();
        m_metrics[ids[i]] = {};
        m_runs.prepend(run);
    }
    if (fresh)
        m_model->setRuns(m_runs);
    for (const QString &id : ids) {
        m_results.erase(id);
        if (m_model->checkedIds().contains(id))
            draw(id);
        m_model->setChecked(id, true);
    }
    if (!fresh)
        m_library->refresh(); // they are running now
}

void PlottedRuns::append(const MetricsBatch &batch)
{
    std::map<std::size_t, std::vector<MetricSample>> byTrial;
    for (const MetricsBatch::Entry &entry : batch.entries)
        byTrial[entry.trial].push_back(entry.sample);
    for (const auto &[trial, samples] : byTrial) {
        const QString id = m_liveIds.value(static_cast<qsizetype>(trial));
        if (id.isEmpty())
            continue;
        extend(m_metrics[id], samples);
        m_page->append(id, samples); // nothing when it is not checked
        const auto evaluated = std::find_if(samples.rbegin(), samples.rend(), [](const MetricSample &s) {
            return std::isfinite(heldOutAccuracy(s));
        });
        if (evaluated != samples.rend())
            m_model->updateLive(id, *evaluated);
    }
}

void PlottedRuns::endTrial(const QString &id, const TrialResult &result)
{
    m_results[id] = result;
    m_page->setResult(id, result);
    m_library->refresh();
}

void PlottedRuns::take(const RunRecord &record)
{
    const QString id = QString::fromStdString(record.summary.id);
    if (!m_model->checkedIds().contains(id))
        return; // unchecked meanwhile
    std::vector<MetricSample> metrics = record.metrics;
    if (const auto live = m_metrics.find(id); live != m_metrics.end() && !live->second.empty()) {
        if (metrics.empty())
            metrics = live->second;
        else
            extend(metrics, live->second); // samples that came while it was read
    }
    m_metrics[id] = std::move(metrics);
    draw(id);
}

void PlottedRuns::checkedChanged(const QString &id, bool checked)
{
    if (!checked) {
        m_page->removeRun(id);
        if (!isLive(id))
            m_metrics.erase(id);
        return;
    }
    if (m_metrics.contains(id))
        draw(id);
    else
        m_library->load(id);
}

void PlottedRuns::draw(const QString &id)
{
    const RunSummary *run = m_model->run(id);
    const auto metrics = m_metrics.find(id);
    if (run == nullptr || metrics == m_metrics.end())
        return;
    ComparedRun compared;
    compared.id = id;
    compared.sketched = run->trial.model.isSketched();
    compared.plotted.name = nameOf(*run).toStdString();
    compared.plotted.styleNumber = static_cast<std::size_t>(std::max(0, m_model->styleNumber(id)));
    compared.plotted.metrics = metrics->second;
    compared.plotted.cost = costOfRun(*run);
    compared.plotted.epochs = run->trial.training.epochs;
    // The store's list may have been begun before the result was kept; and what a run that goes on came
    // to the last time is past.
    if (const auto known = m_results.find(id); known != m_results.end())
        compared.result = known->second;
    else if (!isLive(id))
        compared.result = run->result;
    m_page->setRun(compared);
    Q_EMIT drawn(id);
}

/// The run's title, with a number when an older run on the page has the same.
QString PlottedRuns::nameOf(const RunSummary &run) const
{
    int number = 1;
    for (const QString &id : m_model->checkedIds()) {
        const RunSummary *other = m_model->run(id);
        if (other == nullptr || other->id == run.id)
            break;
        if (other->title == run.title)
            ++number;
    }
    const QString title = QString::fromStdString(run.title);
    return number == 1 ? title : QStringLiteral("%1 (%2)").arg(title).arg(number);
}

} // namespace rosler
