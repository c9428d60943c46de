// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/interchange/onnx_model.h"
#include "core/nn/network.h"

namespace rosler {

/// What a model is told of where it comes from, besides its numbers.
struct ModelOrigin {
    std::string name;                                               ///< of the model
    std::string version {};                                         ///< of this program
    std::vector<std::string> classNames {};                         ///< empty = not known
    std::vector<std::pair<std::string, std::string>> properties {}; ///< more of it: run, data
};

/// @p network in inference as an ONNX graph of opset 13, for any program that runs such.
///
/// Input "input": images and signals N x channels x height x width, planes as other programs have them; N x
/// features where the data is a vector and no layer looks at windows. Nothing is transposed in the graph:
/// columns of the first matrix behind a Flatten, and the kernels of convolutions, are put in the order of
/// planes. Features that are not read are left out by a Gather. A sketched layer is its three products, R, U
/// and C: Gemm, or Conv of which the last two are 1 x 1. Dropout is nothing. Output "logits": N x classes,
/// before any softmax. Properties: digest of the network (Network::digest()), class names as a JSON list, and
/// those of @p origin. Requires kept features to be set where the network keeps some.
[[nodiscard]] OnnxModel onnxModel(const Network &network, const ModelOrigin &origin);

} // namespace rosler
