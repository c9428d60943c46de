// SPDX-License-Identifier: Apache-2.0
// OnnxModel and its bytes. The numbers of fields are those of onnx.proto.
#include <algorithm>
#include <bit>
#include <cstring>

#include "core/interchange/graph_error.h"
#include "core/interchange/onnx_model.h"
#include "core/interchange/wire_format.h"

namespace rosler {

namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

constexpr std::size_t mostInGraph = 10'000; // nodes, and constants, and so on: of files that networks come in
constexpr std::size_t mostInNode = 64;      // inputs, and outputs, and attributes
constexpr std::size_t longestText = 65'536;

/// Data types and types of attributes.
constexpr std::int64_t float32 = 1;
constexpr std::int64_t int32 = 6;
constexpr std::int64_t int64 = 7;
constexpr std::int64_t float64 = 11;
constexpr std::int64_t realAttribute = 1;
constexpr std::int64_t integerAttribute = 2;
constexpr std::int64_t textAttribute = 3;
constexpr std::int64_t integersAttribute = 7;

template <typename Number>
std::string_view bytesOf(const std::vector<Number> &numbers)
{
    return {reinterpret_cast<const char *>(numbers.data()), numbers.size() * sizeof(Number)};
}

std::string written(const OnnxTensor &tensor)
{
    WireWriter out;
    for (const std::int64_t dim : tensor.dims)
        out.integer(1, dim);
    out.integer(2, tensor.integers ? int64 : float32);
    out.bytes(8, tensor.name);
    out.bytes(9, tensor.integers ? bytesOf(tensor.ints) : bytesOf(tensor.floats));
    return out.text();
}

std::string written(const OnnxAttribute &attribute)
{
    WireWriter out;
    out.bytes(1, attribute.name);
    if (attribute.real) {
        out.real(2, *attribute.real);
        out.integer(20, realAttribute);
    } else if (attribute.integer) {
        out.integer(3, *attribute.integer);
        out.integer(20, integerAttribute);
    } else if (attribute.text) {
        out.bytes(4, *attribute.text);
        out.integer(20, textAttribute);
    } else {
        for (const std::int64_t value : attribute.integers)
            out.integer(8, value);
        out.integer(20, integersAttribute);
    }
    return out.text();
}

std::string written(const OnnxNode &node)
{
    WireWriter out;
    for (const std::string &input : node.inputs)
        out.bytes(1, input);
    for (const std::string &output : node.outputs)
        out.bytes(2, output);
    out.bytes(3, node.name);
    out.bytes(4, node.type);
    for (const OnnxAttribute &attribute : node.attributes)
        out.bytes(5, written(attribute));
    return out.text();
}

std::string written(const OnnxValue &value)
{
    WireWriter shape;
    for (const std::int64_t dim : value.dims) {
        WireWriter extent;
        if (dim < 0)
            extent.bytes(2, "N");
        else
            extent.integer(1, dim);
        shape.bytes(1, extent.text());
    }
    WireWriter tensor;
    tensor.integer(1, float32);
    tensor.bytes(2, shape.text());
    WireWriter type;
    type.bytes(1, tensor.text());
    WireWriter out;
    out.bytes(1, value.name);
    out.bytes(2, type.text());
    return out.text();
}

template <typename T>
T orRaise(Result<T> result)
{
    if (!result)
        throw GraphError {std::move(result.error())};
    return std::move(*result);
}

/// Where a message is: its bytes, their place in the file, the file's name.
struct Part {
    std::string_view bytes;
    std::size_t offset;
    const std::string &file;

