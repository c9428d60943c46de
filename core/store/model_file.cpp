// SPDX-License-Identifier: Apache-2.0
#include "core/store/model_file.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <tuple>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/experiment/layer_text.h"
#include "core/h5/h5_file.h"
#include "core/nn/layer_catalog.h"
#include "core/store/model_file_one.h"
#include "core/store/sealed_file.h"

namespace rosler {

namespace {

constexpr std::string_view modelFormat = "rosler.model/2";
constexpr std::string_view formatOne = "rosler.model/1";
constexpr std::int64_t mostFeatures = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t mostClasses = 65'535;
constexpr std::string_view keptFeaturesName = "kept_features";

/// The numbers of a block, turned as the formulas have it; a vector has one extent.
struct BlockValues {
    std::vector<float> values;
    std::vector<Index> extents;
};

std::vector<Index> extentsOf(const ParameterBlock &block)
{
    if (block.name == "b")
        return {block.size()};
    return block.transposed ? std::vector<Index> {block.cols, block.rows}
                            : std::vector<Index> {block.rows, block.cols};
}

BlockValues asInFormulas(const ParameterBlock &block, std::span<const float> parameters)
{
    const float *stored = parameters.data() + block.offset;
    BlockValues result {std::vector<float>(static_cast<std::size_t>(block.size())), extentsOf(block)};
    if (block.transposed)
        view(result.values.data(), block.cols, block.rows) = view(stored, block.rows, block.cols).transpose();
    else
        std::copy_n(stored, block.size(), result.values.begin());
    return result;
}

Result<void> readBlock(const h5::Group &group, const ParameterBlock &block, std::span<float> parameters)
{
    float *stored = parameters.data() + block.offset;
    if (!block.transposed)
        return group.read(block.name, std::span(stored, static_cast<std::size_t>(block.size())),
                          extentsOf(block));
    std::vector<float> values(static_cast<std::size_t>(block.size()));
    if (auto read = group.read(block.name, std::span(values), extentsOf(block)); !read)
        return read;
    view(stored, block.rows, block.cols) =
        view(std::as_const(values).data(), block.cols, block.rows).transpose();
    return {};
}

Result<void> writeLayer(h5::Group &root, const Network &network, std::size_t number)
{
    auto group = root.createGroup(layerName(number));
    if (!group)
        return tl::unexpected(group.error());
    std::vector<std::string> names;
    for (const ParameterBlock &block : network.layer(number).blocks()) {
        const BlockValues turned = asInFormulas(block, network.parametersOf(number));
        if (auto done = group->write(block.name, std::span(turned.values), turned.extents); !done)
            return done;
        names.push_back(block.name);
    }
    return names.empty() ? Result<void> {} : group->setTexts("weight_names", names);
}

Result<void> writePlan(h5::Group &root, const NetworkPlan &plan)
{
    std::vector<std::string> names;
    std::vector<LayerSpec> layers;
    for (const PlannedLayer &layer : plan.layers) {
        names.push_back(layerName(layer.number));
        layers.push_back(layer.spec);
    }
    for (const Result<void> &done :
         {root.setText("format", modelFormat), root.setTexts("layer_names", names),
          root.setText("layers", textOf(layers)), root.setInteger("channels", plan.example.channels),
          root.setInteger("height", plan.example.height), root.setInteger("width", plan.example.width),
          root.setInteger("classes", plan.classes)})
        if (!done)
            return done;
    return {};
}

Result<std::vector<std::uint32_t>> readKeptFeatures(const h5::Group &group, const NetworkPlan &plan)
{
    const std::string name(keptFeaturesName);
    std::vector<std::uint32_t> features(static_cast<std::size_t>(plan.read()));
    const std::vector<Index> extents {plan.read()};
    if (auto read = group.read(name, std::span(features), extents); !read)
        return tl::unexpected(read.error());
    for (std::size_t i = 0; i < features.size(); ++i) {
        if (static_cast<Index>(features[i]) >= plan.features() || (i > 0 && features[i] <= features[i - 1]))
            return fail(ErrorCode::Malformed,
                        "feature " + std::to_string(features[i]) + " at place " + std::to_string(i)
                            + "; they must ascend and be below " + std::to_string(plan.features()),
                        group.path() + "/" + name);
    }
    return features;
}

/// The plan that a file of this version states.
Result<NetworkPlan> readPlan(const h5::Group &root)
{
    const auto text = root.text("layers");
    if (!text)
        return tl::unexpected(text.error());
    const auto layers = layersFromText(*text, root.path() + "@layers");
    if (!layers)
        return tl::unexpected(layers.error());
    NetworkPlan stated;
    for (const auto &[name, most, value] : {std::tuple {"channels", mostFeatures, &stated.example.channels},
                                            std::tuple {"height", mostFeatures, &stated.example.height},
                                            std::tuple {"width", mostFeatures, &stated.example.width},
                                            std::tuple {"classes", mostClasses, &stated.classes}})
        if (auto done = readNumber(root, name, 1, most, *value); !done)
            return tl::unexpected(done.error());
    const ExampleShape &e = stated.example;
    if (e.channels > mostFeatures / e.height || e.channels * e.height > mostFeatures / e.width)
        return fail(ErrorCode::Malformed, "an example has more than 2^31 - 1 features",
                    root.path() + "@channels");
    return planNetwork(*layers, e, stated.classes, root.path() + "@layers:");
}

/// Keeps a file from claiming more than it holds.
Result<void> checkLength(const NetworkPlan &plan, std::size_t fileLength, const std::string &where)
{
    double parameters = 0;
    for (const PlannedLayer &layer : plan.layers)
        parameters += static_cast<double>(makeLayer(layer)->parameterCount());
    if (parameters * double {sizeof(float)} > static_cast<double>(fileLength))
        return fail(ErrorCode::Malformed,
                    "more parameters than fit into the file's " + std::to_string(fileLength) + " bytes",
                    where);
    return {};
}

} // namespace

Result<std::string> modelBytes(const Network &network)
{
    auto file = h5::File::create("model.h5");
    if (!file)
        return tl::unexpected(file.error());
    {
        auto root = file->root();
        if (!root)
            return tl::unexpected(root.error());
        const NetworkPlan &plan = network.plan();
        if (plan.keepsFeatures() && network.keptFeatures().empty())
            return fail(ErrorCode::OutOfRange, "the network has not been told which features it keeps",
                        root->path());
        if (auto done = writePlan(*root, plan); !done)
            return tl::unexpected(done.error());
        for (std::size_t i = 0; i < network.layerCount(); ++i)
            if (auto done = writeLayer(*root, network, i); !done)
                return tl::unexpected(done.error());
        if (plan.keepsFeatures()) {
            const std::vector<Index> extents {plan.read()};
            if (auto done =
                    root->write(std::string(keptFeaturesName), std::span(network.keptFeatures()), extents);
                !done)
                return tl::unexpected(done.error());
        }
    }
    return file->bytes().map([](std::string bytes) { return sealed(std::move(bytes)); });
}

Result<Network> parseModel(std::string_view bytes, const std::string &where)
{
    const auto body = unsealed(bytes, where);
    if (!body)
        return tl::unexpected(body.error());
    const auto file = h5::File::open(*body, where);
    if (!file)
        return tl::unexpected(file.error());
    const auto root = file->root();
    if (!root)
        return tl::unexpected(root.error());
    const auto version = root->text("format");
    if (!version)
        return tl::unexpected(version.error());
    const bool one = *version == formatOne;
    if (!one && *version != modelFormat)
        return fail(ErrorCode::Unsupported,
                    "format \"" + *version + "\"; this version knows " + std::string(modelFormat) + " and "
                        + std::string(formatOne),
                    where + ":@format");
    auto plan = one ? planOfVersionOne(*root) : readPlan(*root);
    if (!plan)
        return tl::unexpected(plan.error());
    if (auto fits = checkLength(*plan, body->size(), root->path()); !fits)
        return tl::unexpected(fits.error());

    Network network(std::move(*plan));
    for (std::size_t i = 0; i < network.layerCount(); ++i) {
        const auto group = root->openGroup(layerName(i));
        if (!group)
            return tl::unexpected(group.error());
        const Layer &layer = network.layer(i);
        const auto parameters = network.parameters().subspan(
            static_cast<std::size_t>(network.offset(i)), static_cast<std::size_t>(layer.parameterCount()));
        for (const ParameterBlock &block : layer.blocks())
            if (auto done = readBlock(*group, block, parameters); !done)
                return tl::unexpected(done.error());
        if (i == 0 && network.plan().keepsFeatures()) {
            auto features = readKeptFeatures(one ? *group : *root, network.plan());
            if (!features)
                return tl::unexpected(features.error());
            network.setKeptFeatures(std::move(*features));
        }
    }
    return network;
}

Result<void> writeModelFile(const std::filesystem::path &path, const Network &network)
{
    return modelBytes(network).and_then(
        [&](const std::string &bytes) { return writeFileAtomically(path, bytes); });
}

Result<Network> readModelFile(const std::filesystem::path &path)
{
    return readRegularFile(path, longestSealedFile).and_then([&](const std::string &bytes) {
        return parseModel(bytes, path.string());
    });
}

} // namespace rosler
