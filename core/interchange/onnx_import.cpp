// SPDX-License-Identifier: Apache-2.0
#include "core/interchange/onnx_import.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/interchange/block_matrix.h"
#include "core/interchange/graph_constants.h"
#include "core/interchange/graph_error.h"
#include "core/interchange/graph_traveller.h"
#include "core/interchange/node_reader.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

namespace {

using Does = InferenceStep::Does;

constexpr std::int64_t firstOpset = 7;
constexpr std::int64_t lastOpset = 22;
constexpr std::int64_t largestExample = 1 << 24;   ///< of an example
constexpr std::int64_t mostLayerWeights = 1 << 29; ///< of a layer that does not read all features

/// A layer of the network to be, and its numbers by the names of their blocks.
struct Made {
    LayerSpec spec;
    InferenceStep step;
    std::map<std::string, Matrix, std::less<>> blocks;
};

class Importer
{
public:
    Importer(const OnnxModel &model, const std::string &where)
        : m_model(model)
        , m_where(where)
        , m_constants(model, where)
        , m_reader(m_constants, where)
    {
    }

    ImportedModel run()
    {
        if (m_model.opset < firstOpset || m_model.opset > lastOpset)
            raiseGraph(ErrorCode::Unsupported,
                       "operators of opset " + std::to_string(m_model.opset) + "; known are "
                           + std::to_string(firstOpset) + " to " + std::to_string(lastOpset),
                       m_where);
        takeInput();
        for (const OnnxNode &node : m_model.nodes) {
            m_node = &node;
            m_reader.look(&node);
            follow();
        }
        m_reader.look(nullptr);
        return finish();
    }

private:
    [[noreturn]] void refuse(const std::string &what, ErrorCode code = ErrorCode::Unsupported) const
    {
        m_reader.refuse(what, code);
    }

    // --- the way through the graph

    void takeInput()
    {
        const OnnxValue *input = nullptr;
        for (const OnnxValue &value : m_model.inputs) {
            if (m_constants.find(value.name) != nullptr)
                continue; // older files list their constants, too
            if (input != nullptr)
                raiseGraph(ErrorCode::Unsupported, "several inputs: " + input->name + ", " + value.name,
                           m_where);
            input = &value;
        }
        if (input == nullptr || m_model.outputs.size() != 1)
            raiseGraph(ErrorCode::Unsupported,
                       "one input and one output are expected, not " + std::to_string(m_model.inputs.size())
                           + " and " + std::to_string(m_model.outputs.size()),
                       m_where);
        const std::string place = m_where + ": input " + input->name;
        const auto &dims = input->dims;
        if (dims.size() < 2 || dims.size() > 4)
            raiseGraph(ErrorCode::Unsupported,
                       std::to_string(dims.size())
                           + " extents; known are N x features, N x channels x length, N x channels x height "
                             "x width",
                       place);
        std::int64_t features = 1;
        for (std::size_t i = 1; i < dims.size(); ++i) {
            if (dims[i] < 1)
                raiseGraph(ErrorCode::OutOfRange, "extent " + std::to_string(i) + " is not stated", place);
            if (dims[i] > largestExample / features)
                raiseGraph(ErrorCode::OutOfRange,
                           "an example of more than " + std::to_string(largestExample) + " numbers", place);
            features *= dims[i];
        }
        m_current = input->name;
        m_data.insert(m_current);
        GraphTraveller &t = m_traveller;
        if (dims.size() == 2) {
            t = {ExampleShape::vector(dims[1]), {Axis::Columns}, true, {}};
        } else if (dims.size() == 3) {
            t = {{dims[1], 1, dims[2]}, {Axis::Channels, Axis::Columns}, false, {}};
        } else if (startsWithPixels()) {
            t = {{dims[3], dims[1], dims[2]}, {Axis::Rows, Axis::Columns, Axis::Channels}, false, {}};
        } else {
            t = {{dims[1], dims[2], dims[3]}, {Axis::Channels, Axis::Rows, Axis::Columns}, false, {}};
        }
        m_example = t.shape;
    }

