// SPDX-License-Identifier: Apache-2.0
#include "core/store/run_store.h"

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <functional>
#include <new>
#include <utility>

#include <pwd.h>
#include <unistd.h>

#include "core/base/atomic_file.h"
#include "core/base/staged_file.h"
#include "core/store/metrics_file.h"
#include "core/store/model_file.h"
#include "core/store/run_continuation.h"
#include "core/store/run_documents.h"
#include "core/store/run_folder.h"
#include "core/store/run_index.h"
#include "core/store/run_lock.h"
#include "core/store/run_measurements.h"
#include "core/store/run_recorder.h"
#include "core/store/store_thread.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

fs::path variable(const char *name)
{
    const char *value = std::getenv(name);
    return value == nullptr ? "" : value;
}

constexpr const char *trash = ".trash";

/// Runs @p function on the store's thread; an exception there is memory or a name that ran out.
template <typename Function>
auto onThread(StoreThread &thread, Function &&function) -> std::invoke_result_t<Function>
{
    try {
        return thread.call(std::forward<Function>(function));
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::OutOfMemory, "not enough memory for the files of runs");
    } catch (const std::exception &exception) {
        return fail(ErrorCode::OutOfMemory, std::string("files of runs: ") + exception.what());
    }
}

} // namespace

struct RunStore::Impl {
    explicit Impl(fs::path folder)
        : root(std::move(folder))
        , index(root)
        , thread(std::make_shared<StoreThread>())
    {
    }

    /// Changes what the user said of a run.
    Result<void> changeNotes(const std::string &id, const std::function<void(UserNotes &)> &change)
    {
        return onThread(*thread, [&]() -> Result<void> {
            const auto run = index.find(id);
            if (!run)
                return tl::unexpected(run.error());
            const fs::path path = root / run->id / run_file::user;
            UserNotes notes;
            const auto text = readRegularFile(path, longestDocument);
            if (text)
                notes = parseNotes(*text, run->id + "/" + run_file::user).value_or(UserNotes {});
            else if (text.error().code != ErrorCode::NotFound)
                return tl::unexpected(text.error());
            change(notes);
            return writeFileAtomically(path, toJson(notes));
        });
    }

    Result<std::shared_ptr<RunRecorder>> record(const ExperimentSpec &spec, const Dataset &data, int threads);
    Result<ContinuedRuns> continueRuns(const std::vector<std::string> &ids, int threads);

    fs::path root;
    RunIndex index;
    std::shared_ptr<StoreThread> thread; ///< also the recorders', who may outlive the store
};

Result<std::shared_ptr<RunRecorder>> RunStore::Impl::record(const ExperimentSpec &spec, const Dataset &data,
                                                            int threads)
{
    if (spec.models.empty())
        return fail(ErrorCode::OutOfRange, "the experiment has no models", "/models");
    auto runs = makeRunFolders(root, spec, data, threads);
    if (!runs)
        return tl::unexpected(runs.error());
    auto errors = std::make_unique<WriteErrors>();
    std::vector<std::string> ids;
    std::vector<std::unique_ptr<RunWriter>> writers;
    for (NewRun &run : *runs) {
        auto appender = MetricsAppender::open(root / run.id / run_file::metrics);
        if (!appender)
            return tl::unexpected(appender.error());
        writers.push_back(std::make_unique<RunWriter>(root / run.id, run.meta.trialDigest, beginning(),
                                                      std::move(*appender), std::move(run.lock), *errors));
        ids.push_back(run.id);
    }
    return std::make_shared<StoreRecorder>(thread, std::move(ids), std::move(writers), std::move(errors));
}

