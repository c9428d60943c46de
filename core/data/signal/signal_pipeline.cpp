// SPDX-License-Identifier: Apache-2.0
#include "core/data/signal/signal_pipeline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "core/base/text_number.h"
#include "core/data/test_part.h"

namespace rosler {

namespace {

constexpr std::array<std::pair<std::string_view, SignalFeatureKind>, 4> kinds {
    {{"raw", SignalFeatureKind::Raw},
     {"fft", SignalFeatureKind::Fft},
     {"log-mel", SignalFeatureKind::LogMel},
     {"mfcc", SignalFeatureKind::Mfcc}}};
constexpr double noNoise = 100; // dB

} // namespace

Index SignalPipeline::step() const noexcept
{
    return std::max(Index {1},
                    static_cast<Index>(std::llround(static_cast<double>(features.window) * (1 - overlap))));
}

std::vector<ReaderOption> withSignalOptions(std::initializer_list<ReaderOption> own,
                                            const SignalPipeline &usual)
{
    const SignalFeatures &f = usual.features;
    const auto *const kind = std::ranges::find(kinds, f.kind, [](const auto &row) { return row.second; });
    std::vector<ReaderOption> options(own);
    const std::initializer_list<ReaderOption> common {
        {"rate", "samples a second that all recordings are brought to; 0: those of the first", f.rate, 0,
         1e9},
        {"window", "of an example, in samples; 0: about two seconds, shorter for short recordings", f.window,
         0, 1'048'576},
        {"overlap", "of a window with the next, as a share", usual.overlap, 0, 0.95},
        {"hann", "whether samples fade in and out over a window, or over a frame", f.hann},
        {"features",
         "what an example is made of: raw, fft (magnitudes of window / 2 frequencies), log-mel or mfcc",
         std::string(kind->first)},
        {"bands", "of log-mel and mfcc", f.bands, 1, 512},
        {"coefficients", "of mfcc", f.coefficients, 1, 512},
        {"frame", "of log-mel and mfcc, in samples", f.frame, 2, 65'536},
        {"hop", "from frame to frame, in samples", f.hop, 1, 65'536},
        {"split", "what is tested on: time (the rest of each recording) or recording (whole ones)",
         std::string(usual.byRecording ? "recording" : "time")},
        {"train_share", "of each recording, or of the recordings, that is trained on", usual.trainShare, 0.05,
         0.999},
        splitSeedOption,
        {"test_noise_db", "signal to noise ratio of white noise added to the test windows; 100: none",
         noNoise, -40, noNoise},
    };
    options.insert(options.end(), common);
    return options;
}

Result<SignalPipeline> signalPipeline(const DatasetOptions &options, const SignalPipeline &usual)
{
    const auto index = [&](std::string_view name) { return std::get<Index>(options.find(name)->second); };
    const auto real = [&](std::string_view name) { return std::get<double>(options.find(name)->second); };
    const auto text = [&](std::string_view name) {
        return std::get<std::string>(options.find(name)->second);
    };
    SignalPipeline pipeline = usual;
    SignalFeatures &f = pipeline.features;
    f.rate = real("rate");
    f.window = index("window");
    f.hann = std::get<bool>(options.find("hann")->second);
    f.bands = index("bands");
    f.coefficients = index("coefficients");
    f.frame = index("frame");
    f.hop = index("hop");
    pipeline.overlap = real("overlap");
    pipeline.trainShare = real("train_share");
    pipeline.splitSeed = static_cast<std::uint64_t>(index("split_seed"));
    const auto *const kind =
        std::ranges::find(kinds, text("features"), [](const auto &row) { return row.first; });
    if (kind == kinds.end())
        return fail(ErrorCode::OutOfRange,
                    '"' + className(text("features")) + "\" is none of raw, fft, log-mel and mfcc",
                    "options/features");
    f.kind = kind->second;
    if (text("split") != "time" && text("split") != "recording")
        return fail(ErrorCode::OutOfRange,
                    '"' + className(text("split")) + "\" is neither time nor recording", "options/split");
    pipeline.byRecording = text("split") == "recording";
    if (real("test_noise_db") < noNoise)
        pipeline.testNoiseDb = real("test_noise_db");
    return pipeline;
}

std::vector<RecordingUse> usesOf(const std::vector<std::string> &labels, const SignalPipeline &pipeline)
{
    std::vector<RecordingUse> uses(labels.size(), RecordingUse::Split);
    if (!pipeline.byRecording)
        return uses;
    std::map<std::string_view, std::uint16_t> numberOf;
    std::vector<std::uint16_t> numbers;
    for (const std::string &label : labels)
        numbers.push_back(
            numberOf.try_emplace(label, static_cast<std::uint16_t>(numberOf.size())).first->second);
    const std::vector<bool> test =
        drawTestPart(numbers, numberOf.size(), 1 - pipeline.trainShare, pipeline.splitSeed);
    for (std::size_t i = 0; i < uses.size(); ++i)
        uses[i] = test[i] ? RecordingUse::Test : RecordingUse::Train;
    return uses;
}

Index windowFor(const SignalPipeline &pipeline, std::span<const Recording> recordings)
{
    constexpr double seconds = 2;
    constexpr Index fewest = 16;
    constexpr Index fewestOfTime = 64; // of a slow sensor, two seconds are no pattern
    constexpr Index most = 16'384;
    constexpr Index wanted = 4; // end to end
    const double rate = pipeline.features.rate;
    Index window = SignalFeatures {}.window;
    if (rate > 0)
        window = static_cast<Index>(std::exp2(std::clamp(std::round(std::log2(seconds * rate)),
                                                         std::log2(static_cast<double>(fewestOfTime)),
                                                         std::log2(static_cast<double>(most)))));
    for (const Recording &recording : recordings) {
        auto part = static_cast<double>(recording.samples());
        if (rate > 0 && recording.rate > 0)
            part *= rate / recording.rate;
        if (recording.use == RecordingUse::Split)
            part *= std::min(pipeline.trainShare, 1 - pipeline.trainShare);
        else if (recording.use == RecordingUse::TrainShare)
            part *= pipeline.trainShare;
        while (window > fewest && static_cast<double>(wanted * window) > part)
            window /= 2;
    }
    return window;
}

std::string describe(const SignalFeatures &f)
{
    std::string text = "windows of " + std::to_string(f.window) + " samples";
    if (f.rate > 0)
        text += " at " + numberText(f.rate) + " a second ("
            + numberText(static_cast<double>(f.window) / f.rate, 3) + " s)";
    if (f.channels > 1)
        text += " in " + std::to_string(f.channels) + " channels";
    const std::string frames = std::to_string(f.shape().height) + " frames of " + std::to_string(f.frame)
        + " samples, " + std::to_string(f.hop) + " apart";
    const std::string hann = f.hann ? ", Hann" : "";
    switch (f.kind) {
    case SignalFeatureKind::Raw:
        return text + ", as they are";
    case SignalFeatureKind::Fft:
        return text + hann + ", magnitudes of " + std::to_string(f.window / 2) + " frequencies";
    case SignalFeatureKind::LogMel:
        return text + ", " + frames + hann + ", " + std::to_string(f.bands) + " mel bands";
    case SignalFeatureKind::Mfcc:
        break;
    }
    return text + ", " + frames + hann + ", " + std::to_string(f.coefficients) + " cepstral coefficients of "
        + std::to_string(f.bands) + " mel bands";
}

} // namespace rosler
