// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/nn/network.h"

namespace rosler {

/// Gives @p network the parameters that bring it closest to what @p from computes, layer by layer: those of
/// layers that are the same are copied, and a sketched layer takes the best approximation of its rank to the
/// matrix W that stands there,
///
///     C U R = left diag(values) right^T     the leading r singular triplets of W [1], by randomised SVD
///
/// so that C and R^T have orthonormal columns, as a drawn sketch has. Of a layer that reads some of its
/// inputs, W is what remains of those: in the first layer the features that @p network keeps, behind a hidden
/// layer those whose column, times the row that makes them, is largest.
///
/// Layers are matched in their order, those that in inference hand on what they are given left out.
/// @param network  its kept features are set, where it keeps some
/// @param seed     of the randomised SVD's test matrices
/// @return OutOfRange  the layers do not compute the same on the same shapes, or @p from itself reads a part
/// of what
///                     @p network reads; `where` is "layer 3", from 1
///
/// [1] C. Eckart, G. Young, "The approximation of one matrix by another of lower rank", Psychometrika 1
/// (1936),
///     doi:10.1007/BF02288367.
[[nodiscard]] Result<void> startFrom(const Network &from, Network &network, std::uint64_t seed);

/// The layers of @p network, with a sketch wherever one is smaller than the matrix: of the least rank that
/// keeps
/// @p share of the matrix's squared Frobenius norm, reading all inputs. The last layer stays whole.
/// Requires 0 < share <= 1 and whole layers.
[[nodiscard]] std::vector<LayerSpec> sketchedLayers(const Network &network, double share);

/// Squared singular values of the matrix that the products of layer number @p layer come to, descending, as
/// many as its smaller extent. Requires a layer with weights.
[[nodiscard]] std::vector<double> squaredSingularValues(const Network &network, std::size_t layer);

} // namespace rosler
