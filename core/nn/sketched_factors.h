// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "core/base/matrix.h"
#include "core/sketch/sketch_kind.h"

namespace rosler {

/// C : rows x r, U : r x r, R : r x cols of one draw.
struct DrawnFactors {
    Eigen::MatrixXd c, u, r;
};

/// Factors whose product has the Frobenius norm, in the mean, of a rows x cols matrix of uniform numbers on
/// [-bound, bound] (a variance of bound^2 / 3): orthonormal C and R^T with a multiple of the identity between
/// them, or the CUR decomposition of such a matrix. This project's reconstruction (method page, section 2).
/// @param number  of the layer: its streams of @p seed
[[nodiscard]] DrawnFactors drawFactors(Index rows, Index cols, Index rank, double bound, std::uint64_t seed,
                                       std::uint32_t number, SketchKind kind);

} // namespace rosler
