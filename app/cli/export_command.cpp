// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <memory>

#include "app/cli/board_model.h"
#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "app/cli/figure_export.h"
#include "app/trained/model_export.h"

namespace rosler::cli {

namespace {

struct COptions {
    std::string folder; ///< empty: no C is wanted
    std::string type = "i8";
    std::string dataset;
    bool anyData = false;
    std::string from = "features";
    std::string core = "any";
};

/// A model's run, folder or file as C.
int writeC(const std::vector<std::string> &models, const std::string &out, const COptions &options)
{
    if (models.size() != 1)
        return report(
            {ErrorCode::OutOfRange, "C is made of one model: a run's id, its folder, or a model.h5", "--c"});
    const Interrupt interrupt;
    const auto model =
        loadBoardModel({models.front(), options.dataset, out, options.anyData, options.from == "samples"},
                       interrupt.token());
    if (!model)
        return report(model.error());
    const auto type = numberType(options.type);
    if (!type)
        return report(type.error());
    const auto core = coreKind(options.core);
    if (!core)
        return report(core.error());
    const auto sources = exportC(*model, *type, *core, options.folder);
    if (!sources)
        return report(sources.error());
    for (const CFile &file : sources->files)
        std::printf("%s/%s\n", options.folder.c_str(), file.name.c_str());
    std::fprintf(stderr, "%zu bytes of constants, %zu of RAM; int rosler_run(const float *in, float *out)\n",
                 sources->sizes.weightBytes, sources->sizes.arenaBytes);
    return Done;
}

/// A model's run, folder or file as one file for other programs.
int exportFile(const std::vector<std::string> &models, const std::string &out, const std::string &path,
               ModelFormat format)
{
    if (models.size() != 1)
        return report({ErrorCode::OutOfRange,
                       "a model file is made of one model: a run's id, its folder, or a model.h5",
                       format == ModelFormat::Onnx ? "--onnx" : "--keras"});
    const auto model = loadTrainedModel(models.front(), out);
    if (!model)
        return report(model.error());
    if (const auto written = exportModel(*model, format, path); !written)
        return report(written.error());
    std::printf("%s\n", path.c_str());
    return Done;
}

} // namespace

std::function<int()> exportCommand(CLI::App &app)
{
    struct Options {
        std::vector<std::string> runs;
        std::string out;
        std::string figures = "figures";
        PublicationStyle style;
        COptions c;
        std::string onnx;
        std::string keras;
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
    CLI::Option *onnx = app.add_option(
        "--onnx", options->onnx, "Write one model (a run, its folder, or a model.h5) as ONNX to this file");
    CLI::Option *keras = app.add_option("--keras", options->keras,
                                        "Write the weights of one model as Keras keeps them in HDF5")
                             ->excludes(onnx);
    CLI::Option *c =
        app.add_option("--c", options->c.folder,
                       "Write one model (a run, its folder, or a model.h5) as C11 to this folder")
            ->excludes(onnx)
            ->excludes(keras);
    app.add_option("--type", options->c.type, "Number type of the C: i8 or f32")
        ->check(CLI::IsMember({"i8", "f32"}))
        ->capture_default_str()
        ->needs(c);
    app.add_option("--dataset", options->c.dataset, "Data to calibrate the C with (default: the run's)")
        ->needs(c);
    app.add_option("--from", options->c.from,
                   "What the C is handed: features, or samples that it makes them of")
        ->check(CLI::IsMember({"features", "samples"}))
        ->capture_default_str()
        ->needs(c);
    app.add_flag("--any-data", options->c.anyData, "Take data that the run was not trained on, too")
        ->needs(c);
    app.add_option(
           "--core", options->c.core,
           "Core that int8 weights are laid out for: any, dsp (Cortex-M4, M7, M33), helium (M55, M85); "
           "all run on any, as slow as C there")
        ->check(CLI::IsMember({"any", "dsp", "helium"}))
        ->capture_default_str()
        ->needs(c);
    return [options]() -> int {
        if (!options->onnx.empty())
            return exportFile(options->runs, options->out, options->onnx, ModelFormat::Onnx);
        if (!options->keras.empty())
            return exportFile(options->runs, options->out, options->keras, ModelFormat::Keras);
        if (!options->c.folder.empty())
            return writeC(options->runs, options->out, options->c);
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
