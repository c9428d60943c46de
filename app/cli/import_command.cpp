// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "app/cli/printable.h"
#include "app/cli/sketch_text.h"
#include "app/cli/text_table.h"
#include "app/trained/model_import.h"
#include "core/base/atomic_file.h"
#include "core/base/quantity_text.h"
#include "core/experiment/shipped_experiments.h"
#include "core/nn/start_weights.h"

namespace rosler::cli {

namespace {

namespace fs = std::filesystem;

struct ImportOptions {
    std::string file;
    std::string to = ".";
    std::string like;
    double keep = importedShare;
    bool replace = false;
    DataOptions data;
};

Result<ImportedModel> readModel(const ImportOptions &options, const Dataset *data)
{
    const auto bytes = readForeignModel(options.file);
    if (!bytes)
        return tl::unexpected(bytes.error());
    if (!holdsWeightsAlone(*bytes))
        return parseForeignModel(*bytes, options.file);
    if (options.like.empty() || data == nullptr)
        return fail(
            ErrorCode::NotFound,
            "it holds weights alone: say with --like EXPERIMENT whose layers they are, and with --dataset on "
            "which data",
            options.file);
    const auto like = loadExperiment(options.like);
    if (!like)
        return tl::unexpected(like.error());
    return parseForeignWeights(*bytes, options.file, *like, options.like, *data);
}

void printLayers(const Network &network, const std::vector<LayerSpec> &sketched)
{
    TextTable table({"layer", "kind", "gives", "parameters", "rank"});
    for (std::size_t i = 0; i < network.layerCount(); ++i) {
        const PlannedLayer &layer = network.layer(i).plan();
        const ExampleShape &out = layer.out;
        table.add({std::to_string(i + 1), layer.spec.kind + (layer.relu() ? ", ReLU" : ""),
                   std::to_string(out.channels) + " x " + std::to_string(out.height) + " x "
                       + std::to_string(out.width),
                   countText(static_cast<double>(network.layer(i).parameterCount())),
                   sketched[i].sketch ? std::to_string(sketched[i].sketch->rank) : "-"});
    }
    std::printf("%s", table.text().c_str());
}

/// What is written.
struct Paths {
    fs::path model;
    fs::path spec;
};

Result<void> expectFree(const fs::path &path, bool replace)
{
    std::error_code ignored;
    if (!replace && fs::exists(path, ignored))
        return fail(ErrorCode::Unwritable, "it is there already; --replace writes over it", path.string());
    return {};
}

/// The experiment of the model that will be at @p paths.
Result<ExperimentSpec> experimentOf(const ImportedModel &model, const std::vector<LayerSpec> &sketched,
                                    const ImportOptions &options, const ExperimentSpec &chosen,
                                    const Dataset &data, const Paths &paths)
{
    std::error_code ignored;
    auto spec =
        importedExperiment(model, sketched, paths.spec.stem().string(),
                           fs::absolute(paths.model, ignored).lexically_normal(), chosen.dataset, data);
    if (!spec) {
        Error error = spec.error();
        error.where = options.file + " on " + options.data.dataset + ":" + error.where;
        return tl::unexpected(error);
    }
    if (!options.data.validation.empty())
        spec->training.validation = chosen.training.validation;
    return spec;
}

Result<void> importModel(const ImportOptions &options)
{
    const std::string base = (fs::path(options.to) / fs::path(options.file).stem()).string();
    const Paths paths {base + ".h5", base + ".json"};
    const bool withData = !options.data.dataset.empty();
    for (const fs::path &path : {paths.model, withData ? paths.spec : paths.model})
        if (auto free = expectFree(path, options.replace); !free)
            return free;
    ExperimentSpec chosen;
    if (auto applied = applyDataOptions(options.data, chosen); !applied)
        return applied;
    std::shared_ptr<const Dataset> data;
    if (withData) {
        const Interrupt interrupt;
        auto loaded = loadWithProgress(chosen.dataset, interrupt.token());
        if (!loaded)
            return tl::unexpected(loaded.error());
        data = std::move(*loaded);
    }
    const auto model = readModel(options, data.get());
    if (!model)
        return tl::unexpected(model.error());
    const std::vector<LayerSpec> sketched = sketchedLayers(model->network, options.keep);
    printLayers(model->network, sketched);
    for (const std::string &note : model->notes)
        std::printf("left out: %s\n", printable(note).c_str());
    std::optional<ExperimentSpec> spec;
    if (withData) {
        auto made = experimentOf(*model, sketched, options, chosen, *data, paths);
        if (!made)
            return tl::unexpected(made.error());
        spec = std::move(*made);
    }
    if (auto written = writeImportedModel(paths.model, model->network); !written)
        return written;
    std::printf("%s\n", paths.model.c_str());
    if (!spec)
        return {};
    std::printf("%s of the test examples are right\n",
                percentText(testAccuracy(model->network, *data)).c_str());
    if (auto written = writeFileAtomically(paths.spec, toJson(*spec)); !written)
        return written;
    std::printf("%s\ntrain both on with  rosler train %s\n", paths.spec.c_str(), paths.spec.c_str());
    return {};
}

} // namespace

std::function<int()> importCommand(CLI::App &app)
{
    const auto options = std::make_shared<ImportOptions>();
    app.add_option("model", options->file,
                   "A model.onnx, of PyTorch or another program, or the weights.h5 that Keras saved")
        ->required();
    app.add_option("--to", options->to,
                   "Folder for the model as NAME.h5, and the experiment NAME.json; made if it is missing")
        ->capture_default_str();
    app.add_option("--like", options->like, "Experiment whose first model has the layers of Keras's weights");
    app.add_option("--keep", options->keep,
                   "Share of each matrix's squared norm that its sketch keeps at the start: gives the ranks")
        ->check(CLI::Range(0.01, 1.0))
        ->capture_default_str();
    app.add_flag("--replace", options->replace, "Write over files that are there");
    addDataOptions(app, options->data);
    return [options]() -> int {
        const auto done = importModel(*options);
        return done ? static_cast<int>(Done) : reportUnlessCancelled(done.error());
    };
}

} // namespace rosler::cli
