// SPDX-License-Identifier: Apache-2.0
#include "core/data/signal/signal_cutter.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include "core/base/random.h"
#include "core/base/text_number.h"
#include "core/data/file_tree.h"
#include "core/data/loading_stopped.h"
#include "core/data/test_part.h"

namespace rosler {

namespace {

constexpr std::uint32_t sections = 10; // groups of a recording that is split by time

Index windowsIn(Index samples, Index window, Index step)
{
    return samples < window ? 0 : 1 + (samples - window) / step;
}

} // namespace

SignalCutter::SignalCutter(SignalPipeline pipeline, const ReadLimits &limits, std::stop_token stop)
    : m_pipeline(std::move(pipeline))
    , m_limits(limits)
    , m_stop(std::move(stop))
{
}

Result<void> SignalCutter::begin(const std::vector<Recording> &first)
{
    SignalFeatures &features = m_pipeline.features;
    features.channels = static_cast<Index>(first.front().channels.size());
    if (features.rate == 0)
        features.rate = first.front().rate;
    if (features.window == 0)
        features.window = windowFor(m_pipeline, first);
    auto extractor = SignalExtractor::make(features);
    if (!extractor)
        return tl::unexpected(extractor.error());
    m_extractor = std::move(*extractor);
    return {};
}

Result<void> SignalCutter::check(const Recording &recording) const
{
    const SignalFeatures &features = m_pipeline.features;
    if (recording.samples() == 0)
        return fail(ErrorCode::Malformed, "a recording without samples", recording.name);
    if (std::cmp_not_equal(recording.channels.size(), features.channels))
        return fail(ErrorCode::Malformed,
                    std::to_string(recording.channels.size()) + " channels, but "
                        + std::to_string(features.channels) + " in the recordings before",
                    recording.name);
    for (const std::vector<float> &channel : recording.channels)
        if (std::cmp_not_equal(channel.size(), recording.samples()))
            return fail(ErrorCode::Malformed, "channels of unequal lengths", recording.name);
    return {};
}

Result<SignalCutter::Cut> SignalCutter::cut(Recording recording) const
{
    const SignalFeatures &features = m_pipeline.features;
    Cut cut;
    Index reach = 0;
    for (const std::vector<float> &channel : recording.channels) {
        const auto bad = std::ranges::find_if_not(channel, [](float x) { return std::isfinite(x); });
        if (bad != channel.end())
            return fail(ErrorCode::Malformed,
                        "sample " + std::to_string(bad - channel.begin()) + " is not finite", recording.name);
    }
    if (recording.rate != features.rate) {
        if (!(recording.rate > 0))
            return fail(ErrorCode::OutOfRange, "its rate is not known, and so cannot be changed",
                        recording.name);
        const auto resampler = Resampler::make(recording.rate, features.rate);
        if (!resampler)
            return fail(resampler.error().code, resampler.error().what, recording.name);
        reach = 2 * resampler->reach(); // of the last training sample forwards, of the first test one back
        for (const std::vector<float> &channel : recording.channels) {
            auto resampled = resampler->run(channel, m_stop);
            if (!resampled)
                return tl::unexpected(resampled.error());
            cut.samples.push_back(std::move(*resampled));
        }
    } else {
        cut.samples = std::move(recording.channels);
    }
    auto count = static_cast<Index>(cut.samples.front().size());
    if (count < features.window && m_pipeline.pad) {
        count = features.window;
        for (std::vector<float> &channel : cut.samples)
            channel.resize(static_cast<std::size_t>(count));
    }
    if (count < features.window)
        return fail(ErrorCode::OutOfRange,
                    std::to_string(count) + " samples are fewer than a window of "
                        + std::to_string(features.window),
                    recording.name);
    const Index step = m_pipeline.step();
    const bool split = recording.use == RecordingUse::Split || recording.use == RecordingUse::TrainShare;
    const Index end = split ? static_cast<Index>(m_pipeline.trainShare * static_cast<double>(count)) : count;
    cut.byTime = split;
    if (recording.use != RecordingUse::Test)
        cut.trainWindows = windowsIn(end, features.window, step);
    if (recording.use == RecordingUse::Split)
        cut.testFirst = end + reach;
    if (recording.use == RecordingUse::Split || recording.use == RecordingUse::Test)
        cut.testWindows = windowsIn(count - cut.testFirst, features.window, step);
    if (cut.trainWindows + cut.testWindows == 0)
        return fail(ErrorCode::OutOfRange,
                    "no window of " + std::to_string(features.window)
                        + " samples lies before or behind the cut at " + std::to_string(end)
                        + "; split by recording, or take shorter windows",
                    recording.name);
    return cut;
}

Result<void> SignalCutter::makeRoom(const std::vector<Recording> &recordings, std::vector<Cut> &cuts)
{
    const auto size = static_cast<std::size_t>(m_pipeline.features.shape().size());
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        const auto found = std::ranges::find(m_labels, recordings[i].label);
        const auto label = static_cast<std::uint32_t>(found - m_labels.begin());
        if (found == m_labels.end())
            m_labels.push_back(recordings[i].label);
        const auto group = sections * static_cast<std::uint32_t>(m_recordings.size());
        m_recordings.push_back(recordings[i].name);
        if (recordings[i].rate != m_pipeline.features.rate) {
            Resampled &resampled = m_resampled[recordings[i].rate];
            if (resampled.count++ == 0)
                resampled.first = recordings[i].name;
        }
        const auto grow = [&](Part &part, Index windows, Index &row) {
            row = static_cast<Index>(part.labels.size());
            part.labels.resize(part.labels.size() + static_cast<std::size_t>(windows), label);
            part.groups.resize(part.labels.size(), group);
        };
        grow(m_train, cuts[i].trainWindows, cuts[i].trainRow);
        for (Index window = 0; cuts[i].byTime && window < cuts[i].trainWindows; ++window)
            m_train.groups[static_cast<std::size_t>(cuts[i].trainRow + window)] +=
                static_cast<std::uint32_t>(window * sections / cuts[i].trainWindows);
        grow(m_test, cuts[i].testWindows, cuts[i].testRow);
        const std::size_t rows = m_train.labels.size() + m_test.labels.size();
        if (std::cmp_greater(rows, m_limits.maxExamples))
            return fail(ErrorCode::OutOfRange,
                        "more than the " + std::to_string(m_limits.maxExamples) + " windows that are allowed",
                        recordings[i].name);
        // Once in room that doubles as it grows, and once as they are kept.
        const double bytes = 2 * sizeof(float) * static_cast<double>(rows) * static_cast<double>(size);
        if (isTooMuch(bytes, m_limits)) {
            const double left = static_cast<double>(m_expected) / static_cast<double>(m_recordings.size());
            return tooLittleMemory(bytes * std::max(1.0, left), left < 1 ? NeedIs::AtLeast : NeedIs::About,
                                   m_limits, recordings[i].name);
        }
    }
    m_train.values.resize(m_train.labels.size() * size);
    m_test.values.resize(m_test.labels.size() * size);
    return {};
}

