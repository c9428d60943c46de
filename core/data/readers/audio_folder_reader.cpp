// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/audio_folder_reader.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tbb/parallel_for.h>

#include "core/data/file_tree.h"
#include "core/data/readers/audio_file.h"
#include "core/data/readers/label_table.h"
#include "core/data/signal/recording_labels.h"
#include "core/data/signal/signal_cutter.h"
#include "core/data/signal/signal_pipeline.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t mostAudioBytes = 1'000'000'000;
constexpr std::size_t filesAtOnce = 64;
constexpr std::size_t bytesAtOnce = 32'000'000;

bool isAudioName(std::string_view path)
{
    const std::string end = lowerEnding(path);
    return end == ".wav" || end == ".flac";
}

bool isLeftOut(std::string_view path)
{
    return path.starts_with('_') || path.find("/_") != std::string_view::npos;
}

SignalPipeline usualAudio()
{
    SignalPipeline pipeline;
    pipeline.features.rate = 16'000;
    pipeline.features.window = 16'000;
    pipeline.features.kind = SignalFeatureKind::Mfcc;
    pipeline.features.hop = 320;
    pipeline.byRecording = true;
    pipeline.trainShare = 0.8;
    pipeline.pad = true;
    return pipeline;
}

struct PlannedAudio {
    std::string label;
    RecordingUse use = RecordingUse::Split;
};
struct AudioPlan {
    std::map<std::string, PlannedAudio, std::less<>> files;
    std::vector<std::string> notes;
};

Result<AudioPlan> listRecordings(const fs::path &path, const DatasetOptions &options,
                                 const SignalPipeline &pipeline, const ReadLimits &limits,
                                 const ReadProgress &progress)
{
    AudioPlan plan;
    FileLabels labels(options);
    bool twice = false;
    TreeVisit list;
    list.stop = progress.stop;
    list.wanted = [&](std::string_view file) {
        if (isAudioName(file) && !isLeftOut(file))
            twice |= !plan.files.try_emplace(std::string(file)).second;
        return labels.wants(file);
    };
    list.take = [&](TreeFile &file) { return labels.take(file); };
    if (auto visited = visitFiles(path, list); !visited)
        return tl::unexpected(std::move(visited.error()));
    if (plan.files.empty())
        return fail(ErrorCode::NotFound, "no .wav or .flac files", path.string());
    if (twice || std::cmp_greater(plan.files.size(), limits.maxExamples))
        return fail(twice ? ErrorCode::Malformed : ErrorCode::OutOfRange,
                    twice ? "a file is there twice"
                          : std::to_string(plan.files.size()) + " recordings are too many",
                    path.string());
    std::vector<std::string> files;
    for (const auto &[file, planned] : plan.files)
        files.push_back(file);
    auto labelled = labels.of(std::move(files), path.string(), progress.stop);
    if (!labelled)
        return tl::unexpected(std::move(labelled.error()));
    const std::vector<RecordingUse> uses = usesOf(labelled->labels, pipeline);
    plan.files.clear();
    for (std::size_t i = 0; i < labelled->files.size(); ++i)
        plan.files[labelled->files[i]] = {std::move(labelled->labels[i]), uses[i]};
    plan.notes = std::move(labelled->notes);
    return plan;
}

/// Files that wait to be decoded together.
class AudioQueue
{
public:
    AudioQueue(SignalCutter &cutter, bool mono, const std::stop_token &stop)
        : m_cutter(cutter)
        , m_mono(mono)
        , m_stop(stop)
    {
    }

    Result<void> add(TreeFile &file, const PlannedAudio &planned)
    {
        auto bytes = file.readAll(mostAudioBytes);
        if (!bytes)
            return tl::unexpected(std::move(bytes.error()));
        m_bytes += bytes->size();
        std::string name = file.where(0);
        name.erase(name.find_last_of(':'));
        m_waiting.push_back({std::move(*bytes), {std::move(name), planned.label, 0, {}, planned.use}, {}});
        return m_waiting.size() < filesAtOnce && m_bytes < bytesAtOnce ? Result<void> {} : pass();
    }

    /// The error, if any, is that of the first file.
    Result<void> pass()
    {
        tbb::parallel_for(std::size_t {0}, m_waiting.size(), [&](std::size_t i) {
            Waiting &one = m_waiting[i];
            auto audio = decodeAudio(one.bytes, one.recording.name, m_mono, m_stop);
            one.bytes = std::vector<std::byte>(); // {} would keep their room
            if (!audio) {
                one.outcome = tl::unexpected(std::move(audio.error()));
                return;
            }
            one.recording.rate = audio->rate;
            one.recording.channels = std::move(audio->channels);
        });
        std::vector<Recording> recordings;
        for (Waiting &one : m_waiting) {
            if (!one.outcome)
                return one.outcome;
            recordings.push_back(std::move(one.recording));
        }
        m_waiting.clear();
        m_bytes = 0;
        return m_cutter.add(std::move(recordings));
    }

private:
    struct Waiting {
        std::vector<std::byte> bytes;
        Recording recording;
        Result<void> outcome;
    };

    SignalCutter &m_cutter;
    bool m_mono;
    const std::stop_token &m_stop;
    std::vector<Waiting> m_waiting;
    std::size_t m_bytes = 0;
};

} // namespace

std::span<const ReaderOption> audioFolderOptions()
{
    static const std::vector<ReaderOption> options =
        withSignalOptions({labelOption,
                           labelUntilOption,
                           labelTableOption,
                           labelTableFileOption,
                           labelTableClassOption,
                           {"mono", "mix the channels to one", true}},
                          usualAudio());
    return options;
}

bool looksLikeAudioFolder(const fs::path &path)
{
    return std::ranges::any_of(someFiles(path), isAudioName);
}

Result<std::shared_ptr<const Dataset>> readAudioFolder(const fs::path &path, const DatasetOptions &options,
                                                       const ReadLimits &limits, const ReadProgress &progress)
{
    const auto resolved = resolveOptions(options, audioFolderOptions());
    if (!resolved)
        return tl::unexpected(resolved.error());
    const auto pipeline = signalPipeline(*resolved, usualAudio());
    if (!pipeline)
        return tl::unexpected(pipeline.error());
    const auto plan = listRecordings(path, *resolved, *pipeline, limits, progress);
    if (!plan)
        return tl::unexpected(plan.error());
    SignalCutter cutter(*pipeline, limits, progress.stop);
    cutter.expect(plan->files.size());
    AudioQueue queue(cutter, std::get<bool>(resolved->at("mono")), progress.stop);
    constexpr double reading = 0.95; // of the time; the rest checks and digests
    std::size_t read = 0;
    TreeVisit visit;
    visit.stop = progress.stop;
    visit.wanted = [&](std::string_view file) { return plan->files.contains(file); };
    visit.take = [&](TreeFile &file) {
        if (progress.report && ++read % filesAtOnce == 0)
            progress.report(reading * static_cast<double>(read) / static_cast<double>(plan->files.size()));
        return queue.add(file, plan->files.find(file.path())->second);
    };
    if (auto visited = visitFiles(path, visit); !visited)
        return tl::unexpected(std::move(visited.error()));
    if (auto passed = queue.pass(); !passed)
        return tl::unexpected(std::move(passed.error()));
    return cutter.datasetOf(path, progress, plan->notes);
}

} // namespace rosler