Result<ContinuedRuns> RunStore::Impl::continueRuns(const std::vector<std::string> &ids, int threads)
{
    std::vector<Continuation> runs;
    for (const std::string &id : ids) {
        const auto found = index.find(id);
        if (!found)
            return tl::unexpected(found.error());
        for (const Continuation &other : runs)
            if (other.summary.id == found->id)
                return fail(ErrorCode::OutOfRange, "the run is named twice", found->id);
        auto lock = RunLock::take(root / found->id);
        if (!lock)
            return tl::unexpected(lock.error());
        // Only what is read under the lock is sure to be what its last writer left.
        auto run = index.find(found->id).and_then(
            [&](const RunSummary &summary) { return prepareContinuation(root, summary); });
        if (!run)
            return tl::unexpected(run.error());
        run->lock = std::move(*lock);
        runs.push_back(std::move(*run));
    }
    auto errors = std::make_unique<WriteErrors>();
    std::vector<std::string> names;
    std::vector<std::unique_ptr<RunWriter>> writers;
    ContinuedRuns continued;
    const RunEnvironment environment = thisEnvironment(threads);
    for (Continuation &run : runs) {
        auto writer = goOn(run, environment, *errors);
        if (!writer) {
            for (const auto &begun : writers)
                begun->abandon();
            return tl::unexpected(writer.error());
        }
        names.push_back(run.summary.id);
        writers.push_back(std::move(*writer));
        continued.states.push_back(std::move(run.state));
    }
    continued.recorder =
        std::make_shared<StoreRecorder>(thread, std::move(names), std::move(writers), std::move(errors));
    return continued;
}

RunStore::RunStore(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}

RunStore::~RunStore() = default;

Result<std::shared_ptr<RunStore>> RunStore::open(const fs::path &root)
{
    std::error_code failed;
    const fs::path absolute = fs::absolute(root, failed);
    if (!failed)
        fs::create_directories(absolute, failed);
    if (failed)
        return fail(ErrorCode::Unwritable, "cannot make the folder of runs: " + failed.message(),
                    root.string());
    if (!fs::is_directory(absolute, failed))
        return fail(ErrorCode::Unwritable, "not a folder", root.string());
    removeUnfinishedFolders(absolute);
    return std::shared_ptr<RunStore>(new RunStore(std::make_unique<Impl>(absolute)));
}

fs::path RunStore::dataHome()
{
    if (const fs::path data = variable("XDG_DATA_HOME");
        data.is_absolute()) // relative ones are invalid there
        return data / "rosler";
    fs::path home = variable("HOME");
    if (home.empty())
        if (const passwd *user = ::getpwuid(::getuid()); user != nullptr)
            home = user->pw_dir;
    return home / ".local" / "share" / "rosler";
}

fs::path RunStore::defaultRoot()
{
    if (const fs::path own = variable("ROSLER_RUNS"); !own.empty())
        return own;
    return dataHome() / "runs";
}

const fs::path &RunStore::root() const noexcept
{
    return m_impl->root;
}

Result<std::shared_ptr<RunRecorder>> RunStore::record(const ExperimentSpec &spec, const Dataset &data,
                                                      int threads)
{
    return onThread(*m_impl->thread, [&] { return m_impl->record(spec, data, threads); });
}

Result<ContinuedRuns> RunStore::continueRuns(const std::vector<std::string> &ids, int threads)
{
    return onThread(*m_impl->thread, [&] { return m_impl->continueRuns(ids, threads); });
}

std::vector<RunSummary> RunStore::list(std::vector<Error> *problems) const
{
    return m_impl->index.list(problems);
}

Result<RunRecord> RunStore::load(const std::string &id) const
{
    auto summary = m_impl->index.find(id);
    if (!summary)
        return tl::unexpected(summary.error());
    const fs::path folder = m_impl->root / summary->id;
    const auto parsed = [&](const char *name, auto parse) {
        return readRegularFile(folder / name, longestDocument).and_then([&](const std::string &text) {
            return parse(text, summary->id + "/" + name);
        });
    };
    auto spec = parsed(run_file::experiment, parseExperiment);
    if (!spec)
        return tl::unexpected(spec.error());
    auto meta = parsed(run_file::meta, parseMeta);
    if (!meta)
        return tl::unexpected(meta.error());
    auto metrics = readMetrics(folder);
    if (!metrics
        && metrics.error().code != ErrorCode::NotFound) // without curves the rest is still worth having
        return tl::unexpected(metrics.error());
    return RunRecord {std::move(*summary), std::move(*spec),
                      metrics ? std::move(metrics->samples) : std::vector<MetricSample> {},
                      std::move(meta->environment),
                      readSessions(folder).value_or(std::vector<RunSession> {})};
}

