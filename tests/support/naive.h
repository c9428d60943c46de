// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "core/base/matrix.h"
#include "core/base/random.h"
#include "core/nn/layer.h"

namespace rosler::naive {

/// Slow and plain: the mathematics of the core again, in double and in loops, as the oracle of its tests.
/// Eigen's matrix serves as storage alone.
using Table = Eigen::MatrixXd;

inline constexpr double floatEps = std::numeric_limits<float>::epsilon();

inline Table toTable(const ConstMatrixView &m)
{
    Table t(m.rows(), m.cols());
    for (Index i = 0; i < m.rows(); ++i)
        for (Index j = 0; j < m.cols(); ++j)
            t(i, j) = static_cast<double>(m(i, j));
    return t;
}

inline Table toTable(const Matrix &m)
{
    return toTable(view(m));
}

inline Table transpose(const Table &a)
{
    Table t(a.cols(), a.rows());
    for (Index i = 0; i < a.rows(); ++i)
        for (Index j = 0; j < a.cols(); ++j)
            t(j, i) = a(i, j);
    return t;
}

/// |a|, element by element.
inline Table magnitude(const Table &a)
{
    Table t(a.rows(), a.cols());
    for (Index i = 0; i < a.rows(); ++i)
        for (Index j = 0; j < a.cols(); ++j)
            t(i, j) = std::abs(a(i, j));
    return t;
}

/// a b by three loops. @param macs  set: raised by one with every multiply-add
inline Table product(const Table &a, const Table &b, std::uint64_t *macs = nullptr)
{
    const Index rows = a.rows();
    const Index inner = a.cols();
    Table t(rows, b.cols());
    std::uint64_t done = 0;
    for (Index j = 0; j < b.cols(); ++j) {
        for (Index i = 0; i < rows; ++i) {
            const double *left = a.data() + i; // columns lie one after the other
            const double *right = b.data() + j * inner;
            double sum = 0;
            for (Index k = 0; k < inner; ++k) {
                sum += left[k * rows] * right[k];
                ++done;
            }
            t(i, j) = sum;
        }
    }
    if (macs != nullptr)
        *macs += done;
    return t;
}

/// Uniform on [-1, 1).
inline void fill(std::span<float> numbers, std::uint64_t seed)
{
    const RandomStream random(seed, Draw::Split, 77);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = 2.0F * random.uniform(i) - 1.0F;
}

inline Matrix randomMatrix(Index rows, Index cols, std::uint64_t seed)
{
    Matrix m(rows, cols);
    fill({m.data(), static_cast<std::size_t>(m.size())}, seed);
    return m;
}

/// A layer as its formulas say it (sketched_layer.h), built from a real layer's blocks and parameters.
/// For a dense layer C is W, and there are no U and R.
class ReferenceLayer
{
public:
    ReferenceLayer(const Layer &layer, std::span<const float> parameters)
        : m_blocks(layer.blocks())
        , m_relu(layer.relu())
    {
        for (const auto &block : m_blocks) {
            const Table stored = toTable(view(parameters.data() + block.offset, block.rows, block.cols));
            at(block.name) = block.transposed ? transpose(stored) : stored;
        }
    }

    struct Gradients {
        Table c, b, u, r, x;
    };

    bool sketched() const { return r.size() > 0; }

    /// The matrix that one of the layer's blocks is, by its name.
    Table &at(std::string_view name) { return name == "b" ? b : name == "U" ? u : name == "R" ? r : c; }

    /// The number at @p offset of the layer's parameters.
    double &number(Index offset)
    {
        for (const auto &block : m_blocks) {
            if (offset < block.offset || offset >= block.offset + block.size())
                continue;
            const Index row = (offset - block.offset) / block.cols;
            const Index col = (offset - block.offset) % block.cols;
            return block.transposed ? at(block.name)(col, row) : at(block.name)(row, col);
        }
        return m_none = std::numeric_limits<double>::quiet_NaN();
    }

