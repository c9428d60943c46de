// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/experiment_runner.h"

#include <limits>
#include <new>
#include <utility>

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/task_arena.h>

#include "core/experiment/budget.h"

namespace rosler {

namespace {

/// Passes a trainer's samples on, with the number of its trial.
class TrialObserver final : public TrainerObserver
{
public:
    TrialObserver(ExperimentObserver &observer, std::size_t trial)
        : m_observer(observer)
        , m_trial(trial)
    {
    }
    void sampled(const MetricSample &sample) override { m_observer.sampled(m_trial, sample); }

private:
    ExperimentObserver &m_observer;
    std::size_t m_trial;
};

class Runner
{
public:
    Runner(const RunRequest &request, ExperimentObserver &observer, RunControl &control,
           const std::stop_token &stop)
        : m_request(request)
        , m_observer(observer)
        , m_control(control)
        , m_stop(stop)
        , m_trials(request.spec.models.size())
    {
    }

    Result<ExperimentResult> run()
    {
        if (auto fits = checkAgainst(m_request.spec, m_request.data->shape(), m_request.data->classes());
            !fits)
            return tl::unexpected(fits.error());
        auto budgeted = withinBudget(m_request.spec, m_request.data->shape(), m_request.data->classes(),
                                     m_request.data->train().count());
        if (!budgeted)
            return tl::unexpected(budgeted.error());
        m_spec = std::move(*budgeted);
        for (std::size_t i = 0; i < m_trials.size(); ++i)
            if (m_spec.models[i].teacher && !givenTeacher(i) && !teacherOf(m_spec, i))
                return fail(ErrorCode::OutOfRange,
                            "its teacher \"" + m_spec.models[i].teacher->model + "\" is not there",
                            m_spec.models[i].name);
        for (std::size_t i = 0; i < m_trials.size(); ++i)
            guarded(i, [&] { start(i); });
        while (const auto next = furthestBehind())
            guarded(*next, [&] { turn(*next); });
        for (std::size_t i = 0; i < m_trials.size(); ++i)
            if (m_trials[i].trainer)
                guarded(i, [&] { endUntaught(i); });
        ExperimentResult result;
        result.seed = m_request.spec.seed;
        result.datasetName = m_request.data->name();
        result.validationExamples = m_validationExamples;
        result.trainExamples = m_request.data->train().count() - m_validationExamples;
        result.testExamples = m_request.data->test().count();
        result.budget = m_spec.training.budget;
        for (Trial &trial : m_trials)
            result.models.push_back(std::move(trial.result));
        return result;
    }

private:
    struct Trial {
        std::optional<Trainer> trainer; ///< while it goes on
        bool waits = false;             ///< for its teacher's end
        TrialResult result;
    };

    [[nodiscard]] std::shared_ptr<const Network> givenTeacher(std::size_t i) const
    {
        return i < m_request.teachers.size() ? m_request.teachers[i] : nullptr;
    }

    /// The trial that has done the smallest share of its epochs; none when all have ended or wait for a
    /// teacher that came to no good end.
    [[nodiscard]] std::optional<std::size_t> furthestBehind() const
    {
        const auto share = [&](std::size_t i) {
            const Trainer &trainer = *m_trials[i].trainer;
            return static_cast<double>(trainer.step()) / static_cast<double>(trainer.totalSteps());
        };
        std::optional<std::size_t> least;
        for (std::size_t i = 0; i < m_trials.size(); ++i)
            if (m_trials[i].trainer && !m_trials[i].waits && (!least || share(i) < share(*least)))
                least = i;
        return least;
    }

    /// Keeps what the machine cannot do (memory) from ending the other trials.
    template <typename Work>
    void guarded(std::size_t i, const Work &work)
    {
        try {
            work();
        } catch (const std::bad_alloc &) {
            giveUp(i,
                   {ErrorCode::OutOfMemory, "not enough memory to train this model",
                    m_request.spec.models[i].name});
        } catch (const std::exception &error) {
            giveUp(i, {ErrorCode::Unreadable, error.what(), m_request.spec.models[i].name});
        }
    }

    void giveUp(std::size_t i, const Error &error)
    {
        m_trials[i].trainer.reset();
        m_trials[i].result.end = TrialEnd::Failed;
        m_observer.failed(i, error);
    }

