// SPDX-License-Identifier: Apache-2.0
#include "core/interchange/node_reader.h"

#include <algorithm>

#include "core/interchange/graph_error.h"

namespace rosler {

namespace {

constexpr std::int64_t mostExtent = 1 << 20;

} // namespace

void NodeReader::refuse(const std::string &what, ErrorCode code) const
{
    raiseGraph(code, what, placeOf(m_where, m_node));
}

std::int64_t NodeReader::integer(std::string_view name, std::int64_t preset) const
{
    const OnnxAttribute *found = m_node->attribute(name);
    return found != nullptr && found->integer ? *found->integer : preset;
}

double NodeReader::real(std::string_view name, double preset) const
{
    const OnnxAttribute *found = m_node->attribute(name);
    return found != nullptr && found->real ? static_cast<double>(*found->real) : preset;
}

std::vector<std::int64_t> NodeReader::integers(std::string_view name, std::size_t count,
                                               std::int64_t preset) const
{
    const OnnxAttribute *found = m_node->attribute(name);
    if (found == nullptr || found->integers.empty())
        return std::vector<std::int64_t>(count, preset);
    if (found->integers.size() != count)
        refuse("attribute " + std::string(name) + " has " + std::to_string(found->integers.size())
                   + " numbers where " + std::to_string(count) + " are expected",
               ErrorCode::Malformed);
    for (const std::int64_t value : found->integers)
        if (value < 0 || value > mostExtent)
            refuse("attribute " + std::string(name) + " is " + std::to_string(value), ErrorCode::OutOfRange);
    return found->integers;
}

const OnnxTensor *NodeReader::optionalConstant(std::size_t input) const
{
    if (input >= m_node->inputs.size() || m_node->inputs[input].empty())
        return nullptr;
    const OnnxTensor *found = m_constants.find(m_node->inputs[input]);
    if (found == nullptr)
        refuse("input " + std::to_string(input) + " is not a constant");
    return found;
}

const OnnxTensor &NodeReader::constant(std::size_t input) const
{
    const OnnxTensor *found = optionalConstant(input);
    if (found == nullptr)
        refuse("it has no input " + std::to_string(input), ErrorCode::Malformed);
    return *found;
}

Matrix NodeReader::row(const OnnxTensor &tensor, Index count) const
{
    if (tensor.integers || (tensor.floats.size() != 1 && static_cast<Index>(tensor.floats.size()) != count))
        refuse(tensor.name + " has " + std::to_string(tensor.count()) + " numbers where "
                   + std::to_string(count) + " are expected",
               ErrorCode::Malformed);
    if (tensor.floats.size() == 1)
        return Matrix::Constant(1, count, tensor.floats.front());
    return view(tensor.floats.data(), 1, count);
}

const OnnxTensor &NodeReader::weights(std::size_t input, std::size_t extents) const
{
    const OnnxTensor &found = constant(input);
    if (found.integers || found.dims.size() != extents || found.floats.empty())
        refuse(found.name + " has " + std::to_string(found.dims.size()) + " extents where "
                   + std::to_string(extents) + " of weights are expected",
               ErrorCode::Malformed);
    return found;
}

WindowGrid NodeReader::windows(const GraphTraveller &traveller, const std::vector<std::int64_t> &kernel) const
{
    if (!traveller.planes())
        refuse("it reads something that is no image plane by plane");
    const std::size_t sides = traveller.axes.size() - 1;
    if (kernel.size() != sides)
        refuse("windows of " + std::to_string(kernel.size()) + " sides on " + std::to_string(sides)
                   + " sides",
               ErrorCode::Malformed);
    for (const std::int64_t dilation : integers("dilations", sides, 1))
        if (dilation != 1)
            refuse("dilated windows are not known");
    if (integer("ceil_mode", 0) != 0)
        refuse("ceil_mode is not known");
    const auto strides = integers("strides", sides, 1);
    auto pads = integers("pads", 2 * sides, 0);
    const OnnxAttribute *automatic = m_node->attribute("auto_pad");
    if (automatic != nullptr && automatic->text && *automatic->text != "NOTSET"
        && *automatic->text != "VALID")
        pads = samePads(traveller.shape, *automatic->text, kernel, strides);
    WindowGrid grid;
    grid.in = traveller.shape;
    const auto side = [&](std::size_t i, Index length, Index &window, Index &stride, Index &pad) {
        window = kernel[i];
        stride = strides[i];
        pad = pads[i];
        if (pads[i] != pads[i + sides])
            refuse("padding of " + std::to_string(pads[i]) + " and " + std::to_string(pads[i + sides])
                   + " at two opposite sides; equal ones are known");
        if (window < 1 || stride < 1 || window > length + 2 * pad)
            refuse("windows of " + std::to_string(window) + ", " + std::to_string(stride) + " apart, on "
                       + std::to_string(length) + " pixels",
                   ErrorCode::OutOfRange);
        return (length + 2 * pad - window) / stride + 1;
    };
    if (sides == 2)
        grid.down = side(0, grid.in.height, grid.windowHeight, grid.strideDown, grid.paddingTop);
    else
        grid.down = 1;
    grid.across = side(sides - 1, grid.in.width, grid.windowWidth, grid.strideAcross, grid.paddingLeft);
    if (grid.in.height == 1 && grid.windowHeight == 1 && grid.paddingTop == 0)
        grid.strideDown = 1; // there is one row of windows
    return grid;
}

std::vector<std::int64_t> NodeReader::samePads(const ExampleShape &shape, const std::string &text,
                                               const std::vector<std::int64_t> &kernel,
                                               const std::vector<std::int64_t> &strides) const
{
    if (text != "SAME_UPPER" && text != "SAME_LOWER")
        refuse("auto_pad " + text + " is not known");
    const std::size_t sides = kernel.size();
    std::vector<std::int64_t> pads(2 * sides);
    for (std::size_t i = 0; i < sides; ++i) {
        const Index length = sides == 2 && i == 0 ? shape.height : shape.width;
        if (strides[i] < 1)
            refuse("a stride of 0", ErrorCode::OutOfRange);
        const std::int64_t count = (length + strides[i] - 1) / strides[i];
        const std::int64_t all = std::max<std::int64_t>(0, (count - 1) * strides[i] + kernel[i] - length);
        pads[i + (text == "SAME_UPPER" ? 0 : sides)] = all / 2;
        pads[i + (text == "SAME_UPPER" ? sides : 0)] = all - all / 2;
    }
    return pads;
}

Matrix NodeReader::spread(const GraphTraveller &traveller, const OnnxTensor &tensor, float elsewhere) const
{
    const auto extents = traveller.extents();
    std::vector<std::int64_t> dims(extents.size(), 1);
    if (tensor.integers || tensor.dims.size() > dims.size())
        refuse(tensor.name + " is no constant for one example");
    std::copy_backward(tensor.dims.begin(), tensor.dims.end(), dims.end());
    for (std::size_t i = 0; i < dims.size(); ++i)
        if (dims[i] != 1 && (i == 0 || dims[i] != extents[i]))
            refuse(tensor.name + " is no constant for one example");
    const Index width = traveller.flat ? traveller.width() : traveller.shape.size();
    Matrix pixels = Matrix::Constant(1, traveller.shape.size(), elsewhere);
    for (Index place = 0; place < width; ++place) {
        Index rest = place;
        Index at = 0;
        Index step = 1;
        for (std::size_t i = dims.size(); i-- > 1;) {
            at += dims[i] == 1 ? 0 : rest % extents[i] * step;
            rest /= extents[i];
            step *= dims[i];
        }
        pixels(0, traveller.feature(place)) = tensor.floats[static_cast<std::size_t>(at)];
    }
    return pixels;
}

} // namespace rosler