    /// Before the activation.
    Table affine(const Table &x, std::uint64_t *macs = nullptr) const
    {
        Table y = sketched()
            ? product(product(product(x, transpose(r), macs), transpose(u), macs), transpose(c), macs)
            : product(x, transpose(c), macs);
        for (Index i = 0; i < y.rows(); ++i)
            for (Index j = 0; j < y.cols(); ++j)
                y(i, j) += b(0, j);
        return y;
    }

    Table forward(const Table &x) const
    {
        Table y = affine(x);
        for (Index i = 0; m_relu && i < y.rows(); ++i)
            for (Index j = 0; j < y.cols(); ++j)
                y(i, j) = y(i, j) > 0.0 ? y(i, j) : 0.0;
        return y;
    }

    /// L = sum of dy .* forward(x), the loss whose gradients backward() gives.
    double loss(const Table &x, const Table &dy) const
    {
        const Table y = forward(x);
        double sum = 0;
        for (Index i = 0; i < y.rows(); ++i)
            for (Index j = 0; j < y.cols(); ++j)
                sum += y(i, j) * dy(i, j);
        return sum;
    }

    /// dy where the ReLU lets it through.
    Table masked(const Table &x, Table dy) const
    {
        const Table y = affine(x);
        for (Index i = 0; m_relu && i < y.rows(); ++i)
            for (Index j = 0; j < y.cols(); ++j)
                dy(i, j) = y(i, j) > 0.0 ? dy(i, j) : 0.0;
        return dy;
    }

    /// The gradients from @p dy behind the activation: only those that are wanted are computed, and only
    /// what they need, so that @p macs counts what a training step has to do.
    /// @param features  columns of x whose part of dR is wanted; empty = all
    Gradients backward(const Table &x, const Table &dy, FactorSet factors, bool wantsDx,
                       std::span<const std::uint32_t> features = {}, std::uint64_t *macs = nullptr) const
    {
        Gradients g;
        if (factors.c) {
            g.b = Table::Zero(1, dy.cols());
            for (Index i = 0; i < dy.rows(); ++i)
                for (Index j = 0; j < dy.cols(); ++j)
                    g.b(0, j) += dy(i, j);
        }
        if (!sketched()) {
            if (factors.c)
                g.c = product(transpose(dy), x, macs);
            if (wantsDx)
                g.x = product(dy, c, macs);
            return g;
        }
        const Table t1 = product(x, transpose(r));
        const Table t2 = product(t1, transpose(u));
        if (factors.c)
            g.c = product(transpose(dy), t2, macs);
        if (!factors.u && !factors.r && !wantsDx)
            return g;
        const Table dt2 = product(dy, c, macs);
        if (factors.u)
            g.u = product(transpose(dt2), t1, macs);
        if (!factors.r && !wantsDx)
            return g;
        const Table dt1 = product(dt2, u, macs);
        if (wantsDx)
            g.x = product(dt1, r, macs);
        if (!factors.r)
            return g;
        if (features.empty()) {
            g.r = product(transpose(dt1), x, macs);
            return g;
        }
        Table picked(x.rows(), static_cast<Index>(features.size()));
        for (Index j = 0; j < picked.cols(); ++j)
            for (Index i = 0; i < x.rows(); ++i)
                picked(i, j) = x(i, features[static_cast<std::size_t>(j)]);
        const Table part = product(transpose(dt1), picked, macs);
        g.r = Table::Zero(r.rows(), r.cols());
        for (Index j = 0; j < picked.cols(); ++j)
            for (Index i = 0; i < r.rows(); ++i)
                g.r(i, features[static_cast<std::size_t>(j)]) = part(i, j);
        return g;
    }

    /// The same layer with every parameter's sign taken away: bounds the terms of each sum.
    ReferenceLayer magnitudes() const
    {
        ReferenceLayer m = *this;
        m.c = magnitude(c);
        m.b = magnitude(b);
        m.u = magnitude(u);
        m.r = magnitude(r);
        m.m_relu = false;
        return m;
    }

    Table c, b, u, r;

private:
    std::vector<ParameterBlock> m_blocks;
    bool m_relu;
    double m_none = 0;
};

} // namespace rosler::naive
