// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/measure_energy.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <thread>

namespace rosler {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds meterSlice {50};
constexpr double longer = 1.02; ///< than asked for, so that a window is never too short by a little

/// What the board's side of the recording came to.
struct Benches {
    Result<void> outcome;
    std::vector<double> seconds; ///< of each window
    std::string paused;          ///< why a meter saw more than inferences; empty = it did not
    std::atomic<std::size_t> done {0};
    std::atomic<bool> ended {false};
};

double secondsOf(const BoardInfo &info, const BenchReply &reply, Clock::duration waited)
{
    // A twin's ticks mean nothing.
    if (info.isTwin || reply.totalTicks == 0 || reply.timerHz <= 0.0)
        return std::chrono::duration<double>(waited).count();
    return static_cast<double>(reply.totalTicks) / reply.timerHz;
}

struct TimedBench {
    double seconds = 0.0;
    std::uint32_t pauses = 0; ///< BenchReply::pauses
};

Result<TimedBench> timedBench(BoardClient &client, std::uint32_t runs, double expected,
                              const std::stop_token &stop)
{
    BoardClient::BenchRequest bench;
    bench.warmUp = 0;
    bench.runs = runs;
    bench.patience = milliseconds(30'000 + static_cast<long>(2000.0 * expected));
    const auto begin = Clock::now();
    const Result<BenchReply> reply = client.bench(bench, stop);
    if (!reply)
        return tl::unexpected(reply.error());
    return TimedBench {secondsOf(client.info(), *reply, Clock::now() - begin), reply->pauses};
}

void waitFor(milliseconds time, const std::stop_token &stop)
{
    for (const auto end = Clock::now() + time; Clock::now() < end && !stop.stop_requested();)
        std::this_thread::sleep_for(std::min<Clock::duration>(milliseconds(10), end - Clock::now()));
}

/// How many inferences fill a window.
Result<std::uint32_t> inferencesFor(BoardClient &client, const EnergyRequest &request, double &expected,
                                    const std::stop_token &stop)
{
    constexpr std::uint32_t few = 4;
    constexpr double most = 4e9;
    const Result<TimedBench> tried = timedBench(client, few, 1.0, stop);
    if (!tried)
        return tl::unexpected(tried.error());
    const double each = tried->seconds / few;
    std::uint32_t runs = request.inferences;
    if (request.length == EnergyRequest::Length::Seconds && each > 0.0)
        runs = std::max(runs,
                        static_cast<std::uint32_t>(std::min(most, std::ceil(longer * windowSeconds / each))));
    expected = each * runs;
    return runs;
}

/// Windows by their begins and the board's timer: what marks of both edges would be.
Result<PowerTrace> withEnds(PowerTrace trace, const std::vector<double> &seconds)
{
    std::vector<TraceMark> begins;
    for (const TraceMark &mark : trace.marks)
        if (mark.edge != TraceMark::Edge::Rising)
            begins.push_back(mark);
    if (begins.size() != seconds.size())
        return fail(ErrorCode::Malformed,
                    "the meter saw " + std::to_string(begins.size()) + " of " + std::to_string(seconds.size())
                        + " windows begin; is the board's window pin wired to it?");
    trace.marks.clear();
    for (std::size_t i = 0; i < begins.size(); ++i) {
        const auto length = static_cast<std::size_t>(std::lround(seconds[i] / trace.sampleSeconds));
        const std::size_t end = begins[i].sample + length;
        if (end > trace.watts.size() || (i + 1 < begins.size() && end > begins[i + 1].sample))
            return fail(ErrorCode::Malformed, "the board's timer and the meter's clock do not agree",
                        "window " + std::to_string(i + 1));
        trace.marks.push_back({begins[i].sample, TraceMark::Edge::Falling});
        trace.marks.push_back({end, TraceMark::Edge::Rising});
    }
    return trace;
}

} // namespace

Result<MeasuredEnergy> measureEnergy(BoardClient &client, Meter &meter, const EnergyRequest &request,
                                     Measurement &measurement, const EnergyProgress &progress,
                                     const std::stop_token &stop)
{
    if (request.inferences < windowInferences || request.windows == 0)
        return fail(ErrorCode::OutOfRange,
                    "a window needs " + std::to_string(windowInferences)
                        + " inferences, and there is at least one");
    if (!client.info().hasWindowPin)
        return fail(ErrorCode::Unsupported,
                    "the board's firmware has no window pin: a meter cannot see when it computes",
                    client.info().board);
    measurement.energy.reset();
    double expected = 0.0;
    const Result<std::uint32_t> runs = inferencesFor(client, request, expected, stop);
    if (!runs)
        return tl::unexpected(runs.error());

    if (const Result<void> started = meter.start(); !started)
        return tl::unexpected(started.error());
    // The board stops when the user or the meter does.
    std::stop_source stopBoard;
    const std::stop_callback passOn(stop, [&] { stopBoard.request_stop(); });
    Benches benches;
    Result<void> heard;
    {
        const std::jthread board([&, token = stopBoard.get_token()] {
            for (std::size_t i = 0; i < request.windows && benches.outcome; ++i) {
                waitFor(request.pause, token);
                const Result<TimedBench> bench = timedBench(client, *runs, expected, token);
                if (!bench) {
                    benches.outcome = tl::unexpected(bench.error());
                } else {
                    benches.seconds.push_back(bench->seconds);
                    if (bench->pauses > 0 && benches.paused.empty())
                        benches.paused = "window " + std::to_string(i + 1)
                            + ": the board was interrupted by what came on its line, and did not compute all "
                              "the time; no energy is stated";
                }
                ++benches.done;
            }
            waitFor(request.pause, token);
            benches.ended = true;
        });
        std::size_t told = request.windows + 1;
        while (!benches.ended && heard) {
            heard = meter.collect(meterSlice);
            if (const std::size_t done = benches.done; progress && done != told) {
                told = done;
                progress(static_cast<double>(done) / static_cast<double>(request.windows),
                         std::to_string(done) + " of " + std::to_string(request.windows) + " windows");
            }
        }
        if (!heard)
            stopBoard.request_stop();
    }
    const Result<void> stopped = meter.stop();
    if (!heard)
        return tl::unexpected(heard.error());
    if (!benches.outcome)
        return tl::unexpected(benches.outcome.error());
    if (!stopped)
        return tl::unexpected(stopped.error());

    MeasuredEnergy measured;
    measured.health = meter.health();
    measured.inferences = *runs;
    measured.trace = meter.trace();
    if (!benches.paused.empty()) { // nor do the ends of windows stand where the board's timer puts them
        if (meter.signal() == WindowSignal::Level)
            measured.windows = windowsOf(measured.trace, WindowSignal::Level);
        measured.reason = benches.paused;
        return measured;
    }
    if (meter.signal() == WindowSignal::Pulses) {
        Result<PowerTrace> whole = withEnds(measured.trace, benches.seconds);
        if (!whole) {
            measured.reason = message(whole.error());
            return measured;
        }
        measured.trace = std::move(*whole);
    }
    measured.windows = windowsOf(measured.trace, WindowSignal::Level);
    // A meter may tell of losses later than they were: in no window, or in the next one.
    if (measured.health.dropRate() > highestDropRate) {
        std::array<char, 96> text {};
        std::snprintf(text.data(), text.size(),
                      "%.2f %% of the samples were lost; above %.1f %% no energy is stated",
                      measured.health.dropRate() * 100.0, highestDropRate * 100.0);
        measured.reason = text.data();
        return measured;
    }
    const Result<EnergyResult> energy = energyOf(measured.trace, *runs, WindowSignal::Level, request.windows);
    if (!energy) {
        measured.reason = message(energy.error());
        return measured;
    }
    measured.energy = *energy;
    measurement.energy = energy->joules;
    return measured;
}

} // namespace rosler
