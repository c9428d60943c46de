// SPDX-License-Identifier: Apache-2.0
#include "core/store/run_folder.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <random>
#include <utility>

#include <unistd.h>

#include "core/base/staged_file.h"
#include "core/store/checkpoint_file.h"
#include "core/store/metrics_file.h"
#include "core/store/run_writer.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr const char *unfinished = ".new-"; ///< begins the names of folders that are being made
constexpr int mostTries = 100;              ///< to find a name that no other program took
constexpr std::chrono::hours abandonedAfter {24};

/// "2026-11-21T06:12:04.123Z" -> "2026-11-21T061204".
std::string folderTime(const std::string &created)
{
    std::string text = created.substr(0, 19);
    std::erase(text, ':');
    return text;
}

RunMeta metaOf(const ExperimentSpec &spec, std::size_t model, const Dataset &data,
               const RunEnvironment &environment)
{
    RunMeta meta;
    meta.experiment = spec.name;
    meta.model = spec.models[model].name;
    meta.modelNumber = model;
    meta.seed = spec.seed;
    meta.trialDigest = trialDigest(trialOf(spec, model));
    meta.dataset = data.name();
    meta.datasetSource = data.source();
    meta.datasetDigest = data.digest();
    meta.shape = data.shape();
    meta.classes = data.classNames();
    meta.trainExamples = classCounts(data.train(), data.classes());
    meta.testExamples = classCounts(data.test(), data.classes());
    meta.environment = environment;
    return meta;
}

/// The experiment with this one model, to be run again from any folder.
ExperimentSpec specOf(const ExperimentSpec &spec, std::size_t model, const Dataset &data)
{
    ExperimentSpec one = spec;
    one.models = {modelAlone(spec, model)};
    std::error_code failed;
    if (data.source() != "built in" && fs::exists(data.source(), failed))
        one.dataset.source = fs::absolute(data.source()).lexically_normal().string();
    return one;
}

std::vector<NewRun> newRuns(const ExperimentSpec &spec, const Dataset &data,
                            const RunEnvironment &environment)
{
    const std::string created = timestamp();
    const std::string digits = randomDigits();
    std::vector<NewRun> runs;
    for (std::size_t model = 0; model < spec.models.size(); ++model) {
        NewRun run {{}, specOf(spec, model, data), metaOf(spec, model, data, environment), {}};
        const std::string before =
            folderTime(created) + "_" + nameOf(data.name()) + "_" + nameOf(run.meta.model);
        run.id = before + "_" + digits;
        if (std::ranges::any_of(runs, [&](const NewRun &other) { return other.id == run.id; }))
            run.id = before + "-" + std::to_string(model) + "_" + digits; // spelt the same in a folder's name
        run.meta.created = created;
        run.meta.group = folderTime(created) + "_" + digits;
        runs.push_back(std::move(run));
    }
    return runs;
}

/// Fills a folder that nobody sees yet.
Result<void> fillFolder(const fs::path &folder, NewRun &run)
{
    std::error_code failed;
    fs::create_directory(folder, failed);
    if (failed)
        return writeFailed(failed.value(), folder);
    auto lock = RunLock::take(folder);
    if (!lock)
        return tl::unexpected(lock.error());
    run.lock = std::move(*lock);
    for (const auto &[name, text] :
         {std::pair(run_file::experiment, toJson(run.spec)), std::pair(run_file::meta, toJson(run.meta)),
          std::pair(run_file::status, toJson(beginning())), std::pair(run_file::metrics, metricsHeading())})
        if (auto done = replaceFile(folder / name, text, Outlive::Program); !done)
            return done;
    return appendLog(folder / run_file::log, "began");
}

/// Makes the folders of all runs, or none.
/// @return Rejected  one of the names is taken
Result<void> makeFolders(const fs::path &root, std::vector<NewRun> &runs)
{
    std::vector<fs::path> made;
    Result<void> outcome;
    for (NewRun &run : runs) {
        const fs::path hidden = root / (unfinished + std::to_string(::getpid()) + "-" + run.id);
        made.push_back(hidden);
        outcome = fillFolder(hidden, run);
        if (!outcome)
            break;
        if (::rename(hidden.c_str(), (root / run.id).c_str()) != 0) {
            const int number = errno;
            if (number == EEXIST || number == ENOTEMPTY)
                outcome = fail(ErrorCode::Rejected, "the name is taken", run.id);
            else
                outcome = writeFailed(number, root / run.id);
            break;
        }
        made.back() = root / run.id;
    }
    if (!outcome) {
        std::error_code ignored;
        for (const fs::path &folder : made)
            fs::remove_all(folder, ignored);
    }
    return outcome;
}

} // namespace

std::string nameOf(const std::string &text)
{
    constexpr std::size_t longest = 40;
    std::string name;
    for (const char c : text.substr(0, longest)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || (c == '.' && !name.empty()) || c == '-';
        name += plain ? c : '-';
    }
    return name.empty() ? "x" : name;
}

std::string randomDigits()
{
    constexpr const char *digits = "0123456789abcdef";
    std::random_device random;
    std::uint32_t bits = random();
    std::string text;
    for (int i = 0; i < 4; ++i, bits >>= 4U)
        text += digits[bits & 15U];
    return text;
}

RunProgress beginning()
{
    RunProgress progress;
    progress.status = RunStatus::Running;
    progress.updated = timestamp();
    progress.process = thisProcess();
    return progress;
}

Result<std::vector<NewRun>> makeRunFolders(const fs::path &root, const ExperimentSpec &spec,
                                           const Dataset &data, int threads)
{
    const RunEnvironment environment = thisEnvironment(threads);
    if (const auto readAgain = parseExperiment(toJson(spec), "experiment"); !readAgain)
        return tl::unexpected(readAgain.error());
    for (int tries = 1;; ++tries) {
        std::vector<NewRun> runs = newRuns(spec, data, environment);
        const auto made = makeFolders(root, runs);
        if (made)
            return runs;
        if (made.error().code != ErrorCode::Rejected || tries == mostTries)
            return tl::unexpected(made.error());
    }
}

void removeUnfinishedFolders(const fs::path &root)
{
    std::error_code failed;
    for (fs::directory_iterator at(root, failed), end; !failed && at != end; at.increment(failed)) {
        if (!at->path().filename().string().starts_with(unfinished))
            continue;
        std::error_code ignored;
        const auto written = fs::last_write_time(at->path(), ignored);
        if (!ignored && fs::file_time_type::clock::now() - written > abandonedAfter)
            fs::remove_all(at->path(), ignored);
    }
}

} // namespace rosler
