// SPDX-License-Identifier: Apache-2.0
#include "core/store/run_writer.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/staged_file.h"
#include "core/store/checkpoint_file.h"
#include "core/store/model_file.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t mostErrors = 100;
constexpr std::chrono::seconds syncInterval {2};

bool isThere(const fs::path &path)
{
    std::error_code ignored;
    return fs::exists(path, ignored);
}

} // namespace

void WriteErrors::add(const Error &error)
{
    const std::scoped_lock lock(m_mutex);
    if (m_errors.size() < mostErrors && (m_errors.empty() || m_errors.back() != error))
        m_errors.push_back(error);
}

std::vector<Error> WriteErrors::all() const
{
    const std::scoped_lock lock(m_mutex);
    return m_errors;
}

Result<void> appendLog(const fs::path &path, const std::string &line)
{
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return writeFailed(errno, path);
    const int failure = writeAll(descriptor, timestamp() + " " + line + "\n");
    ::close(descriptor);
    if (failure != 0)
        return writeFailed(failure, path);
    return {};
}

RunWriter::RunWriter(fs::path folder, std::string trialDigest, RunProgress progress, MetricsAppender metrics,
                     RunLock lock, WriteErrors &errors)
    : m_folder(std::move(folder))
    , m_trialDigest(std::move(trialDigest))
    , m_progress(std::move(progress))
    , m_metrics(std::move(metrics))
    , m_lock(std::move(lock))
    , m_errors(errors)
{
}

void RunWriter::sample(const MetricSample &sample)
{
    m_progress.note(sample);
    m_errors.add(m_metrics.append(sample));
}

void RunWriter::checkpoint(const TrainingState &state)
{
    const auto now = std::chrono::steady_clock::now();
    const bool due = !m_lastSync || now - *m_lastSync >= syncInterval;
    const auto written = writeCheckpoint(state, due ? Outlive::PowerCut : Outlive::Program);
    m_errors.add(written);
    (void)writeProgress(due ? Outlive::PowerCut : Outlive::Program);
    if (due && written)
        sync();
}

/// The checkpoint before is kept, unless a power cut would take it: then the one that is kept already is
/// the better one, and this one is overwritten. So checkpoint.1.h5 is always safe on the disk.
Result<void> RunWriter::writeCheckpoint(const TrainingState &state, Outlive outlive)
{
    const fs::path newest = m_folder / run_file::checkpoint;
    const auto bytes = checkpointBytes(state, m_trialDigest);
    if (!bytes)
        return tl::unexpected(bytes.error());
    auto staged = StagedFile::write(newest, *bytes, outlive);
    if (!staged)
        return tl::unexpected(staged.error());
    if (m_newestIsSynced && isThere(newest)
        && ::rename(newest.c_str(), (m_folder / run_file::olderCheckpoint).c_str()) != 0)
        return writeFailed(errno, m_folder / run_file::olderCheckpoint);
    m_newestIsSynced = outlive == Outlive::PowerCut;
    return staged->commit();
}

Result<void> RunWriter::writeProgress(Outlive outlive)
{
    m_progress.updated = timestamp();
    auto written = replaceFile(m_folder / run_file::status, toJson(m_progress), outlive);
    m_errors.add(written);
    return written;
}

void RunWriter::heartbeat()
{
    if (!m_ended)
        (void)writeProgress(Outlive::Program);
}

void RunWriter::endAs(RunStatus status)
{
    m_ended = true;
    m_progress.status = status;
    const auto said = writeProgress(Outlive::PowerCut);
    sync();
    // The model is there, and all know: nothing will go on from here any more.
    std::error_code ignored;
    if (said && status == RunStatus::Finished)
        for (const char *name : {run_file::checkpoint, run_file::olderCheckpoint})
            fs::remove(m_folder / name, ignored);
    m_lock.release();
}

void RunWriter::end(const TrialResult &result, const Network &network)
{
    // Finished is a run whose model can be read. On a full disk it is stopped a step before: its checkpoint
    // is there, and once there is room it goes on to the same end.
    Result<void> kept = writeModelFile(m_folder / run_file::model, network);
    if (kept)
        if (const auto again = readModelFile(m_folder / run_file::model); !again)
            kept = tl::unexpected(again.error());
    if (kept)
        kept = replaceFile(m_folder / run_file::result, toJson(result), Outlive::PowerCut);
    m_errors.add(kept);
    m_progress.epoch = result.epochs;
    m_progress.seconds = result.trainSeconds;
    m_progress.trainFlops = result.trainFlops;
    if (!kept && result.end == TrialEnd::Finished) {
        m_progress.failure = "trained to its end, but not kept: " + message(kept.error());
        return endAs(RunStatus::Stopped);
    }
    switch (result.end) {
    case TrialEnd::Finished:
        return endAs(RunStatus::Finished);
    case TrialEnd::Stopped:
        return endAs(RunStatus::Stopped);
    case TrialEnd::Diverged:
        return endAs(RunStatus::Diverged);
    case TrialEnd::Failed:
        return endAs(RunStatus::Failed);
    }
}

void RunWriter::fail(const Error &error)
{
    m_progress.failure = message(error);
    log("failed: " + m_progress.failure);
    endAs(RunStatus::Failed);
}

void RunWriter::abandon()
{
    if (!m_ended)
        endAs(RunStatus::Interrupted);
}

void RunWriter::log(const std::string &line)
{
    m_errors.add(appendLog(m_folder / run_file::log, line));
}

void RunWriter::sync()
{
    m_errors.add(m_metrics.sync());
    const fs::path newest = m_folder / run_file::checkpoint;
    if (!m_newestIsSynced && isThere(newest)) {
        const auto outcome = syncPath(newest);
        m_errors.add(outcome);
        m_newestIsSynced = outcome.has_value();
    }
    if (!m_beginningIsSynced) {
        for (const char *name : {run_file::experiment, run_file::meta, run_file::status})
            m_errors.add(syncPath(m_folder / name));
        m_errors.add(syncPath(m_folder.parent_path()));
        m_beginningIsSynced = true;
    }
    m_errors.add(syncPath(m_folder));
    m_lastSync = std::chrono::steady_clock::now();
}

} // namespace rosler