void SignalCutter::extract(const Cut &cut, Index window, SignalExtractor &extractor)
{
    const SignalFeatures &features = extractor.features();
    const Index size = features.shape().size();
    const auto length = static_cast<std::size_t>(features.window);
    const bool test = window >= cut.trainWindows;
    const Index number = test ? window - cut.trainWindows : window;
    const auto first = static_cast<std::size_t>((test ? cut.testFirst : 0) + number * m_pipeline.step());
    const Index row = (test ? cut.testRow : cut.trainRow) + number;
    std::vector<std::span<const float>> channels;
    for (const std::vector<float> &channel : cut.samples)
        channels.push_back(std::span(channel).subspan(first, length));
    std::vector<std::vector<float>> noisy;
    if (test && m_pipeline.testNoiseDb) {
        const RandomStream random(0, Draw::TestNoise, 0);
        for (std::size_t c = 0; c < channels.size(); ++c) {
            const std::span<const float> clean = channels[c];
            double mean = 0;
            for (const float x : clean)
                mean += static_cast<double>(x) / static_cast<double>(length);
            double power = 0;
            for (const float x : clean)
                power += std::pow(static_cast<double>(x) - mean, 2) / static_cast<double>(length);
            const double deviation = std::sqrt(power * std::pow(10.0, -*m_pipeline.testNoiseDb / 10));
            const std::uint64_t at =
                (static_cast<std::uint64_t>(row) * channels.size() + c) * static_cast<std::uint64_t>(length);
            std::vector<float> &sum = noisy.emplace_back(clean.begin(), clean.end());
            for (std::size_t n = 0; n < length; ++n)
                sum[n] += static_cast<float>(deviation * random.gaussian(at + n));
        }
        channels.assign(noisy.begin(), noisy.end());
    }
    extractor.extract(channels, (test ? m_test : m_train).values.data() + row * size);
}

