// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "core/base/matrix.h"
#include "core/base/random.h"

namespace rosler {

/// A matrix written by some of its own columns and rows: A ~ C U R with C = A(:, columns),
/// R = A(rows, :), U = C^+ A R^+ [1, 2].
///
/// [1] M. W. Mahoney, P. Drineas, "CUR matrix decompositions for improved data analysis", PNAS 106 (2009),
///     doi:10.1073/pnas.0803205106.
/// [2] P. Drineas, R. Kannan, M. W. Mahoney, "Fast Monte Carlo algorithms for matrices III", SIAM J. Comput.
/// 36
///     (2006), doi:10.1137/S0097539704442702.
struct CurFactors {
    std::vector<std::uint32_t> columns; ///< ascending
    std::vector<std::uint32_t> rows;    ///< ascending
    Eigen::MatrixXd c;                  ///< A.rows() x rank
    Eigen::MatrixXd u;                  ///< rank x rank
    Eigen::MatrixXd r;                  ///< rank x A.cols()
};

enum class CurSampling { Uniform, Leverage };

/// @param random  draws the columns, the rows and, for Leverage, the test matrices of the randomised SVD
///                whose leverage scores are the probabilities
/// Requires 1 <= rank <= min(rows, cols) and a matrix of at least that rank.
[[nodiscard]] CurFactors curDecomposition(const Eigen::MatrixXd &matrix, Index rank, CurSampling sampling,
                                          std::uint64_t seed, std::uint32_t number);

} // namespace rosler