    /// Whether the input lies pixel by pixel: it is first turned to planes.
    [[nodiscard]] bool startsWithPixels() const
    {
        for (const OnnxNode &node : m_model.nodes)
            if (std::ranges::find(node.inputs, m_current) != node.inputs.end()) {
                const OnnxAttribute *perm = node.attribute("perm");
                return node.type == "Transpose" && perm != nullptr
                    && perm->integers == std::vector<std::int64_t> {0, 3, 1, 2};
            }
        return false;
    }

    void follow()
    {
        const OnnxNode &node = *m_node;
        if (node.outputs.empty() || node.outputs.front().empty())
            refuse("it gives nothing", ErrorCode::Malformed);
        if (!node.domain.empty() && node.domain != "ai.onnx")
            refuse("an operator of " + node.domain);
        const bool joins = joinsBranch();
        std::size_t data = 0;
        for (const std::string &input : node.inputs) {
            if (input.empty() || m_constants.find(input) != nullptr)
                continue;
            if (!m_data.contains(input))
                refuse("it reads " + input + ", which no node before it gives", ErrorCode::Malformed);
            if (input != m_current && !joins)
                refuse("it reads " + input
                       + " a second time; of graphs with branches, those are known that add it again to what"
                         " layers made of it");
            ++data;
        }
        if (node.type == "Shape" && data == 1) {
            m_constants.add(node, m_traveller.extents());
            return;
        }
        if (data == 0) {
            m_constants.fold(node);
            return;
        }
        if (data > 1 || node.inputs.front() != m_current) {
            const bool eitherWay = (node.type == "Add" || node.type == "Mul") && data == 1;
            if (!eitherWay && !joins)
                refuse("its first input alone may be what the nodes before it give");
        }
        if (m_ended)
            refuse("something follows the softmax");
        if (joins)
            addBranch();
        else
            apply();
        m_current = node.outputs.front();
        if (!m_data.insert(m_current).second || m_constants.find(m_current) != nullptr)
            refuse("it gives " + m_current + ", which there is already", ErrorCode::Malformed);
        m_outputs[m_current] = {m_made.size(), m_traveller};
    }

    /// Whether the node adds what travels and something that was called by another name before.
    [[nodiscard]] bool joinsBranch() const
    {
        const std::vector<std::string> &inputs = m_node->inputs;
        return m_node->type == "Add" && inputs.size() == 2 && inputs[0] != inputs[1]
            && (inputs[0] == m_current || inputs[1] == m_current) && m_data.contains(inputs[0])
            && m_data.contains(inputs[1]);
    }

    void addBranch()
    {
        const std::string &name = m_node->inputs[m_node->inputs[0] == m_current ? 1 : 0];
        const auto found = m_outputs.find(name);
        if (found == m_outputs.end() || found->second.layers == 0 || found->second.layers == m_made.size())
            refuse("it adds " + name + ", which is not what a layer some layers before gives");
        const GraphTraveller &given = found->second.traveller;
        if (given.shape != m_traveller.shape || given.axes != m_traveller.axes
            || given.flat != m_traveller.flat || given.picks || m_traveller.picks)
            refuse("it adds " + name + ", which has another shape");
        InferenceStep step {Does::Adds, {.in = m_traveller.shape}, 0, 0};
        step.bypassed = static_cast<Index>(m_made.size() - found->second.layers);
        add(step, {});
    }

    /// What was given so far by layer @p number, from 1, or behind it is not what they give: they do more.
    void doesMore(std::size_t number)
    {
        std::erase_if(m_outputs, [number](const auto &output) { return output.second.layers >= number; });
    }

