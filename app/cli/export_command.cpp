// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "app/cli/figure_export.h"

namespace rosler::cli {

std::function<int()> exportCommand(CLI::App &app)
{
    struct Options {
        std::vector<std::string> runs;
        std::string out;
        std::string figures = "figures";
        PublicationStyle style;
    };
    const auto options = std::make_shared<Options>();
    app.add_option(
        "runs", options->runs,
        "Runs to plot side by side: ids or beginnings of them (default: those of the newest experiment)");
    app.add_option("--figures", options->figures, "Folder to write to")->capture_default_str();
    app.add_option("--width-mm", options->style.widthMm, "Width of a figure")
        ->check(CLI::Range(20.0, 1000.0))
        ->capture_default_str();
    app.add_option("--height-mm", options->style.heightMm, "Height of a figure")
        ->check(CLI::Range(20.0, 1000.0))
        ->capture_default_str();
    app.add_option("--font-pt", options->style.fontPt, "Size of all text")
        ->check(CLI::Range(3.0, 40.0))
        ->capture_default_str();
    app.add_option("--line-pt", options->style.linePt, "Width of curves")
        ->check(CLI::Range(0.1, 10.0))
        ->capture_default_str();
    app.add_option("--dpi", options->style.pngDpi, "Resolution of PNG files")
        ->check(CLI::Range(30.0, 2400.0))
        ->capture_default_str();
    app.add_option("--out", options->out, "Folder that the runs are kept in");
    return [options]() -> int {
        const auto store = openStoreToRead(options->out);
        if (!store)
            return report(store.error());
        std::vector<std::string> runs = options->runs;
        if (runs.empty()) {
            const auto all = (*store)->list();
            if (all.empty())
                return report(
                    {ErrorCode::NotFound, "there are no runs yet: train some", (*store)->root().string()});
            for (auto run = all.rbegin(); run != all.rend(); ++run)
                if (run->group == all.front().group)
                    runs.push_back(run->id);
        }
        const auto stems = exportRuns(**store, runs, options->figures, options->style);
        if (!stems)
            return report(stems.error());
        for (const std::string &stem : *stems)
            std::printf("%s/%s\n", options->figures.c_str(), stem.c_str());
        return Done;
    };
}

} // namespace rosler::cli
