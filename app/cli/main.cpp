// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cstdio>
#include <exception>
#include <new>
#include <system_error>

#include "app/cli/commands.h"
#include "core/base/standard_descriptors.h"
#include "core/store/run_environment.h"
#include "device_link/host/links/qt_runtime.h"

namespace {

struct Row {
    const char *name;
    const char *description;
    rosler::cli::Command command;
};

constexpr std::array rows {
    Row {"train", "Train the models of an experiment side by side", &rosler::cli::trainCommand},
    Row {"choose", "Choose ranks, sketch sizes and rates on held-out training examples",
         &rosler::cli::chooseCommand},
    Row {"ranks", "Allot ranks to a model so that it keeps within a number of parameters",
         &rosler::cli::ranksCommand},
    Row {"resume", "Go on with stopped or interrupted runs", &rosler::cli::resumeCommand},
    Row {"demo", "Train dense and Rosler on the built-in digits and write the figures",
         &rosler::cli::demoCommand},
    Row {"dataset", "Fetch published data from their publishers", &rosler::cli::datasetCommand},
    Row {"list", "List the runs, or the shipped experiments", &rosler::cli::listCommand},
    Row {"show", "Show one run", &rosler::cli::showCommand},
    Row {"export", "Write figures (SVG, PDF, PNG) and CSV of runs, or a model as C, ONNX or for Keras",
         &rosler::cli::exportCommand},
    Row {"import", "Take a model of another program, to be sketched, trained on and pushed",
         &rosler::cli::importCommand},
    Row {"forecast", "What an experiment will cost, without training it", &rosler::cli::forecastCommand},
    Row {"board", "Push models to boards, emulated or real, and measure them there",
         &rosler::cli::boardCommand},
    Row {"bench", "Measure how fast this machine trains", &rosler::cli::benchCommand},
};

/// Says so when not all that was printed arrived: a full disk, a closed pipe.
int flushed(int exitCode)
{
    const bool good = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    if (good)
        return exitCode;
    std::fprintf(stderr, "rosler: standard output cannot be written\n");
    return exitCode == rosler::cli::Done ? static_cast<int>(rosler::cli::WorldFailed) : exitCode;
}

} // namespace

int main(int argc, char **argv)
{
    rosler::fillStandardDescriptors();
    const rosler::QtRuntime runtime; // serial ports and fetching need it
    CLI::App app {"Trains neural networks as random sketches (Rosler) and dense, side by side.", "rosler"};
    app.require_subcommand(1);
    app.set_version_flag("--version", rosler::thisEnvironment(0).version);
    std::function<int()> chosen;
    std::array<std::function<int()>, rows.size()> actions;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CLI::App *sub = app.add_subcommand(rows[i].name, rows[i].description);
        actions[i] = rows[i].command(*sub);
        sub->callback([&chosen, &actions, i] { chosen = actions[i]; });
    }
    try {
        app.parse(argc, argv);
        return flushed(chosen());
    } catch (const CLI::ParseError &error) {
        return flushed(app.exit(error) == 0 ? rosler::cli::Done : rosler::cli::Usage);
    } catch (const std::bad_alloc &) {
        std::fprintf(stderr, "rosler: this machine, or the limit of this process, has too little memory\n");
        return rosler::cli::WorldFailed;
    } catch (const std::system_error &error) { // of std::thread
        std::fprintf(stderr, "rosler: the system gives no thread, or no memory for one: %s\n", error.what());
        return rosler::cli::WorldFailed;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "rosler: %s\n", error.what());
        return rosler::cli::WorldFailed;
    }
}