Result<TrainingState> RunStore::loadCheckpoint(const std::string &id) const
{
    return onThread(*m_impl->thread, [&]() -> Result<TrainingState> {
        const auto run = m_impl->index.find(id);
        if (!run)
            return tl::unexpected(run.error());
        return findCheckpoint(m_impl->root / run->id, run->trial).map([](FoundCheckpoint found) {
            return std::move(found.state);
        });
    });
}

Result<Network> RunStore::loadModel(const std::string &id) const
{
    return onThread(*m_impl->thread, [&]() -> Result<Network> {
        const auto run = m_impl->index.find(id);
        if (!run)
            return tl::unexpected(run.error());
        return readModelFile(m_impl->root / run->id / run_file::model);
    });
}

Result<std::vector<std::string>> RunStore::measurements(const std::string &id) const
{
    return m_impl->index.find(id).map(
        [&](const RunSummary &run) { return listMeasurements(m_impl->root / run.id); });
}

Result<std::string> RunStore::addMeasurement(const std::string &id, const std::string &json,
                                             const std::string &label)
{
    return onThread(*m_impl->thread, [&] {
        return m_impl->index.find(id).and_then(
            [&](const RunSummary &run) { return writeMeasurement(m_impl->root / run.id, json, label); });
    });
}

Result<std::string> RunStore::measurement(const std::string &id, const std::string &name) const
{
    return m_impl->index.find(id).and_then(
        [&](const RunSummary &run) { return readMeasurement(m_impl->root / run.id, name); });
}

Result<void> RunStore::rename(const std::string &id, const std::string &title)
{
    return m_impl->changeNotes(id, [&](UserNotes &notes) { notes.title = title; });
}

Result<void> RunStore::setStarred(const std::string &id, bool starred)
{
    return m_impl->changeNotes(id, [&](UserNotes &notes) { notes.starred = starred; });
}

Result<void> RunStore::setTags(const std::string &id, const std::vector<std::string> &tags)
{
    return m_impl->changeNotes(id, [&](UserNotes &notes) { notes.tags = tags; });
}

Result<void> RunStore::remove(const std::string &id)
{
    return onThread(*m_impl->thread, [&]() -> Result<void> {
        const auto run = m_impl->index.find(id);
        if (!run)
            return tl::unexpected(run.error());
        if (run->status == RunStatus::Running)
            return fail(ErrorCode::Rejected, "the run is still going on", run->id);
        const auto lock = RunLock::take(m_impl->root / run->id); // its writer may just have begun
        if (!lock && lock.error().code == ErrorCode::Rejected)
            return tl::unexpected(lock.error());
        const fs::path bin = m_impl->root / trash;
        std::error_code failed;
        fs::create_directory(bin, failed);
        if (failed)
            return writeFailed(failed.value(), bin);
        if (::rename((m_impl->root / run->id).c_str(), (bin / run->id).c_str()) != 0)
            return writeFailed(errno, bin / run->id);
        return {};
    });
}

Result<void> RunStore::restore(const std::string &id)
{
    return onThread(*m_impl->thread, [&]() -> Result<void> {
        const fs::path removed = m_impl->root / trash / id;
        std::error_code failed;
        if (id.empty() || id.starts_with('.') || id.find('/') != std::string::npos
            || !fs::is_directory(removed, failed))
            return fail(ErrorCode::NotFound, "no such run in the trash", id);
        if (::rename(removed.c_str(), (m_impl->root / id).c_str()) != 0)
            return writeFailed(errno, m_impl->root / id);
        return {};
    });
}

} // namespace rosler
