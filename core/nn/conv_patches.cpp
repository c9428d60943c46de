// SPDX-License-Identifier: Apache-2.0
#include "core/nn/conv_patches.h"

#include <algorithm>

#include "core/base/contract.h"
#include "core/nn/glorot.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

namespace {

constexpr Index tileFloats = 32'768; // of patches: 128 kB, beside which the weights have room in the cache
constexpr Index leastTile = 16;      // windows

/// One row of a window: how many of its numbers lie on the input, from where.
struct Strip {
    Index skipped; ///< numbers of the patch before the first on the input
    Index count;   ///< numbers on the input, 0 if none
    Index from;    ///< in the example
};

Strip stripOf(const WindowGrid &g, Index window, Index row)
{
    const Index y = window / g.across * g.strideDown - g.paddingTop + row;
    const Index x = window % g.across * g.strideAcross - g.paddingLeft;
    if (y < 0 || y >= g.in.height)
        return {0, 0, 0};
    const Index left = std::max<Index>(x, 0);
    const Index right = std::min(x + g.windowWidth, g.in.width);
    if (right <= left)
        return {0, 0, 0};
    const Index channels = g.in.channels;
    return {(left - x) * channels, (right - left) * channels, (y * g.in.width + left) * channels};
}

void gather(const WindowGrid &g, Index window, const float *x, float *patch)
{
    const Index length = g.windowWidth * g.in.channels;
    for (Index row = 0; row < g.windowHeight; ++row, patch += length) {
        const Strip strip = stripOf(g, window, row);
        std::fill_n(patch, strip.skipped, 0.0F);
        std::copy_n(x + strip.from, strip.count, patch + strip.skipped);
        std::fill_n(patch + strip.skipped + strip.count, length - strip.skipped - strip.count, 0.0F);
    }
}

} // namespace

WindowGrid windowGrid(const ExampleShape &in, Index size, Index stride, Index padding)
{
    ROSLER_EXPECTS(size >= 1 && stride >= 1 && padding >= 0);
    WindowGrid g;
    g.in = in;
    g.windowWidth = size;
    g.strideAcross = stride;
    g.paddingLeft = padding;
    if (in.height > 1) {
        g.windowHeight = size;
        g.strideDown = stride;
        g.paddingTop = padding;
    }
    const auto fitting = [](Index length, Index pad, Index window, Index step) {
        const Index room = length + 2 * pad - window;
        return room < 0 ? 0 : room / step + 1;
    };
    g.down = fitting(in.height, g.paddingTop, g.windowHeight, g.strideDown);
    g.across = fitting(in.width, g.paddingLeft, g.windowWidth, g.strideAcross);
    return g;
}

WindowGrid convGrid(const LayerSpec &spec, const ExampleShape &in)
{
    const LayerKind *kind = layerKindNamed(spec.kind);
    ROSLER_EXPECTS(kind != nullptr);
    const auto number = [&](std::string_view name) { return static_cast<Index>(kind->valueOf(spec, name)); };
    return windowGrid(in, number("kernel"), number("stride"), number("padding"));
}

double convBound(const WindowGrid &grid, Index filters) noexcept
{
    return glorotBound(grid.patch(), grid.windowHeight * grid.windowWidth * filters);
}

void forPatches(const WindowGrid &g, const float *x, bool filled,
                const std::function<void(Index, MatrixView)> &work)
{
    thread_local Floats room;
    const Index tile = std::clamp(tileFloats / g.patch(), leastTile, std::max(leastTile, g.windows()));
    room.resize(static_cast<std::size_t>(std::max<Index>(static_cast<Index>(room.size()), tile * g.patch())));
    for (Index first = 0; first < g.windows(); first += tile) {
        const Index count = std::min(tile, g.windows() - first);
        if (filled)
            for (Index i = 0; i < count; ++i)
                gather(g, first + i, x, room.data() + i * g.patch());
        work(first, view(room.data(), count, g.patch()));
    }
}

void addPatches(const WindowGrid &g, Index firstWindow, const ConstMatrixView &patches, float *dx)
{
    const Index length = g.windowWidth * g.in.channels;
    for (Index i = 0; i < patches.rows(); ++i) {
        const float *patch = rowAt(patches, i);
        for (Index row = 0; row < g.windowHeight; ++row, patch += length) {
            const Strip strip = stripOf(g, firstWindow + i, row);
            for (Index j = 0; j < strip.count; ++j)
                dx[strip.from + j] += patch[strip.skipped + j];
        }
    }
}

} // namespace rosler
