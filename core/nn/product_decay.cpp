// SPDX-License-Identifier: Apache-2.0
#include "core/nn/product_decay.h"

#include <utility>

#include "core/base/contract.h"
#include "core/nn/products.h"

namespace rosler {

namespace {

/// to += decay * (square * factor); of some columns, or all.
void addScaled(const ConstMatrixView &square, const ConstMatrixView &factor, float decay,
               std::span<const std::uint32_t> columns, MatrixView &to)
{
    Matrix sum(factor.rows(), factor.cols());
    productNN(square, factor, view(sum), {}, Workers::One);
    for (Index i = 0; i < sum.rows(); ++i) {
        float *const row = rowAt(to, i);
        if (columns.empty())
            for (Index j = 0; j < sum.cols(); ++j)
                row[j] += decay * sum(i, j);
        for (const std::uint32_t j : columns)
            row[j] += decay * sum(i, static_cast<Index>(j));
    }
}

} // namespace

void addProductDecay(const FactorViews<ConstMatrixView> &factors, float decay, const FactorSet &wanted,
                     std::span<const std::uint32_t> features, FactorViews<MatrixView> gradient)
{
    const auto &[c, u, r] = factors;
    const Index rank = u.rows();
    ROSLER_EXPECTS(u.cols() == rank && c.rows() == rank && r.rows() == rank);
    const auto square = [rank] { return Matrix(rank, rank); };
    const auto read = [](const Matrix &m) { return view(m); };
    Matrix g = square(); // C^T C
    Matrix h = square(); // R R^T
    Matrix uh = square();
    if (wanted.u || wanted.r)
        productNT(c, c, view(g), {}, Workers::One);
    if (wanted.u || wanted.c) {
        productNT(r, r, view(h), {}, Workers::One);
        productNN(u, read(h), view(uh), {}, Workers::One);
    }
    if (wanted.c) {
        Matrix inner = square(); // U H U^T, which is symmetric
        productNT(read(uh), u, view(inner), {}, Workers::One);
        addScaled(read(inner), c, decay, {}, gradient.c);
    }
    if (wanted.u)
        addScaled(read(g), read(uh), decay, {}, gradient.u);
    if (wanted.r) {
        Matrix gu = square();
        productNN(read(g), u, view(gu), {}, Workers::One);
        Matrix inner = square(); // U^T G U
        productTN(u, read(gu), view(inner), {}, Workers::One);
        addScaled(read(inner), r, decay, features, gradient.r);
    }
}

void addDecay(std::span<const float> w, float decay, float *gradient)
{
    for (std::size_t i = 0; i < w.size(); ++i)
        gradient[i] += decay * w[i];
}

} // namespace rosler
