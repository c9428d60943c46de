// SPDX-License-Identifier: Apache-2.0
#include "core/interchange/keras_weights.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/base/contract.h"
#include "core/h5/h5_file.h"
#include "core/interchange/block_matrix.h"

namespace rosler {

namespace {

/// One dataset of a layer.
struct KerasWeight {
    std::string name; ///< "kernel:0"
    std::vector<Index> extents;
    std::vector<float> values;
};

struct KerasLayer {
    std::string name;
    std::vector<KerasWeight> weights;
};

/// inputs x outputs.
Matrix kernelOf(const Layer &layer, std::span<const float> parameters, std::string_view name)
{
    return blockMatrix(layer, parameters, name).transpose();
}

KerasWeight weight(std::string name, const Matrix &numbers, std::vector<Index> extents)
{
    return {std::move(name), std::move(extents), {numbers.data(), numbers.data() + numbers.size()}};
}

KerasWeight vectorOf(const Layer &layer, std::span<const float> parameters, std::string_view block,
                     std::string name)
{
    const Matrix numbers = blockMatrix(layer, parameters, block);
    return weight(std::move(name), numbers, {numbers.size()});
}

/// Rows of zeros for features that are not read.
Matrix spreadRows(const Matrix &kernel, const std::vector<std::uint32_t> &kept, Index features)
{
    Matrix all = Matrix::Zero(features, kernel.cols());
    for (std::size_t i = 0; i < kept.size(); ++i)
        all.row(static_cast<Index>(kept[i])) = kernel.row(static_cast<Index>(i));
    return all;
}

void addLayer(const Network &network, std::size_t number, std::vector<KerasLayer> &layers)
{
    const Layer &layer = network.layer(number);
    const auto parameters = network.parametersOf(number);
    const InferenceStep step = layer.inference();
    const std::string name = "layer" + std::to_string(number + 1);
    const bool convolves = step.does == InferenceStep::Does::Convolves;
    const bool channelwise = step.does == InferenceStep::Does::ConvolvesChannels;
    if (step.does == InferenceStep::Does::Normalises) {
        layers.push_back(
            {name,
             {vectorOf(layer, parameters, "gamma", "gamma:0"), vectorOf(layer, parameters, "beta", "beta:0"),
              vectorOf(layer, parameters, "mean", "moving_mean:0"),
              vectorOf(layer, parameters, "variance", "moving_variance:0")}});
        return;
    }
    if (step.does == InferenceStep::Does::Standardises) {
        Matrix mean = blockMatrix(layer, parameters, "mean");
        Matrix variance = blockMatrix(layer, parameters, "deviation").cwiseAbs2();
        if (!network.keptFeatures().empty()) {
            const auto all = [&](const Matrix &row) {
                return Matrix(
                    spreadRows(row.transpose(), network.keptFeatures(), network.features()).transpose());
            };
            mean = all(mean);
            variance = all(variance);
        }
        layers.push_back(
            {name,
             {weight("mean:0", mean, {mean.size()}), weight("variance:0", variance, {variance.size()})}});
        return;
    }
    const auto products = layer.products();
    for (std::size_t p = 0; p < products.size(); ++p) {
        Matrix kernel = kernelOf(layer, parameters, products[p]);
        const bool reads = p == 0 && number == network.firstWeighted() && !network.keptFeatures().empty();
        if (reads)
            kernel = spreadRows(kernel, network.keptFeatures(), network.features());
        std::vector<Index> extents {kernel.rows(), kernel.cols()};
        if (convolves && p == 0)
            extents = {step.windows.windowHeight, step.windows.windowWidth, step.windows.in.channels,
                       kernel.cols()};
        else if (convolves)
            extents = {1, 1, kernel.rows(), kernel.cols()};
        if (channelwise)
            extents = {step.windows.windowHeight, step.windows.windowWidth, step.outputs, 1};
        const bool last = p + 1 == products.size();
        KerasLayer made {last ? name : name + '_' + std::string(products[p]),
                         {weight(channelwise ? "depthwise_kernel:0" : "kernel:0", kernel, extents)}};
        if (last)
            made.weights.push_back(vectorOf(layer, parameters, "b", "bias:0"));
        layers.push_back(std::move(made));
    }
}

Result<void> writeLayer(h5::Group &root, const KerasLayer &layer)
{
    auto group = root.createGroup(layer.name);
    if (!group)
        return tl::unexpected(group.error());
    auto inner = group->createGroup(layer.name);
    if (!inner)
        return tl::unexpected(inner.error());
    std::vector<std::string> names;
    for (const KerasWeight &made : layer.weights) {
        if (auto done = inner->write(made.name, std::span(made.values), made.extents); !done)
            return done;
        names.push_back(layer.name + '/' + made.name);
    }
    return group->setTexts("weight_names", names);
}

/// One after the other the layers of a file that have weights.
class KerasReader
{
public:
    KerasReader(const h5::Group &root, std::vector<std::string> layers)
        : m_root(root)
        , m_layers(std::move(layers))
    {
    }

