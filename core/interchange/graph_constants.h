// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/interchange/onnx_model.h"

namespace rosler {

/// What a graph knows without an example: its constants, those that its nodes hold, and what other nodes make
/// of them. Programs write extents that way ("as many rows as there are, the rest flat"), and weights to be
/// turned.
class GraphConstants
{
public:
    /// @param model, where  outlive this
    /// Throws GraphError: a name twice.
    GraphConstants(const OnnxModel &model, const std::string &where);

    [[nodiscard]] const OnnxTensor *find(std::string_view name) const;

    /// What @p node makes of constants alone. Throws GraphError where that is not known.
    void fold(const OnnxNode &node);
    /// Integers that @p node gives.
    void add(const OnnxNode &node, std::vector<std::int64_t> integers);

private:
    void keep(const OnnxNode &node, OnnxTensor tensor);
    void alias(const OnnxNode &node, const OnnxTensor &tensor);
    [[nodiscard]] const OnnxTensor &input(const OnnxNode &node, std::size_t number) const;

    const std::string &m_where;
    std::unordered_map<std::string_view, const OnnxTensor *> m_byName;
    std::deque<OnnxTensor> m_made;
    std::size_t m_madeNumbers = 0;
};

} // namespace rosler