    [[nodiscard]] std::string place() const { return file + ':' + std::to_string(offset); }
    [[nodiscard]] Part in(const WireField &field) const
    {
        if (field.type != WireField::Type::Bytes)
            raiseGraph(ErrorCode::Malformed, "field " + std::to_string(field.number) + " is a number",
                       place());
        return {field.contents, field.offset, file};
    }
    [[nodiscard]] std::string text(const WireField &field) const
    {
        const Part found = in(field);
        if (found.bytes.size() > longestText)
            raiseGraph(ErrorCode::OutOfRange, "a text of " + std::to_string(found.bytes.size()) + " bytes",
                       found.place());
        return std::string(found.bytes);
    }
    /// Makes sure that one more of @p things is not too many.
    template <typename Things>
    void expectRoom(const Things &things, std::size_t most) const
    {
        if (things.size() >= most)
            raiseGraph(ErrorCode::OutOfRange, "more than " + std::to_string(most) + " parts of one kind",
                       place());
    }
    /// Calls work(field) for each of its fields.
    template <typename Work>
    void forFields(const Work &work) const
    {
        WireReader reader(bytes, offset, file);
        while (const auto field = orRaise(reader.next()))
            work(*field);
    }
    /// Adds the integers of @p field: one, or several in a piece.
    void addIntegers(const WireField &field, std::vector<std::int64_t> &to) const
    {
        if (field.type != WireField::Type::Bytes) {
            to.push_back(field.integer());
            return;
        }
        WireReader reader(field.contents, field.offset, file);
        while (const auto value = orRaise(reader.nextPacked()))
            to.push_back(*value);
    }
};

/// Numbers that lie one after the other, as they are in memory.
template <typename Number, typename To>
void copyNumbers(std::string_view bytes, std::vector<To> &to, const std::string &place)
{
    if (bytes.size() % sizeof(Number) != 0)
        raiseGraph(ErrorCode::Malformed,
                   std::to_string(bytes.size()) + " bytes of numbers of " + std::to_string(sizeof(Number))
                       + " bytes",
                   place);
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(Number)) {
        Number number {};
        std::memcpy(&number, bytes.data() + at, sizeof number);
        to.push_back(static_cast<To>(number));
    }
}

/// Numbers of a fixed size in a field of their own, packed or single.
template <typename Number, typename Bits>
void addReals(const Part &part, const WireField &field, std::vector<float> &to)
{
    if (field.type == WireField::Type::Bytes)
        copyNumbers<Number>(field.contents, to, part.place());
    else
        to.push_back(static_cast<float>(std::bit_cast<Number>(static_cast<Bits>(field.value))));
}

void checkExtents(const OnnxTensor &tensor)
{
    std::size_t product = 1;
    for (const std::int64_t dim : tensor.dims) {
        if (dim < 0 || (dim > 0 && product > tensor.count() / static_cast<std::size_t>(dim)))
            raiseGraph(ErrorCode::Malformed,
                       "extents of more than its " + std::to_string(tensor.count()) + " numbers",
                       tensor.place);
        product *= static_cast<std::size_t>(dim);
    }
    if (product != tensor.count())
        raiseGraph(ErrorCode::Malformed,
                   "extents of " + std::to_string(product) + " numbers where there are "
                       + std::to_string(tensor.count()),
                   tensor.place);
}