Result<void> SignalCutter::add(std::vector<Recording> recordings)
{
    if (recordings.empty())
        return {};
    if (!m_extractor) {
        if (recordings.front().channels.empty())
            return fail(ErrorCode::Malformed, "a recording without samples", recordings.front().name);
        if (auto begun = begin(recordings); !begun)
            return begun;
    }
    for (const Recording &recording : recordings) {
        if (auto good = check(recording); !good)
            return good;
        if (recording.rate != m_pipeline.features.rate && m_pipeline.features.rate == 0)
            return fail(ErrorCode::Malformed, "its rate is known, those of the recordings before are not",
                        recording.name);
    }
    std::vector<Result<Cut>> outcomes(recordings.size(), Result<Cut>(Cut {}));
    tbb::parallel_for(std::size_t {0}, recordings.size(), [&](std::size_t i) {
        Recording one = recordings[i]; // its samples move, its name and label stay
        recordings[i].channels.clear();
        outcomes[i] = m_stop.stop_requested() ? Result<Cut>(loadingStopped()) : cut(std::move(one));
    });
    std::vector<Cut> cuts;
    for (Result<Cut> &outcome : outcomes) {
        if (!outcome)
            return tl::unexpected(std::move(outcome.error()));
        cuts.push_back(std::move(*outcome));
    }
    if (auto room = makeRoom(recordings, cuts); !room)
        return room;
    tbb::enumerable_thread_specific<SignalExtractor> extractors(*m_extractor);
    tbb::parallel_for(std::size_t {0}, cuts.size(), [&](std::size_t i) {
        tbb::parallel_for(tbb::blocked_range<Index>(0, cuts[i].trainWindows + cuts[i].testWindows, 8),
                          [&](const tbb::blocked_range<Index> &range) {
                              for (Index window = range.begin();
                                   window < range.end() && !m_stop.stop_requested(); ++window) {
                                  SignalExtractor &extractor = extractors.local();
                                  extract(cuts[i], window, extractor);
                              }
                          });
    });
    if (m_stop.stop_requested())
        return loadingStopped();
    return {};
}

Result<Examples> SignalCutter::examplesOf(Part &part,
                                          const std::map<std::string, std::uint16_t, std::less<>> &classOf)
{
    Examples examples;
    for (std::size_t row = 0; row < part.labels.size(); ++row) {
        const std::string &label = m_labels[part.labels[row]];
        const auto found = classOf.find(label);
        if (found == classOf.end())
            return fail(ErrorCode::Malformed,
                        "of class \"" + className(label) + "\", which no training example has",
                        m_recordings[part.groups[row] / sections]);
        examples.labels.push_back(found->second);
    }
    const Index size = m_pipeline.features.shape().size();
    examples.features =
        Matrix(Eigen::Map<const Matrix>(part.values.data(), static_cast<Index>(part.labels.size()), size));
    examples.groups = std::move(part.groups);
    part = {};
    return examples;
}