    /// Goes to the next layer with weights, and their names' last parts.
    Result<std::vector<std::string>> next()
    {
        while (m_next < m_layers.size()) {
            const std::string &name = m_layers[m_next++];
            auto group = m_root.openGroup(name);
            if (!group)
                return tl::unexpected(group.error());
            const auto names = group->texts("weight_names");
            if (!names)
                return tl::unexpected(names.error());
            if (names->empty())
                continue;
            m_path = group->path();
            m_weights = *names;
            m_group.clear();
            m_group.push_back(std::move(*group));
            std::vector<std::string> last;
            for (const std::string &path : m_weights)
                last.push_back(path.substr(path.rfind('/') + 1));
            return last;
        }
        return std::vector<std::string> {};
    }

    [[nodiscard]] const std::string &path() const { return m_path; }

    /// The weight of this number of that layer.
    Result<Matrix> read(std::size_t number, const std::vector<Index> &extents)
    {
        const h5::Group *at = &m_group.front();
        std::vector<h5::Group> way;
        std::string rest = m_weights[number];
        constexpr std::size_t deepest = 16;
        for (std::size_t slash = rest.find('/'); slash != std::string::npos; slash = rest.find('/')) {
            if (way.size() == deepest)
                return fail(ErrorCode::Malformed, "too many groups in one another", m_path);
            auto inner = at->openGroup(rest.substr(0, slash));
            if (!inner)
                return tl::unexpected(inner.error());
            way.reserve(deepest);
            way.push_back(std::move(*inner));
            at = &way.back();
            rest.erase(0, slash + 1);
        }
        Index count = 1;
        for (const Index extent : extents)
            count *= extent;
        Matrix numbers(count / extents.back(), extents.back());
        if (auto done =
                at->read(rest, std::span<float>(numbers.data(), static_cast<std::size_t>(count)), extents);
            !done)
            return tl::unexpected(done.error());
        return numbers;
    }

private:
    const h5::Group &m_root;
    std::vector<std::string> m_layers;
    std::size_t m_next = 0;
    std::string m_path;
    std::vector<std::string> m_weights;
    std::vector<h5::Group> m_group; ///< of the layer, at most one
};

/// What a layer is filled from: names in the file, extents, and where it goes.
struct Wanted {
    std::string name;
    std::vector<Index> extents;
    std::string block;
};

std::vector<Wanted> wantedBy(const Layer &layer)
{
    const InferenceStep step = layer.inference();
    const Index outputs = step.does == InferenceStep::Does::Multiplies ? layer.outputs() : step.outputs;
    switch (step.does) {
    case InferenceStep::Does::Multiplies:
        return {{"kernel:0", {layer.inputs(), outputs}, "W"}, {"bias:0", {outputs}, "b"}};
    case InferenceStep::Does::Convolves: {
        const WindowGrid &w = step.windows;
        // Along a signal windows have one side.
        const std::vector<Index> kernel = w.in.height == 1 && w.windowHeight == 1
            ? std::vector<Index> {w.windowWidth, w.in.channels, outputs}
            : std::vector<Index> {w.windowHeight, w.windowWidth, w.in.channels, outputs};
        return {{"kernel:0", kernel, "W"}, {"bias:0", {outputs}, "b"}};
    }
    case InferenceStep::Does::ConvolvesChannels:
        return {
            {"depthwise_kernel:0", {step.windows.windowHeight, step.windows.windowWidth, outputs, 1}, "W"},
            {"bias:0", {outputs}, "b"}};
    case InferenceStep::Does::Normalises:
        return {{"gamma:0", {outputs}, "gamma"},
                {"beta:0", {outputs}, "beta"},
                {"moving_mean:0", {outputs}, "mean"},
                {"moving_variance:0", {outputs}, "variance"}};
    case InferenceStep::Does::Standardises:
        return {{"mean:0", {layer.inputs()}, "mean"}, {"variance:0", {layer.inputs()}, "deviation"}};
    default:
        return {};
    }
}

Result<void> readLayer(KerasReader &reader, Network &network, std::size_t number)
{
    const std::vector<Wanted> wanted = wantedBy(network.layer(number));
    if (wanted.empty())
        return {};
    const auto names = reader.next();
    if (!names)
        return tl::unexpected(names.error());
    const bool convolves = network.layer(number).inference().does == InferenceStep::Does::Convolves;
    for (const Wanted &weight : wanted) {
        const auto found = std::ranges::find(*names, weight.name);
        if (found == names->end() && weight.block == "b")
            continue; // a layer without bias
        if (found == names->end())
            return fail(ErrorCode::Malformed,
                        names->empty() ? "it has no weights for layer " + std::to_string(number + 1)
                                       : "layer " + std::to_string(number + 1) + " wants " + weight.name
                                + ", which it has not",
                        reader.path());
        const auto place = static_cast<std::size_t>(found - names->begin());
        auto numbers = reader.read(place, weight.extents);
        if (!numbers && convolves && weight.extents.size() == 3) { // written as an image of one row
            std::vector<Index> image = weight.extents;
            image.insert(image.begin(), 1);
            numbers = reader.read(place, image);
        }
        if (!numbers)
            return tl::unexpected(numbers.error());
        if (!numbers->allFinite())
            return fail(ErrorCode::Malformed, "numbers that are not finite",
                        reader.path() + "/" + weight.name);
        if (weight.name == "depthwise_kernel:0") // a channel is a column
            numbers = Matrix(Eigen::Map<const Matrix>(numbers->data(), weight.extents[0] * weight.extents[1],
                                                      weight.extents[2]));
        if (weight.block == "W")
            setBlockMatrix(network, number, "W", Matrix(numbers->transpose()));
        else if (weight.block == "deviation")
            setBlockMatrix(network, number, "deviation", Matrix(numbers->cwiseMax(0.0F).cwiseSqrt()));
        else
            setBlockMatrix(network, number, weight.block, *numbers);
    }
    return {};
}

} // namespace

Result<std::string> kerasBytes(const Network &network)
{
    ROSLER_EXPECTS(!network.plan().keepsFeatures() || !network.keptFeatures().empty());
    std::vector<KerasLayer> layers;
    for (std::size_t i = 0; i < network.layerCount(); ++i)
        addLayer(network, i, layers);
    auto file = h5::File::create("weights.h5");
    if (!file)
        return tl::unexpected(file.error());
    {
        auto root = file->root();
        if (!root)
            return tl::unexpected(root.error());
        std::vector<std::string> names;
        for (const KerasLayer &layer : layers)
            names.push_back(layer.name);
        for (const Result<void> &done :
             {root->setTexts("layer_names", names), root->setText("backend", "tensorflow"),
              root->setText("keras_version", "2.10.0")})
            if (!done)
                return tl::unexpected(done.error());
        for (const KerasLayer &layer : layers)
            if (auto done = writeLayer(*root, layer); !done)
                return tl::unexpected(done.error());
    }
    return file->bytes();
}

Result<void> readKerasWeights(std::string_view bytes, const std::string &where, Network &network)
{
    for (std::size_t i = 0; i < network.layerCount(); ++i)
        if (network.layer(i).plan().spec.sketch || network.plan().keepsFeatures())
            return fail(ErrorCode::Unsupported,
                        "weights are read into whole layers; sketches begin with them", where);
    const auto file = h5::File::open(bytes, where);
    if (!file)
        return tl::unexpected(file.error());
    auto root = file->root();
    if (root && root->has("model_weights"))
        root = root->openGroup("model_weights");
    if (!root)
        return tl::unexpected(root.error());
    auto layers = root->texts("layer_names");
    if (!layers)
        return tl::unexpected(layers.error());
    KerasReader reader(*root, std::move(*layers));
    for (std::size_t i = 0; i < network.layerCount(); ++i)
        if (auto done = readLayer(reader, network, i); !done)
            return done;
    const auto more = reader.next();
    if (!more)
        return tl::unexpected(more.error());
    if (!more->empty())
        return fail(ErrorCode::Malformed,
                    "more weights than the " + std::to_string(network.layerCount()) + " layers take",
                    reader.path());
    return {};
}

} // namespace rosler
