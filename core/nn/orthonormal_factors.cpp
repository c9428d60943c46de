// SPDX-License-Identifier: Apache-2.0
#include "core/nn/orthonormal_factors.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <Eigen/QR>
#include <tbb/parallel_for.h>

#include "core/base/contract.h"

namespace rosler {

namespace {

using Eigen::MatrixXd;

/// Q of a thin QR in place of @p matrix, with the signs that make the triangle's diagonal positive, and the
/// triangle. Requires no more columns than rows.
MatrixXd orthonormaliseColumns(MatrixXd &matrix)
{
    const Index rank = matrix.cols();
    const Eigen::HouseholderQR<MatrixXd> qr(matrix);
    MatrixXd triangle = qr.matrixQR().topRows(rank).triangularView<Eigen::Upper>();
    matrix = qr.householderQ() * MatrixXd::Identity(matrix.rows(), rank);
    for (Index i = 0; i < rank; ++i)
        if (triangle(i, i) < 0) {
            triangle.row(i) *= -1;
            matrix.col(i) *= -1;
        }
    return triangle;
}

void storeFactor(const MatrixXd &from, MatrixView &to)
{
    to = from.cast<float>();
}

bool isSingular(const MatrixXd &triangle)
{
    constexpr double least = 1e-6;
    const auto diagonal = triangle.diagonal().cwiseAbs();
    return !(diagonal.minCoeff() > least * diagonal.maxCoeff());
}

MatrixXd inverseOf(const MatrixXd &triangle)
{
    return triangle.triangularView<Eigen::Upper>().solve(
        MatrixXd::Identity(triangle.rows(), triangle.rows()));
}

/// What turns gradients of C^T and R from the left, and of U from both sides; none: U's stay.
struct Turns {
    MatrixXd c, r;
    std::optional<std::pair<MatrixXd, MatrixXd>> u;
};

Turns turnsOf(const FactorTriangles &triangles)
{
    Turns turns {triangles.c, triangles.r, {}};
    if (!isSingular(triangles.c) && !isSingular(triangles.r))
        turns.u = {inverseOf(triangles.c).transpose(), inverseOf(triangles.r)};
    return turns;
}

void turn(const Turns &by, FactorViews<MatrixView> numbers)
{
    storeFactor(by.c * numbers.c.cast<double>(), numbers.c);
    storeFactor(by.r * numbers.r.cast<double>(), numbers.r);
    if (by.u)
        storeFactor(by.u->first * numbers.u.cast<double>() * by.u->second, numbers.u);
}

/// Where the factors of a sketched layer lie among its parameters.
struct FactorBlocks {
    ParameterBlock c, u, r;

    [[nodiscard]] FactorViews<MatrixView> in(float *numbers) const
    {
        const auto of = [numbers](const ParameterBlock &block) {
            return view(numbers + block.offset, block.rows, block.cols);
        };
        return {of(c), of(u), of(r)};
    }
};

std::optional<FactorBlocks> factorBlocks(const Layer &layer)
{
    const auto blocks = layer.blocks();
    const auto named = [&blocks](std::string_view name) {
        return std::ranges::find(blocks, name, &ParameterBlock::name);
    };
    const auto u = named("U");
    if (u == blocks.end())
        return std::nullopt;
    const auto c = named("C");
    const auto r = named("R");
    ROSLER_EXPECTS(c != blocks.end() && r != blocks.end() && c->transposed && !r->transposed
                   && !u->transposed);
    return FactorBlocks {*c, *u, *r};
}

} // namespace

FactorTriangles orthonormaliseFactors(FactorViews<MatrixView> factors)
{
    ROSLER_EXPECTS(factors.c.rows() <= factors.c.cols() && factors.r.rows() <= factors.r.cols());
    MatrixXd c = factors.c.cast<double>().transpose();
    MatrixXd r = factors.r.cast<double>().transpose();
    FactorTriangles triangles;
    triangles.c = orthonormaliseColumns(c);
    triangles.r = orthonormaliseColumns(r);
    storeFactor(triangles.c * factors.u.cast<double>() * triangles.r.transpose(), factors.u);
    storeFactor(c.transpose(), factors.c);
    storeFactor(r.transpose(), factors.r);
    return triangles;
}

void turnGradients(const FactorTriangles &triangles, FactorViews<MatrixView> gradients)
{
    turn(turnsOf(triangles), gradients);
}

void turnSquares(const FactorTriangles &triangles, FactorViews<MatrixView> squares)
{
    Turns turns = turnsOf(triangles);
    turns.c = turns.c.cwiseAbs2().eval();
    turns.r = turns.r.cwiseAbs2().eval();
    if (turns.u)
        turns.u = {turns.u->first.cwiseAbs2(), turns.u->second.cwiseAbs2()};
    turn(turns, squares);
}

void orthonormaliseSketches(Network &network, const Optimizer &optimizer, std::span<float> state)
{
    const Index parameters = network.parameterCount();
    ROSLER_EXPECTS(static_cast<Index>(state.size()) == parameters * optimizer.stateFloats());
    float *const first = network.parameters().data();
    tbb::parallel_for(std::size_t {0}, network.layerCount(), [&](std::size_t i) {
        const auto blocks = factorBlocks(network.layer(i));
        if (!blocks)
            return;
        const Index offset = network.offset(i);
        const FactorTriangles triangles = orthonormaliseFactors(blocks->in(first + offset));
        for (Index kind = 0; kind < optimizer.stateFloats(); ++kind) {
            const auto kept = blocks->in(state.data() + kind * parameters + offset);
            if (optimizer.keepsSquares(kind))
                turnSquares(triangles, kept);
            else
                turnGradients(triangles, kept);
        }
    });
}

} // namespace rosler
