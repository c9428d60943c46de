// SPDX-License-Identifier: Apache-2.0
#include "core/interchange/graph_constants.h"

#include "core/interchange/graph_error.h"

namespace rosler {

namespace {

constexpr std::size_t mostMade = 1 << 26; // numbers of all that nodes make

} // namespace

GraphConstants::GraphConstants(const OnnxModel &model, const std::string &where)
    : m_where(where)
{
    for (const OnnxTensor &constant : model.constants)
        if (!m_byName.try_emplace(constant.name, &constant).second)
            raiseGraph(ErrorCode::Malformed, "two constants are called " + constant.name, constant.place);
}

const OnnxTensor *GraphConstants::find(std::string_view name) const
{
    const auto found = m_byName.find(name);
    return found == m_byName.end() ? nullptr : found->second;
}

void GraphConstants::keep(const OnnxNode &node, OnnxTensor tensor)
{
    m_madeNumbers += tensor.count();
    if (m_madeNumbers > mostMade)
        raiseGraph(ErrorCode::OutOfRange,
                   "constants are turned into more than " + std::to_string(mostMade) + " numbers",
                   placeOf(m_where, &node));
    tensor.name = node.outputs.front();
    tensor.place = placeOf(m_where, &node);
    alias(node, m_made.emplace_back(std::move(tensor)));
}

void GraphConstants::alias(const OnnxNode &node, const OnnxTensor &tensor)
{
    if (!m_byName.try_emplace(node.outputs.front(), &tensor).second)
        raiseGraph(ErrorCode::Malformed, "it gives " + node.outputs.front() + ", which there is already",
                   placeOf(m_where, &node));
}

void GraphConstants::add(const OnnxNode &node, std::vector<std::int64_t> integers)
{
    OnnxTensor tensor;
    tensor.integers = true;
    tensor.dims = {static_cast<std::int64_t>(integers.size())};
    tensor.ints = std::move(integers);
    keep(node, std::move(tensor));
}

const OnnxTensor &GraphConstants::input(const OnnxNode &node, std::size_t number) const
{
    const OnnxTensor *found = number < node.inputs.size() ? find(node.inputs[number]) : nullptr;
    if (found == nullptr)
        raiseGraph(ErrorCode::Malformed, "it has no input " + std::to_string(number),
                   placeOf(m_where, &node));
    return *found;
}

void GraphConstants::fold(const OnnxNode &node)
{
    const std::string place = placeOf(m_where, &node);
    if (node.type == "Constant") {
        if (const OnnxAttribute *value = node.attribute("value"); value != nullptr && value->tensor)
            keep(node, *value->tensor);
        else if (const OnnxAttribute *list = node.attribute("value_ints"))
            add(node, list->integers);
        else if (const OnnxAttribute *one = node.attribute("value_int"); one != nullptr && one->integer)
            add(node, {*one->integer});
        else
            raiseGraph(ErrorCode::Unsupported, "a constant that is no tensor of numbers", place);
        return;
    }
    const OnnxTensor &first = input(node, 0);
    if (node.type == "Identity") {
        alias(node, first);
        return;
    }
    if (node.type == "Transpose" && first.dims.size() == 2 && !first.integers) {
        const std::int64_t rows = first.dims[0];
        const std::int64_t cols = first.dims[1];
        OnnxTensor turned;
        turned.dims = {cols, rows};
        turned.floats.reserve(first.floats.size());
        for (std::int64_t col = 0; col < cols; ++col)
            for (std::int64_t row = 0; row < rows; ++row)
                turned.floats.push_back(first.floats[static_cast<std::size_t>(row * cols + col)]);
        keep(node, std::move(turned));
        return;
    }
    if (first.integers && (node.type == "Unsqueeze" || node.type == "Squeeze" || node.type == "Cast")) {
        add(node, first.ints);
        return;
    }
    if (first.integers && node.type == "Gather") {
        std::vector<std::int64_t> picked;
        for (std::int64_t place64 : input(node, 1).ints) {
            const auto count = static_cast<std::int64_t>(first.ints.size());
            place64 += place64 < 0 ? count : 0;
            if (place64 < 0 || place64 >= count)
                raiseGraph(ErrorCode::Malformed,
                           "number " + std::to_string(place64) + " of " + std::to_string(count), place);
            picked.push_back(first.ints[static_cast<std::size_t>(place64)]);
        }
        add(node, std::move(picked));
        return;
    }
    if (first.integers && node.type == "Concat") {
        std::vector<std::int64_t> joined;
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            const std::vector<std::int64_t> &more = input(node, i).ints;
            if (joined.size() + more.size() > mostMade)
                raiseGraph(ErrorCode::OutOfRange, "too many numbers", place);
            joined.insert(joined.end(), more.begin(), more.end());
        }
        add(node, std::move(joined));
        return;
    }
    raiseGraph(ErrorCode::Unsupported, "the operator is not known for constants", place);
}

} // namespace rosler