OnnxTensor tensorOf(const Part &part)
{
    OnnxTensor tensor;
    std::int64_t type = 0;
    std::optional<Part> raw;
    bool elsewhere = false;
    std::vector<float> reals;
    std::vector<std::int64_t> integers;
    part.forFields([&](const WireField &field) {
        switch (field.number) {
        case 1:
            part.addIntegers(field, tensor.dims);
            break;
        case 2:
            type = field.integer();
            break;
        case 4:
            addReals<float, std::uint32_t>(part, field, reals);
            break;
        case 5:
        case 7:
            part.addIntegers(field, integers);
            break;
        case 8:
            tensor.name = part.text(field);
            break;
        case 9:
            raw.emplace(part.in(field));
            break;
        case 10:
            addReals<double, std::uint64_t>(part, field, reals);
            break;
        case 13:
            elsewhere = true;
            break;
        case 14:
            elsewhere = elsewhere || field.value != 0;
            break;
        default:
            break;
        }
    });
    tensor.place = part.place() + " (" + tensor.name + ")";
    if (elsewhere)
        raiseGraph(ErrorCode::Unsupported, "its numbers lie in another file; save the model in one file",
                   tensor.place);
    if (tensor.dims.size() > 8)
        raiseGraph(ErrorCode::Malformed, std::to_string(tensor.dims.size()) + " extents", tensor.place);
    if (type != float32 && type != float64 && type != int32 && type != int64)
        raiseGraph(ErrorCode::Unsupported,
                   "numbers of ONNX's type " + std::to_string(type)
                       + "; known are float, double, int32 and int64",
                   tensor.place);
    tensor.integers = type == int32 || type == int64;
    if (!raw) {
        tensor.floats = std::move(reals);
        tensor.ints = std::move(integers);
    } else if (type == float32) {
        copyNumbers<float>(raw->bytes, tensor.floats, tensor.place);
    } else if (type == float64) {
        copyNumbers<double>(raw->bytes, tensor.floats, tensor.place);
    } else if (type == int32) {
        copyNumbers<std::int32_t>(raw->bytes, tensor.ints, tensor.place);
    } else {
        copyNumbers<std::int64_t>(raw->bytes, tensor.ints, tensor.place);
    }
    checkExtents(tensor);
    return tensor;
}

OnnxAttribute attributeOf(const Part &part)
{
    OnnxAttribute attribute;
    bool graph = false;
    part.forFields([&](const WireField &field) {
        switch (field.number) {
        case 1:
            attribute.name = part.text(field);
            break;
        case 2:
            attribute.real = std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
            break;
        case 3:
            attribute.integer = field.integer();
            break;
        case 4:
            attribute.text = part.text(field);
            break;
        case 5:
            attribute.tensor = tensorOf(part.in(field));
            break;
        case 6:
        case 11:
            graph = true;
            break;
        case 8:
            part.addIntegers(field, attribute.integers);
            break;
        default:
            break;
        }
    });
    if (graph)
        raiseGraph(ErrorCode::Unsupported, "a graph within a node",
                   part.place() + " (" + attribute.name + ")");
    return attribute;
}

OnnxNode nodeOf(const Part &part)
{
    OnnxNode node;
    part.forFields([&](const WireField &field) {
        switch (field.number) {
        case 1:
            part.expectRoom(node.inputs, mostInNode);
            node.inputs.push_back(part.text(field));
            break;
        case 2:
            part.expectRoom(node.outputs, mostInNode);
            node.outputs.push_back(part.text(field));
            break;
        case 3:
            node.name = part.text(field);
            break;
        case 4:
            node.type = part.text(field);
            break;
        case 5:
            part.expectRoom(node.attributes, mostInNode);
            node.attributes.push_back(attributeOf(part.in(field)));
            break;
        case 7:
            node.domain = part.text(field);
            break;
        default:
            break;
        }
    });
    return node;
}

/// TypeProto, its tensor and its shape.
void addExtents(const Part &type, std::vector<std::int64_t> &dims)
{
    type.forFields([&](const WireField &tensor) {
        if (tensor.number != 1)
            return;
        type.in(tensor).forFields([&](const WireField &shape) {
            if (shape.number != 2)
                return;
            const Part extents = type.in(shape);
            extents.forFields([&](const WireField &dim) {
                if (dim.number != 1)
                    return;
                std::int64_t extent = -1;
                extents.in(dim).forFields([&extent](const WireField &field) {
                    if (field.number == 1)
                        extent = field.integer();
                });
                type.expectRoom(dims, mostInNode);
                dims.push_back(extent);
            });
        });
    });
}

OnnxValue valueOf(const Part &part)
{
    OnnxValue value;
    part.forFields([&](const WireField &field) {
        if (field.number == 1)
            value.name = part.text(field);
        else if (field.number == 2)
            addExtents(part.in(field), value.dims);
    });
    return value;
}

