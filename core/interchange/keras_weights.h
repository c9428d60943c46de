// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/nn/network.h"

namespace rosler {

/// The weights of @p network as Keras's save_weights() keeps them in HDF5: a group a layer, in the order of
/// /@layer_names, with the datasets that its @weight_names names. kernel:0 is inputs x outputs, of
/// convolutions height x width x channels x filters, which in a model with channels last are read as they lie
/// here. Poolings and dropout have no weights and are left out; a sketched layer is three layers, R and U
/// without bias; features that are not read have rows of zeros. Batch normalisation has epsilon 1e-5,
/// which Keras has to be told; of the standardisation there are mean and variance.
/// Requires kept features to be set where the
/// network keeps some.
/// @return the errors of h5::File
[[nodiscard]] Result<std::string> kerasBytes(const Network &network);

/// Fills @p network, all of whose layers are whole, from such a file: the weights of a group for each layer
/// that has some, in their order. Of a file that Keras's save() made, its group model_weights is read.
/// @param where  the file's name
/// @return Malformed    other layers or other extents; `where` names the object in the file
/// @return Unsupported  features that the network does not read, or sketches; links to other files
[[nodiscard]] Result<void> readKerasWeights(std::string_view bytes, const std::string &where,
                                            Network &network);

} // namespace rosler
