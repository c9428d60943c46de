// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/lone_training.h"

#include <utility>

#include "app/cli/command.h"
#include "core/experiment/experiment_runner.h"

namespace rosler::cli {

namespace {

/// Keeps what was trained in memory alone.
class Unkept final : public ExperimentObserver
{
public:
    [[nodiscard]] const std::shared_ptr<const Network> &network() const noexcept { return m_network; }
    void sampled(std::size_t /*trial*/, const MetricSample & /*sample*/) override { }
    void checkpoint(std::size_t /*trial*/, const TrainingState & /*state*/) override { }
    void ended(std::size_t /*trial*/, const TrialResult & /*result*/, const Network &network) override
    {
        m_network = std::make_shared<const Network>(network);
    }
    void failed(std::size_t /*trial*/, const Error &error) override { report(error); }

private:
    std::shared_ptr<const Network> m_network;
};

} // namespace

Result<LoneResult> trainAlone(const ExperimentSpec &spec, const ModelSpec &model,
                              std::shared_ptr<const Network> teacher, std::uint64_t seed,
                              const LoneTraining &with)
{
    RunRequest request {spec, with.data, with.threads, {}, {std::move(teacher)}, false};
    request.spec.models = {model};
    request.spec.seed = seed;
    Unkept observer;
    RunControl control;
    const auto result = runExperiment(request, observer, control, with.interrupt.token());
    if (!result)
        return tl::unexpected(result.error());
    if (with.interrupt.happened())
        return fail(ErrorCode::Cancelled, "interrupted", model.name);
    const TrialResult &trial = result->models.front();
    if (trial.end == TrialEnd::Failed) // said by the observer; it is none that diverged
        return fail(ErrorCode::OutOfMemory, "this model could not be trained", model.name);
    return LoneResult {trial.validationAccuracy, trial.end == TrialEnd::Diverged, trial.trainFlops,
                       observer.network()};
}

} // namespace rosler::cli