Result<DatasetParts> SignalCutter::finish()
{
    if (!m_extractor)
        return fail(ErrorCode::NotFound, "no recordings");
    std::map<std::string, std::uint16_t, std::less<>> classOf;
    for (const std::uint32_t label : m_train.labels)
        classOf.try_emplace(m_labels[label], std::uint16_t {0});
    constexpr std::size_t mostClasses = 65'535;
    if (classOf.size() < 2 || classOf.size() > mostClasses)
        return fail(ErrorCode::OutOfRange,
                    std::to_string(classOf.size()) + " classes among the training windows; there are 2 to "
                        + std::to_string(mostClasses));
    if (m_test.labels.empty() && m_pipeline.byRecording)
        return fail(
            ErrorCode::OutOfRange,
            "no recordings to test on: " + std::to_string(m_recordings.size()) + " are of "
                + std::to_string(classOf.size())
                + " classes, each of which needs some to train on and some to test on; say where classes "
                  "come from (options label, label_until, label_table), or split by time");
    if (m_test.labels.empty())
        return fail(ErrorCode::OutOfRange,
                    "no windows to test on: what is left of the recordings is shorter than a window of "
                        + std::to_string(m_pipeline.features.window)
                        + " samples; take a smaller window, or split by recording");
    DatasetParts parts;
    for (auto &[label, number] : classOf) {
        number = static_cast<std::uint16_t>(parts.classNames.size());
        parts.classNames.push_back(className(label));
    }
    parts.shape = m_pipeline.features.shape();
    parts.signal = m_pipeline.features;
    parts.notes.push_back("Examples are " + describe(m_pipeline.features) + ".");
    for (const auto &[rate, resampled] : m_resampled)
        parts.notes.push_back(std::to_string(resampled.count)
                              + (resampled.count == 1 ? " recording was" : " recordings were") + " sampled "
                              + numberText(rate) + " times a second and brought to "
                              + numberText(m_pipeline.features.rate) + " behind a low-pass filter: "
                              + className(resampled.first) + (resampled.count > 1 ? " and others." : "."));
    if (m_pipeline.testNoiseDb)
        parts.notes.push_back("White noise lies on the test windows, " + numberText(*m_pipeline.testNoiseDb)
                              + " dB below the signal.");
    const auto classesIn = [](const Part &part) {
        return std::set<std::uint32_t>(part.labels.begin(), part.labels.end()).size();
    };
    if (classesIn(m_test) < classOf.size())
        parts.notes.push_back("The test part has " + std::to_string(classesIn(m_test)) + " of the "
                              + std::to_string(classOf.size()) + " classes.");
    auto train = examplesOf(m_train, classOf);
    if (!train)
        return tl::unexpected(std::move(train.error()));
    parts.train = std::move(*train);
    auto test = examplesOf(m_test, classOf);
    if (!test)
        return tl::unexpected(std::move(test.error()));
    parts.test = std::move(*test);
    return parts;
}

Result<std::shared_ptr<const Dataset>> SignalCutter::datasetOf(const std::filesystem::path &path,
                                                               const ReadProgress &progress,
                                                               std::vector<std::string> notes)
{
    auto parts = finish();
    if (!parts) {
        if (parts.error().where.empty())
            parts.error().where = path.string();
        return tl::unexpected(std::move(parts.error()));
    }
    parts->name = treeName(path);
    parts->source = path.string();
    std::ranges::move(notes, std::back_inserter(parts->notes));
    auto made = Dataset::make(std::move(*parts), progress.stop);
    if (made && progress.report)
        progress.report(1.0);
    return made;
}

} // namespace rosler
