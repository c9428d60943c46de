// SPDX-License-Identifier: Apache-2.0
#include "core/interchange/onnx_export.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/contract.h"
#include "core/interchange/block_matrix.h"
#include "core/interchange/planes.h"

namespace rosler {

namespace {

OnnxAttribute named(std::string name, std::int64_t value)
{
    OnnxAttribute attribute;
    attribute.name = std::move(name);
    attribute.integer = value;
    return attribute;
}

OnnxAttribute named(std::string name, std::vector<std::int64_t> values)
{
    OnnxAttribute attribute;
    attribute.name = std::move(name);
    attribute.integers = std::move(values);
    return attribute;
}

OnnxAttribute named(std::string name, double value)
{
    OnnxAttribute attribute;
    attribute.name = std::move(name);
    attribute.real = static_cast<float>(value);
    return attribute;
}

std::vector<OnnxAttribute> windowAttributes(const WindowGrid &windows)
{
    return {named("kernel_shape", {windows.windowHeight, windows.windowWidth}),
            named("strides", {windows.strideDown, windows.strideAcross})};
}

class Exporter
{
public:
    explicit Exporter(const Network &network)
        : m_network(network)
    {
    }

    OnnxModel run()
    {
        const NetworkPlan &plan = m_network.plan();
        const ExampleShape &in = plan.example;
        bool windows = false;
        for (std::size_t i = 0; i < m_network.layerCount(); ++i) {
            const auto does = m_network.layer(i).inference().does;
            windows = windows || does == InferenceStep::Does::Convolves
                || does == InferenceStep::Does::ConvolvesChannels || does == InferenceStep::Does::Largest
                || does == InferenceStep::Does::Mean;
        }
        m_flat = in.channels == 1 && in.height == 1 && !windows;
        m_model.inputs = {{"input",
                           m_flat ? std::vector<std::int64_t> {-1, in.size()}
                                  : std::vector<std::int64_t> {-1, in.channels, in.height, in.width}}};
        m_current = "input";
        m_layer = "input";
        pickFeatures();
        for (std::size_t i = 0; i < m_network.layerCount(); ++i) {
            add(i);
            m_outputs.emplace_back(m_current, m_flat);
        }
        m_model.nodes.back().outputs = {"logits"};
        m_model.outputs = {{"logits", {-1, plan.classes}}};
        return std::move(m_model);
    }

private:
    void add(std::size_t number)
    {
        const Layer &layer = m_network.layer(number);
        m_layer = "layer" + std::to_string(number + 1);
        const InferenceStep step = layer.inference();
        switch (step.does) {
        case InferenceStep::Does::HandsOn:
            return;
        case InferenceStep::Does::Multiplies:
            multiply(number, layer);
            break;
        case InferenceStep::Does::Convolves:
            convolve(number, layer, step.windows);
            break;
        case InferenceStep::Does::ConvolvesChannels:
            convolveChannels(number, layer, step.windows);
            break;
        case InferenceStep::Does::Largest:
            asImage(step.windows.in);
            node("MaxPool", "", {}, windowAttributes(step.windows));
            break;
        case InferenceStep::Does::Mean: {
            asImage(step.windows.in);
            const bool whole = step.windows.windowHeight == step.windows.in.height
                && step.windows.windowWidth == step.windows.in.width;
            if (whole)
                node("GlobalAveragePool", "", {}, {});
            else
                node("AveragePool", "", {}, windowAttributes(step.windows));
            break;
        }
        case InferenceStep::Does::Adds:
            addOutput(*layer.plan().other, layer.plan().in);
            break;
        case InferenceStep::Does::Standardises:
            standardise(number, layer);
            break;
        case InferenceStep::Does::Normalises:
            normalise(number, layer, step);
            break;
        }
        if (layer.relu())
            node("Relu", ".relu", {}, {});
    }

