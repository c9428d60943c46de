// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include "core/base/matrix.h"
#include "core/base/random.h"

namespace rosler {

/// A matrix A ~ left diag(values) right^T of low rank.
struct LowRankSvd {
    Eigen::MatrixXd left;   ///< rows x rank, orthonormal columns
    Eigen::VectorXd values; ///< descending
    Eigen::MatrixXd right;  ///< cols x rank, orthonormal columns
};

/// The leading @p rank singular triplets of @p matrix, by a Gaussian test matrix with oversampling 8 and two
/// power iterations with re-orthonormalisation [1], in double.
/// Requires 1 <= rank <= min(rows, cols).
///
/// [1] N. Halko, P.-G. Martinsson, J. A. Tropp, "Finding structure with randomness", SIAM Review 53 (2011),
///     doi:10.1137/090771806, algorithms 4.4 and 5.1.
[[nodiscard]] LowRankSvd randomisedSvd(const Eigen::MatrixXd &matrix, Index rank, const RandomStream &random);

/// A rows x cols matrix with orthonormal columns, uniformly distributed among them: thin QR of a Gaussian
/// matrix with the diagonal of its triangle made positive [1]. Requires cols <= rows. Element i of the test
/// matrix is random.gaussian(first + i).
///
/// [1] F. Mezzadri, "How to generate random matrices from the classical compact groups", Notices of the AMS
/// 54
///     (2007), arXiv:math-ph/0609050.
[[nodiscard]] Eigen::MatrixXd orthonormalColumns(Index rows, Index cols, const RandomStream &random,
                                                 std::uint64_t first = 0);

} // namespace rosler