    void start(std::size_t i)
    {
        const TrialSpec spec = trialOf(m_spec, i);
        TrialResult &result = m_trials[i].result;
        result.name = spec.model.name;
        const auto &data = m_request.data;
        if (auto plan = planOf(spec, data->shape(), data->classes(), i))
            result.sketches = sketchesOf(*plan);
        if (auto cost = costOf(spec, data->shape(), data->classes(), data->train().count()))
            result.cost = *cost;
        auto trainer = Trainer::create(spec, data);
        if (!trainer) {
            giveUp(i, trainer.error());
            return;
        }
        if (i < m_request.resume.size() && m_request.resume[i]) {
            if (auto restored = trainer->restore(*m_request.resume[i]); !restored) {
                giveUp(i, restored.error());
                return;
            }
        }
        if (spec.model.teacher) {
            if (const auto given = givenTeacher(i); given == nullptr) {
                m_trials[i].waits = true;
            } else if (auto learns = trainer->learnFrom(given); !learns) {
                giveUp(i, learns.error());
                return;
            }
        }
        if (!m_request.testsAtEnd)
            trainer->leaveTestPartAlone();
        m_validationExamples = trainer->validationExamples(); // equal for all
        m_trials[i].trainer.emplace(std::move(*trainer));
    }

    /// A trial whose teacher has ended, but not well.
    void endUntaught(std::size_t i)
    {
        if (m_stop.stop_requested()) {
            m_observer.checkpoint(i, m_trials[i].trainer->state());
            end(i, TrialEnd::Stopped);
            return;
        }
        giveUp(i,
               {ErrorCode::Rejected,
                "its teacher \"" + m_spec.models[i].teacher->model + "\" was not trained to its end",
                m_spec.models[i].name});
    }

    /// Hands the network of a trial that has finished to those that wait for it.
    void teach(std::size_t teacher)
    {
        std::shared_ptr<const Network> network;
        for (std::size_t i = 0; i < m_trials.size(); ++i) {
            if (!m_trials[i].trainer || !m_trials[i].waits || teacherOf(m_spec, i) != teacher)
                continue;
            if (network == nullptr)
                network = std::make_shared<const Network>(m_trials[teacher].trainer->network());
            m_trials[i].waits = false;
            if (auto learns = m_trials[i].trainer->learnFrom(network); !learns)
                giveUp(i, learns.error());
        }
    }

    /// One epoch of one trial.
    void turn(std::size_t i)
    {
        Trainer &trainer = *m_trials[i].trainer;
        TrialObserver observer(m_observer, i);
        Trainer::Advance advance = Trainer::Advance::Yielded;
        while (advance == Trainer::Advance::Yielded) {
            advance = trainer.advance(observer, m_stop, m_control.gate, &m_control.checkpointWanted);
            if (advance == Trainer::Advance::Yielded) {
                for (std::size_t j = 0; j < m_trials.size(); ++j)
                    if (m_trials[j].trainer)
                        m_observer.checkpoint(j, m_trials[j].trainer->state());
                m_control.checkpointWanted = false;
            }
        }
        switch (advance) {
        case Trainer::Advance::EpochEnded:
            m_observer.checkpoint(i, trainer.state());
            break;
        case Trainer::Advance::Stopped:
            m_observer.checkpoint(i, trainer.state());
            end(i, TrialEnd::Stopped);
            break;
        case Trainer::Advance::Diverged:
            end(i, TrialEnd::Diverged);
            break;
        case Trainer::Advance::Finished:
            m_observer.checkpoint(i, trainer.state());
            end(i, TrialEnd::Finished);
            break;
        case Trainer::Advance::Yielded:
            break;
        }
    }

    void end(std::size_t i, TrialEnd how)
    {
        Trainer &trainer = *m_trials[i].trainer;
        TrialResult &result = m_trials[i].result;
        result.end = how;
        if (how != TrialEnd::Diverged) { // what it was right in before says nothing of these parameters
            result.validationAccuracy = trainer.lastValidationAccuracy();
            result.testAccuracy = trainer.lastTestAccuracy();
        }
        // A stop must be answered at once, so it evaluates nothing more.
        if (how == TrialEnd::Finished && m_request.testsAtEnd)
            result.testAccuracyF16 = trainer.testAccuracyFloat16();
        result.trainFlops = trainer.trainFlops();
        result.trainSeconds = trainer.seconds();
        result.epochs = trainer.epoch();
        result.budget = m_spec.training.budget;
        result.parameterDigest = trainer.network().digest();
        m_observer.ended(i, result, trainer.network());
        if (how == TrialEnd::Finished)
            teach(i);
        m_trials[i].trainer.reset();
    }

    const RunRequest &m_request;
    ExperimentSpec m_spec; ///< with each model's epochs
    ExperimentObserver &m_observer;
    RunControl &m_control;
    const std::stop_token &m_stop;
    std::vector<Trial> m_trials;
    Index m_validationExamples = 0;
};

} // namespace

Result<ExperimentResult> runExperiment(const RunRequest &request, ExperimentObserver &observer,
                                       RunControl &control, const std::stop_token &stop)
{
    const int cores = tbb::info::default_concurrency();
    const int threads = request.threads > 0 ? request.threads : cores;
    // More threads than cores only where asked for: tests compare 1, 2 and 7 of them.
    std::optional<tbb::global_control> more;
    if (threads > cores)
        more.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
    tbb::task_arena arena(threads);
    return arena.execute([&] { return Runner(request, observer, control, stop).run(); });
}

} // namespace rosler
