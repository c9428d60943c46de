// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/figure_export.h"

#include <algorithm>
#include <cctype>

#include "core/base/atomic_file.h"
#include "core/cost/cost_model.h"
#include "core/experiment/run_figures.h"
#include "core/store/metrics_file.h"

namespace rosler::cli {

namespace {

/// A file name that every system takes.
std::string fileName(std::string title)
{
    std::replace_if(
        title.begin(), title.end(),
        [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_' && c != '.';
        },
        '_');
    return title;
}

} // namespace

Result<std::vector<std::string>> exportRuns(const RunStore &store, const std::vector<std::string> &ids,
                                            const std::filesystem::path &folder,
                                            const PublicationStyle &style)
{
    std::vector<PlottedRun> plotted;
    std::vector<std::string> titles;
    FigureOrigin origin;
    origin.command = "rosler export";
    for (const std::string &id : ids) {
        auto record = store.load(id);
        if (!record)
            return tl::unexpected(record.error());
        const RunSummary &summary = record->summary;
        auto cost = costOf(summary.trial, summary.example, summary.classes, summary.trainExamples);
        if (!cost)
            return tl::unexpected(cost.error());
        origin.runIds.push_back(summary.id);
        origin.command += ' ' + summary.id;
        std::string title = summary.title;
        for (int n = 2; std::find(titles.begin(), titles.end(), title) != titles.end(); ++n)
            title = summary.title + " (" + std::to_string(n) + ')';
        titles.push_back(title);
        plotted.push_back(
            {title, plotted.size(), std::move(record->metrics), *cost, summary.trial.training.epochs});
    }
    std::vector<std::string> stems;
    for (const NamedFigure &figure : allFigures(plotted)) {
        if (auto written = writeFigure(folder, figure.stem, figure.figure, style, origin); !written)
            return tl::unexpected(written.error());
        stems.push_back(figure.stem);
    }
    for (const PlottedRun &run : plotted) {
        const std::string stem = "metrics-" + fileName(run.name);
        std::string csv = metricsHeading();
        for (const MetricSample &sample : run.metrics)
            csv += metricsLine(sample);
        if (auto written = writeFileAtomically(folder / (stem + ".csv"), csv); !written)
            return tl::unexpected(written.error());
        stems.push_back(stem);
    }
    return stems;
}

} // namespace rosler::cli
