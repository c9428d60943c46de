// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/staged_file.h"
#include "core/nn/network.h"
#include "core/store/metrics_file.h"
#include "core/store/run_documents.h"
#include "core/store/run_lock.h"
#include "core/training/trainer.h"

namespace rosler {

/// Failures to write, collected for whoever asks. Any thread.
class WriteErrors
{
public:
    /// Keeps the error unless it is the same as the one before: a full disk refuses every sample.
    void add(const Error &error);
    void add(const Result<void> &outcome)
    {
        if (!outcome)
            add(outcome.error());
    }
    [[nodiscard]] std::vector<Error> all() const;

private:
    mutable std::mutex m_mutex;
    std::vector<Error> m_errors;
};

/// Fills one run's folder. Store's thread only, after it was made. What cannot be written goes to the
/// errors; what was written before stays whole.
///
/// Everything outlives the program's sudden end. A sync, for power cuts, is made at a checkpoint when the
/// last one is two seconds old: epochs shorter than that must not wait for disks.
class RunWriter
{
public:
    RunWriter(std::filesystem::path folder, std::string trialDigest, RunProgress progress,
              MetricsAppender metrics, RunLock lock, WriteErrors &errors);

    void sample(const MetricSample &sample);
    void checkpoint(const TrainingState &state);
    void end(const TrialResult &result, const Network &network);
    void fail(const Error &error);
    /// The recorder goes and the trial has not ended.
    void abandon();
    /// Says that the run is still going on, for those who cannot see this process.
    void heartbeat();
    void log(const std::string &line);
    void sync(); ///< all that was written outlives a power cut

    /// Says that checkpoint.h5 is whole, so that the next one keeps it as checkpoint.1.h5.
    void trustNewestCheckpoint() { m_newestIsSynced = true; }

private:
    Result<void> writeProgress(Outlive outlive);
    void endAs(RunStatus status);
    [[nodiscard]] Result<void> writeCheckpoint(const TrainingState &state, Outlive outlive);

    std::filesystem::path m_folder;
    std::string m_trialDigest;
    RunProgress m_progress;
    MetricsAppender m_metrics;
    RunLock m_lock; ///< let go at the end
    WriteErrors &m_errors;
    bool m_ended = false;
    bool m_newestIsSynced = false;    ///< checkpoint.h5 would outlive a power cut
    bool m_beginningIsSynced = false; ///< what never changes after the run began would
    std::optional<std::chrono::steady_clock::time_point> m_lastSync;
};

/// Appends @p line to a log file, with the time before it.
[[nodiscard]] Result<void> appendLog(const std::filesystem::path &path, const std::string &line);

} // namespace rosler
