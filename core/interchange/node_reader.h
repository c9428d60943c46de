// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/matrix.h"
#include "core/base/result.h"
#include "core/interchange/graph_constants.h"
#include "core/interchange/graph_traveller.h"
#include "core/nn/conv_patches.h"

namespace rosler {

/// What the nodes of a graph say, one at a time: attributes, and inputs that are constants, each compared
/// with what it has to be. Everything throws GraphError, which names the node.
class NodeReader
{
public:
    /// @param constants, where  outlive this
    NodeReader(const GraphConstants &constants, const std::string &where)
        : m_constants(constants)
        , m_where(where)
    {
    }

    /// From now on @p node is asked; null: none, and errors are those of the whole graph.
    void look(const OnnxNode *node) noexcept { m_node = node; }

    [[noreturn]] void refuse(const std::string &what, ErrorCode code = ErrorCode::Unsupported) const;

    [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t preset) const;
    [[nodiscard]] double real(std::string_view name, double preset) const;
    /// @p count numbers of 0 .. 2^20.
    [[nodiscard]] std::vector<std::int64_t> integers(std::string_view name, std::size_t count,
                                                     std::int64_t preset) const;

    /// Null where the node has no such input.
    [[nodiscard]] const OnnxTensor *optionalConstant(std::size_t input) const;
    [[nodiscard]] const OnnxTensor &constant(std::size_t input) const;
    /// Floats of that many extents.
    [[nodiscard]] const OnnxTensor &weights(std::size_t input, std::size_t extents) const;

    /// A constant of @p count floats; one number stands for all.
    [[nodiscard]] Matrix row(const OnnxTensor &tensor, Index count) const;
    /// A constant as numbers of one example, pixel by pixel, spread as ONNX does; @p elsewhere for features
    /// that are not picked.
    [[nodiscard]] Matrix spread(const GraphTraveller &traveller, const OnnxTensor &tensor,
                                float elsewhere) const;

    /// Windows of @p kernel's sides as the node has them. A signal's are one row high.
    [[nodiscard]] WindowGrid windows(const GraphTraveller &traveller,
                                     const std::vector<std::int64_t> &kernel) const;

private:
    [[nodiscard]] std::vector<std::int64_t> samePads(const ExampleShape &shape, const std::string &text,
                                                     const std::vector<std::int64_t> &kernel,
                                                     const std::vector<std::int64_t> &strides) const;

    const GraphConstants &m_constants;
    const std::string &m_where;
    const OnnxNode *m_node = nullptr;
};

} // namespace rosler