    void apply()
    {
        using Operator = void (Importer::*)();
        static const std::map<std::string_view, Operator> known {
            {"Add", &Importer::addBias},
            {"AveragePool", &Importer::meanOfWindows},
            {"BatchNormalization", &Importer::normalise},
            {"Conv", &Importer::convolve},
            {"Div", &Importer::scaleOrShift},
            {"Dropout", &Importer::leaveOut},
            {"Flatten", &Importer::flattenNode},
            {"Gather", &Importer::pick},
            {"Gemm", &Importer::multiply},
            {"GlobalAveragePool", &Importer::meanOfAll},
            {"Identity", &Importer::handOn},
            {"LogSoftmax", &Importer::softmax},
            {"MatMul", &Importer::multiply},
            {"MaxPool", &Importer::largest},
            {"ReduceMean", &Importer::reduceMean},
            {"Mul", &Importer::scaleOrShift},
            {"Pad", &Importer::padNothing},
            {"Relu", &Importer::relu},
            {"Reshape", &Importer::reshape},
            {"Softmax", &Importer::softmax},
            {"Squeeze", &Importer::squeeze},
            {"Sub", &Importer::scaleOrShift},
            {"Transpose", &Importer::transpose},
        };
        const auto found = known.find(m_node->type);
        if (found == known.end()) {
            std::string list;
            for (const auto &[name, unused] : known)
                list += (list.empty() ? "" : ", ") + std::string(name);
            refuse("the operator is not known here; these are: " + list);
        }
        (this->*found->second)();
    }

    // --- operators

    void handOn() { }

    /// Padding of nothing, which some programs write before each pooling.
    void padNothing()
    {
        const OnnxAttribute *attribute = m_node->attribute("pads");
        const std::vector<std::int64_t> pads =
            attribute != nullptr ? attribute->integers : m_reader.constant(1).ints;
        if (std::ranges::any_of(pads, [](std::int64_t pad) { return pad != 0; }))
            refuse("padding that is not that of a convolution");
    }

    void leaveOut() { m_notes.insert("Dropout, which in inference does nothing"); }

    void softmax()
    {
        m_ended = true;
        m_notes.insert("the softmax at the end: outputs are what comes before it");
    }

    void multiply()
    {
        if (!m_traveller.flat)
            refuse("it reads images; a Flatten is expected before it");
        const bool gemm = m_node->type == "Gemm";
        const OnnxTensor &b = m_reader.weights(1, 2);
        const bool turned = gemm && m_reader.integer("transB", 0) != 0;
        if (gemm && m_reader.integer("transA", 0) != 0)
            refuse("transA is not known");
        const Index outputs = b.dims[turned ? 0 : 1];
        const Index inputs = b.dims[turned ? 1 : 0];
        if (inputs != m_traveller.width())
            refuse(b.name + " takes " + std::to_string(inputs) + " numbers where "
                       + std::to_string(m_traveller.width()) + " come",
                   ErrorCode::Malformed);
        const Index features = m_traveller.shape.size();
        if (features > mostLayerWeights / outputs)
            refuse("more than " + std::to_string(mostLayerWeights) + " weights", ErrorCode::OutOfRange);
        const auto alpha = static_cast<float>(gemm ? m_reader.real("alpha", 1.0) : 1.0);
        const ConstMatrixView stored = view(b.floats.data(), b.dims[0], b.dims[1]);
        Matrix w = Matrix::Zero(outputs, features);
        for (Index k = 0; k < inputs; ++k) {
            const Index feature = m_traveller.feature(k);
            if (turned)
                w.col(feature) += alpha * stored.col(k);
            else
                w.col(feature) += alpha * stored.row(k).transpose();
        }
        Matrix bias = Matrix::Zero(1, outputs);
        if (const OnnxTensor *c = gemm ? m_reader.optionalConstant(2) : nullptr)
            bias = static_cast<float>(m_reader.real("beta", 1.0)) * m_reader.row(*c, outputs);
        add({Does::Multiplies, {.in = m_traveller.shape}, outputs, 0},
            {{"W", std::move(w)}, {"b", std::move(bias)}});
        m_traveller.axes = {Axis::Columns};
        m_traveller.picks.reset();
    }

