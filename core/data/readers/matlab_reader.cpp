// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/matlab_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fnmatch.h>

#include "core/base/text_number.h"
#include "core/data/file_tree.h"
#include "core/data/readers/cwru_records.h"
#include "core/data/readers/label_table.h"
#include "core/data/readers/mat_file.h"
#include "core/data/signal/recording_labels.h"
#include "core/data/signal/signal_cutter.h"
#include "core/data/signal/signal_pipeline.h"
#include "core/data/test_part.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t mostFileBytes = 1'000'000'000;
constexpr std::size_t recordingsAtOnce = 8;
constexpr Index samplesAtOnce = 16'000'000;
constexpr double cwruRate = 12'000;

bool isMatName(std::string_view path)
{
    const std::string end = lowerEnding(path);
    return end == ".mat";
}

/// What is done with each file, by its path.
struct Planned {
    std::string label;
    RecordingUse use = RecordingUse::Split;
    std::optional<CwruRecord> record;
};
using Plan = std::map<std::string, Planned, std::less<>>;

/// "0,2" or "all" as motor loads.
Result<std::set<int>> loadsIn(const std::string &text, const char *option)
{
    if (text == "all")
        return std::set {0, 1, 2, 3};
    std::set<int> loads;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t comma = std::min(text.size(), text.find(',', at));
        const auto load = numberIn<int>(std::string_view(text).substr(at, comma - at));
        if (!load || *load < 0 || *load > 3)
            return fail(ErrorCode::OutOfRange,
                        '"' + className(text)
                            + "\": loads are numbers from 0 to 3 with commas between them, or all",
                        std::string("options/") + option);
        loads.insert(*load);
        at = comma + 1;
    }
    return loads;
}

class MatlabLoad
{
public:
    MatlabLoad(const fs::path &path, DatasetOptions options, SignalPipeline pipeline,
               const ReadLimits &limits, const ReadProgress &progress)
        : m_path(path)
        , m_options(std::move(options))
        , m_pipeline(std::move(pipeline))
        , m_limits(limits)
        , m_progress(progress)
    {
    }

    Result<std::shared_ptr<const Dataset>> run();

private:
    [[nodiscard]] std::string text(std::string_view name) const
    {
        return std::get<std::string>(m_options.find(name)->second);
    }
    Result<void> list();
    Result<void> planCwru();
    Result<void> planOthers(const FileLabels &labels);
    Result<void> take(TreeFile &file, SignalCutter &cutter);
    Result<Recording> read(TreeFile &file, const Planned &planned) const;
    [[nodiscard]] Result<const MatVariable *> choose(const MatFile &file, const Planned &planned,
                                                     const std::string &name) const;
    Result<void> pass(SignalCutter &cutter);

    const fs::path &m_path;
    DatasetOptions m_options;
    SignalPipeline m_pipeline;
    const ReadLimits &m_limits;
    const ReadProgress &m_progress;
    std::vector<std::string> m_files;
    Plan m_plan;
    std::vector<std::string> m_notes;
    bool m_cwru = false;
    std::vector<Recording> m_waiting;
    Index m_samples = 0; ///< of those
};

Result<void> MatlabLoad::list()
{
    TreeVisit visit;
    visit.stop = m_progress.stop;
    FileLabels labels(m_options);
    visit.wanted = [&](std::string_view file) {
        if (isMatName(file))
            m_files.emplace_back(file);
        return labels.wants(file);
    };
    visit.take = [&](TreeFile &file) { return labels.take(file); };
    if (auto visited = visitFiles(m_path, visit); !visited)
        return visited;
    if (m_files.empty())
        return fail(ErrorCode::NotFound, "no .mat files", m_path.string());
    std::set<std::string_view> once;
    for (const std::string &file : m_files)
        if (!once.insert(file).second)
            return fail(ErrorCode::Malformed, className(file) + " is there twice", m_path.string());
    m_cwru = text("label_table").empty() && std::ranges::all_of(m_files, [](const std::string &file) {
                 return cwruRecordOf(file).has_value();
             });
    return m_cwru ? planCwru() : planOthers(labels);
}