    void multiply(std::size_t number, const Layer &layer)
    {
        const ExampleShape &in = layer.plan().in;
        const bool planes = !m_flat && in.channels > 1 && in.pixels() > 1;
        flatten();
        const auto products = layer.products();
        for (std::size_t p = 0; p < products.size(); ++p) {
            Matrix matrix = blockMatrix(layer, m_network.parametersOf(number), products[p]);
            if (p == 0 && planes)
                matrix = columnsAsPlanes(matrix, in);
            std::vector<std::string> inputs {
                floats('.' + std::string(products[p]), matrix, {matrix.rows(), matrix.cols()})};
            if (p + 1 == products.size())
                inputs.push_back(vector(number, layer, "b"));
            node("Gemm", products.size() > 1 ? '.' + std::string(products[p]) : "", inputs,
                 {named("transB", std::int64_t {1})});
        }
    }

    void convolve(std::size_t number, const Layer &layer, const WindowGrid &windows)
    {
        asImage(windows.in);
        const auto products = layer.products();
        for (std::size_t p = 0; p < products.size(); ++p) {
            Matrix matrix = blockMatrix(layer, m_network.parametersOf(number), products[p]);
            std::vector<std::int64_t> dims {matrix.rows(), matrix.cols(), 1, 1};
            std::vector<OnnxAttribute> attributes {named("kernel_shape", {1, 1})};
            if (p == 0) {
                matrix =
                    columnsAsPlanes(matrix, {windows.in.channels, windows.windowHeight, windows.windowWidth});
                dims = {matrix.rows(), windows.in.channels, windows.windowHeight, windows.windowWidth};
                attributes = windowAttributes(windows);
                attributes.push_back(named(
                    "pads",
                    {windows.paddingTop, windows.paddingLeft, windows.paddingTop, windows.paddingLeft}));
            }
            std::vector<std::string> inputs {floats('.' + std::string(products[p]), matrix, dims)};
            if (p + 1 == products.size())
                inputs.push_back(vector(number, layer, "b"));
            node("Conv", products.size() > 1 ? '.' + std::string(products[p]) : "", inputs,
                 std::move(attributes));
        }
    }

    void convolveChannels(std::size_t number, const Layer &layer, const WindowGrid &windows)
    {
        asImage(windows.in);
        const Matrix matrix = blockMatrix(layer, m_network.parametersOf(number), "W");
        std::vector<OnnxAttribute> attributes = windowAttributes(windows);
        attributes.push_back(named(
            "pads", {windows.paddingTop, windows.paddingLeft, windows.paddingTop, windows.paddingLeft}));
        attributes.push_back(named("group", std::int64_t {windows.in.channels}));
        const std::vector<std::int64_t> dims {windows.in.channels, 1, windows.windowHeight,
                                              windows.windowWidth};
        node("Conv", "", {floats(".W", matrix, dims), vector(number, layer, "b")}, std::move(attributes));
    }

    /// Features that are not read are left out at the beginning: nothing looks at windows of them.
    void pickFeatures()
    {
        const auto &kept = m_network.keptFeatures();
        if (kept.empty())
            return;
        flatten();
        OnnxTensor &indices = constant(".kept", {static_cast<std::int64_t>(kept.size())});
        indices.integers = true;
        for (const std::uint32_t feature : kept)
            indices.ints.push_back(planeIndex(m_network.plan().example, feature));
        node("Gather", ".kept", {indices.name}, {named("axis", std::int64_t {1})});
    }

    void standardise(std::size_t number, const Layer &layer)
    {
        const ExampleShape &in = layer.plan().in;
        const Matrix mean = blockMatrix(layer, m_network.parametersOf(number), "mean");
        const Matrix deviation = blockMatrix(layer, m_network.parametersOf(number), "deviation");
        const Matrix factor = deviation.unaryExpr([](float d) { return d > 0.0F ? 1.0F / d : 0.0F; });
        const bool image = !m_flat;
        const std::vector<std::int64_t> dims = image
            ? std::vector<std::int64_t> {1, in.channels, in.height, in.width}
            : std::vector<std::int64_t> {1, mean.cols()};
        const auto turned = [&](const Matrix &row) { return image ? columnsAsPlanes(row, in) : row; };
        node("Sub", ".mean", {floats(".mean", turned(mean), dims)}, {});
        node("Mul", ".factor", {floats(".factor", turned(factor), dims)}, {});
    }