    /// What is done to the numbers of the input before anything else: a standardisation.
    void scaleOrShift()
    {
        if (!m_made.empty())
            refuse("numbers may be scaled and shifted before the first layer alone");
        const std::size_t which = m_node->inputs.front() == m_current ? 1 : 0;
        const bool scales = m_node->type == "Mul" || m_node->type == "Div";
        const Matrix numbers = m_reader.spread(m_traveller, m_reader.constant(which), scales ? 1.0F : 0.0F);
        if (m_factor.size() == 0) {
            m_factor = Matrix::Ones(1, numbers.cols());
            m_shift = Matrix::Zero(1, numbers.cols());
        }
        if (scales) {
            const Matrix factor = m_node->type == "Mul" ? numbers : Matrix(numbers.cwiseInverse());
            m_factor = m_factor.cwiseProduct(factor);
            m_shift = m_shift.cwiseProduct(factor);
        } else if (m_node->type == "Add") {
            m_shift += numbers;
        } else {
            m_shift -= numbers;
        }
    }

    /// The layer that scaleOrShift() asks for: (x - mean) / deviation.
    void standardise()
    {
        if (m_factor.size() == 0)
            return;
        Matrix mean(1, m_factor.cols());
        Matrix deviation(1, m_factor.cols());
        for (Index j = 0; j < m_factor.cols(); ++j) {
            const float factor = m_factor(0, j);
            const bool nothing = factor == 0.0F && m_shift(0, j) == 0.0F;
            if (!(factor > 0.0F) && !nothing)
                refuse("its input is multiplied by " + std::to_string(factor)
                       + "; positive numbers are known");
            mean(0, j) = nothing ? 0.0F : -m_shift(0, j) / factor;
            deviation(0, j) = nothing ? 0.0F : 1.0F / factor;
        }
        m_factor.resize(0, 0);
        const InferenceStep step {Does::Standardises, {.in = m_traveller.shape}, 0, 0};
        add(step, {{"mean", std::move(mean)}, {"deviation", std::move(deviation)}});
    }

    void addBias()
    {
        const std::size_t which = m_node->inputs.size() == 2 && m_node->inputs[0] == m_current ? 1 : 0;
        const OnnxTensor &added = m_reader.constant(which);
        if (m_made.empty()) {
            scaleOrShift();
            return;
        }
        const auto &dims = added.dims;
        const bool fits = m_biasFits && m_made.back().spec.activation == Activation::None
            && (m_traveller.planes() || m_made.back().step.does == Does::Multiplies);
        if (!fits)
            refuse("it adds something that is no bias of a layer with weights");
        Made &layer = m_made.back();
        // Along the last extent of numbers, along the channels of images.
        const std::size_t behind =
            layer.step.does == Does::Convolves || layer.step.does == Does::ConvolvesChannels
            ? m_traveller.axes.size() - 1
            : 0;
        const bool along = added.count() == 1
            || (dims.size() > behind
                && dims[dims.size() - 1 - behind] == static_cast<std::int64_t>(added.count()));
        if (!along)
            refuse("it adds something that is no bias of a layer with weights");
        Matrix &bias = layer.blocks.find("b")->second;
        bias += m_reader.row(added, bias.cols());
        doesMore(m_made.size());
    }

