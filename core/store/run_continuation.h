// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/store/metrics_file.h"
#include "core/store/run_documents.h"
#include "core/store/run_lock.h"
#include "core/store/run_writer.h"

/// How runs are read to go on. Store's thread only: checkpoints are HDF5.
namespace rosler {

/// A checkpoint and which of the two files it was read from.
struct FoundCheckpoint {
    TrainingState state;
    bool isNewest = true; ///< checkpoint.h5, rather than the one before
};

/// The newest checkpoint in a run's folder that is whole (errors: RunStore::loadCheckpoint()).
[[nodiscard]] Result<FoundCheckpoint> findCheckpoint(const std::filesystem::path &folder,
                                                     const TrialSpec &trial);

/// All metrics in a run's folder.
[[nodiscard]] Result<MetricsText> readMetrics(const std::filesystem::path &folder);

/// What a run that goes on begins with.
struct Continuation {
    std::filesystem::path folder;
    RunSummary summary;
    RunLock lock;                       ///< held while this lives, then by the writer
    std::optional<TrainingState> state; ///< that it goes on from
    bool newestIsWhole = false;         ///< checkpoint.h5, rather than the one before
    std::uint64_t metricsLength = 0;    ///< that of the samples up to the step, bytes
    RunProgress progress;
};

/// Looks at a run that shall go on, and changes nothing. The caller holds its lock, and puts it in.
/// @return Rejected  it has come to its end, or is still going on
[[nodiscard]] Result<Continuation> prepareContinuation(const std::filesystem::path &root,
                                                       const RunSummary &summary);

/// Who went on with the run so far; empty where nobody did.
[[nodiscard]] Result<std::vector<RunSession>> readSessions(const std::filesystem::path &folder);

/// Puts the run's folder into the state in which a recorder goes on. A program killed at any moment of
/// it leaves a run that can still go on.
/// @param environment  of this process, kept with the run
[[nodiscard]] Result<std::unique_ptr<RunWriter>> goOn(Continuation &run, const RunEnvironment &environment,
                                                      WriteErrors &errors);

} // namespace rosler
