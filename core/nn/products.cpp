// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products.h"

#include <algorithm>
#include <cstring>

#include <tbb/parallel_for.h>

#include "core/base/contract.h"

namespace rosler {

namespace {

// A vector register of the machine that the code is built for; GCC's vector extension, so that one
// source serves every CPU.
#if defined(__AVX512F__)
constexpr Index lanes = 16;
constexpr Index dotTile = 4; // rows x columns of accumulators in a thin NT product
#elif defined(__AVX__)
constexpr Index lanes = 8;
constexpr Index dotTile = 3;
#else
constexpr Index lanes = 4;
constexpr Index dotTile = 3;
#endif
using Vec __attribute__((vector_size(lanes * sizeof(float)))) = float;

constexpr Index thin = 32;         // up to here a dimension is a sketch's rank or a classifier's output
constexpr double splitFlops = 4e6; // a product below this is not worth a second thread

inline Vec load(const float *p)
{
    Vec v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

inline void store(float *p, Vec v)
{
    std::memcpy(p, &v, sizeof v);
}

inline Vec broadcast(float f)
{
    return Vec {} + f;
}

// max(0, v), but NaN stays NaN: a training that diverges must be seen to.
inline Vec positive(Vec v)
{
    return v < 0.0F ? Vec {} : v;
}

inline float positive(float v)
{
    return v < 0.0F ? 0.0F : v;
}

inline float sumOf(Vec v)
{
    // Halves are added, always in the same order.
    float parts[lanes];
    std::memcpy(parts, &v, sizeof v);
    for (Index width = lanes / 2; width > 0; width /= 2)
        for (Index i = 0; i < width; ++i)
            parts[i] += parts[i + width];
    return parts[0];
}

/// Rows x Cols dot products of length n: y[i][j] = x_i . w_j.
template <Index Rows, Index Cols>
inline void dots(const float *x, Index xStride, const float *w, Index wStride, Index n, float *y,
                 Index yStride, const float *bias, bool relu)
{
    Vec sums[Rows][Cols] = {};
    Index j = 0;
    for (; j + lanes <= n; j += lanes) {
        Vec wj[Cols];
        for (Index c = 0; c < Cols; ++c)
            wj[c] = load(w + c * wStride + j);
        for (Index r = 0; r < Rows; ++r) {
            const Vec xj = load(x + r * xStride + j);
            for (Index c = 0; c < Cols; ++c)
                sums[r][c] += xj * wj[c];
        }
    }
    for (Index r = 0; r < Rows; ++r) {
        for (Index c = 0; c < Cols; ++c) {
            float total = sumOf(sums[r][c]);
            for (Index k = j; k < n; ++k)
                total += x[r * xStride + k] * w[c * wStride + k];
            if (bias != nullptr)
                total += bias[c];
            y[r * yStride + c] = relu ? positive(total) : total;
        }
    }
}

template <Index Rows>
inline void dotRows(const float *x, const ConstMatrixView &w, Index xStride, float *y, Index yStride,
                    const Epilogue &epilogue)
{
    const Index n = w.cols();
    const Index m = w.rows();
    const auto biasAt = [&](Index c) { return epilogue.bias == nullptr ? nullptr : epilogue.bias + c; };
    Index c = 0;
    for (; c + dotTile <= m; c += dotTile)
        dots<Rows, dotTile>(x, xStride, rowAt(w, c), w.outerStride(), n, y + c, yStride, biasAt(c),
                            epilogue.relu);
    for (; c < m; ++c)
        dots<Rows, 1>(x, xStride, rowAt(w, c), w.outerStride(), n, y + c, yStride, biasAt(c), epilogue.relu);
}

void thinNT(const ConstMatrixView &x, const ConstMatrixView &w, MatrixView &y, const Epilogue &epilogue)
{
    Index i = 0;
    for (; i + dotTile <= x.rows(); i += dotTile)
        dotRows<dotTile>(rowAt(x, i), w, x.outerStride(), rowAt(y, i), y.outerStride(), epilogue);
    for (; i < x.rows(); ++i)
        dotRows<1>(rowAt(x, i), w, x.outerStride(), rowAt(y, i), y.outerStride(), epilogue);
}

/// Rows x (Vecs * lanes) outputs of a b, with b read once for all rows.
template <Index Rows, Index Vecs>
inline void outerTile(const float *a, Index aStride, const float *b, Index bStride, Index k, float *y,
                      Index yStride, const float *bias, bool relu)
{
    Vec sums[Rows][Vecs];
    for (Index v = 0; v < Vecs; ++v) {
        const Vec start = bias == nullptr ? Vec {} : load(bias + v * lanes);
        for (Index r = 0; r < Rows; ++r)
            sums[r][v] = start;
    }
    for (Index i = 0; i < k; ++i) {
        Vec bi[Vecs];
        for (Index v = 0; v < Vecs; ++v)
            bi[v] = load(b + i * bStride + v * lanes);
        for (Index r = 0; r < Rows; ++r) {
            const Vec ai = broadcast(a[r * aStride + i]);
            for (Index v = 0; v < Vecs; ++v)
                sums[r][v] += ai * bi[v];
        }
    }
    for (Index r = 0; r < Rows; ++r)
        for (Index v = 0; v < Vecs; ++v)
            store(y + r * yStride + v * lanes, relu ? positive(sums[r][v]) : sums[r][v]);
}

template <Index Rows>
inline void outerRows(const float *a, Index aStride, const ConstMatrixView &b, float *y, Index yStride,
                      const Epilogue &epilogue)
{
    const Index n = b.cols();
    const Index k = b.rows();
    const auto biasAt = [&](Index c) { return epilogue.bias == nullptr ? nullptr : epilogue.bias + c; };
    Index c = 0;
    for (; c + 2 * lanes <= n; c += 2 * lanes)
        outerTile<Rows, 2>(a, aStride, b.data() + c, b.outerStride(), k, y + c, yStride, biasAt(c),
                           epilogue.relu);
    for (; c + lanes <= n; c += lanes)
        outerTile<Rows, 1>(a, aStride, b.data() + c, b.outerStride(), k, y + c, yStride, biasAt(c),
                           epilogue.relu);
    for (; c < n; ++c) {
        for (Index r = 0; r < Rows; ++r) {
            float total = epilogue.bias == nullptr ? 0.0F : epilogue.bias[c];
            for (Index i = 0; i < k; ++i)
                total += a[r * aStride + i] * b(i, c);
            y[r * yStride + c] = epilogue.relu ? positive(total) : total;
        }
    }
}

void thinNN(const ConstMatrixView &a, const ConstMatrixView &b, MatrixView &y, const Epilogue &epilogue)
{
    constexpr Index rows = 4;
    Index i = 0;
    for (; i + rows <= a.rows(); i += rows)
        outerRows<rows>(rowAt(a, i), a.outerStride(), b, rowAt(y, i), y.outerStride(), epilogue);
    for (; i < a.rows(); ++i)
        outerRows<1>(rowAt(a, i), a.outerStride(), b, rowAt(y, i), y.outerStride(), epilogue);
}

/// Rows rows and Vecs * lanes columns of a^T b, summed over the batch in its order.
template <Index Rows, Index Vecs>
inline void gradientTile(const float *a, Index aStride, const float *b, Index bStride, Index batch, float *g,
                         Index gStride)
{
    Vec sums[Rows][Vecs] = {};
    for (Index i = 0; i < batch; ++i) {
        Vec bi[Vecs];
        for (Index v = 0; v < Vecs; ++v)
            bi[v] = load(b + i * bStride + v * lanes);
        for (Index r = 0; r < Rows; ++r) {
            const Vec ai = broadcast(a[i * aStride + r]);
            for (Index v = 0; v < Vecs; ++v)
                sums[r][v] += ai * bi[v];
        }
    }
    for (Index r = 0; r < Rows; ++r)
        for (Index v = 0; v < Vecs; ++v)
            store(g + r * gStride + v * lanes, sums[r][v]);
}

template <Index Rows>
inline void gradientRows(const float *a, Index aStride, const ConstMatrixView &b, float *g, Index gStride)
{
    const Index n = b.cols();
    Index c = 0;
    for (; c + 2 * lanes <= n; c += 2 * lanes)
        gradientTile<Rows, 2>(a, aStride, b.data() + c, b.outerStride(), b.rows(), g + c, gStride);
    for (; c + lanes <= n; c += lanes)
        gradientTile<Rows, 1>(a, aStride, b.data() + c, b.outerStride(), b.rows(), g + c, gStride);
    for (; c < n; ++c) {
        for (Index r = 0; r < Rows; ++r) {
            float total = 0.0F;
            for (Index i = 0; i < b.rows(); ++i)
                total += a[i * aStride + r] * b(i, c);
            g[r * gStride + c] = total;
        }
    }
}

void thinTN(const ConstMatrixView &a, const ConstMatrixView &b, MatrixView &g)
{
    constexpr Index rows = lanes >= 16 ? 8 : 4;
    Index k = 0;
    for (; k + rows <= a.cols(); k += rows)
        gradientRows<rows>(a.data() + k, a.outerStride(), b, rowAt(g, k), g.outerStride());
    for (; k < a.cols(); ++k)
        gradientRows<1>(a.data() + k, a.outerStride(), b, rowAt(g, k), g.outerStride());
}

/// Adds the bias and cuts at zero, where a product of Eigen's is still in the cache.
void finish(MatrixView &y, Index firstColumn, const Epilogue &epilogue)
{
    if (epilogue.bias == nullptr && !epilogue.relu)
        return;
    for (Index i = 0; i < y.rows(); ++i) {
        float *row = rowAt(y, i);
        for (Index j = 0; j < y.cols(); ++j) {
            const float value = epilogue.bias == nullptr ? row[j] : row[j] + epilogue.bias[firstColumn + j];
            row[j] = epilogue.relu ? positive(value) : value;
        }
    }
}

MatrixView columnsOf(MatrixView &m, Index first, Index count)
{
    return {m.data() + first, m.rows(), count, Eigen::OuterStride<>(m.outerStride())};
}

ConstMatrixView columnsOf(const ConstMatrixView &m, Index first, Index count)
{
    return {m.data() + first, m.rows(), count, Eigen::OuterStride<>(m.outerStride())};
}

/// Calls work(first, count) for pieces of @p size of 0 .. total - 1, on all threads when there is
/// enough to do. The pieces depend on the sizes alone.
template <typename Work>
void inPieces(Index total, Index size, double flops, const Work &work)
{
    const Index pieces = (total + size - 1) / size;
    const auto piece = [&](Index p) { work(p * size, std::min(size, total - p * size)); };
    if (pieces > 1 && flops > splitFlops) {
        tbb::parallel_for(Index {0}, pieces, piece, tbb::simple_partitioner {});
    } else {
        for (Index p = 0; p < pieces; ++p)
            piece(p);
    }
}

double flopsOf(Index a, Index b, Index c)
{
    return 2.0 * static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
}

constexpr Index columnPiece = 256;   // outputs a task computes in a thick product
constexpr Index gradientPiece = 128; // rows of a thick gradient: with 1,024 columns half a megabyte, in L2

} // namespace

void productNT(const ConstMatrixView &x, const ConstMatrixView &w, MatrixView y, const Epilogue &epilogue)
{
    ROSLER_EXPECTS(x.cols() == w.cols() && y.rows() == x.rows() && y.cols() == w.rows());
    if (w.rows() <= thin) {
        thinNT(x, w, y, epilogue);
        return;
    }
    inPieces(w.rows(), columnPiece, flopsOf(x.rows(), w.rows(), w.cols()), [&](Index first, Index count) {
        MatrixView part = columnsOf(y, first, count);
        part.noalias() = x * rowsOf(w, first, count).transpose();
        finish(part, first, epilogue);
    });
}

void productNN(const ConstMatrixView &a, const ConstMatrixView &b, MatrixView y, const Epilogue &epilogue)
{
    ROSLER_EXPECTS(a.cols() == b.rows() && y.rows() == a.rows() && y.cols() == b.cols());
    if (b.rows() <= thin) {
        thinNN(a, b, y, epilogue);
        return;
    }
    inPieces(b.cols(), columnPiece, flopsOf(a.rows(), b.rows(), b.cols()), [&](Index first, Index count) {
        MatrixView part = columnsOf(y, first, count);
        part.noalias() = a * columnsOf(b, first, count);
        finish(part, first, epilogue);
    });
}

void productTN(const ConstMatrixView &a, const ConstMatrixView &b, MatrixView g,
               const std::function<void(Index, Index)> &rowsDone)
{
    ROSLER_EXPECTS(a.rows() == b.rows() && g.rows() == a.cols() && g.cols() == b.cols());
    if (a.cols() <= thin) {
        thinTN(a, b, g);
        if (rowsDone)
            rowsDone(0, g.rows());
        return;
    }
    inPieces(a.cols(), gradientPiece, flopsOf(a.rows(), a.cols(), b.cols()), [&](Index first, Index count) {
        MatrixView part = rowsOf(g, first, count);
        part.noalias() = columnsOf(a, first, count).transpose() * b;
        if (rowsDone)
            rowsDone(first, count);
    });
}

void maskAndSum(MatrixView dy, const ConstMatrixView &y, bool relu, float *sums)
{
    ROSLER_EXPECTS(dy.rows() == y.rows() && dy.cols() == y.cols());
    if (sums != nullptr)
        std::fill_n(sums, dy.cols(), 0.0F);
    for (Index i = 0; i < dy.rows(); ++i) {
        float *row = rowAt(dy, i);
        const float *out = rowAt(y, i);
        if (relu) {
            for (Index j = 0; j < dy.cols(); ++j)
                row[j] = out[j] > 0.0F ? row[j] : 0.0F;
        }
        if (sums != nullptr) {
            for (Index j = 0; j < dy.cols(); ++j)
                sums[j] += row[j];
        }
    }
}

} // namespace rosler
