// SPDX-License-Identifier: Apache-2.0
#include "core/store/run_index.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <unordered_set>

#include <sys/stat.h>

#include "core/base/atomic_file.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr std::array<const char *, 5> files {run_file::experiment, run_file::meta, run_file::status,
                                             run_file::user, run_file::result};
enum FileNumber : std::size_t { Experiment, Meta, Status, User, Outcome };

/// A program out of sight writes its status every minute (run_recorder.cpp); one that was silent for so long
/// is taken for dead. Clocks of two machines may differ by some of it.
constexpr std::chrono::minutes longestSilence {5};

/// Reads and parses one file of a run.
template <typename Parse>
auto readDocument(const fs::path &folder, const char *name, Parse parse) -> decltype(parse("", ""))
{
    const std::string where = folder.filename().string() + "/" + name;
    const auto text = readRegularFile(folder / name, longestDocument);
    if (!text)
        return rosler::fail(text.error().code, text.error().what, where);
    return parse(std::string_view(*text), where);
}

Index sum(const std::vector<Index> &counts)
{
    return std::accumulate(counts.begin(), counts.end(), Index {0});
}

} // namespace

RunIndex::Fingerprints RunIndex::fingerprintsOf(const std::string &id) const
{
    Fingerprints found;
    const std::string folder = (m_root / id).string() + "/";
    for (std::size_t i = 0; i < files.size(); ++i) {
        struct stat status {
        };
        if (::stat((folder + files[i]).c_str(), &status) == 0)
            found[i] = {status.st_ino, status.st_size,
                        std::int64_t {status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
    }
    return found;
}

RunIndex::Entry RunIndex::read(const std::string &id, const Fingerprints &fingerprints) const
{
    const fs::path folder = m_root / id;
    Entry entry;
    entry.files = fingerprints;
    RunSummary &summary = entry.summary;
    summary.id = id;
    if (fingerprints[Experiment].inode == 0 && fingerprints[Meta].inode == 0)
        return entry; // no run

    const auto spec = readDocument(folder, run_file::experiment, parseExperiment);
    const auto meta = readDocument(folder, run_file::meta, parseMeta);
    if (!spec)
        entry.problems.push_back(spec.error());
    if (!meta)
        entry.problems.push_back(meta.error());
    if (spec && spec->models.size() != 1)
        entry.problems.push_back({ErrorCode::Malformed, "not the experiment of one model",
                                  id + "/" + run_file::experiment + ":/models"});
    if (!entry.problems.empty())
        return entry;

    entry.isRun = true;
    entry.created = meta->created;
    entry.modelNumber = meta->modelNumber;
    summary.trial = trialOf(*spec, 0);
    summary.title = summary.trial.model.name;
    summary.group = meta->group;
    summary.experiment = meta->experiment;
    summary.dataset = meta->dataset;
    summary.datasetSource = meta->datasetSource;
    summary.datasetDigest = meta->datasetDigest;
    summary.created = meta->created.substr(0, 19) + "Z";
    summary.example = meta->shape;
    summary.classes = static_cast<Index>(meta->classes.size());
    summary.classNames = meta->classes;
    summary.trainExamples = sum(meta->trainExamples);

    const auto progress = readDocument(folder, run_file::status, parseProgress);
    if (!progress)
        entry.problems.push_back(progress.error());
    const RunProgress noted = progress.value_or(RunProgress {});
    summary.status = progress ? noted.status : RunStatus::Interrupted;
    summary.epochs = noted.epoch;
    summary.testAccuracy = noted.testAccuracy;
    summary.validationAccuracy = noted.validationAccuracy;
    summary.bestValidationAccuracy = noted.bestValidationAccuracy;
    summary.failure = noted.failure;
    entry.process = noted.process;

    if (fingerprints[User].inode != 0) {
        if (const auto notes = readDocument(folder, run_file::user, parseNotes)) {
            if (!notes->title.empty())
                summary.title = notes->title;
            summary.starred = notes->starred;
            summary.tags = notes->tags;
        } else {
            entry.problems.push_back(notes.error());
        }
    }
    if (fingerprints[Outcome].inode != 0) {
        if (auto result = readDocument(folder, run_file::result, parseTrialResult))
            summary.result = std::move(*result);
        else
            entry.problems.push_back(result.error());
    }
    return entry;
}

RunStatus RunIndex::statusOf(const Entry &entry) const
{
    if (entry.summary.status != RunStatus::Running)
        return entry.summary.status;
    switch (livenessOf(entry.process)) {
    case Liveness::Alive:
        return RunStatus::Running;
    case Liveness::Dead:
        return RunStatus::Interrupted;
    case Liveness::OutOfSight:
        break;
    }
    const std::chrono::nanoseconds written(entry.files[Status].modified);
    const auto silence = std::chrono::system_clock::now().time_since_epoch() - written;
    return silence < longestSilence ? RunStatus::Running : RunStatus::Interrupted;
}

/// Reads what is new or changed, forgets what is gone.
void RunIndex::refresh()
{
    std::unordered_set<std::string> present;
    std::error_code failed;
    for (fs::directory_iterator at(m_root, failed), end; !failed && at != end; at.increment(failed)) {
        std::string id = at->path().filename().string();
        if (id.starts_with('.'))
            continue; // the trash, and folders that are being made
        const Fingerprints found = fingerprintsOf(id);
        if (const auto known = m_entries.find(id); known == m_entries.end() || known->second.files != found)
            m_entries.insert_or_assign(id, read(id, found));
        present.insert(std::move(id));
    }
    std::erase_if(m_entries, [&](const auto &entry) { return !present.contains(entry.first); });
}

std::vector<const RunIndex::Entry *> RunIndex::sorted() const
{
    std::vector<const Entry *> runs;
    for (const auto &[id, entry] : m_entries)
        if (entry.isRun)
            runs.push_back(&entry);
    std::sort(runs.begin(), runs.end(), [](const Entry *a, const Entry *b) {
        if (a->created != b->created)
            return a->created > b->created;
        if (a->summary.group != b->summary.group)
            return a->summary.group > b->summary.group;
        return a->modelNumber != b->modelNumber ? a->modelNumber < b->modelNumber
                                                : a->summary.id < b->summary.id;
    });
    return runs;
}

std::vector<RunSummary> RunIndex::list(std::vector<Error> *problems)
{
    const std::scoped_lock lock(m_mutex);
    refresh();
    std::vector<RunSummary> summaries;
    for (const Entry *entry : sorted()) {
        summaries.push_back(entry->summary);
        summaries.back().status = statusOf(*entry);
    }
    if (problems != nullptr) {
        for (const auto &[id, entry] : m_entries)
            problems->insert(problems->end(), entry.problems.begin(), entry.problems.end());
        std::sort(problems->begin(), problems->end(),
                  [](const Error &a, const Error &b) { return a.where < b.where; });
    }
    return summaries;
}

Result<RunSummary> RunIndex::find(const std::string &id)
{
    const std::scoped_lock lock(m_mutex);
    refresh();
    if (const auto exact = m_entries.find(id); exact != m_entries.end()) {
        const Entry &entry = exact->second;
        if (!entry.isRun && !entry.problems.empty())
            return tl::unexpected(entry.problems.front());
        if (entry.isRun) {
            RunSummary summary = entry.summary;
            summary.status = statusOf(entry);
            return summary;
        }
    }
    const std::vector<const Entry *> runs = sorted();
    std::vector<const Entry *> fitting;
    const auto collect = [&](auto fits) {
        if (fitting.empty() && !id.empty())
            std::copy_if(runs.begin(), runs.end(), std::back_inserter(fitting), fits);
    };
    collect([&](const Entry *entry) { return entry->summary.id.starts_with(id); });
    collect([&](const Entry *entry) { return entry->summary.group.starts_with(id); });
    collect([&](const Entry *entry) { return entry->summary.id.ends_with("_" + id); });
    if (fitting.empty())
        return rosler::fail(ErrorCode::NotFound, "no such run", id);
    if (fitting.size() > 1) {
        std::string names;
        for (const Entry *entry : fitting)
            names += (names.empty() ? "" : ", ") + entry->summary.id;
        return rosler::fail(ErrorCode::OutOfRange, std::to_string(fitting.size()) + " runs fit: " + names,
                            id);
    }
    RunSummary summary = fitting.front()->summary;
    summary.status = statusOf(*fitting.front());
    return summary;
}

} // namespace rosler
