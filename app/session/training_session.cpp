// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/training_session.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <QElapsedTimer>
#include <QTimer>

#include "app/session/training_plan.h"
#include "core/base/contract.h"
#include "core/store/resume_request.h"
#include "core/store/start_request.h"

namespace rosler {

namespace {

constexpr int drainMilliseconds = 33; ///< 30 Hz

/// All cores but one, which is the window's, when there is more than one.
int trainingThreads()
{
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1);
}

struct Prepared {
    RunRequest request;
    std::shared_ptr<RunRecorder> recorder;
};

Result<Prepared> prepareBegun(RunStore &store, const ExperimentSpec &spec,
                              const std::shared_ptr<const Dataset> &data)
{
    Result<ResumedRuns> runs = prepareStart(store, spec, data, trainingThreads());
    if (!runs)
        return tl::unexpected(runs.error());
    return Prepared {RunRequest {std::move(runs->spec), data, trainingThreads(), std::move(runs->states)},
                     std::move(runs->recorder)};
}

Result<Prepared> prepareResumed(RunStore &store, const std::vector<std::string> &ids,
                                const std::shared_ptr<const Dataset> &data)
{
    Result<ResumedRuns> runs = prepareResume(store, ids, *data, trainingThreads());
    if (!runs)
        return tl::unexpected(runs.error());
    return Prepared {RunRequest {std::move(runs->spec), data, trainingThreads(), std::move(runs->states),
                                 std::move(runs->teachers)},
                     std::move(runs->recorder)};
}

TrainingPlan planOf(const RunRequest &request)
{
    const Index batch = std::max<Index>(1, request.spec.training.batch);
    const Index examples = trainingCountOf(request.data->train().count(), request.spec.training.validation);
    const Index stepsAnEpoch = (examples + batch - 1) / batch;
    std::vector<TrainingPlan::Trial> trials(request.spec.models.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
        trials[i].totalSteps = stepsAnEpoch * trialOf(request.spec, i).training.epochs;
        trials[i].epochs = static_cast<double>(trialOf(request.spec, i).training.epochs);
        if (i < request.resume.size() && request.resume[i]) {
            trials[i].step = request.resume[i]->step;
            trials[i].seconds = trials[i].startSeconds = request.resume[i]->seconds;
            trials[i].epoch = static_cast<double>(trials[i].step) / static_cast<double>(stepsAnEpoch);
        }
    }
    return TrainingPlan(std::move(trials));
}

} // namespace

/// The observer is called on the training thread, the rest on the GUI thread.
class TrainingSession::Private final : public ExperimentObserver
{
public:
    Private(TrainingSession *session, std::shared_ptr<RunStore> runStore)
        : q(session)
        , store(std::move(runStore))
    {
        timer.setInterval(drainMilliseconds);
        QObject::connect(&timer, &QTimer::timeout, q, [this] { tick(); });
    }
    ~Private() override
    {
        worker.request_stop();
        if (worker.joinable())
            worker.join();
    }
    Private(const Private &) = delete;
    Private &operator=(const Private &) = delete;

    // The training thread.
    void sampled(std::size_t trial, const MetricSample &sample) override;
    void checkpoint(std::size_t trial, const TrainingState &training) override;
    void ended(std::size_t trial, const TrialResult &result, const Network &network) override;
    void failed(std::size_t trial, const Error &error) override;
    void work(const std::function<Result<Prepared>()> &prepare, const std::stop_token &stop);
    void train(const Prepared &prepared, const std::stop_token &stop);
    void tellErrors();
    void report(const Error &error)
    {
        post([this, error] { Q_EMIT q->problem(error); });
    }

    // The GUI thread.
    void launch(std::function<Result<Prepared>()> prepare);
    void begin(const QStringList &runIds, const TrainingPlan &newPlan);
    void tick();
    void drain();
    void end();
    void setState(State newState);

    template <typename F>
    void post(F f)
    {
        QMetaObject::invokeMethod(q, std::move(f), Qt::QueuedConnection);
    }

    TrainingSession *q;
    std::shared_ptr<RunStore> store;
    State state = State::Idle;
    QTimer timer;
    QStringList ids;
    TrainingPlan plan;
    QElapsedTimer clock;   ///< runs while the training does
    double ranSeconds = 0; ///< before the clock was last started

    std::unique_ptr<RunControl> control;   ///< one a training; outlives the worker
    std::shared_ptr<RunRecorder> recorder; ///< the training thread's
    std::size_t told = 0;                  ///< of its errors; the training thread's
    std::atomic<bool> saveAsked = false;   ///< the user wants to be told of the next checkpoint
    std::mutex mutex;                      ///< guards pending
    MetricsBatch pending;                  ///< samples on their way to the window
    std::atomic<bool> dirty = false;       ///< pending is not empty
    std::jthread worker;
};

void TrainingSession::Private::sampled(std::size_t trial, const MetricSample &sample)
{
    recorder->sampled(trial, sample);
    tellErrors();
    const std::lock_guard lock(mutex);
    pending.entries.push_back({trial, sample});
    dirty = true;
}

void TrainingSession::Private::checkpoint(std::size_t trial, const TrainingState &training)
{
    recorder->checkpoint(trial, training);
    if (saveAsked.exchange(false)) {
        recorder->flush(); // "saved" means on the disk; the user waits for this one
        post([this] { Q_EMIT q->checkpointSaved(); });
    }
}

void TrainingSession::Private::ended(std::size_t trial, const TrialResult &result, const Network &network)
{
    recorder->ended(trial, result, network);
    post([this, trial, result] {
        drain(); // the curve's last points come before the news of its end
        plan.ended(trial);
        Q_EMIT q->trialEnded(ids.value(static_cast<qsizetype>(trial)), result);
        Q_EMIT q->progressChanged();
    });
}

