// SPDX-License-Identifier: Apache-2.0
#include "core/store/run_continuation.h"

#include <system_error>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/base/staged_file.h"
#include "core/store/checkpoint_file.h"
#include "core/store/run_folder.h"
#include "core/store/sealed_file.h"

namespace rosler {

namespace fs = std::filesystem;

Result<FoundCheckpoint> findCheckpoint(const fs::path &folder, const TrialSpec &trial)
{
    const std::string digest = trialDigest(trial);
    const auto read = [&](const char *name) {
        return readRegularFile(folder / name, longestSealedFile).and_then([&](const std::string &bytes) {
            return parseCheckpoint(bytes, digest, folder.filename().string() + "/" + name);
        });
    };
    auto newest = read(run_file::checkpoint);
    if (newest)
        return FoundCheckpoint {std::move(*newest), true};
    auto older = read(run_file::olderCheckpoint);
    if (older)
        return FoundCheckpoint {std::move(*older), false};
    if (newest.error().code != ErrorCode::NotFound)
        return tl::unexpected(newest.error());
    if (older.error().code != ErrorCode::NotFound)
        return tl::unexpected(older.error());
    return fail(ErrorCode::NotFound, "the run has no checkpoint", folder.filename().string());
}

Result<MetricsText> readMetrics(const fs::path &folder)
{
    return readRegularFile(folder / run_file::metrics, longestMetrics).and_then([&](const std::string &text) {
        return parseMetrics(text, folder.filename().string() + "/" + run_file::metrics);
    });
}

Result<Continuation> prepareContinuation(const fs::path &root, const RunSummary &summary)
{
    // Running, and yet its lock was free: its writer is out of sight, and locks do not reach it.
    if (!canGoOn(summary.status))
        return fail(ErrorCode::Rejected,
                    summary.status == RunStatus::Running ? "the run is still going on"
                                                         : "the run has come to its end",
                    summary.id);
    Continuation run;
    run.folder = root / summary.id;
    run.summary = summary;
    auto found = findCheckpoint(run.folder, summary.trial);
    if (found) {
        run.state = std::move(found->state);
        run.newestIsWhole = found->isNewest;
    } else if (found.error().code != ErrorCode::NotFound) {
        return tl::unexpected(found.error());
    }
    const auto metrics = readMetrics(run.folder);
    if (!metrics)
        return tl::unexpected(metrics.error());
    run.metricsLength = metrics->headingEnd;
    run.progress = beginning();
    for (std::size_t i = 0; run.state && i < metrics->samples.size(); ++i) {
        if (metrics->samples[i].step > run.state->step)
            break;
        run.progress.note(metrics->samples[i]);
        run.metricsLength = metrics->ends[i];
    }
    return run;
}

Result<std::vector<RunSession>> readSessions(const fs::path &folder)
{
    auto sessions =
        readRegularFile(folder / run_file::sessions, longestDocument).and_then([&](const std::string &text) {
            return parseSessions(text, folder.filename().string() + "/" + run_file::sessions);
        });
    if (!sessions && sessions.error().code == ErrorCode::NotFound)
        return std::vector<RunSession> {};
    return sessions;
}

Result<std::unique_ptr<RunWriter>> goOn(Continuation &run, const RunEnvironment &environment,
                                        WriteErrors &errors)
{
    constexpr std::size_t mostSessions = 1'000; // the newest ones
    auto sessions = readSessions(run.folder);
    if (!sessions) { // damaged: kept beside, and no reason not to go on
        std::error_code ignored;
        fs::rename(run.folder / run_file::sessions,
                   run.folder / (run_file::sessions + std::string(".damaged")), ignored);
        sessions = std::vector<RunSession> {};
    }
    sessions->push_back({timestamp(), run.state ? run.state->step : 0, environment});
    if (sessions->size() > mostSessions)
        sessions->erase(sessions->begin());
    if (auto done = replaceFile(run.folder / run_file::sessions, toJson(*sessions), Outlive::PowerCut); !done)
        return tl::unexpected(done.error());
    const fs::path newest = run.folder / run_file::checkpoint;
    const fs::path metrics = run.folder / run_file::metrics;
    std::error_code failed;
    if (run.state && !run.newestIsWhole)
        fs::remove(newest, failed);
    if (!failed)
        fs::resize_file(metrics, run.metricsLength, failed);
    if (!failed)
        fs::remove(run.folder / run_file::result, failed);
    if (failed)
        return writeFailed(failed.value(), run.folder);
    if (auto done = replaceFile(run.folder / run_file::status, toJson(run.progress), Outlive::PowerCut);
        !done)
        return tl::unexpected(done.error());
    auto appender = MetricsAppender::open(metrics);
    if (!appender)
        return tl::unexpected(appender.error());
    auto writer = std::make_unique<RunWriter>(run.folder, trialDigest(run.summary.trial), run.progress,
                                              std::move(*appender), std::move(run.lock), errors);
    if (run.state && run.newestIsWhole && syncPath(newest))
        writer->trustNewestCheckpoint();
    writer->log(run.state ? "went on from step " + std::to_string(run.state->step) : "began anew");
    return writer;
}

} // namespace rosler
