// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/kernel_bench.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/cli/experiment_session.h"
#include "app/cli/interrupt.h"
#include "app/cli/progress_bar.h"
#include "app/cli/text_table.h"
#include "core/base/text_number.h"
#include "core/nn/layer_catalog.h"
#include "core/nn/network.h"
#include "device_link/host/links/emulator.h"
#include "device_link/host/links/twin_link.h"
#include "device_link/host/measure_model.h"
#include "device_link/host/model_push.h"

namespace rosler::cli {

namespace {

/// One layer in one number type; of an image, from `inputs` channels to `outputs`, if it has a side. Or what
/// makes the features of a window of samples, if it is so long.
struct Kernel {
    const char *name;
    const char *shape;
    Index inputs;
    Index rank; ///< 0 = dense
    Index outputs;
    rsl_number type;
    Index side = 0;
    Index window = 0;
    SignalFeatureKind features = SignalFeatureKind::Fft;
};

// Floats go through the emulated port at four bytes a weight, so their dense layer is a smaller one.
constexpr std::array kernels {
    Kernel {"dense_i8", "784x784", 784, 0, 784, RSL_I8},
    Kernel {"sketched_i8", "784x32x784", 784, 32, 784, RSL_I8},
    Kernel {"dense_f16", "256x256", 256, 0, 256, RSL_F16},
    Kernel {"sketched_f16", "784x32x784", 784, 32, 784, RSL_F16},
    Kernel {"dense_f32", "256x256", 256, 0, 256, RSL_F32},
    Kernel {"sketched_f32", "784x32x784", 784, 32, 784, RSL_F32},
    Kernel {"conv_i8", "16x16x16, 3x3, 32", 16, 0, 32, RSL_I8, 16},
    Kernel {"conv_sketched_i8", "16x16x16, 3x3, rank 8, 32", 16, 8, 32, RSL_I8, 16},
    Kernel {"conv_f16", "16x16x16, 3x3, 32", 16, 0, 32, RSL_F16, 16},
    Kernel {"features_fft", "2048 samples", 1024, 0, 2, RSL_F32, 0, 2048, SignalFeatureKind::Fft},
    Kernel {"features_mfcc", "4096 samples, 15x512, 40, 13", 195, 0, 2, RSL_F32, 0, 4096,
            SignalFeatureKind::Mfcc},
};

struct Row {
    std::string board;
    const Kernel *kernel = nullptr;
    double instructions = 0;
    std::uint64_t macs = 0; ///< of features: samples
    std::string problem;    ///< why there is no figure; empty = there is one
};

Result<ModelImage> imageOf(const Kernel &kernel, rsl_layout int8Layout)
{
    const auto sketch = kernel.rank > 0 ? std::optional(Sketch {kernel.rank, {}}) : std::nullopt;
    const bool image = kernel.side > 0;
    const LayerSpec layer = image ? convolution(kernel.outputs, 3, 1, sketch) : fullyConnected({}, sketch);
    const ExampleShape in =
        image ? ExampleShape {kernel.inputs, kernel.side, kernel.side} : ExampleShape::vector(kernel.inputs);
    auto plan = planNetwork({&layer, 1}, in, kernel.outputs * (image ? kernel.side * kernel.side : 1));
    if (!plan)
        return tl::unexpected(plan.error());
    Network network(std::move(*plan));
    network.initialise(1);
    constexpr Index examples = 16;
    Matrix calibration(examples, in.size());
    for (Index i = 0; i < calibration.size(); ++i) // anything that fills the range
        calibration.data()[i] = static_cast<float>(i % 255) / 254.0F;
    PackOptions options;
    options.type = kernel.type;
    options.int8Layout = int8Layout;
    options.name = kernel.name;
    if (kernel.window > 0) {
        options.samples = RawSamples {{.rate = 16'000, .window = kernel.window, .kind = kernel.features},
                                      std::vector<float>(static_cast<std::size_t>(kernel.window))};
        for (std::size_t n = 0; n < options.samples->example.size(); ++n)
            options.samples->example[n] = static_cast<float>(n * n % 255) / 127.0F - 1.0F;
    }
    return packModel(network, options, view(std::as_const(calibration)), twinInference());
}

Result<void> measureKernel(BoardClient &client, const BoardProfile &profile, Row &row,
                           const std::stop_token &stop)
{
    const auto image = imageOf(*row.kernel, client.info().preferred);
    if (!image)
        return tl::unexpected(image.error());
    row.macs = image->macs();
    if (const auto pushed = pushModel(client, *image, {}, stop); !pushed)
        return tl::unexpected(pushed.error());
    if (row.kernel->window > 0) {
        row.macs = static_cast<std::uint64_t>(row.kernel->window);
        const auto timed = client.bench({.warmUp = 1, .runs = 1, .layers = true}, stop);
        if (!timed)
            return tl::unexpected(timed.error());
        if (!timed->layerTicks.empty() && profile.emulator)
            row.instructions = profile.emulator->instructions(timed->layerTicks.front())
                - profile.emulator->instructions(timed->emptyTicks);
        return {};
    }
    const auto timed = client.bench({.warmUp = 1, .runs = 3}, stop);
    if (!timed)
        return tl::unexpected(timed.error());
    Measurement figures;
    figures.emulated = true;
    setTimes(figures, profile, client.info(), *timed);
    row.instructions = figures.instructions ? figures.instructions->median.value() : 0.0;
    return {};
}

/// All kernels on one board. What does not work is said in its row.
void measureBoard(const BoardProfile &profile, std::vector<Row> &rows, std::atomic<std::size_t> &done,
                  const std::stop_token &stop)
{
    const auto problem = [&](const Error &error) {
        for (Row &row : rows)
            row.problem = message(error);
        done += rows.size();
    };
    auto link = EmulatorLink::start(profile); // without a memory: the user's models stay as they are
    if (!link)
        return problem(link.error());
    BoardClient client(std::move(*link));
    if (const auto info = client.hello(stop); !info)
        return problem(info.error());
    for (Row &row : rows) {
        if (const auto measured = measureKernel(client, profile, row, stop); !measured)
            row.problem = message(measured.error());
        ++done;
    }
}

struct Options {
    std::vector<std::string> boards;
    bool json = false;
};

int bench(const Options &options)
{
    std::vector<BoardProfile> boards;
    for (const BoardProfile &profile : boardProfiles())
        if (profile.emulator
            && (options.boards.empty()
                || std::find(options.boards.begin(), options.boards.end(), profile.id)
                    != options.boards.end()))
            boards.push_back(profile);
    for (const std::string &id : options.boards)
        if (const auto profile = boardProfile(id); !profile)
            return report(profile.error());
    const Interrupt interrupt;
    std::vector<std::vector<Row>> all(boards.size());
    std::atomic<std::size_t> done = 0;
    {
        // Instructions are counted, so boards do not disturb each other.
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < boards.size(); ++i) {
            for (const Kernel &kernel : kernels)
                all[i].push_back({boards[i].id, &kernel, 0, 0, {}});
            threads.emplace_back([&board = boards[i], &rows = all[i], &done, stop = interrupt.token()] {
                measureBoard(board, rows, done, stop);
            });
        }
        SimpleProgress bar("kernels");
        const std::size_t count = boards.size() * kernels.size();
        while (done < count) {
            bar.report(static_cast<double>(done) / static_cast<double>(count));
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }
    if (interrupt.happened())
        return reportUnlessCancelled({ErrorCode::Cancelled, "stopped", {}});

    TextTable table({"kernel", "shape", "board", "instructions", "per MAC or sample"}, 3);
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    bool any = false;
    for (std::size_t k = 0; k < kernels.size(); ++k)
        for (const std::vector<Row> &board : all) {
            const Row &row = board[k];
            nlohmann::ordered_json j {
                {"board", row.board}, {"kernel", row.kernel->name}, {"shape", row.kernel->shape}};
            if (row.problem.empty() && row.instructions > 0) {
                any = true;
                const double each = row.instructions / static_cast<double>(row.macs);
                const bool features = row.kernel->window > 0;
                table.add({row.kernel->name, row.kernel->shape, row.board,
                           std::to_string(static_cast<long long>(row.instructions)), fixedText(each, 3)});
                j[features ? "samples" : "macs"] = row.macs;
                j["instructions"] = row.instructions;
                j[features ? "instructions_per_sample" : "instructions_per_mac"] = each;
                j["source"] = nameOf(Source::Counted);
            } else {
                table.add({row.kernel->name, row.kernel->shape, row.board, "-", "-"});
                j["instructions_per_mac"] = nullptr;
                j["problem"] = row.problem;
            }
            rows.push_back(std::move(j));
        }
    FILE *const people = options.json ? stderr : stdout;
    std::fputs(table.text().c_str(), people);
    std::fputs("Instructions are counted in QEMU: exact and repeatable, but no time.\n", people);
    for (const std::vector<Row> &board : all)
        for (const Row &row : board)
            if (!row.problem.empty())
                std::fprintf(people, "%s %s: %s\n", row.board.c_str(), row.kernel->name, row.problem.c_str());
    if (options.json)
        std::printf("%s\n",
                    nlohmann::ordered_json {{"schema", "rosler.kernels/1"}, {"kernels", std::move(rows)}}
                        .dump()
                        .c_str());
    return any ? Done : WorldFailed;
}

} // namespace

std::function<int()> kernelBench(CLI::App &app)
{
    const auto options = std::make_shared<Options>();
    app.add_option("--board", options->boards, "Ids of emulated boards (default: all)");
    app.add_flag("--json", options->json, "Print one JSON object on the last line");
    return [options] { return bench(*options); };
}

} // namespace rosler::cli
