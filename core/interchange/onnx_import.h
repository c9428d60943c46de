// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/interchange/onnx_model.h"
#include "core/nn/network.h"

namespace rosler {

/// A network that another program made.
struct ImportedModel {
    std::string name; ///< of the graph
    Network network;  ///< of whole layers, which can be trained on, and sketched (start_weights.h)
    std::vector<std::string> notes; ///< what was left out, a sentence each: "Softmax at the end"
};

/// The network that computes what the graph does, up to a softmax at its end: examples pixel by pixel
/// (example_shape.h) for what the graph takes plane by plane, N x channels x height x width, or as they are
/// where its first node is a Transpose of such pixels. Extents of the input must be stated, but for the
/// batch's.
///
/// Known are chains of Gemm, MatMul, Add (of a bias), Sub, Mul, Div (of the input), Conv, Relu, MaxPool,
/// AveragePool, GlobalAveragePool, ReduceMean (over pixels), BatchNormalization, Pad (of nothing), Flatten,
/// Reshape, Squeeze, Transpose, Gather, Dropout, Identity, Softmax and LogSoftmax, with constants and what
/// follows from extents; of convolutions and poolings those that a kind of layer computes: one group, no
/// dilation, square windows, equal padding on all sides.
/// @param where  the file's name, for errors, which name the node as well
/// @return Unsupported  another operator, or an operator used in a way that no layer has; a branch; an opset
/// other
///                      than 7 to 22
/// @return Malformed    a node reads what none before it gives (a circle, too); constants that do not fit
/// @return OutOfRange   no, or too large extents; the errors of planNetwork()
[[nodiscard]] Result<ImportedModel> importOnnx(const OnnxModel &model, const std::string &where);

} // namespace rosler
