// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <tbb/info.h>
#include <tbb/task_arena.h>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "app/cli/kernel_bench.h"
#include "app/cli/text_table.h"
#include "core/base/random.h"
#include "core/data/synthetic/digits.h"
#include "core/experiment/shipped_experiments.h"
#include "core/nn/layer_catalog.h"
#include "core/nn/sgemm_peak.h"
#include "core/store/run_environment.h"
#include "core/training/trainer.h"

namespace rosler::cli {

namespace {

constexpr Index batch = 128;
constexpr Index stepsMeasured = 156; // a third of MNIST's epoch of 468 whole batches
constexpr Index stepsOfMnist = 468;
constexpr int repetitions = 5;

struct EpochSeconds {
    double best = 0;
    double median = 0;
    double flops = 0; ///< executed in an epoch, as the trainer counts them
};

EpochSeconds epochSecondsOf(std::vector<double> seconds)
{
    std::sort(seconds.begin(), seconds.end());
    return {seconds.front(), seconds[seconds.size() / 2], 0};
}

class Silence final : public TrainerObserver
{
public:
    void sampled(const MetricSample & /*sample*/) override { }
};

TrialSpec trialSpec(ModelSpec model)
{
    TrialSpec spec;
    spec.model = std::move(model);
    spec.training.epochs = repetitions + 1;
    spec.training.batch = batch;
    spec.training.schedule = ScheduleKind::Constant;
    return spec;
}

/// Seconds of an epoch that has @p scale times as many steps as one of @p data.
Result<EpochSeconds> epochSeconds(const TrialSpec &spec, const std::shared_ptr<const Dataset> &data,
                                  double scale, tbb::task_arena &arena)
{
    return arena.execute([&]() -> Result<EpochSeconds> {
        auto trainer = Trainer::create(spec, data);
        if (!trainer)
            return tl::unexpected(trainer.error());
        Silence silence;
        PauseGate gate;
        std::vector<double> seconds;
        double flops = 0; // of the last one; they are all alike
        for (int i = 0; i <= repetitions; ++i) {
            const double before = trainer->seconds();
            flops = -trainer->trainFlops();
            (void)trainer->advance(silence, {}, gate);
            flops += trainer->trainFlops();
            if (i > 0) // the first one warms up
                seconds.push_back((trainer->seconds() - before) * scale);
        }
        EpochSeconds epoch = epochSecondsOf(std::move(seconds));
        epoch.flops = flops * scale;
        return epoch;
    });
}

/// Images of noise: no time depends on what is on them.
Result<std::shared_ptr<const Dataset>> noise(const ExampleShape &shape, Index examples)
{
    DatasetParts parts;
    parts.name = "noise";
    parts.source = "made here";
    parts.shape = shape;
    for (char digit = '0'; digit <= '9'; ++digit)
        parts.classNames.emplace_back(1, digit);
    const auto fill = [&](Examples &part, Index count, std::uint32_t number) {
        const RandomStream random(0, Draw::SyntheticDigit, number);
        std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count * shape.size()));
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] = static_cast<std::uint8_t>(random.below(i, 256));
        part.features = FeatureTable(std::move(pixels), shape.size(), 255.0F);
        for (Index i = 0; i < count; ++i)
            part.labels.push_back(static_cast<std::uint16_t>(i % 10));
    };
    fill(parts.train, examples, 0);
    fill(parts.test, 10, 1);
    return Dataset::make(std::move(parts));
}

