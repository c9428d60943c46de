// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/experiment_session.h"

#include <cmath>
#include <cstdio>
#include <mutex>

#include "app/cli/printable.h"
#include "app/cli/progress_bar.h"
#include "app/cli/sketch_text.h"
#include "app/cli/text_table.h"
#include "core/base/quantity_text.h"
#include "core/base/text_number.h"
#include "core/data/dataset_reader.h"
#include "core/experiment/budget.h"
#include "core/experiment/spec_names.h"
#include "core/store/resume_request.h"
#include "core/store/start_request.h"

namespace rosler::cli {

namespace {

/// Feeds the run folders and the bar; says on standard error what went wrong with a model.
class SessionObserver final : public ExperimentObserver
{
public:
    SessionObserver(std::shared_ptr<RunRecorder> recorder, ProgressBar &bar, const ExperimentSpec &spec)
        : m_recorder(std::move(recorder))
        , m_bar(bar)
        , m_spec(spec)
    {
    }

    void sampled(std::size_t trial, const MetricSample &sample) override
    {
        m_recorder->sampled(trial, sample);
        m_bar.sampled(trial, sample);
        tellErrors();
    }
    void checkpoint(std::size_t trial, const TrainingState &state) override
    {
        m_recorder->checkpoint(trial, state);
    }
    void ended(std::size_t trial, const TrialResult &result, const Network &network) override
    {
        m_recorder->ended(trial, result, network);
        m_bar.ended(trial);
        if (result.end == TrialEnd::Diverged) {
            m_bar.clear();
            std::fprintf(
                stderr,
                "rosler: %s diverged: its loss is not finite after %.2f epochs; try a lower learning rate\n",
                printable(result.name).c_str(), result.epochs);
            m_anyFailed = true;
        }
    }
    void failed(std::size_t trial, const Error &error) override
    {
        m_recorder->failed(trial, error);
        m_bar.ended(trial);
        m_bar.clear();
        std::fprintf(stderr, "rosler: %s: %s\n", printable(m_spec.models[trial].name).c_str(),
                     printable(message(error)).c_str());
        m_anyFailed = true;
    }
    /// Says what could not be written since the last time.
    void tellErrors()
    {
        const std::vector<Error> errors = m_recorder->errors();
        if (errors.size() == m_told)
            return;
        m_bar.clear();
        for (; m_told < errors.size(); ++m_told)
            report(errors[m_told]);
        m_anyFailed = true;
    }
    [[nodiscard]] bool anyFailed() const { return m_anyFailed; }

private:
    std::shared_ptr<RunRecorder> m_recorder;
    ProgressBar &m_bar;
    const ExperimentSpec &m_spec;
    std::size_t m_told = 0; ///< of the recorder's errors
    bool m_anyFailed = false;
};

} // namespace

int SessionOutcome::exitCode() const
{
    if (interrupted)
        return Interrupted;
    return anyFailed ? WorldFailed : Done;
}

void addSeed(CLI::App &app, std::optional<std::uint64_t> &seed)
{
    app.add_option_function<std::string>(
           "--seed", [&seed](const std::string &text) { seed = numberIn<std::uint64_t>(text); },
           "Seed of everything random")
        ->check([](const std::string &text) {
            return numberIn<std::uint64_t>(text) ? std::string()
                                                 : "\"" + text + "\" is no whole number from 0 to 2^64 - 1";
        })
        ->type_name("UINT");
}

void addDataOptions(CLI::App &app, DataOptions &options)
{
    app.add_option("--dataset", options.dataset,
                   "Folder or file of the data; \"digits\" and \"bearing\" are built in");
    app.add_option("--data-option", options.options,
                   "NAME=VALUE: something that the data's reader is told, as examples=2000 for the digits");
    app.add_option("--validation", options.validation,
                   "Training examples to hold out and choose by: a share (0.1), a number, or none");
}

Result<void> applyDataOptions(const DataOptions &options, ExperimentSpec &spec)
{
    if (!options.dataset.empty() && options.dataset != spec.dataset.source)
        spec.dataset = requestElsewhere(spec.dataset, options.dataset);
    const auto known = datasetOptions(spec.dataset.source);
    for (const std::string &text : options.options) {
        auto option = parseOption(text, known);
        if (!option) {
            Error error = option.error();
            error.where = "--data-option " + text;
            return tl::unexpected(error);
        }
        spec.dataset.options.insert_or_assign(std::move(option->first), std::move(option->second));
    }
    if (!options.validation.empty()) {
        const auto validation = parseValidation(options.validation, "--validation");
        if (!validation)
            return tl::unexpected(validation.error());
        spec.training.validation = *validation;
    }
    return {};
}

void addBudgetOptions(CLI::App &app, BudgetOptions &options)
{
    app.add_option("--epochs", options.epochs, "Passes over the training data")
        ->check(CLI::Range(Index {1}, mostEpochs));
    app.add_option(
           "--budget", options.budget,
           "What the models are given alike: equal_epochs, or equal_training_flops, where the epochs are "
           "the first model's")
        ->check(CLI::IsMember({"equal_epochs", "equal_training_flops"}));
}

void applyBudgetOptions(const BudgetOptions &options, ExperimentSpec &spec)
{
    if (options.epochs)
        setEpochs(spec, *options.epochs);
    if (const auto budget = budgetKindNamed(options.budget))
        setBudget(spec, *budget);
}

void addSessionOptions(CLI::App &app, SessionOptions &options)
{
    app.add_option("--threads", options.threads, "Threads to train with (default: all cores)")
        ->check(CLI::Range(1, 1024));
    app.add_option("--out", options.out,
                   "Folder that the runs are kept in (default: " + RunStore::defaultRoot().string() + ")");
    app.add_flag("--json", options.json, "Print the result as one JSON object on the last line");
}

Result<std::shared_ptr<const Dataset>> loadWithProgress(const DatasetRequest &request,
                                                        const std::stop_token &stop)
{
    SimpleProgress bar("loading " + request.source);
    ReadProgress progress;
    progress.report = [&bar](double fraction) { bar.report(fraction); };
    progress.stop = stop;
    auto data = loadDataset(request, readLimits(), progress);
    if (data)
        for (const std::string &note : (*data)->notes())
            std::fprintf(stderr, "rosler: %s\n", printable(note).c_str());
    return data;
}

int reportUnlessCancelled(const Error &error)
{
    return error.code == ErrorCode::Cancelled ? static_cast<int>(Interrupted) : report(error);
}

Result<std::shared_ptr<RunStore>> openStoreToRead(const std::string &out)
{
    std::error_code ignored;
    if (!out.empty() && !std::filesystem::is_directory(out, ignored))
        return fail(ErrorCode::NotFound, "there is no such folder of runs", out);
    return openStore(out);
}

Result<std::shared_ptr<RunStore>> openStore(const std::string &out)
{
    return RunStore::open(out.empty() ? RunStore::defaultRoot() : std::filesystem::path(out));
}

namespace {

/// Trains what @p request says, from the epochs at which its models are.
Result<SessionOutcome> train(const RunRequest &request, const std::shared_ptr<RunRecorder> &recorder,
                             const std::vector<double> &startEpochs, const Interrupt &interrupt)
{
    SessionOutcome outcome;
    outcome.runIds = recorder->ids();
    {
        ProgressBar bar(request.spec, startEpochs);
        SessionObserver observer(recorder, bar, request.spec);
        RunControl control;
        auto result = runExperiment(request, observer, control, interrupt.token());
        if (!result)
            return tl::unexpected(result.error());
        outcome.result = std::move(*result);
        recorder->flush();
        observer.tellErrors();
        outcome.anyFailed = observer.anyFailed();
    }
    outcome.interrupted = interrupt.happened();
    return outcome;
}

} // namespace

Result<SessionOutcome> runSession(const ExperimentSpec &spec, std::shared_ptr<const Dataset> data,
                                  RunStore &store, const SessionOptions &options, const Interrupt &interrupt)
{
    auto runs = prepareStart(store, spec, data, options.threads);
    if (!runs)
        return tl::unexpected(runs.error());
    return train({std::move(runs->spec), std::move(data), options.threads, std::move(runs->states)},
                 runs->recorder, {}, interrupt);
}

Result<SessionOutcome> resumeSession(const std::vector<std::string> &ids, std::shared_ptr<const Dataset> data,
                                     RunStore &store, const SessionOptions &options,
                                     const Interrupt &interrupt)
{
    auto runs = prepareResume(store, ids, *data, options.threads);
    if (!runs)
        return tl::unexpected(runs.error());
    const TrainingSpec &training = runs->spec.training;
    const double stepsAnEpoch =
        std::ceil(static_cast<double>(trainingCountOf(data->train().count(), training.validation))
                  / static_cast<double>(training.batch));
    std::vector<double> startEpochs;
    for (const auto &state : runs->states)
        startEpochs.push_back(state ? static_cast<double>(state->step) / stepsAnEpoch : 0.0);
    return train({std::move(runs->spec), std::move(data), options.threads, std::move(runs->states),
                  std::move(runs->teachers)},
                 runs->recorder, startEpochs, interrupt);
}

void printOutcome(const SessionOutcome &outcome, const RunStore &store, bool json)
{
    const ExperimentResult &result = outcome.result;
    TextTable table({"model", "rank", "sketch size", "validation", "test", "test float16", "parameters",
                     "memory f32", "f16", "MACs", "training", "epochs", "seconds"});
    for (const TrialResult &m : result.models)
        table.add({m.name, rankText(m.sketches), sketchSizeText(m.sketches),
                   percentText(m.validationAccuracy), percentText(m.testAccuracy),
                   percentText(m.testAccuracyF16), countText(static_cast<double>(m.cost.parameters)),
                   bytesText(static_cast<double>(m.cost.weightBytes(NumberType::Float32))),
                   bytesText(static_cast<double>(m.cost.weightBytes(NumberType::Float16))),
                   countText(static_cast<double>(m.cost.macs)), flopsText(m.trainFlops), countText(m.epochs),
                   durationText(m.trainSeconds)});
    std::FILE *to = json ? stderr : stdout;
    const std::string validation =
        result.validationExamples > 0 ? std::to_string(result.validationExamples) : "no";
    std::fprintf(to, "%s: %lld training, %s validation and %lld test examples, seed %llu, %s\n%s",
                 printable(result.datasetName).c_str(), static_cast<long long>(result.trainExamples),
                 validation.c_str(), static_cast<long long>(result.testExamples),
                 static_cast<unsigned long long>(result.seed), std::string(labelOf(result.budget)).c_str(),
                 table.text().c_str());
    const TrialResult *reference = nullptr;
    for (const TrialResult &m : result.models)
        if (!isSketched(m) && reference == nullptr)
            reference = &m;
    for (const TrialResult &m : result.models)
        if (reference != nullptr && &m != reference && m.end == TrialEnd::Finished
            && reference->end == TrialEnd::Finished)
            std::fprintf(to, "%s\n", printable(scoreboardSentence(*reference, m)).c_str());
    std::fprintf(
        to, "Accuracies and seconds are measured here; memory, MACs and FLOPs are counted by formula.\n");
    if (outcome.interrupted)
        std::fprintf(to, "Interrupted: go on with  rosler resume %s\n", outcome.runIds.front().c_str());
    std::fprintf(to, "Runs in %s:\n", store.root().string().c_str());
    for (const std::string &id : outcome.runIds)
        std::fprintf(to, "  %s\n", id.c_str());
    std::fflush(to);
    if (json) {
        std::printf("%s\n", toJsonLine(result).c_str());
        std::fflush(stdout);
    }
}

} // namespace rosler::cli
