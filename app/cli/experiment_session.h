// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "core/experiment/experiment_runner.h"
#include "core/store/run_store.h"

namespace rosler::cli {

/// What `train`, `resume` and `demo` have in common: a dataset, an experiment, a store, a bar, Ctrl+C.
struct SessionOptions {
    std::string out; ///< the store's folder; empty = RunStore::defaultRoot()
    int threads = 0; ///< 0 = all cores
    bool json = false;
};

/// What came of it.
struct SessionOutcome {
    ExperimentResult result;
    std::vector<std::string> runIds;
    bool interrupted = false;
    bool anyFailed = false; ///< diverged, or out of memory

    [[nodiscard]] int exitCode() const;
};

/// Adds --seed: digits alone, so that no sign and no overflow is taken for another seed.
void addSeed(CLI::App &app, std::optional<std::uint64_t> &seed);

/// What `train`, `forecast` and `choose` may say otherwise than the experiment does.
struct DataOptions {
    std::string dataset;
    std::vector<std::string> options;
    std::string validation;
};

/// Adds --dataset, --data-option and --validation.
void addDataOptions(CLI::App &app, DataOptions &options);

/// Puts them into @p spec.
/// @return the errors of parseOption() and parseValidation()
[[nodiscard]] Result<void> applyDataOptions(const DataOptions &options, ExperimentSpec &spec);

/// How long the models train.
struct BudgetOptions {
    std::optional<Index> epochs;
    std::string budget;
};

/// Adds --epochs and --budget.
void addBudgetOptions(CLI::App &app, BudgetOptions &options);
void applyBudgetOptions(const BudgetOptions &options, ExperimentSpec &spec);

/// Adds --threads, --out and --json.
void addSessionOptions(CLI::App &app, SessionOptions &options);

/// Loads a dataset with a progress bar; Cancelled after Ctrl+C.
[[nodiscard]] Result<std::shared_ptr<const Dataset>> loadWithProgress(const DatasetRequest &request,
                                                                      const std::stop_token &stop = {});

/// Prints the error and gives the exit code: Interrupted for Cancelled, without a word.
int reportUnlessCancelled(const Error &error);

[[nodiscard]] Result<std::shared_ptr<RunStore>> openStore(const std::string &out);

/// The same for commands that only read: a folder that somebody named and that is not there stays so.
/// @return NotFound  there is no folder @p out
[[nodiscard]] Result<std::shared_ptr<RunStore>> openStoreToRead(const std::string &out);

/// Trains @p spec from the start and keeps everything in @p store.
[[nodiscard]] Result<SessionOutcome> runSession(const ExperimentSpec &spec,
                                                std::shared_ptr<const Dataset> data, RunStore &store,
                                                const SessionOptions &options, const Interrupt &interrupt);

/// Goes on with runs of @p store, side by side.
[[nodiscard]] Result<SessionOutcome> resumeSession(const std::vector<std::string> &ids,
                                                   std::shared_ptr<const Dataset> data, RunStore &store,
                                                   const SessionOptions &options, const Interrupt &interrupt);

/// The scoreboard as a table, a sentence for each Rosler model, the runs' ids; with json the result object as
/// the last line instead.
void printOutcome(const SessionOutcome &outcome, const RunStore &store, bool json);

} // namespace rosler::cli