    void convolve()
    {
        const std::int64_t groups = m_reader.integer("group", 1);
        const std::size_t sides = m_traveller.axes.size() - 1;
        if (m_traveller.flat)
            refuse("it reads numbers that are no image");
        const OnnxTensor &stored = m_reader.weights(1, 2 + sides);
        const Index filters = stored.dims[0];
        const bool channelwise =
            groups > 1 && groups == m_traveller.shape.channels && filters == groups && stored.dims[1] == 1;
        if (groups != 1 && !channelwise)
            refuse("convolutions of " + std::to_string(groups) + " groups are not known");
        if (!channelwise && stored.dims[1] != m_traveller.shape.channels)
            refuse(stored.name + " takes " + std::to_string(stored.dims[1]) + " channels where "
                       + std::to_string(m_traveller.shape.channels) + " come",
                   ErrorCode::Malformed);
        const std::vector<std::int64_t> kernel(stored.dims.begin() + 2, stored.dims.end());
        if (m_reader.integers("kernel_shape", sides, -1) != kernel
            && m_node->attribute("kernel_shape") != nullptr)
            refuse("kernel_shape is not that of " + stored.name, ErrorCode::Malformed);
        const WindowGrid grid = m_reader.windows(m_traveller, kernel);
        const Index pixels = grid.windowHeight * grid.windowWidth;
        Matrix bias = Matrix::Zero(1, filters);
        if (const OnnxTensor *b = m_reader.optionalConstant(2))
            bias = m_reader.row(*b, filters);
        if (channelwise) {
            const Matrix w = Eigen::Map<const Matrix>(stored.floats.data(), filters, pixels);
            add({Does::ConvolvesChannels, grid, filters, 0}, {{"W", w}, {"b", std::move(bias)}});
            return;
        }
        Matrix w(filters, grid.patch());
        for (Index f = 0; f < filters; ++f)
            for (Index c = 0; c < grid.in.channels; ++c)
                for (Index p = 0; p < pixels; ++p)
                    w(f, p * grid.in.channels + c) =
                        stored.floats[static_cast<std::size_t>((f * grid.in.channels + c) * pixels + p)];
        add({Does::Convolves, grid, filters, 0}, {{"W", std::move(w)}, {"b", std::move(bias)}});
    }

    void pool(Does does)
    {
        const std::size_t sides = m_traveller.axes.size() - 1;
        const auto kernel = m_reader.integers("kernel_shape", sides, 0);
        WindowGrid grid = m_reader.windows(m_traveller, kernel);
        if (does == Does::Mean && grid.windowHeight == grid.in.height && grid.windowWidth == grid.in.width)
            grid.strideDown = grid.strideAcross = 1; // there is one window
        if (does == Does::Largest && m_node->outputs.size() > 1 && !m_node->outputs[1].empty())
            refuse("places of the largest numbers are not known");
        add({does, grid, 0, 0}, {});
    }

    void largest() { pool(Does::Largest); }
    void meanOfWindows() { pool(Does::Mean); }

    void meanOfAll()
    {
        if (!m_traveller.planes())
            refuse("it reads something that is no image plane by plane");
        WindowGrid grid;
        grid.in = m_traveller.shape;
        grid.windowHeight = grid.in.height;
        grid.windowWidth = grid.in.width;
        grid.down = grid.across = 1;
        add({Does::Mean, grid, 0, 0}, {});
    }

    void reduceMean()
    {
        const std::size_t sides = m_traveller.axes.size() - 1;
        std::vector<std::int64_t> axes;
        if (const OnnxTensor *given = m_reader.optionalConstant(1))
            axes = given->ints;
        else if (const OnnxAttribute *attribute = m_node->attribute("axes"))
            axes = attribute->integers;
        for (std::int64_t &axis : axes)
            axis += axis < 0 ? static_cast<std::int64_t>(sides) + 2 : 0;
        std::ranges::sort(axes);
        const bool pixels = !m_traveller.flat
            && axes == (sides == 2 ? std::vector<std::int64_t> {2, 3} : std::vector<std::int64_t> {2});
        if (!pixels)
            refuse("means over other extents than those of an image's pixels are not known");
        meanOfAll();
        if (m_reader.integer("keepdims", 1) == 0)
            m_traveller.flat = true;
    }

    void normalise()
    {
        if (m_reader.integer("training_mode", 0) != 0)
            refuse("it is in training; export the model for inference");
        const ExampleShape &shape = m_traveller.shape;
        const bool numbers = m_traveller.flat && !m_traveller.picks
            && (shape.pixels() == 1 || (shape.channels == 1 && shape.height == 1));
        if (!numbers && !m_traveller.planes())
            refuse("it reads something that is no image plane by plane");
        const Index channels = numbers ? shape.size() : shape.channels;
        Matrix gamma = m_reader.row(m_reader.constant(1), channels);
        const Matrix beta = m_reader.row(m_reader.constant(2), channels);
        const Matrix mean = m_reader.row(m_reader.constant(3), channels);
        Matrix variance = m_reader.row(m_reader.constant(4), channels);
        // Layers have one epsilon: what is given as variance + epsilon is what they are given.
        constexpr double ours = 1e-5;
        const double theirs = m_reader.real("epsilon", 1e-5);
        for (Index c = 0; c < channels; ++c) {
            const double sum = static_cast<double>(variance(0, c)) + theirs;
            if (!(sum > 0.0))
                refuse("a variance of " + std::to_string(variance(0, c)), ErrorCode::Malformed);
            variance(0, c) = static_cast<float>(std::max(0.0, sum - ours));
            const double kept = static_cast<double>(variance(0, c)) + ours;
            gamma(0, c) = static_cast<float>(static_cast<double>(gamma(0, c)) * std::sqrt(kept / sum));
        }
        add({Does::Normalises, {.in = shape}, channels, ours},
            {{"gamma", std::move(gamma)}, {"beta", beta}, {"mean", mean}, {"variance", std::move(variance)}});
    }

