// SPDX-License-Identifier: Apache-2.0
#include "core/sketch/randomised_svd.h"

#include <algorithm>

#include <Eigen/QR>
#include <Eigen/SVD>

#include "core/base/contract.h"

namespace rosler {

namespace {

Eigen::MatrixXd thinQ(const Eigen::MatrixXd &matrix)
{
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(matrix);
    Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(matrix.rows(), matrix.cols());
    return q;
}

Eigen::MatrixXd gaussianMatrix(Index rows, Index cols, const RandomStream &random, std::uint64_t first)
{
    Eigen::MatrixXd matrix(rows, cols);
    for (Index j = 0; j < cols; ++j)
        for (Index i = 0; i < rows; ++i)
            matrix(i, j) = random.gaussian(first + static_cast<std::uint64_t>(j * rows + i));
    return matrix;
}

} // namespace

LowRankSvd randomisedSvd(const Eigen::MatrixXd &matrix, Index rank, const RandomStream &random)
{
    ROSLER_EXPECTS(rank >= 1 && rank <= std::min(matrix.rows(), matrix.cols()));
    constexpr Index oversampling = 8;
    const Index width = std::min({rank + oversampling, matrix.rows(), matrix.cols()});
    Eigen::MatrixXd range = thinQ(matrix * gaussianMatrix(matrix.cols(), width, random, 0));
    for (int iteration = 0; iteration < 2; ++iteration)
        range = thinQ(matrix * thinQ(matrix.transpose() * range));
    // A ~ range small; small^T = basis triangle, and the SVD of the little triangle gives the rest.
    const Eigen::MatrixXd smallTransposed = matrix.transpose() * range;
    const Eigen::MatrixXd basis = thinQ(smallTransposed);
    const Eigen::MatrixXd triangle = basis.transpose() * smallTransposed;
    const Eigen::JacobiSVD<Eigen::MatrixXd, Eigen::NoQRPreconditioner> svd(
        triangle, Eigen::ComputeFullU | Eigen::ComputeFullV);
    return {range * svd.matrixV().leftCols(rank), svd.singularValues().head(rank),
            basis * svd.matrixU().leftCols(rank)};
}

Eigen::MatrixXd orthonormalColumns(Index rows, Index cols, const RandomStream &random, std::uint64_t first)
{
    ROSLER_EXPECTS(cols >= 1 && cols <= rows);
    // Householder's reflections fix the signs of Q; those of R's diagonal make up for it (the header's [1]).
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(gaussianMatrix(rows, cols, random, first));
    Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(rows, cols);
    for (Index j = 0; j < cols; ++j)
        if (qr.matrixQR()(j, j) < 0.0)
            q.col(j) *= -1.0;
    return q;
}

} // namespace rosler