void readGraph(const Part &part, OnnxModel &model)
{
    part.forFields([&](const WireField &field) {
        switch (field.number) {
        case 1:
            part.expectRoom(model.nodes, mostInGraph);
            model.nodes.push_back(nodeOf(part.in(field)));
            break;
        case 2:
            model.graphName = part.text(field);
            break;
        case 5:
            part.expectRoom(model.constants, mostInGraph);
            model.constants.push_back(tensorOf(part.in(field)));
            break;
        case 11:
            part.expectRoom(model.inputs, mostInGraph);
            model.inputs.push_back(valueOf(part.in(field)));
            break;
        case 12:
            part.expectRoom(model.outputs, mostInGraph);
            model.outputs.push_back(valueOf(part.in(field)));
            break;
        case 15:
            raiseGraph(ErrorCode::Unsupported, "sparse constants", part.place());
        default:
            break;
        }
    });
}

std::pair<std::string, std::string> propertyOf(const Part &part)
{
    std::pair<std::string, std::string> property;
    part.forFields([&](const WireField &field) {
        if (field.number == 1)
            property.first = part.text(field);
        else if (field.number == 2)
            property.second = part.text(field);
    });
    return property;
}

void readOpset(const Part &part, OnnxModel &model)
{
    std::string domain;
    std::int64_t version = 0;
    part.forFields([&](const WireField &field) {
        if (field.number == 1)
            domain = part.text(field);
        else if (field.number == 2)
            version = field.integer();
    });
    if (domain.empty() || domain == "ai.onnx")
        model.opset = version;
}

} // namespace

const OnnxAttribute *OnnxNode::attribute(std::string_view wanted) const
{
    const auto found = std::ranges::find(attributes, wanted, &OnnxAttribute::name);
    return found == attributes.end() ? nullptr : &*found;
}

std::string onnxBytes(const OnnxModel &model)
{
    WireWriter graph;
    for (const OnnxNode &node : model.nodes)
        graph.bytes(1, written(node));
    graph.bytes(2, model.graphName);
    for (const OnnxTensor &constant : model.constants)
        graph.bytes(5, written(constant));
    for (const OnnxValue &input : model.inputs)
        graph.bytes(11, written(input));
    for (const OnnxValue &output : model.outputs)
        graph.bytes(12, written(output));

    WireWriter out;
    out.integer(1, model.irVersion);
    out.bytes(2, model.producer);
    out.bytes(3, model.producerVersion);
    out.bytes(7, graph.text());
    WireWriter opset;
    opset.bytes(1, "");
    opset.integer(2, model.opset);
    out.bytes(8, opset.text());
    for (const auto &[key, value] : model.properties) {
        WireWriter property;
        property.bytes(1, key);
        property.bytes(2, value);
        out.bytes(14, property.text());
    }
    return out.text();
}

Result<OnnxModel> parseOnnx(std::string_view bytes, const std::string &where)
{
    OnnxModel model;
    model.irVersion = 0;
    model.opset = 0;
    bool graph = false;
    const Part part {bytes, 0, where};
    try {
        part.forFields([&](const WireField &field) {
            switch (field.number) {
            case 1:
                model.irVersion = field.integer();
                break;
            case 2:
                model.producer = part.text(field);
                break;
            case 3:
                model.producerVersion = part.text(field);
                break;
            case 7:
                if (graph)
                    raiseGraph(ErrorCode::Malformed, "two graphs", part.place());
                graph = true;
                readGraph(part.in(field), model);
                break;
            case 8:
                readOpset(part.in(field), model);
                break;
            case 14:
                part.expectRoom(model.properties, mostInGraph);
                model.properties.push_back(propertyOf(part.in(field)));
                break;
            case 20:
            case 25:
                raiseGraph(ErrorCode::Unsupported, "the model brings functions or training of its own",
                           part.place());
            default:
                break;
            }
        });
    } catch (const GraphError &error) {
        return tl::unexpected(error.error);
    }
    if (!graph || model.irVersion < 1)
        return fail(ErrorCode::Malformed, "not an ONNX model: it has no graph", where);
    return model;
}

} // namespace rosler