    void relu()
    {
        if (m_made.empty() || !m_reluFits)
            refuse("it follows no layer that an activation may follow");
        for (std::size_t i = m_made.size(); i-- > 0;)
            if (m_made[i].step.does != Does::Largest) { // which may as well come after
                m_made[i].spec.activation = Activation::Relu;
                doesMore(i + 1);
                break;
            }
        m_biasFits = false;
    }

    void flatten() { m_traveller.flat = true; }

    void flattenNode()
    {
        if (m_reader.integer("axis", 1) != 1)
            refuse("an axis other than 1 is not known");
        flatten();
    }

    void reshape()
    {
        const OnnxTensor &wanted = m_reader.constant(1);
        std::vector<std::int64_t> to = wanted.ints;
        const auto from = m_traveller.extents();
        const std::string text = wanted.name;
        if (to.size() < 2)
            refuse("it makes " + std::to_string(to.size()) + " extents");
        for (std::size_t i = 0; i < to.size(); ++i)
            if (to[i] == 0 && i < from.size())
                to[i] = from[i];
        const Index width = m_traveller.flat ? m_traveller.width() : m_traveller.shape.size();
        if (to.size() == 2 && (to[1] == -1 || to[1] == width)) {
            flatten();
            return;
        }
        // Numbers that become an image: at the very beginning, or one row of one channel.
        const bool image = to.size() == 4 && m_traveller.flat && !m_traveller.picks;
        const bool sized = image && to[1] >= 1 && to[2] >= 1 && to[3] >= 1 && to[3] <= width && to[1] <= width
            && to[2] <= width / to[1] && to[1] * to[2] * to[3] == width;
        const ExampleShape shape = sized ? ExampleShape {to[1], to[2], to[3]} : ExampleShape {};
        const bool vector = m_traveller.shape == ExampleShape::vector(width);
        if (!sized || !vector || m_factor.size() > 0
            || (!m_made.empty() && shape != ExampleShape::vector(width)))
            refuse("it makes an image of something that is none");
        m_traveller = {shape, {Axis::Channels, Axis::Rows, Axis::Columns}, false, {}};
        if (m_made.empty())
            m_example = shape;
    }

    void squeeze()
    {
        if (m_traveller.flat || m_traveller.shape.pixels() != 1)
            refuse("it leaves out extents of more than one pixel");
        flatten();
    }

    void transpose()
    {
        const std::size_t extents = m_traveller.flat ? 2 : m_traveller.axes.size() + 1;
        const auto perm = m_reader.integers("perm", extents, -1);
        std::vector<std::int64_t> sorted = perm;
        std::ranges::sort(sorted);
        for (std::size_t i = 0; i < extents; ++i)
            if (sorted[i] != static_cast<std::int64_t>(i))
                refuse("it is no order of " + std::to_string(extents) + " extents", ErrorCode::Malformed);
        if (perm[0] != 0 || m_traveller.flat)
            refuse("it turns examples");
        const std::vector<Axis> before = m_traveller.axes;
        for (std::size_t i = 1; i < extents; ++i)
            m_traveller.axes[i - 1] = before[static_cast<std::size_t>(perm[i]) - 1];
    }

