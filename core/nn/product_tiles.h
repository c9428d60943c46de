// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/matrix.h"

/// Vectors of the machine, and the tiles of accumulators that products are made of. For files that are
/// compiled with -O3 (core/nn/CMakeLists.txt).
namespace rosler::tiles {

// A vector register of the machine that the code is built for; GCC's vector extension, so that one
// source serves every CPU.
#if defined(__AVX512F__)
constexpr Index lanes = 16;
constexpr Index dotTile = 4;  // rows x columns of accumulators in a thin NT product
constexpr Index tileRows = 8; // rows of accumulators in an outer product
#elif defined(__AVX__)
constexpr Index lanes = 8;
constexpr Index dotTile = 3;
constexpr Index tileRows = 4;
#else
constexpr Index lanes = 4;
constexpr Index dotTile = 3;
constexpr Index tileRows = 4;
#endif
constexpr Index tileVecs = 3; // vectors of them in a row
using Vec __attribute__((vector_size(lanes * sizeof(float)))) = float;

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

/// Of each pair of numbers with places that differ in bit @p Half, one comes from @p a and one from @p b: a's
/// from its lower half of places (Upper = false) or from its upper one, and b's too.
template <Index Half, bool Upper, std::size_t... J>
inline Vec halvesOf(Vec a, Vec b, std::index_sequence<J...> /*places*/)
{
    return __builtin_shufflevector(a, b,
                                   ((J & Half) != 0
                                        ? static_cast<int>(lanes + J) - (Upper ? 0 : static_cast<int>(Half))
                                        : static_cast<int>(J) + (Upper ? static_cast<int>(Half) : 0))...);
}
using Places = std::make_index_sequence<static_cast<std::size_t>(lanes)>;

/// sumOf() of each of the vectors, in the places of one; what they hold is lost.
template <Index Half = lanes / 2>
inline Vec sumsOf(Vec (&v)[lanes])
{
#pragma GCC unroll 8
    for (Index i = 0; i < Half; ++i)
        v[i] = halvesOf<Half, false>(v[i], v[i + Half], Places {})
            + halvesOf<Half, true>(v[i], v[i + Half], Places {});
    if constexpr (Half > 1)
        return sumsOf<Half / 2>(v);
    else
        return v[0];
}

/// Number j of vector i becomes number i of vector j.
template <Index Half = lanes / 2>
inline void transpose(Vec (&v)[lanes])
{
    for (Index i = 0; i < lanes; ++i) {
        if ((i & Half) != 0)
            continue;
        const Vec lower = halvesOf<Half, false>(v[i], v[i + Half], Places {});
        v[i + Half] = halvesOf<Half, true>(v[i], v[i + Half], Places {});
        v[i] = lower;
    }
    if constexpr (Half > 1)
        transpose<Half / 2>(v);
}

/// Vector v of @p width numbers, filled up with zeros.
inline Vec partOf(const float *p, Index width, Index v)
{
    const Index count = std::min(lanes, width - v * lanes);
    if (count == lanes)
        return load(p + v * lanes);
    Vec part {};
    std::memcpy(&part, p + v * lanes, static_cast<std::size_t>(count) * sizeof(float));
    return part;
}

/// acc[r][v] += the sums over i < k of a[r * aRow + i * aStep] * b[i * bStep + v * lanes ...], in that order.
template <Index Rows, Index Vecs>
inline void outerTile(const float *a, Index aRow, Index aStep, const float *b, Index bStep, Index k,
                      Vec (&acc)[Rows][Vecs])
{
    for (Index i = 0; i < k; ++i) {
        Vec bi[Vecs];
#pragma GCC unroll 4
        for (Index v = 0; v < Vecs; ++v)
            bi[v] = load(b + i * bStep + v * lanes);
#pragma GCC unroll 8
        for (Index r = 0; r < Rows; ++r) {
            const float ai = a[r * aRow + i * aStep];
#pragma GCC unroll 4
            for (Index v = 0; v < Vecs; ++v)
                acc[r][v] += ai * bi[v];
        }
    }
}

/// The first @p count numbers of v, at most lanes.
inline void storePart(float *to, Vec v, Index count)
{
    if (count == lanes)
        store(to, v);
    else
        std::memcpy(to, &v, static_cast<std::size_t>(count) * sizeof(float));
}

} // namespace rosler::tiles
