// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <tbb/parallel_for.h>

#include "core/base/contract.h"
#include "core/nn/product_tiles.h"

namespace rosler {

using namespace tiles;

namespace {

constexpr Index thin = 32;         // up to here a dimension is a sketch's rank or a classifier's output
constexpr double splitFlops = 4e6; // a product below this is not worth a second thread

// What one task computes; the pieces depend on the sizes alone.
constexpr Index rowPiece = 32;       // examples of a thin product
constexpr Index columnPiece = 256;   // outputs of a thick one, for which the batch is packed anew
constexpr Index stripPiece = 48;     // columns of the others: whole strips of all widths of a vector
constexpr Index gradientPiece = 128; // rows of a thick gradient: with 1,024 columns half a megabyte, in L2
constexpr Index maskPiece = 256;     // columns

/// Rows x Cols dot products of length n: y[i][j] = x_i . w_j.
template <Index Rows, Index Cols>
inline void dots(const float *x, Index xStride, const float *w, Index wStride, Index n, float *y,
                 Index yStride, const float *bias, bool relu)
{
    Vec sums[Rows][Cols] = {};
    const auto add = [&](Index j, const auto &loadAt) {
        Vec wj[Cols];
#pragma GCC unroll 4
        for (Index c = 0; c < Cols; ++c)
            wj[c] = loadAt(w + c * wStride + j);
#pragma GCC unroll 4
        for (Index r = 0; r < Rows; ++r) {
            const Vec xj = loadAt(x + r * xStride + j);
#pragma GCC unroll 4
            for (Index c = 0; c < Cols; ++c)
                sums[r][c] += xj * wj[c];
        }
    };
    Index j = 0;
    for (; j + lanes <= n; j += lanes)
        add(j, load);
    if (j < n)
        add(j, [&](const float *p) { return partOf(p, n - j, 0); });
    float totals[Rows * Cols > lanes ? Rows * Cols : lanes];
    if constexpr (Rows * Cols > 1 && Rows * Cols <= lanes) {
        Vec all[lanes] = {};
#pragma GCC unroll 16
        for (Index i = 0; i < Rows * Cols; ++i)
            all[i] = sums[i / Cols][i % Cols];
        store(totals, sumsOf(all));
    } else {
#pragma GCC unroll 16
        for (Index i = 0; i < Rows * Cols; ++i)
            totals[i] = sumOf(sums[i / Cols][i % Cols]);
    }
    if (bias != nullptr || relu)
        for (Index i = 0; i < Rows * Cols; ++i) {
            const float total = bias != nullptr ? totals[i] + bias[i % Cols] : totals[i];
            totals[i] = relu ? positive(total) : total;
        }
#pragma GCC unroll 4
    for (Index r = 0; r < Rows; ++r)
        std::memcpy(y + r * yStride, totals + r * Cols, static_cast<std::size_t>(Cols) * sizeof(float));
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
    for (; c + 2 <= m; c += 2)
        dots<Rows, 2>(x, xStride, rowAt(w, c), w.outerStride(), n, y + c, yStride, biasAt(c), epilogue.relu);
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

/// One operand of an outer product: number i of row r lies at data[r * row + i * step].
struct Rows {
    const float *data;
    Index row;
    Index step;
};

/// The other: Vecs * lanes numbers lie side by side at data[i * step].
struct Strip {
    const float *data;
    Index step;
    Index width; ///< how many of them are wanted
};

/// What becomes of the sums of a strip.
struct StripOut {
    float *data; ///< of the strip's first column
    Index stride;
    const float *bias; ///< of that column, or none
    bool relu;
    bool adds; ///< to what is there
};

template <Index R, Index Vecs>
inline void stripTile(const Rows &a, Index row, const Strip &b, Index k, const StripOut &out)
{
    Vec acc[R][Vecs];
    float *const y = out.data + row * out.stride;
    const Index rest = b.width - (Vecs - 1) * lanes; // numbers of the last vector
#pragma GCC unroll 4
    for (Index v = 0; v < Vecs; ++v) {
        const Vec start = out.bias == nullptr ? Vec {} : partOf(out.bias, b.width, v);
#pragma GCC unroll 8
        for (Index r = 0; r < R; ++r)
            acc[r][v] = start;
    }
    if (out.adds)
#pragma GCC unroll 8
        for (Index r = 0; r < R; ++r)
#pragma GCC unroll 4
            for (Index v = 0; v < Vecs; ++v)
                acc[r][v] = partOf(y + r * out.stride, b.width, v);
    outerTile<R, Vecs>(a.data + row * a.row, a.row, a.step, b.data, b.step, k, acc);
    if (out.relu)
#pragma GCC unroll 8
        for (Index r = 0; r < R; ++r)
#pragma GCC unroll 4
            for (Index v = 0; v < Vecs; ++v)
                acc[r][v] = positive(acc[r][v]);
#pragma GCC unroll 8
    for (Index r = 0; r < R; ++r) {
        float *const to = y + r * out.stride;
#pragma GCC unroll 4
        for (Index v = 0; v + 1 < Vecs; ++v)
            store(to + v * lanes, acc[r][v]);
        storePart(to + (Vecs - 1) * lanes, acc[r][Vecs - 1], rest);
    }
}

template <Index Vecs>
void stripRows(const Rows &a, Index rows, const Strip &b, Index k, const StripOut &out)
{
    Index r = 0;
    for (; r + tileRows <= rows; r += tileRows)
        stripTile<tileRows, Vecs>(a, r, b, k, out);
    if constexpr (tileRows > 4)
        for (; r + 4 <= rows; r += 4)
            stripTile<4, Vecs>(a, r, b, k, out);
    for (; r + 2 <= rows; r += 2)
        stripTile<2, Vecs>(a, r, b, k, out);
    for (; r < rows; ++r)
        stripTile<1, Vecs>(a, r, b, k, out);
}

/// The product of @p rows rows of a and one strip, over k numbers each.
void stripProduct(const Rows &a, Index rows, const Strip &b, Index k, const StripOut &out)
{
    if (b.width > 2 * lanes)
        stripRows<3>(a, rows, b, k, out);
    else if (b.width > lanes)
        stripRows<2>(a, rows, b, k, out);
    else
        stripRows<1>(a, rows, b, k, out);
}

constexpr Index stripWidth = tileVecs * lanes;
constexpr Index stripDepth =
    1'024; // numbers of a sum that a strip holds at a time: 192 kB, in the second cache

/// Room of the calling thread for a strip; nothing that waits for other tasks may use it.
float *stripRoom()
{
    alignas(64) static thread_local float room[stripDepth * stripWidth];
    return room;
}

/// Room of the calling thread for the sums of columnPiece rows and a strip.
float *sumRoom()
{
    alignas(64) static thread_local float room[columnPiece * stripWidth];
    return room;
}

/// Rows first .. first + k - 1 of some columns of b, side by side and filled up with zeros.
Strip packedRows(const ConstMatrixView &b, Index first, Index k, Index column, Index width)
{
    const Index step = (width + lanes - 1) / lanes * lanes;
    float *const to = stripRoom();
    for (Index i = 0; i < k; ++i) {
        const float *from = rowAt(b, first + i) + column;
        for (Index v = 0; v < step / lanes; ++v)
            store(to + i * step + v * lanes, partOf(from, width, v));
    }
    return {to, step, width};
}

/// The transpose of columns first .. first + k - 1 of some rows of x, filled up with zeros.
Strip packedColumns(const ConstMatrixView &x, Index row, Index width, Index first, Index k)
{
    const Index step = (width + lanes - 1) / lanes * lanes;
    float *const to = stripRoom();
    for (Index i = 0; i < k; i += lanes) {
        const Index count = std::min(lanes, k - i);
        for (Index r = 0; r < step; r += lanes) {
            Vec block[lanes] = {};
            const Index some = std::min(lanes, width - r);
            for (Index j = 0; j < some; ++j)
                block[j] = partOf(rowAt(x, row + r + j) + first + i, count, 0);
            transpose(block);
            for (Index j = 0; j < count; ++j)
                store(to + (i + j) * step + r, block[j]);
        }
    }
    return {to, step, width};
}

/// Some columns of y = a b.
void columnsNN(const ConstMatrixView &a, const ConstMatrixView &b, MatrixView &y, Index first, Index count,
               const Epilogue &epilogue)
{
    for (Index c = first; c < first + count; c += stripWidth) {
        const Index width = std::min(stripWidth, first + count - c);
        for (Index k = 0; k < b.rows(); k += stripDepth) {
            const Index depth = std::min(stripDepth, b.rows() - k);
            const bool last = k + depth == b.rows();
            const float *bias = epilogue.bias == nullptr ? nullptr : epilogue.bias + c;
            stripProduct({a.data() + k, a.outerStride(), 1}, a.rows(), packedRows(b, k, depth, c, width),
                         depth, {y.data() + c, y.outerStride(), bias, last && epilogue.relu, k > 0});
        }
    }
}

/// Some rows and columns of g = a^T b.
void blockTN(const ConstMatrixView &a, const ConstMatrixView &b, MatrixView &g, Index firstRow, Index rows,
             Index first, Index count)
{
    // Rows that fill whole cache lines are read where they lie, where they are read a few times only.
    const bool inPlace = rows <= thin && a.rows() <= stripDepth;
    for (Index c = first; c < first + count; c += stripWidth) {
        const Index width = std::min(stripWidth, first + count - c);
        for (Index k = 0; k < b.rows(); k += stripDepth) {
            const Index depth = std::min(stripDepth, b.rows() - k);
            const Strip strip = inPlace && width % lanes == 0
                ? Strip {rowAt(b, k) + c, b.outerStride(), width}
                : packedRows(b, k, depth, c, width);
            stripProduct({rowAt(a, k) + firstRow, 1, a.outerStride()}, rows, strip, depth,
                         {rowAt(g, firstRow) + c, g.outerStride(), nullptr, false, k > 0});
        }
    }
}

/// Some columns of y = x w^T: computed as those rows of w x^T, vectors running along the batch.
void columnsNT(const ConstMatrixView &x, const ConstMatrixView &w, MatrixView &y, Index first, Index count,
               const Epilogue &epilogue)
{
    float *const room = sumRoom(); // count x width: the transpose of what is wanted
    for (Index i = 0; i < x.rows(); i += stripWidth) {
        const Index width = std::min(stripWidth, x.rows() - i);
        const Index step = (width + lanes - 1) / lanes * lanes;
        for (Index k = 0; k < x.cols(); k += stripDepth) {
            const Index depth = std::min(stripDepth, x.cols() - k);
            Strip strip = packedColumns(x, i, width, k, depth);
            strip.width = step;
            stripProduct({rowAt(w, first) + k, w.outerStride(), 1}, count, strip, depth,
                         {room, step, nullptr, false, k > 0});
        }
        for (Index c = 0; c < count; c += lanes) {
            const Index some = std::min(lanes, count - c);
            const Vec bias = epilogue.bias == nullptr ? Vec {} : partOf(epilogue.bias + first + c, some, 0);
            for (Index r = 0; r < width; r += lanes) {
                Vec block[lanes] = {};
                for (Index j = 0; j < some; ++j)
                    block[j] = load(room + (c + j) * step + r);
                transpose(block);
                for (Index j = 0; j < std::min(lanes, width - r); ++j) {
                    const Vec value = epilogue.relu ? positive(block[j] + bias) : block[j] + bias;
                    std::memcpy(rowAt(y, i + r + j) + first + c, &value,
                                static_cast<std::size_t>(some) * sizeof(float));
                }
            }
        }
    }
}

/// Calls work(first, count) for pieces of @p size of 0 .. total - 1, on all threads when there is
/// enough to do. The pieces depend on the sizes alone.
template <typename Work>
void inPieces(Index total, Index size, double flops, Workers workers, const Work &work)
{
    const Index pieces = (total + size - 1) / size;
    const auto piece = [&](Index p) { work(p * size, std::min(size, total - p * size)); };
    if (workers == Workers::All && pieces > 1 && flops > splitFlops) {
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

/// maskAndSum() of Rows rows and @p columns columns, whole vectors of them; adds to @p sums.
template <Index Rows>
inline void maskRows(float *dy, Index dyStride, const float *y, Index yStride, Index columns, bool relu,
                     float *sums)
{
    for (Index c = 0; c < columns; c += lanes) {
        Vec sum = sums == nullptr ? Vec {} : load(sums + c);
#pragma GCC unroll 4
        for (Index r = 0; r < Rows; ++r) {
            Vec value = load(dy + r * dyStride + c);
            if (relu) {
                value = load(y + r * yStride + c) > 0.0F ? value : Vec {};
                store(dy + r * dyStride + c, value);
            }
            sum += value;
        }
        if (sums != nullptr)
            store(sums + c, sum);
    }
}

} // namespace

void productNT(const ConstMatrixView &x, const ConstMatrixView &w, MatrixView y, const Epilogue &epilogue,
               Workers workers)
{
    ROSLER_EXPECTS(x.cols() == w.cols() && y.rows() == x.rows() && y.cols() == w.rows());
    const double flops = flopsOf(x.rows(), w.rows(), w.cols());
    if (w.rows() <= thin && w.cols() > thin) {
        inPieces(x.rows(), rowPiece, flops, workers, [&](Index first, Index count) {
            MatrixView part = rowsOf(y, first, count);
            thinNT(rowsOf(x, first, count), w, part, epilogue);
        });
        return;
    }
    inPieces(w.rows(), columnPiece, flops, workers,
             [&](Index first, Index count) { columnsNT(x, w, y, first, count, epilogue); });
}

void productNN(const ConstMatrixView &a, const ConstMatrixView &b, MatrixView y, const Epilogue &epilogue,
               Workers workers)
{
    ROSLER_EXPECTS(a.cols() == b.rows() && y.rows() == a.rows() && y.cols() == b.cols());
    inPieces(b.cols(), stripPiece, flopsOf(a.rows(), b.rows(), b.cols()), workers,
             [&](Index first, Index count) { columnsNN(a, b, y, first, count, epilogue); });
}

void productTN(const ConstMatrixView &a, const ConstMatrixView &b, MatrixView g,
               const std::function<void(Index, Index)> &rowsDone, Workers workers)
{
    ROSLER_EXPECTS(a.rows() == b.rows() && g.rows() == a.cols() && g.cols() == b.cols());
    const double flops = flopsOf(a.rows(), a.cols(), b.cols());
    if (a.cols() <= thin) {
        inPieces(b.cols(), stripPiece, flops, workers,
                 [&](Index first, Index count) { blockTN(a, b, g, 0, a.cols(), first, count); });
        if (rowsDone)
            rowsDone(0, g.rows());
        return;
    }
    inPieces(a.cols(), gradientPiece, flops, workers, [&](Index first, Index count) {
        blockTN(a, b, g, first, count, 0, b.cols());
        if (rowsDone)
            rowsDone(first, count);
    });
}

void productTN(const ConstMatrixView &a, const ConstMatrixView &b, std::span<const std::uint32_t> columns,
               MatrixView g)
{
    ROSLER_EXPECTS(a.rows() == b.rows() && g.rows() == a.cols() && g.cols() == b.cols());
    float *const strip = stripRoom();
    float *const sums = sumRoom();
    for (std::size_t c = 0; c < columns.size(); c += static_cast<std::size_t>(stripWidth)) {
        const auto some =
            columns.subspan(c, std::min(static_cast<std::size_t>(stripWidth), columns.size() - c));
        for (Index first = 0; first < a.cols(); first += columnPiece) {
            const Index rows = std::min(columnPiece, a.cols() - first);
            for (Index k = 0; k < b.rows(); k += stripDepth) {
                const Index depth = std::min(stripDepth, b.rows() - k);
                std::fill_n(strip, depth * stripWidth, 0.0F);
                for (Index i = 0; i < depth; ++i)
                    for (std::size_t j = 0; j < some.size(); ++j)
                        strip[i * stripWidth + static_cast<Index>(j)] = rowAt(b, k + i)[some[j]];
                stripProduct({rowAt(a, k) + first, 1, a.outerStride()}, rows, {strip, stripWidth, stripWidth},
                             depth, {sums, stripWidth, nullptr, false, k > 0});
            }
            for (Index r = 0; r < rows; ++r)
                for (std::size_t j = 0; j < some.size(); ++j)
                    rowAt(g, first + r)[some[j]] = sums[r * stripWidth + static_cast<Index>(j)];
        }
    }
}

void maskAndSum(MatrixView dy, const ConstMatrixView &y, bool relu, float *sums, Workers workers)
{
    ROSLER_EXPECTS(dy.rows() == y.rows() && dy.cols() == y.cols());
    // As many operations as numbers, but each waits for memory: counted as a product's that takes as long.
    inPieces(dy.cols(), maskPiece, flopsOf(16, dy.rows(), dy.cols()), workers, [&](Index first, Index count) {
        const Index whole = count / lanes * lanes;
        float *const sumsHere = sums == nullptr ? nullptr : sums + first;
        if (sums != nullptr)
            std::fill_n(sumsHere, whole, 0.0F);
        Index r = 0;
        for (; r + 4 <= dy.rows(); r += 4)
            maskRows<4>(rowAt(dy, r) + first, dy.outerStride(), rowAt(y, r) + first, y.outerStride(), whole,
                        relu, sumsHere);
        for (; r < dy.rows(); ++r)
            maskRows<1>(rowAt(dy, r) + first, dy.outerStride(), rowAt(y, r) + first, y.outerStride(), whole,
                        relu, sumsHere);
        for (Index c = first + whole; c < first + count; ++c) {
            float sum = 0.0F;
            for (Index i = 0; i < dy.rows(); ++i) {
                float &value = rowAt(dy, i)[c];
                if (relu && !(rowAt(y, i)[c] > 0.0F))
                    value = 0.0F;
                sum += value;
            }
            if (sums != nullptr)
                sums[c] = sum;
        }
    });
}

} // namespace rosler