/// A shipped experiment of convolutional nets, timed model by model, as tests/bench/torch_conv_peer.py times
/// its peers.
struct ImageNets {
    const char *experiment;
    ExampleShape shape;
    Index epochExamples;
    Index steps; ///< measured
};
constexpr std::array imageNets {ImageNets {"mnist-lenet5", {1, 28, 28}, 60'000, 20},
                                ImageNets {"cifar-vgg", {3, 32, 32}, 20'000, 10}};

/// Times the models of one, and says so in @p text.
Result<nlohmann::ordered_json> timeImageNets(const ImageNets &nets, double peak, tbb::task_arena &arena,
                                             std::string &text)
{
    const auto shipped = loadExperiment(nets.experiment);
    if (!shipped)
        return tl::unexpected(shipped.error());
    const Index size = shipped->training.batch;
    const auto data = noise(nets.shape, nets.steps * size);
    if (!data)
        return tl::unexpected(data.error());
    nlohmann::ordered_json j = {{"batch", size}, {"examples", nets.epochExamples}};
    for (const ModelSpec &model : shipped->models) {
        TrialSpec spec = trialSpec(model);
        spec.training.batch = size;
        spec.training.augmentation = shipped->training.augmentation;
        spec.training.validation = ValidationSpec::none();
        spec.model.sketch.successiveFrom = 1.0;
        const double scale = static_cast<double>(nets.epochExamples) / static_cast<double>(nets.steps * size);
        const auto time = epochSeconds(spec, *data, scale, arena);
        if (!time)
            return tl::unexpected(time.error());
        const double gflops = time->flops / time->best / 1e9;
        j[model.name] = {{"epoch_seconds", time->best},
                         {"epoch_seconds_median", time->median},
                         {"gflops", gflops},
                         {"share_of_sgemm_peak", gflops / peak}};
        std::array<char, 200> line {};
        std::snprintf(line.data(), line.size(),
                      "%-12s %-7s %.2f s an epoch (median %.2f), %.0f GFLOP/s, %.0f %% of that peak\n",
                      nets.experiment, model.name.c_str(), time->best, time->median, gflops,
                      100.0 * gflops / peak);
        text += line.data();
    }
    return j;
}

} // namespace

std::function<int()> benchCommand(CLI::App &app)
{
    struct Options {
        int threads = 0;
        Index hidden = 1'024;
        bool json = false;
    };
    const auto options = std::make_shared<Options>();
    app.add_option("--threads", options->threads, "Threads to train with (default: all cores)")
        ->check(CLI::Range(1, 1024));
    app.add_option("--hidden", options->hidden, "Width of the two hidden layers")
        ->check(CLI::Range(16, 16'384))
        ->capture_default_str();
    app.add_flag("--json", options->json, "Print one JSON object on the last line");
    CLI::App *const kernels =
        app.add_subcommand("kernels", "Count the firmware's instructions on emulated boards instead");
    return [options, kernels, countKernels = kernelBench(*kernels)]() -> int {
        if (kernels->parsed())
            return countKernels();
        const int threads = options->threads > 0 ? options->threads : tbb::info::default_concurrency();
        tbb::task_arena arena(threads);
        const auto data = syntheticDigits(stepsMeasured * batch, batch);
        if (!data)
            return report(data.error());
        constexpr double third = static_cast<double>(stepsOfMnist) / static_cast<double>(stepsMeasured);
        const Index h = options->hidden;
        ModelSpec dense;
        dense.layers = {fullyConnected(h), fullyConnected(h), fullyConnected()};
        ModelSpec sketched;
        sketched.layers = {fullyConnected(h, Sketch {16, {}}), fullyConnected(h, Sketch {8, {}}),
                           fullyConnected({}, Sketch {8, {}})};
        sketched.sketch.successiveFrom = 1.0; // all factors in every step, as a peer does
        const auto denseTime = epochSeconds(trialSpec(dense), *data, third, arena);
        if (!denseTime)
            return report(denseTime.error());
        const auto sketchedTime = epochSeconds(trialSpec(sketched), *data, third, arena);
        if (!sketchedTime)
            return report(sketchedTime.error());
        const auto shipped = loadExperiment("mnist-1024");
        if (!shipped)
            return report(shipped.error());
        TrialSpec mnist = trialSpec(shipped->models.back());
        mnist.model.sketch.successiveFrom = 1.0;
        mnist.training.weightDecay = shipped->training.weightDecay;
        const auto mnistTime = epochSeconds(mnist, *data, third, arena);
        if (!mnistTime)
            return report(mnistTime.error());
        const auto peakOf = [&](int side) { return arena.execute([&] { return sgemmPeak(side); }); };
        const double onePeak = peakOf(1);
        const double peak = threads > 1 ? std::max(onePeak, peakOf(threads)) : onePeak;
        const auto features = static_cast<double>((*data)->features());
        const auto width = static_cast<double>(h);
        const auto classes = static_cast<double>((*data)->classes());
        // forward, weight gradients, and gradients to the data but for the first layer
        const double denseFlops = 2.0 * stepsOfMnist * batch
            * (2.0 * features * width + 3.0 * width * width + 3.0 * width * classes);
        const double gflops = denseFlops / denseTime->best / 1e9;

        nlohmann::ordered_json j;
        j["schema"] = "rosler.bench/1";
        const RunEnvironment environment = thisEnvironment(threads);
        j["machine"] = {{"cpu", environment.cpu},
                        {"cores", environment.cores},
                        {"system", environment.system},
                        {"load", environment.load}};
        j["build"] = {{"version", environment.version},
                      {"commit", environment.commit},
                      {"modified", environment.modified},
                      {"compiler", environment.compiler},
                      {"flags", environment.compilerFlags}};
        j["threads"] = threads;
        j["hidden"] = h;
        j["batch"] = batch;
        j["epoch"] = "seconds for 468 steps of 128 examples, scaled from 156; best and median of 5";
        j["dense"] = {{"epoch_seconds", denseTime->best},
                      {"epoch_seconds_median", denseTime->median},
                      {"gflops", gflops},
                      {"share_of_sgemm_peak", gflops / peak}};
        j["rosler"] = {{"rank", {16, 8, 8}},
                       {"epoch_seconds", sketchedTime->best},
                       {"epoch_seconds_median", sketchedTime->median},
                       {"gflops", sketchedTime->flops / sketchedTime->best / 1e9},
                       {"share_of_sgemm_peak", sketchedTime->flops / sketchedTime->best / 1e9 / peak}};
        j["rosler_mnist_1024"] = {{"epoch_seconds", mnistTime->best},
                                  {"epoch_seconds_median", mnistTime->median},
                                  {"gflops", mnistTime->flops / mnistTime->best / 1e9},
                                  {"share_of_sgemm_peak", mnistTime->flops / mnistTime->best / 1e9 / peak}};
        std::string imageLines;
        for (const ImageNets &nets : imageNets) {
            auto timed = timeImageNets(nets, peak, arena, imageLines);
            if (!timed)
                return report(timed.error());
            j[nets.experiment] = std::move(*timed);
        }
        j["sgemm_peak_gflops"] = {{"one_thread", onePeak}, {"all_threads", peak}};
        std::fprintf(
            options->json ? stderr : stdout,
            "784-%lld-%lld-10, batch %lld, %d threads\n"
            "dense   %.2f s an epoch (median %.2f), %.0f GFLOP/s, %.0f %% of the SGEMM peak of %.0f\n"
            "rosler  %.2f s an epoch (median %.2f), ranks 16, 8, 8, %.0f %% of that peak\n"
            "rosler  %.2f s an epoch (median %.2f), as in mnist-1024, %.0f %% of that peak\n",
            static_cast<long long>(h), static_cast<long long>(h), static_cast<long long>(batch), threads,
            denseTime->best, denseTime->median, gflops, 100.0 * gflops / peak, peak, sketchedTime->best,
            sketchedTime->median, sketchedTime->flops / sketchedTime->best / 1e7 / peak, mnistTime->best,
            mnistTime->median, mnistTime->flops / mnistTime->best / 1e7 / peak);
        std::fputs(imageLines.c_str(), options->json ? stderr : stdout);
        if (options->json)
            std::printf("%s\n", j.dump().c_str());
        return Done;
    };
}

} // namespace rosler::cli