    void pick()
    {
        const std::int64_t axis = m_reader.integer("axis", 0);
        const OnnxTensor &indices = m_reader.constant(1);
        if (!m_traveller.flat || (axis != 1 && axis != -1) || indices.dims.size() != 1 || !indices.integers)
            refuse("it picks something other than features of a flat example");
        std::vector<std::int64_t> picks = indices.ints;
        for (std::int64_t &place : picks) {
            place += place < 0 ? m_traveller.width() : 0;
            if (place < 0 || place >= m_traveller.width())
                refuse("number " + std::to_string(place) + " of " + std::to_string(m_traveller.width()),
                       ErrorCode::Malformed);
            if (m_traveller.picks)
                place = (*m_traveller.picks)[static_cast<std::size_t>(place)];
        }
        m_traveller.picks = std::move(picks);
    }

    // --- the network

    void add(const InferenceStep &step, std::map<std::string, Matrix, std::less<>> blocks)
    {
        if (step.does != Does::Standardises)
            standardise();
        const auto spec = layerThat(step);
        if (!spec)
            refuse("no kind of layer computes this: windows are square, and of no more than their layer's "
                   "limits; "
                   "poolings have no padding");
        const LayerKind &kind = *layerKindNamed(spec->kind);
        m_traveller.shape = kind.output(*spec, m_traveller.shape, step.outputs);
        m_biasFits = kind.weighted || step.does == Does::ConvolvesChannels;
        m_reluFits = kind.weighted || kind.activates || (step.does == Does::Largest && m_reluFits);
        m_made.push_back({*spec, step, std::move(blocks)});
    }

    ImportedModel finish()
    {
        if (m_current != m_model.outputs.front().name)
            raiseGraph(ErrorCode::Malformed,
                       "the output " + m_model.outputs.front().name + " is not what the last node gives",
                       m_where);
        if (m_made.empty() || !m_traveller.flat || m_traveller.picks)
            raiseGraph(ErrorCode::Unsupported, "the graph does not end in a vector of one number a class",
                       m_where);
        std::vector<LayerSpec> layers;
        for (const Made &made : m_made)
            layers.push_back(made.spec);
        auto plan = planNetwork(layers, m_example, m_traveller.shape.size(), m_where);
        if (!plan)
            throw GraphError {plan.error()};
        Network network(std::move(*plan));
        for (std::size_t i = 0; i < m_made.size(); ++i)
            for (const ParameterBlock &block : network.layer(i).blocks()) {
                const Matrix &numbers = m_made[i].blocks.at(block.name);
                setBlockMatrix(network, i, block.name, numbers);
                if (!numbers.allFinite())
                    raiseGraph(ErrorCode::Malformed,
                               "block " + block.name + " of layer " + std::to_string(i + 1)
                                   + " has numbers that are not finite",
                               m_where);
            }
        return {m_model.graphName, std::move(network), {m_notes.begin(), m_notes.end()}};
    }

    const OnnxModel &m_model;
    const std::string &m_where;
    GraphConstants m_constants;
    NodeReader m_reader;
    const OnnxNode *m_node = nullptr;          ///< that is looked at
    std::string m_current;                     ///< name of what travels
    std::set<std::string, std::less<>> m_data; ///< all that it was called
    /// What layers gave: how many there were then, and how it lay.
    struct Output {
        std::size_t layers = 0;
        GraphTraveller traveller;
    };
    std::map<std::string, Output, std::less<>> m_outputs;
    GraphTraveller m_traveller;
    ExampleShape m_example;
    Matrix m_factor; ///< of the input's numbers, and what is added to them; empty: nothing of the kind
    Matrix m_shift;
    std::vector<Made> m_made;
    bool m_biasFits = false;
    bool m_reluFits = false;
    bool m_ended = false;
    std::set<std::string> m_notes;
};

} // namespace

Result<ImportedModel> importOnnx(const OnnxModel &model, const std::string &where)
{
    try {
        return Importer(model, where).run();
    } catch (const GraphError &error) {
        return tl::unexpected(error.error);
    }
}

} // namespace rosler