Result<void> MatlabLoad::planCwru()
{
    const auto train = loadsIn(text("load"), "load");
    const auto test = loadsIn(text("test_load"), "test_load");
    if (!train || !test)
        return tl::unexpected(train ? test.error() : train.error());
    std::vector<std::string> files;
    std::vector<std::string> labels;
    for (const std::string &file : m_files) {
        const auto record = cwruRecordOf(file);
        if (test->contains(record->load) && train->contains(record->load))
            return fail(ErrorCode::OutOfRange,
                        "load " + std::to_string(record->load) + " is to train and to test on",
                        "options/test_load");
        if (test->contains(record->load))
            m_plan[file] = {std::string(record->condition), RecordingUse::Test, record};
        if (!train->contains(record->load))
            continue;
        files.push_back(file);
        labels.emplace_back(record->condition);
        m_plan[file] = {labels.back(), RecordingUse::Split, record};
    }
    const std::vector<RecordingUse> uses = usesOf(labels, m_pipeline);
    for (std::size_t i = 0; i < files.size(); ++i) {
        RecordingUse use = uses[i];
        if (!test->empty()) // what would be tested on otherwise is left out: the training part stays the same
            use = use == RecordingUse::Split ? RecordingUse::TrainShare : use;
        if (!test->empty() && use == RecordingUse::Test)
            m_plan.erase(files[i]);
        else
            m_plan[files[i]].use = use;
    }
    if (m_pipeline.features.rate == 0)
        m_pipeline.features.rate = cwruRate;
    return {};
}

Result<void> MatlabLoad::planOthers(const FileLabels &labels)
{
    auto labelled = labels.of(m_files, m_path.string(), m_progress.stop);
    if (!labelled)
        return tl::unexpected(std::move(labelled.error()));
    const std::vector<RecordingUse> uses = usesOf(labelled->labels, m_pipeline);
    for (std::size_t i = 0; i < labelled->files.size(); ++i)
        m_plan[labelled->files[i]] = {std::move(labelled->labels[i]), uses[i], {}};
    m_notes = std::move(labelled->notes);
    return {};
}

Result<const MatVariable *> MatlabLoad::choose(const MatFile &file, const Planned &planned,
                                               const std::string &name) const
{
    std::string wanted = text("variable");
    if (wanted.empty() && planned.record)
        wanted = driveEndVariable(*planned.record);
    std::vector<const MatVariable *> found;
    std::string all;
    for (const MatVariable &variable : file.variables()) {
        all += (all.empty() ? "" : ", ") + variable.name + " (" + variable.kind + ", "
            + std::to_string(variable.rows) + " x " + std::to_string(variable.cols) + ")";
        const bool fits = wanted.empty()
            ? variable.readable() && std::max(variable.rows, variable.cols) >= m_pipeline.features.window
            : fnmatch(wanted.c_str(), variable.name.c_str(), 0) == 0;
        if (fits)
            found.push_back(&variable);
    }
    constexpr std::size_t most = 1000;
    if (all.size() > most)
        all = all.substr(0, most) + "...";
    if (found.size() == 1)
        return found.front();
    const std::string what =
        wanted.empty() ? "variables with a window of numbers" : "variables \"" + wanted + '"';
    return fail(found.empty() ? ErrorCode::NotFound : ErrorCode::OutOfRange,
                std::to_string(found.size()) + ' ' + what
                    + "; option variable names the one to take, * and ? stand for anything. There are: "
                    + (all.empty() ? "none" : all),
                name);
}

Result<Recording> MatlabLoad::read(TreeFile &file, const Planned &planned) const
{
    std::string name = file.where(0);
    name.erase(name.find_last_of(':'));
    const auto bytes = file.readAll(mostFileBytes);
    if (!bytes)
        return tl::unexpected(bytes.error());
    const auto parsed = MatFile::parse(*bytes, name, mostFileBytes, m_progress.stop);
    if (!parsed)
        return tl::unexpected(parsed.error());
    const auto variable = choose(*parsed, planned, name);
    if (!variable)
        return tl::unexpected(variable.error());
    auto vectors = (*variable)->vectors(m_progress.stop);
    if (!vectors)
        return tl::unexpected(std::move(vectors.error()));
    Recording recording;
    recording.name = (*variable)->where;
    recording.label = planned.label;
    recording.rate = std::get<double>(m_options.find("recorded_rate")->second);
    if (recording.rate == 0 && planned.record)
        recording.rate = planned.record->rate;
    recording.channels = std::move(*vectors);
    recording.use = planned.use;
    return recording;
}

