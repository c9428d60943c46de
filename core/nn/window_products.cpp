// SPDX-License-Identifier: Apache-2.0
#include "core/nn/window_products.h"

#include <algorithm>

#include "core/base/contract.h"
#include "core/nn/product_tiles.h"

namespace rosler {

using namespace tiles;

namespace {

/// Vectors of the next strip, when @p left are left: no strip of one vector alone where it can be helped.
Index stripVecs(Index left) noexcept
{
    return left == 4 ? 2 : std::min(left, tileVecs);
}

/// Calls work(first column, vectors, where the strip begins) for each strip of a packed matrix.
template <typename Work>
void forStrips(Index numbers, Index width, const Work &work)
{
    const Index vecs = (width + lanes - 1) / lanes;
    for (Index v = 0; v < vecs;) {
        const Index count = stripVecs(vecs - v);
        work(v * lanes, count, v * lanes * numbers);
        v += count;
    }
}

/// One strip of products.
struct ProductStrip {
    const float *packed; ///< numbers x vectors
    const float *bias;   ///< of its first column, or none
    float *y;            ///< its first column
    Index stride;
    Index width; ///< wanted columns
    bool relu;
};

template <Index R, Index Vecs>
inline void productTile(const WindowRuns &w, const float *first, const ProductStrip &strip, float *y)
{
    Vec acc[R][Vecs];
#pragma GCC unroll 4
    for (Index v = 0; v < Vecs; ++v) {
        const Vec start = strip.bias == nullptr ? Vec {} : partOf(strip.bias, strip.width, v);
#pragma GCC unroll 8
        for (Index r = 0; r < R; ++r)
            acc[r][v] = start;
    }
    const float *b = strip.packed;
    for (Index n = 0; n < w.runs; ++n, b += w.run * Vecs * lanes)
        outerTile<R, Vecs>(first + n * w.pitch, w.acrossStep, 1, b, Vecs * lanes, w.run, acc);
    if (strip.relu)
#pragma GCC unroll 8
        for (Index r = 0; r < R; ++r)
#pragma GCC unroll 4
            for (Index v = 0; v < Vecs; ++v)
                acc[r][v] = positive(acc[r][v]);
    const Index rest = strip.width - (Vecs - 1) * lanes;
#pragma GCC unroll 8
    for (Index r = 0; r < R; ++r) {
        float *const to = y + r * strip.stride;
#pragma GCC unroll 4
        for (Index v = 0; v + 1 < Vecs; ++v)
            store(to + v * lanes, acc[r][v]);
        storePart(to + (Vecs - 1) * lanes, acc[r][Vecs - 1], rest);
    }
}

template <Index Vecs>
void productStrip(const WindowRuns &w, const float *data, const ProductStrip &strip)
{
    for (Index i = 0; i < w.down; ++i) {
        const float *const row = data + i * w.downStep;
        float *const y = strip.y + i * w.across * strip.stride;
        const auto tile = [&](Index j, auto rows) {
            productTile<decltype(rows)::value, Vecs>(w, row + j * w.acrossStep, strip, y + j * strip.stride);
        };
        Index j = 0;
        for (; j + tileRows <= w.across; j += tileRows)
            tile(j, std::integral_constant<Index, tileRows> {});
        if constexpr (tileRows > 4)
            for (; j + 4 <= w.across; j += 4)
                tile(j, std::integral_constant<Index, 4> {});
        for (; j + 2 <= w.across; j += 2)
            tile(j, std::integral_constant<Index, 2> {});
        for (; j < w.across; ++j)
            tile(j, std::integral_constant<Index, 1> {});
    }
}

/// The incoming gradient of one strip.
struct GradientStrip {
    const float *dy; ///< its first column
    Index stride;
    float *packed;
};

/// Adds the gradients of R numbers of the windows, of which the first lies at @p first in the first window.
template <Index R, Index Vecs>
inline void gradientTile(const WindowRuns &w, const float *first, const GradientStrip &strip, float *sums)
{
    Vec acc[R][Vecs];
#pragma GCC unroll 8
    for (Index r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (Index v = 0; v < Vecs; ++v)
            acc[r][v] = load(sums + (r * Vecs + v) * lanes);
    for (Index i = 0; i < w.down; ++i)
        outerTile<R, Vecs>(first + i * w.downStep, 1, w.acrossStep, strip.dy + i * w.across * strip.stride,
                           strip.stride, w.across, acc);
#pragma GCC unroll 8
    for (Index r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (Index v = 0; v < Vecs; ++v)
            store(sums + (r * Vecs + v) * lanes, acc[r][v]);
}

template <Index Vecs>
void gradientStrip(const WindowRuns &w, const float *data, const GradientStrip &strip)
{
    for (Index n = 0; n < w.runs; ++n) {
        const float *const run = data + n * w.pitch;
        float *const sums = strip.packed + n * w.run * Vecs * lanes;
        const auto tile = [&](Index k, auto rows) {
            gradientTile<decltype(rows)::value, Vecs>(w, run + k, strip, sums + k * Vecs * lanes);
        };
        Index k = 0;
        for (; k + tileRows <= w.run; k += tileRows)
            tile(k, std::integral_constant<Index, tileRows> {});
        if constexpr (tileRows > 4)
            for (; k + 4 <= w.run; k += 4)
                tile(k, std::integral_constant<Index, 4> {});
        for (; k + 2 <= w.run; k += 2)
            tile(k, std::integral_constant<Index, 2> {});
        for (; k < w.run; ++k)
            tile(k, std::integral_constant<Index, 1> {});
    }
}

} // namespace

Index wholeVectors(Index width) noexcept
{
    return (width + lanes - 1) / lanes * lanes;
}

const float *inWholeVectors(const ConstMatrixView &m, float *room)
{
    const Index whole = wholeVectors(m.cols());
    if (m.outerStride() == whole)
        return m.data();
    for (Index i = 0; i < m.rows(); ++i)
        for (Index v = 0; v < whole / lanes; ++v)
            store(room + i * whole + v * lanes, partOf(rowAt(m, i), m.cols(), v));
    return room;
}

Index packedSize(Index numbers, Index width) noexcept
{
    return numbers * wholeVectors(width);
}

void packTransposed(const ConstMatrixView &w, float *packed)
{
    const Index numbers = w.cols();
    forStrips(numbers, w.rows(), [&](Index column, Index vecs, Index at) {
        for (Index v = 0; v < vecs; ++v)
            for (Index i = 0; i < numbers; i += lanes) {
                const Index count = std::min(lanes, numbers - i);
                const Index some = std::min(lanes, w.rows() - column - v * lanes);
                Vec block[lanes] = {};
                for (Index j = 0; j < some; ++j)
                    block[j] = partOf(rowAt(w, column + v * lanes + j) + i, count, 0);
                transpose(block);
                for (Index j = 0; j < count; ++j)
                    store(packed + at + ((i + j) * vecs + v) * lanes, block[j]);
            }
    });
}

void unpackTransposed(const float *packed, MatrixView w)
{
    const Index numbers = w.cols();
    forStrips(numbers, w.rows(), [&](Index column, Index vecs, Index at) {
        for (Index v = 0; v < vecs; ++v)
            for (Index i = 0; i < numbers; i += lanes) {
                const Index count = std::min(lanes, numbers - i);
                const Index some = std::min(lanes, w.rows() - column - v * lanes);
                Vec block[lanes] = {};
                for (Index j = 0; j < count; ++j)
                    block[j] = load(packed + at + ((i + j) * vecs + v) * lanes);
                transpose(block);
                for (Index j = 0; j < some; ++j)
                    storePart(rowAt(w, column + v * lanes + j) + i, block[j], count);
            }
    });
}

void packRows(const ConstMatrixView &b, float *packed)
{
    forStrips(b.rows(), b.cols(), [&](Index column, Index vecs, Index at) {
        const Index width = std::min(vecs * lanes, b.cols() - column);
        for (Index i = 0; i < b.rows(); ++i)
            for (Index v = 0; v < vecs; ++v)
                store(packed + at + (i * vecs + v) * lanes, partOf(rowAt(b, i) + column, width, v));
    });
}

void unpackRows(const float *packed, MatrixView b)
{
    forStrips(b.rows(), b.cols(), [&](Index column, Index vecs, Index at) {
        const Index width = std::min(vecs * lanes, b.cols() - column);
        for (Index i = 0; i < b.rows(); ++i)
            std::copy_n(packed + at + i * vecs * lanes, width, rowAt(b, i) + column);
    });
}

void windowProducts(const WindowRuns &windows, const float *data, const float *packed, Index width,
                    const Epilogue &epilogue, float *y, Index stride)
{
    ROSLER_EXPECTS(stride >= width && windows.numbers() >= 1);
    forStrips(windows.numbers(), width, [&](Index column, Index vecs, Index at) {
        const ProductStrip strip {packed + at,
                                  epilogue.bias == nullptr ? nullptr : epilogue.bias + column,
                                  y + column,
                                  stride,
                                  std::min(vecs * lanes, width - column),
                                  epilogue.relu};
        if (vecs == 3)
            productStrip<3>(windows, data, strip);
        else if (vecs == 2)
            productStrip<2>(windows, data, strip);
        else
            productStrip<1>(windows, data, strip);
    });
}

void addWindowGradient(const WindowRuns &windows, const float *data, const float *dy, Index stride,
                       Index width, float *packed)
{
    forStrips(windows.numbers(), width, [&](Index column, Index vecs, Index at) {
        const GradientStrip strip {dy + column, stride, packed + at};
        if (vecs == 3)
            gradientStrip<3>(windows, data, strip);
        else if (vecs == 2)
            gradientStrip<2>(windows, data, strip);
        else
            gradientStrip<1>(windows, data, strip);
    });
}

} // namespace rosler