void TrainingSession::Private::failed(std::size_t trial, const Error &error)
{
    recorder->failed(trial, error);
    post([this, trial, error] {
        drain();
        plan.ended(trial);
        Q_EMIT q->problem(error);
    });
}

void TrainingSession::Private::work(const std::function<Result<Prepared>()> &prepare,
                                    const std::stop_token &stop)
{
    try {
        if (const Result<Prepared> prepared = prepare(); !prepared)
            report(prepared.error());
        else
            train(*prepared, stop);
    } catch (const std::bad_alloc &) {
        report({ErrorCode::OutOfMemory, "there is not enough memory to train these models", {}});
    } catch (const std::exception &error) {
        report({ErrorCode::Unreadable, error.what(), {}});
    }
    recorder.reset();
    post([this] { end(); });
}

void TrainingSession::Private::train(const Prepared &prepared, const std::stop_token &stop)
{
    recorder = prepared.recorder;
    told = 0;
    QStringList runIds;
    for (const std::string &id : recorder->ids())
        runIds << QString::fromStdString(id);
    post([this, runIds, newPlan = planOf(prepared.request)] { begin(runIds, newPlan); });

    const Result<ExperimentResult> result = runExperiment(prepared.request, *this, *control, stop);
    if (!result && result.error().code != ErrorCode::Cancelled)
        report(result.error());
    recorder->flush();
    tellErrors();
}

/// Reports what could not be written since the last time.
void TrainingSession::Private::tellErrors()
{
    const std::vector<Error> errors = recorder->errors();
    for (; told < errors.size(); ++told)
        report(errors[told]);
}

void TrainingSession::Private::launch(std::function<Result<Prepared>()> prepare)
{
    ROSLER_EXPECTS(state == State::Idle);
    control = std::make_unique<RunControl>();
    saveAsked = false;
    plan = {};
    ids.clear();
    ranSeconds = 0;
    clock.start();
    setState(State::Running);
    worker = std::jthread(
        [this, prepare = std::move(prepare)](const std::stop_token &stop) { work(prepare, stop); });
}

void TrainingSession::Private::begin(const QStringList &runIds, const TrainingPlan &newPlan)
{
    ids = runIds;
    plan = newPlan;
    Q_EMIT q->runsStarted(ids);
    timer.start(); // not before: samples come after the runs they belong to
}

void TrainingSession::Private::tick()
{
    if (state == State::Pausing && control->gate.waiting() > 0) {
        ranSeconds += static_cast<double>(clock.elapsed()) / 1000;
        setState(State::Paused);
    }
    drain();
}

void TrainingSession::Private::drain()
{
    if (!dirty)
        return;
    MetricsBatch batch;
    {
        const std::lock_guard lock(mutex);
        std::swap(batch, pending);
        dirty = false;
    }
    for (const MetricsBatch::Entry &entry : batch.entries)
        plan.sampled(entry.trial, entry.sample);
    Q_EMIT q->sampled(batch);
    Q_EMIT q->progressChanged();
}

void TrainingSession::Private::end()
{
    timer.stop();
    if (!ids.isEmpty())
        drain();
    worker.join(); // posts this as its last act
    setState(State::Idle);
    Q_EMIT q->finished();
}

void TrainingSession::Private::setState(State newState)
{
    if (state == newState)
        return;
    state = newState;
    Q_EMIT q->stateChanged(state);
}

TrainingSession::TrainingSession(std::shared_ptr<RunStore> store, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, std::move(store)))
{
}

TrainingSession::~TrainingSession() = default;

TrainingSession::State TrainingSession::state() const noexcept
{
    return d->state;
}

TrainingSession::Progress TrainingSession::progress() const noexcept
{
    const bool moving = d->state != State::Paused && d->state != State::Idle;
    const double ran = d->ranSeconds + (moving ? static_cast<double>(d->clock.elapsed()) / 1000 : 0);
    return {d->plan.fraction(), d->plan.secondsLeft(ran), d->plan.epoch(), d->plan.epochs()};
}

void TrainingSession::start(const ExperimentSpec &spec, std::shared_ptr<const Dataset> data)
{
    ROSLER_EXPECTS(data != nullptr);
    d->launch([store = d->store, spec, data = std::move(data)] { return prepareBegun(*store, spec, data); });
}

void TrainingSession::resumeRuns(const QStringList &ids, std::shared_ptr<const Dataset> data)
{
    ROSLER_EXPECTS(data != nullptr && !ids.isEmpty());
    std::vector<std::string> list;
    list.reserve(static_cast<std::size_t>(ids.size()));
    for (const QString &id : ids)
        list.push_back(id.toStdString());
    d->launch([store = d->store, list = std::move(list), data = std::move(data)] {
        return prepareResumed(*store, list, data);
    });
}

void TrainingSession::pause()
{
    if (d->state != State::Running)
        return;
    d->control->gate.close();
    d->setState(State::Pausing);
}

void TrainingSession::unpause()
{
    if (d->state != State::Pausing && d->state != State::Paused)
        return;
    if (d->state == State::Paused)
        d->clock.start();
    d->control->gate.open();
    d->setState(State::Running);
}

void TrainingSession::stop()
{
    if (d->state == State::Idle || d->state == State::Stopping)
        return;
    if (d->state == State::Paused)
        d->clock.start();
    d->setState(State::Stopping);
    d->worker.request_stop();
}

void TrainingSession::checkpointNow()
{
    if (d->state == State::Idle || d->state == State::Stopping)
        return;
    d->saveAsked = true;
    d->control->checkpointWanted = true;
}

} // namespace rosler
