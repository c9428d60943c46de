// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "core/base/result.h"
#include "core/interchange/onnx_model.h"

namespace rosler {

/// Thrown while a file is read or its graph followed, and caught by whoever does the whole of it.
struct GraphError {
    Error error;
};

[[noreturn]] inline void raiseGraph(ErrorCode code, std::string what, std::string where)
{
    throw GraphError {{code, std::move(what), std::move(where)}};
}

/// "model.onnx: node conv1 (Conv)".
[[nodiscard]] inline std::string placeOf(const std::string &file, const OnnxNode *node)
{
    if (node == nullptr)
        return file;
    const std::string &output = node->outputs.empty() ? node->type : node->outputs.front();
    return file + ": node " + (node->name.empty() ? output : node->name) + " (" + node->type + ")";
}

} // namespace rosler