Result<void> MatlabLoad::pass(SignalCutter &cutter)
{
    m_samples = 0;
    return cutter.add(std::exchange(m_waiting, {}));
}

Result<void> MatlabLoad::take(TreeFile &file, SignalCutter &cutter)
{
    auto recording = read(file, m_plan.find(file.path())->second);
    if (!recording)
        return tl::unexpected(std::move(recording.error()));
    m_samples += recording->samples() * static_cast<Index>(recording->channels.size());
    m_waiting.push_back(std::move(*recording));
    return m_waiting.size() < recordingsAtOnce && m_samples < samplesAtOnce ? Result<void> {} : pass(cutter);
}

Result<std::shared_ptr<const Dataset>> MatlabLoad::run()
{
    if (auto listed = list(); !listed)
        return tl::unexpected(std::move(listed.error()));
    SignalCutter cutter(m_pipeline, m_limits, m_progress.stop);
    cutter.expect(m_plan.size());
    constexpr double reading = 0.95; // of the time; the rest checks and digests
    TreeVisit visit;
    visit.stop = m_progress.stop;
    visit.wanted = [&](std::string_view file) { return m_plan.contains(file); };
    visit.take = [&](TreeFile &file) { return take(file, cutter); };
    visit.report = [&](double fraction) {
        if (m_progress.report)
            m_progress.report(reading * fraction);
    };
    if (auto visited = visitFiles(m_path, visit); !visited)
        return tl::unexpected(std::move(visited.error()));
    if (auto passed = pass(cutter); !passed)
        return tl::unexpected(std::move(passed.error()));
    const bool trap = std::ranges::any_of(m_plan, [this](const auto &planned) {
        return planned.second.record && planned.second.record->rate != m_pipeline.features.rate;
    });
    if (m_cwru && trap && std::get<double>(m_options.find("recorded_rate")->second) == 0)
        m_notes.emplace_back(
            "By its signal record 97 (normal) was sampled 48,000 times a second, the faults 12,000 times, "
            "which their files do not say. Taken as they lie, \"normal\" would be told by its rate alone.");
    return cutter.datasetOf(m_path, m_progress, std::move(m_notes));
}

} // namespace

std::span<const ReaderOption> matlabOptions()
{
    static const std::vector<ReaderOption> options = withSignalOptions({
        {"variable", "the recording's variable, as *_DE_time; empty: the only one that is long enough",
         std::string()},
        {"recorded_rate", "samples a second of the recordings; 0: the CWRU files' own, else nobody said", 0.0,
         0, 1e9},
        labelOption,
        labelUntilOption,
        labelTableOption,
        labelTableFileOption,
        labelTableClassOption,
        {"load", "of CWRU files, the motor's load to train on: 0 to 3, as 0,1, or all", std::string("0")},
        {"test_load", "of CWRU files, other loads to test on; empty: what is left of the training recordings",
         std::string()},
    });
    return options;
}

bool looksLikeMatlab(const fs::path &path)
{
    return std::ranges::any_of(someFiles(path), isMatName);
}

Result<std::shared_ptr<const Dataset>> readMatlab(const fs::path &path, const DatasetOptions &options,
                                                  const ReadLimits &limits, const ReadProgress &progress)
{
    auto resolved = resolveOptions(options, matlabOptions());
    if (!resolved)
        return tl::unexpected(std::move(resolved.error()));
    auto pipeline = signalPipeline(*resolved);
    if (!pipeline)
        return tl::unexpected(std::move(pipeline.error()));
    return MatlabLoad(path, std::move(*resolved), std::move(*pipeline), limits, progress).run();
}

} // namespace rosler