    void normalise(std::size_t number, const Layer &layer, const InferenceStep &step)
    {
        if (step.outputs != step.windows.in.channels)
            flatten(); // each number of a vector is a channel
        std::vector<std::string> inputs;
        for (const char *name : {"gamma", "beta", "mean", "variance"})
            inputs.push_back(vector(number, layer, name));
        node("BatchNormalization", "", inputs, {named("epsilon", step.epsilon)});
    }

    /// Adds what layer @p other gives, which is made to lie as what there is.
    void addOutput(std::size_t other, const ExampleShape &shape)
    {
        const auto here = std::pair(m_current, m_flat);
        std::tie(m_current, m_flat) = m_outputs[other];
        if (here.second)
            flatten();
        else
            asImage(shape);
        const std::string added = m_current;
        std::tie(m_current, m_flat) = here;
        node("Add", "", {added}, {});
    }

    void flatten()
    {
        if (!m_flat)
            node("Flatten", ".flat", {}, {named("axis", std::int64_t {1})});
        m_flat = true;
    }

    /// A vector that windows are looked at in becomes an image.
    void asImage(const ExampleShape &shape)
    {
        if (!m_flat)
            return;
        OnnxTensor &dims = constant(".shape", {4});
        dims.integers = true;
        dims.ints = {-1, shape.channels, shape.height, shape.width};
        node("Reshape", ".shape", {dims.name}, {});
        m_flat = false;
    }

    OnnxTensor &constant(const std::string &suffix, std::vector<std::int64_t> dims)
    {
        OnnxTensor &made = m_model.constants.emplace_back();
        made.name = m_layer + suffix;
        made.dims = std::move(dims);
        return made;
    }

    std::string floats(const std::string &suffix, const Matrix &matrix, std::vector<std::int64_t> dims)
    {
        OnnxTensor &made = constant(suffix, std::move(dims));
        made.floats.assign(matrix.data(), matrix.data() + matrix.size());
        return made.name;
    }

    std::string vector(std::size_t number, const Layer &layer, const std::string &block)
    {
        const Matrix numbers = blockMatrix(layer, m_network.parametersOf(number), block);
        return floats('.' + block, numbers, {numbers.size()});
    }

    /// A node that reads what there is and then @p inputs.
    void node(const char *type, const std::string &suffix, std::vector<std::string> inputs,
              std::vector<OnnxAttribute> attributes)
    {
        OnnxNode &made = m_model.nodes.emplace_back();
        made.type = type;
        made.name = m_layer + suffix;
        made.inputs = std::move(inputs);
        made.inputs.insert(made.inputs.begin(), m_current);
        m_current = made.name + ".out";
        made.outputs = {m_current};
        made.attributes = std::move(attributes);
    }

    const Network &m_network;
    OnnxModel m_model;
    std::string m_current; ///< name of what the next node reads
    std::string m_layer;
    bool m_flat = false; ///< N x numbers
    std::vector<std::pair<std::string, bool>>
        m_outputs; ///< of the layers so far: names, and whether N x numbers
};

} // namespace

OnnxModel onnxModel(const Network &network, const ModelOrigin &origin)
{
    ROSLER_EXPECTS(!network.plan().keepsFeatures() || !network.keptFeatures().empty());
    OnnxModel model = Exporter(network).run();
    model.producer = "rosler-workbench";
    model.producerVersion = origin.version;
    model.graphName = origin.name.empty() ? "model" : origin.name;
    model.properties = {{"rosler.digest", network.digest()}};
    if (!origin.classNames.empty())
        model.properties.emplace_back(
            "rosler.classes",
            nlohmann::json(origin.classNames).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    model.properties.insert(model.properties.end(), origin.properties.begin(), origin.properties.end());
    return model;
}

} // namespace rosler
