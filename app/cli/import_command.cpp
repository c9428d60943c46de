// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "app/cli/printable.h"
#include "app/cli/sketch_text.h"
#include "app/cli/text_table.h"
#include "core/base/atomic_file.h"
#include "core/base/quantity_text.h"
#include "core/experiment/model_label.h"
#include "core/experiment/shipped_experiments.h"
#include "core/interchange/keras_weights.h"
#include "core/interchange/onnx_import.h"
#include "core/nn/layer_catalog.h"
#include "core/nn/start_weights.h"
#include "core/store/model_file.h"

namespace rosler::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t longestFile = 2'000'000'000;

struct ImportOptions {
    std::string file;
    std::string to = ".";
    std::string like;
    double keep = 0.7;
    bool replace = false;
    DataOptions data;
};

/// Whether these are the first bytes of an HDF5 file.
bool looksLikeHdf5(std::string_view bytes)
{
    return bytes.starts_with("\x89HDF\r\n\x1a\n");
}

/// Keras's weights for the first model of an experiment, whole.
Result<ImportedModel> readKeras(std::string_view bytes, const ImportOptions &options, const Dataset *data)
{
    if (options.like.empty() || data == nullptr)
        return fail(
            ErrorCode::NotFound,
            "it holds weights alone: say with --like EXPERIMENT whose layers they are, and with --dataset on "
            "which data",
            options.file);
    auto spec = loadExperiment(options.like);
    if (!spec)
        return tl::unexpected(spec.error());
    for (LayerSpec &layer : spec->models.front().layers)
        layer.sketch.reset();
    auto plan = planOf(trialOf(*spec, 0), data->shape(), data->classes());
    if (!plan) {
        Error error = plan.error();
        error.where = options.like + ":" + error.where;
        return tl::unexpected(error);
    }
    Network network(std::move(*plan));
    network.initialise(0);
    if (auto read = readKerasWeights(bytes, options.file, network); !read)
        return tl::unexpected(read.error());
    return ImportedModel {fs::path(options.file).stem().string(), std::move(network), {}};
}

Result<ImportedModel> readModel(const ImportOptions &options, const Dataset *data)
{
    const auto bytes = readRegularFile(options.file, longestFile);
    if (!bytes)
        return tl::unexpected(bytes.error());
    if (looksLikeHdf5(*bytes))
        return readKeras(*bytes, options, data);
    return parseOnnx(*bytes, options.file).and_then([&](const OnnxModel &model) {
        return importOnnx(model, options.file);
    });
}

/// The share of @p data's test examples that @p network gets right.
double testAccuracy(const Network &network, const Dataset &data)
{
    constexpr Index most = 500;
    const Examples &test = data.test();
    Index right = 0;
    Matrix room;
    for (Index first = 0; first < test.count(); first += most) {
        const Index count = std::min(most, test.count() - first);
        const auto chosen = argmaxRows(view(network.predict(test.features.rows(first, count, room))));
        for (Index i = 0; i < count; ++i)
            right += chosen[static_cast<std::size_t>(i)] == test.labels[static_cast<std::size_t>(first + i)]
                ? 1
                : 0;
    }
    return static_cast<double>(right) / static_cast<double>(test.count());
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

/// The imported model and its sketch, both beginning with its weights.
ExperimentSpec experimentOf(const ImportedModel &model, const std::vector<LayerSpec> &sketched,
                            const std::string &name, const std::string &file, DatasetRequest data)
{
    ExperimentSpec spec;
    spec.name = name;
    spec.description = "Begins with the weights of " + name;
    spec.dataset = std::move(data);
    spec.training.validation = ValidationSpec::tenth();
    const StartWeights start {file, model.network.digest()};
    ModelSpec whole;
    for (std::size_t i = 0; i < model.network.layerCount(); ++i)
        whole.layers.push_back(model.network.layer(i).plan().spec);
    whole.name = modelLabel(whole.layers);
    whole.learningRate = defaultLearningRate(whole.layers);
    whole.start = start;
    spec.models.push_back(whole);
    if (anySketched(sketched)) {
        ModelSpec sketch = whole;
        sketch.layers = sketched;
        sketch.name = modelLabel(sketched);
        sketch.learningRate = defaultLearningRate(sketched);
        spec.models.push_back(std::move(sketch));
    }
    return spec;
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

/// Says how good the model is on the data, and writes the experiment.
Result<void> writeExperiment(const ImportedModel &model, const std::vector<LayerSpec> &sketched,
                             const ImportOptions &options, const ExperimentSpec &chosen, const Dataset &data,
                             const Paths &paths)
{
    std::error_code ignored;
    const std::string file = fs::absolute(paths.model, ignored).lexically_normal().string();
    ExperimentSpec spec = experimentOf(model, sketched, paths.spec.stem().string(), file, chosen.dataset);
    if (!options.data.validation.empty())
        spec.training.validation = chosen.training.validation;
    if (auto fits = checkAgainst(spec, data.shape(), data.classes()); !fits) {
        Error error = fits.error();
        error.where = options.file + " on " + options.data.dataset + ":" + error.where;
        return tl::unexpected(error);
    }
    std::printf("%s of the test examples are right\n",
                percentText(testAccuracy(model.network, data)).c_str());
    if (auto written = writeFileAtomically(paths.spec, toJson(spec)); !written)
        return written;
    std::printf("%s\ntrain both on with  rosler train %s\n", paths.spec.c_str(), paths.spec.c_str());
    return {};
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
    if (auto written = writeModelFile(paths.model, model->network); !written)
        return written;
    std::printf("%s\n", paths.model.c_str());
    return withData ? writeExperiment(*model, sketched, options, chosen, *data, paths) : Result<void> {};
}

} // namespace

std::function<int()> importCommand(CLI::App &app)
{
    const auto options = std::make_shared<ImportOptions>();
    app.add_option("model", options->file,
                   "A model.onnx, of PyTorch or another program, or the weights.h5 that Keras saved")
        ->required();
    app.add_option("--to", options->to, "Folder for the model as NAME.h5, and the experiment NAME.json")
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
