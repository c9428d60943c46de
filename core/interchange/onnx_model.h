// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace rosler {

/// A constant of an ONNX graph. Numbers of 64-bit integers, which shapes are, or of floats, which weights
/// are.
struct OnnxTensor {
    std::string name;
    std::vector<std::int64_t> dims; ///< empty: one number
    bool integers = false;
    std::vector<float> floats;
    std::vector<std::int64_t> ints;
    std::string place; ///< for errors: where it lies in its file

    [[nodiscard]] std::size_t count() const noexcept { return integers ? ints.size() : floats.size(); }
};

struct OnnxAttribute {
    std::string name;
    std::optional<float> real;
    std::optional<std::int64_t> integer;
    std::optional<std::string> text;
    std::optional<OnnxTensor> tensor;
    std::vector<std::int64_t> integers;
};

struct OnnxNode {
    std::string type; ///< "Conv"
    std::string name;
    std::string domain; ///< empty: ONNX's own operators
    std::vector<std::string> inputs;
    std::vector<std::string> outputs;
    std::vector<OnnxAttribute> attributes;

    [[nodiscard]] const OnnxAttribute *attribute(std::string_view wanted) const;
};

/// What goes in or comes out: an extent is a number, or -1 where the file leaves it open (the batch).
struct OnnxValue {
    std::string name;
    std::vector<std::int64_t> dims;
};

/// An ONNX model [1], as much of it as networks of this program need: subgraphs, functions and sparse
/// constants are refused.
///
/// [1] https://github.com/onnx/onnx/blob/v1.12.0/docs/IR.md
struct OnnxModel {
    std::int64_t irVersion = 7;
    std::int64_t opset = 13; ///< of ONNX's own operators
    std::string producer;
    std::string producerVersion;
    std::vector<std::pair<std::string, std::string>> properties; ///< metadata_props
    std::string graphName;
    std::vector<OnnxNode> nodes;
    std::vector<OnnxTensor> constants; ///< initializers
    std::vector<OnnxValue> inputs;
    std::vector<OnnxValue> outputs;
};

/// The file's bytes. Equal models give equal bytes.
[[nodiscard]] std::string onnxBytes(const OnnxModel &model);

/// @param where  the file's name, for errors
/// @return Malformed    not such a file, or damaged; a constant whose extents are not its numbers
/// @return Unsupported  constants in other files or of other kinds of numbers; sparse ones; subgraphs
/// @return OutOfRange   more nodes, constants or attributes than networks have, or too long a name
[[nodiscard]] Result<OnnxModel> parseOnnx(std::string_view bytes, const std::string &where);

} // namespace rosler
