// SPDX-License-Identifier: Apache-2.0
#include "core/sketch/cur.h"

#include <Eigen/QR>

#include "core/sketch/column_sampling.h"

namespace rosler {

CurFactors curDecomposition(const Eigen::MatrixXd &matrix, Index rank, CurSampling sampling,
                            std::uint64_t seed, std::uint32_t number)
{
    // Three streams for each layer: which columns, which rows, the test matrices.
    const RandomStream forColumns(seed, Draw::Sketch, 3 * number);
    const RandomStream forRows(seed, Draw::Sketch, 3 * number + 1);
    const RandomStream forSvd(seed, Draw::Sketch, 3 * number + 2);
    CurFactors cur;
    if (sampling == CurSampling::Uniform) {
        cur.columns = sampleUniformly(matrix.cols(), rank, forColumns);
        cur.rows = sampleUniformly(matrix.rows(), rank, forRows);
    } else {
        cur.columns = sampleByWeight(columnLeverage(matrix, rank, forSvd), rank, forColumns);
        cur.rows = sampleByWeight(columnLeverage(matrix.transpose(), rank, forSvd), rank, forRows);
    }
    cur.c.resize(matrix.rows(), rank);
    cur.r.resize(rank, matrix.cols());
    for (Index i = 0; i < rank; ++i) {
        cur.c.col(i) = matrix.col(cur.columns[static_cast<std::size_t>(i)]);
        cur.r.row(i) = matrix.row(cur.rows[static_cast<std::size_t>(i)]);
    }
    const Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> c(cur.c);
    const Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> rTransposed(cur.r.transpose());
    const Eigen::MatrixXd left = c.solve(matrix);            // C^+ A : rank x cols
    cur.u = rTransposed.solve(left.transpose()).transpose(); // (C^+ A) R^+
    return cur;
}

} // namespace rosler
