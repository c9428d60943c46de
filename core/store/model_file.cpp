// SPDX-License-Identifier: Apache-2.0
#include "core/store/model_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/store/h5/h5_file.h"
#include "core/store/sealed_file.h"

namespace rosler {

namespace {

constexpr std::string_view format = "rosler.model/1";
constexpr std::int64_t widest = 1 << 24; ///< of a layer, either way
constexpr std::size_t mostLayers = 1024;
constexpr std::string_view keptFeaturesName = "kept_features";

std::string layerName(std::size_t number)
{
    return "layer" + std::to_string(number + 1);
}

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

Result<void> writeShape(h5::Group &group, std::string_view kind, const LayerShape &shape)
{
    const std::array<std::pair<const char *, std::int64_t>, 7> numbers {
        {{"inputs", shape.inputs},
         {"outputs", shape.outputs},
         {"rank", shape.rank},
         {"read", shape.read},
         {"kept", shape.kept},
         {"stores_indices", shape.storesIndices ? 1 : 0},
         {"relu", shape.relu ? 1 : 0}}};
    if (auto done = group.setText("kind", kind); !done)
        return done;
    for (const auto &[name, value] : numbers)
        if (auto done = group.setInteger(name, value); !done)
            return done;
    return {};
}

Result<void> writeLayer(h5::Group &root, const Network &network, std::size_t number)
{
    auto group = root.createGroup(layerName(number));
    if (!group)
        return tl::unexpected(group.error());
    const LayerShape &shape = network.shapes()[number];
    if (shape.storesIndices && network.keptFeatures().size() != static_cast<std::size_t>(shape.read))
        return fail(ErrorCode::OutOfRange, "the network has not been told which features it keeps",
                    group->path());
    const Layer &layer = network.layer(number);
    if (auto done = writeShape(*group, layer.kind(), shape); !done)
        return done;

    std::vector<std::string> names;
    for (const ParameterBlock &block : layer.blocks()) {
        const BlockValues turned = asInFormulas(block, network.parametersOf(number));
        if (auto done = group->write(block.name, std::span(turned.values), turned.extents); !done)
            return done;
        names.push_back(block.name);
    }
    if (shape.storesIndices) {
        const std::vector<Index> extents {static_cast<Index>(network.keptFeatures().size())};
        const std::string name(keptFeaturesName);
        if (auto done = group->write(name, std::span(network.keptFeatures()), extents); !done)
            return done;
        names.push_back(name);
    }
    return group->setTexts("weight_names", names);
}

/// One of a layer's numbers, within its range.
Result<void> readNumber(const h5::Group &group, const char *name, std::int64_t least, std::int64_t most,
                        std::int64_t &value)
{
    const auto found = group.integer(name);
    if (!found)
        return tl::unexpected(found.error());
    if (*found < least || *found > most)
        return fail(ErrorCode::Malformed,
                    std::to_string(*found) + " is not between " + std::to_string(least) + " and "
                        + std::to_string(most),
                    group.path() + "@" + name);
    value = *found;
    return {};
}

/// The shape of a layer that fits the one before, so that a Network may be made of it.
Result<LayerShape> readShape(const h5::Group &group, const LayerShape *before)
{
    LayerShape shape;
    std::int64_t storesIndices = 0;
    std::int64_t relu = 0;
    const auto kind = group.text("kind");
    if (!kind)
        return tl::unexpected(kind.error());
    if (*kind != "dense" && *kind != "sketched")
        return fail(ErrorCode::Unsupported, "a layer of kind \"" + *kind + "\"", group.path() + "@kind");
    const bool sketched = *kind == "sketched";

    // Each range stands on what was read before it.
    const std::array<std::function<Result<void>()>, 7> steps {
        [&] {
            return readNumber(group, "inputs", before != nullptr ? before->outputs : 1,
                              before != nullptr ? before->outputs : widest, shape.inputs);
        },
        [&] { return readNumber(group, "outputs", 1, widest, shape.outputs); },
        [&] {
            return readNumber(group, "read", before != nullptr ? before->kept : 1,
                              before != nullptr ? before->kept : shape.inputs, shape.read);
        },
        [&] { return readNumber(group, "kept", 1, shape.outputs, shape.kept); },
        [&] {
            return readNumber(group, "rank", sketched ? 1 : 0,
                              sketched ? std::min(shape.read, shape.kept) : 0, shape.rank);
        },
        [&] {
            const int needed = before == nullptr && shape.read < shape.inputs ? 1 : 0;
            return readNumber(group, "stores_indices", needed, needed, storesIndices);
        },
        [&] { return readNumber(group, "relu", 0, 1, relu); },
    };
    for (const auto &step : steps)
        if (auto done = step(); !done)
            return tl::unexpected(done.error());
    shape.storesIndices = storesIndices != 0;
    shape.relu = relu != 0;
    return shape;
}

/// How many parameters such a layer stores at least, as a number that cannot overflow.
double leastParameters(const LayerShape &shape)
{
    const auto read = static_cast<double>(shape.read);
    const auto kept = static_cast<double>(shape.kept);
    const auto rank = static_cast<double>(shape.rank);
    return shape.rank == 0 ? read * kept : rank * (read + kept + rank);
}

Result<std::vector<std::uint32_t>> readKeptFeatures(const h5::Group &group, const LayerShape &shape)
{
    const std::string name(keptFeaturesName);
    const std::string where = group.path() + "/" + name;
    std::vector<std::uint32_t> features(static_cast<std::size_t>(shape.read));
    const std::vector<Index> extents {shape.read};
    if (auto read = group.read(name, std::span(features), extents); !read)
        return tl::unexpected(read.error());
    for (std::size_t i = 0; i < features.size(); ++i) {
        if (static_cast<Index>(features[i]) >= shape.inputs || (i > 0 && features[i] <= features[i - 1]))
            return fail(ErrorCode::Malformed,
                        "feature " + std::to_string(features[i]) + " at place " + std::to_string(i)
                            + "; they must ascend and be below " + std::to_string(shape.inputs),
                        where);
    }
    return features;
}

Result<std::vector<LayerShape>> readShapes(const h5::Group &root, std::size_t fileLength)
{
    const auto names = root.texts("layer_names");
    if (!names)
        return tl::unexpected(names.error());
    if (names->size() > mostLayers)
        return fail(ErrorCode::Malformed, std::to_string(names->size()) + " layers",
                    root.path() + "@layer_names");
    std::vector<LayerShape> shapes;
    double parameters = 0;
    for (std::size_t i = 0; i < names->size(); ++i) {
        if ((*names)[i] != layerName(i))
            return fail(ErrorCode::Malformed, "\"" + (*names)[i] + "\" where " + layerName(i) + " stands",
                        root.path() + "@layer_names");
        const auto group = root.openGroup(layerName(i));
        if (!group)
            return tl::unexpected(group.error());
        const auto shape = readShape(*group, shapes.empty() ? nullptr : &shapes.back());
        if (!shape)
            return tl::unexpected(shape.error());
        parameters += leastParameters(*shape);
        if (parameters * double {sizeof(float)} > static_cast<double>(fileLength))
            return fail(ErrorCode::Malformed,
                        "more parameters than fit into the file's " + std::to_string(fileLength) + " bytes",
                        group->path());
        shapes.push_back(*shape);
    }
    return shapes;
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
        std::vector<std::string> names;
        for (std::size_t i = 0; i < network.layerCount(); ++i)
            names.push_back(layerName(i));
        if (auto done = root->setText("format", format); !done)
            return tl::unexpected(done.error());
        if (auto done = root->setTexts("layer_names", names); !done)
            return tl::unexpected(done.error());
        for (std::size_t i = 0; i < network.layerCount(); ++i)
            if (auto done = writeLayer(*root, network, i); !done)
                return tl::unexpected(done.error());
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
    if (*version != format)
        return fail(ErrorCode::Unsupported,
                    "format \"" + *version + "\"; this version knows " + std::string(format),
                    where + ":@format");
    auto shapes = readShapes(*root, body->size());
    if (!shapes)
        return tl::unexpected(shapes.error());

    Network network(std::move(*shapes));
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
        if (i == 0 && network.shapes()[0].storesIndices) {
            auto features = readKeptFeatures(*group, network.shapes()[0]);
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
