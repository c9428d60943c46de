// SPDX-License-Identifier: Apache-2.0
#include "core/data/synthetic/bearing.h"

#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tbb/parallel_for.h>

#include "core/base/random.h"
#include "core/data/signal/signal_cutter.h"
#include "core/data/signal/signal_pipeline.h"

namespace rosler {

namespace {

using std::numbers::pi;

constexpr double rate = 12'000;
constexpr double slip = 0.01;       // of the time between impacts, as a deviation
constexpr double cageTurns = 0.398; // a turn of the shaft
constexpr double noiseLevel = 0.1;  // g
constexpr double decays = 8;        // time constants until an impact's resonance is gone

struct Condition {
    std::string_view name;
    double impacts;    ///< a turn of the shaft; 0: none
    double modulation; ///< turns of what makes them grow and fade, a turn of the shaft; 0: nothing does
};

constexpr std::array conditions {Condition {"normal", 0, 0}, Condition {"outer race", 3.585, 0},
                                 Condition {"inner race", 5.415, 1}, Condition {"ball", 4.714, cageTurns}};

/// Random numbers of one recording beside its noise.
class Dice
{
public:
    explicit Dice(const RandomStream &stream, std::uint64_t first)
        : m_stream(stream)
        , m_next(first)
    {
    }
    double between(double low, double high)
    {
        return low + (high - low) * static_cast<double>(m_stream.uniform(m_next++));
    }
    double normal() { return m_stream.gaussian(m_next++); }

private:
    const RandomStream &m_stream;
    std::uint64_t m_next;
};

} // namespace

Recording syntheticBearing(BearingCondition condition, std::uint32_t number, Index samples,
                           std::uint64_t seed)
{
    const Condition &c = conditions.at(static_cast<std::size_t>(condition));
    const auto stream =
        number * static_cast<std::uint32_t>(conditions.size()) + static_cast<std::uint32_t>(condition);
    const RandomStream random(seed, Draw::SyntheticBearing, stream);
    constexpr std::uint64_t behindNoise = std::uint64_t {1} << 40U;
    Dice dice(random, behindNoise);
    const double shaft = dice.between(29, 30);           // Hz
    const double resonance = dice.between(2'900, 3'200); // Hz
    const double damping = dice.between(500, 900);       // 1/s
    const double size = dice.between(0.4, 1.0);          // g
    std::vector<double> sum(static_cast<std::size_t>(samples));
    for (int harmonic = 1; harmonic <= 3; ++harmonic) {
        const double level = dice.between(0.02, 0.06) / harmonic;
        const double phase = dice.between(0, 2 * pi);
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += level * std::sin(2 * pi * harmonic * shaft * static_cast<double>(i) / rate + phase);
    }
    const double start = dice.between(0, 2 * pi);
    const double end = static_cast<double>(samples) / rate;
    for (double time = 0; c.impacts > 0 && time < end;
         time += std::max(0.1, 1 + slip * dice.normal()) / (c.impacts * shaft)) {
        const double strength = size * dice.between(0.8, 1.2)
            * (c.modulation > 0 ? 0.55 + 0.45 * std::cos(2 * pi * c.modulation * shaft * time + start) : 1.0);
        const double last = std::min(end, time + decays / damping);
        for (auto i = static_cast<std::size_t>(std::ceil(time * rate)); static_cast<double>(i) / rate < last;
             ++i) {
            const double since = static_cast<double>(i) / rate - time;
            sum[i] += strength * std::exp(-damping * since) * std::sin(2 * pi * resonance * since);
        }
    }
    Recording recording;
    recording.label = c.name;
    recording.name = std::string(c.name) + ' ' + std::to_string(number + 1);
    recording.rate = rate;
    auto &channel = recording.channels.emplace_back(sum.size());
    for (std::size_t i = 0; i < sum.size(); ++i)
        channel[i] = static_cast<float>(sum[i] + noiseLevel * random.gaussian(i));
    return recording;
}

std::span<const ReaderOption> syntheticBearingOptions()
{
    static const std::vector<ReaderOption> options = [] {
        SignalPipeline usual;
        usual.features.window = 1024;
        return withSignalOptions(
            {
                {"recordings", "how many of each condition", Index {4}, 1, 1000},
                {"seconds", "of each recording", 5.0, 1, 600},
                {"seed", "other recordings", Index {1}, 0, 2'147'483'647},
            },
            usual);
    }();
    return options;
}

Result<std::shared_ptr<const Dataset>>
syntheticBearings(const DatasetOptions &options, const ReadLimits &limits, const ReadProgress &progress)
{
    const auto pipeline = signalPipeline(options);
    if (!pipeline)
        return tl::unexpected(pipeline.error());
    const auto count = static_cast<std::size_t>(std::get<Index>(options.find("recordings")->second));
    const auto samples =
        static_cast<Index>(std::llround(rate * std::get<double>(options.find("seconds")->second)));
    const auto seed = static_cast<std::uint64_t>(std::get<Index>(options.find("seed")->second));
    std::vector<std::string> labels;
    for (std::size_t i = 0; i < count * conditions.size(); ++i)
        labels.emplace_back(conditions.at(i % conditions.size()).name);
    const std::vector<RecordingUse> uses = usesOf(labels, *pipeline);
    SignalCutter cutter(*pipeline, limits, progress.stop);
    cutter.expect(labels.size());
    for (std::size_t number = 0; number < count; ++number) {
        std::vector<Recording> recordings(conditions.size());
        tbb::parallel_for(std::size_t {0}, conditions.size(), [&](std::size_t c) {
            if (progress.stop.stop_requested())
                return;
            recordings[c] = syntheticBearing(static_cast<BearingCondition>(c),
                                             static_cast<std::uint32_t>(number), samples, seed);
            recordings[c].use = uses[number * conditions.size() + c];
        });
        if (progress.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "drawing the bearings was stopped");
        if (auto added = cutter.add(std::move(recordings)); !added)
            return tl::unexpected(std::move(added.error()));
        if (progress.report)
            progress.report(static_cast<double>(number + 1) / static_cast<double>(count));
    }
    auto parts = cutter.finish();
    if (!parts)
        return tl::unexpected(std::move(parts.error()));
    parts->name = builtInBearing;
    parts->source = "built in";
    return Dataset::make(std::move(*parts), progress.stop);
}

} // namespace rosler
