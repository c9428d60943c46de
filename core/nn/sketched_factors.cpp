// SPDX-License-Identifier: Apache-2.0
#include "core/nn/sketched_factors.h"

#include <cmath>
#include <utility>

#include "core/base/random.h"
#include "core/sketch/cur.h"
#include "core/sketch/randomised_svd.h"

namespace rosler {

namespace {

double normOf(Index rows, Index cols, double bound)
{
    return bound * std::sqrt(static_cast<double>(rows * cols) / 3.0);
}

DrawnFactors drawGaussian(Index rows, Index cols, Index rank, double bound, const RandomStream &random)
{
    DrawnFactors f;
    f.c = orthonormalColumns(rows, rank, random, 0);
    f.r = orthonormalColumns(cols, rank, random, std::uint64_t {1} << 40).transpose();
    // ||C U R||_F = ||U||_F with orthonormal C and R^T
    f.u = Eigen::MatrixXd::Identity(rank, rank)
        * (normOf(rows, cols, bound) / std::sqrt(static_cast<double>(rank)));
    return f;
}

DrawnFactors drawCur(Index rows, Index cols, Index rank, double bound, const RandomStream &random,
                     std::uint64_t seed, std::uint32_t number, CurSampling sampling)
{
    Eigen::MatrixXd w(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j)
            w(i, j) = bound
                * (2.0 * static_cast<double>(random.uniform(static_cast<std::uint64_t>(i * cols + j))) - 1.0);
    auto cur = curDecomposition(w, rank, sampling, seed, number);
    // ||C U R||_F through the r x r Gram matrices
    const Eigen::MatrixXd inner = cur.u.transpose() * (cur.c.transpose() * cur.c) * cur.u;
    const double squared = (inner * (cur.r * cur.r.transpose())).trace();
    if (squared > 0.0)
        cur.u *= normOf(rows, cols, bound) / std::sqrt(squared);
    return {std::move(cur.c), std::move(cur.u), std::move(cur.r)};
}

} // namespace

DrawnFactors drawFactors(Index rows, Index cols, Index rank, double bound, std::uint64_t seed,
                         std::uint32_t number, SketchKind kind)
{
    const RandomStream random(seed, Draw::Initialise, number);
    if (kind == SketchKind::Gaussian)
        return drawGaussian(rows, cols, rank, bound, random);
    return drawCur(rows, cols, rank, bound, random, seed, number,
                   kind == SketchKind::CurLeverage ? CurSampling::Leverage : CurSampling::Uniform);
}

} // namespace rosler
