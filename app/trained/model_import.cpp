// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/trained/model_import.h"

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/experiment/model_label.h"
#include "core/interchange/keras_weights.h"
#include "core/interchange/onnx_model.h"
#include "core/nn/layer_catalog.h"
#include "core/store/model_file.h"

namespace rosler {

namespace {

constexpr std::size_t longestFile = 2'000'000'000;

} // namespace

Result<std::string> readForeignModel(const std::filesystem::path &file)
{
    return readRegularFile(file, longestFile);
}

bool holdsWeightsAlone(std::string_view bytes)
{
    return bytes.starts_with("\x89HDF\r\n\x1a\n");
}

Result<ImportedModel> parseForeignModel(std::string_view bytes, const std::filesystem::path &where)
{
    return parseOnnx(bytes, where.string()).and_then([&](const OnnxModel &model) {
        return importOnnx(model, where.string());
    });
}

Result<ImportedModel> parseForeignWeights(std::string_view bytes, const std::filesystem::path &where,
                                          const ExperimentSpec &like, const std::string &likeName,
                                          const Dataset &data)
{
    ExperimentSpec spec = like;
    spec.models.front().layers = wholeLayers(std::move(spec.models.front().layers));
    auto plan = planOf(trialOf(spec, 0), data.shape(), data.classes());
    if (!plan) {
        Error error = plan.error();
        error.where = likeName + ":" + error.where;
        return tl::unexpected(error);
    }
    Network network(std::move(*plan));
    network.initialise(0);
    if (auto read = readKerasWeights(bytes, where.string(), network); !read)
        return tl::unexpected(read.error());
    return ImportedModel {where.stem().string(), std::move(network), {}};
}

Result<ExperimentSpec> importedExperiment(const ImportedModel &model, const std::vector<LayerSpec> &sketched,
                                          const std::string &name, const std::filesystem::path &modelFile,
                                          DatasetRequest dataset, const Dataset &data)
{
    ExperimentSpec spec;
    spec.name = name;
    spec.description = "Begins with the weights of " + name;
    spec.dataset = std::move(dataset);
    spec.training.validation = ValidationSpec::tenth();
    ModelSpec whole;
    for (std::size_t i = 0; i < model.network.layerCount(); ++i)
        whole.layers.push_back(model.network.layer(i).plan().spec);
    whole.name = modelLabel(whole.layers);
    whole.learningRate = defaultLearningRate(whole.layers);
    whole.start = StartWeights {modelFile.string(), model.network.digest()};
    spec.models.push_back(whole);
    if (anySketched(sketched)) {
        ModelSpec sketch = whole;
        sketch.layers = sketched;
        sketch.name = modelLabel(sketched);
        sketch.learningRate = defaultLearningRate(sketched);
        spec.models.push_back(std::move(sketch));
    }
    if (auto fits = checkAgainst(spec, data.shape(), data.classes()); !fits)
        return tl::unexpected(fits.error());
    return spec;
}

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

Result<void> writeImportedModel(const std::filesystem::path &file, const Network &network)
{
    if (const std::filesystem::path folder = file.parent_path(); !folder.empty()) {
        std::error_code refused;
        std::filesystem::create_directories(folder, refused);
        if (refused)
            return fail(ErrorCode::Unwritable, "the folder cannot be made: " + refused.message(),
                        folder.string());
    }
    return writeModelFile(file, network);
}

} // namespace rosler
