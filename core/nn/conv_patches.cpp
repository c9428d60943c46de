// SPDX-License-Identifier: Apache-2.0
#include "core/nn/conv_patches.h"

#include <algorithm>
#include <utility>

#include "core/base/contract.h"
#include "core/nn/glorot.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

namespace {

constexpr Index tileFloats = 32'768; // of patches: 128 kB, beside which the weights have room in the cache
constexpr Index leastTile = 16;      // windows

using Row = Eigen::Map<Eigen::ArrayXf>; // copies of some floats without a call
using ConstRow = Eigen::Map<const Eigen::ArrayXf>;

/// One window: where it lies, and what of each of its rows lies on the input.
struct Window {
    Index top, left;      ///< its first pixel, which may be beyond the edge
    Index skipped, count; ///< numbers of a row before the first on the input, and on it

    Window(const WindowGrid &g, Index number)
        : top(number / g.across * g.strideDown - g.paddingTop)
        , left(number % g.across * g.strideAcross - g.paddingLeft)
    {
        const Index first = std::clamp<Index>(-left, 0, g.windowWidth);
        const Index last = std::clamp(g.in.width - left, first, g.windowWidth);
        skipped = first * g.in.channels;
        count = (last - first) * g.in.channels;
    }

    /// Whether a row lies on the input, if @p count does.
    [[nodiscard]] bool has(const WindowGrid &g, Index row) const noexcept
    {
        return top + row >= 0 && top + row < g.in.height;
    }
    /// Where the first number of a row that lies on the input is in the example.
    [[nodiscard]] Index at(const WindowGrid &g, Index row) const noexcept
    {
        return ((top + row) * g.in.width + left) * g.in.channels + skipped;
    }
};

void gather(const WindowGrid &g, Index number, const float *x, float *patch)
{
    const Index length = g.windowWidth * g.in.channels;
    const Window window(g, number);
    for (Index row = 0; row < g.windowHeight; ++row, patch += length) {
        const bool whole = window.has(g, row) && window.count == length;
        if (!whole)
            Row(patch, length).setZero();
        if (window.has(g, row) && window.count > 0)
            Row(patch + window.skipped, window.count) = ConstRow(x + window.at(g, row), window.count);
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

WindowRuns runsOf(const WindowGrid &g) noexcept
{
    const Index pitch = (g.in.width + 2 * g.paddingLeft) * g.in.channels;
    WindowRuns runs;
    runs.down = g.down;
    runs.across = g.across;
    runs.downStep = g.strideDown * pitch;
    runs.acrossStep = g.strideAcross * g.in.channels;
    runs.runs = g.windowHeight;
    runs.run = g.windowWidth * g.in.channels;
    runs.pitch = pitch;
    return runs;
}

Index paddedSize(const WindowGrid &g) noexcept
{
    if (g.paddingTop == 0 && g.paddingLeft == 0)
        return 0;
    return (g.in.height + 2 * g.paddingTop) * (g.in.width + 2 * g.paddingLeft) * g.in.channels;
}

const float *padded(const WindowGrid &g, const float *x, Index pixelStride, float *room)
{
    const Index channels = g.in.channels;
    if (g.paddingTop == 0 && g.paddingLeft == 0 && pixelStride == channels)
        return x;
    const Index row = g.in.width * channels;
    const Index border = g.paddingLeft * channels;
    const Index pitch = row + 2 * border;
    std::fill_n(room, g.paddingTop * pitch, 0.0F);
    float *to = room + g.paddingTop * pitch;
    for (Index y = 0; y < g.in.height; ++y, to += pitch) {
        std::fill_n(to, border, 0.0F);
        const float *const from = x + y * g.in.width * pixelStride;
        if (pixelStride == channels)
            std::copy_n(from, row, to + border);
        else
            for (Index pixel = 0; pixel < g.in.width; ++pixel)
                Row(to + border + pixel * channels, channels) =
                    ConstRow(from + pixel * pixelStride, channels);
        std::fill_n(to + border + row, border, 0.0F);
    }
    std::fill_n(to, g.paddingTop * pitch, 0.0F);
    return room;
}

std::optional<WindowGrid> turned(const WindowGrid &g, Index channels) noexcept
{
    WindowGrid t = g;
    t.in = {channels, g.down, g.across};
    t.paddingTop = g.windowHeight - 1 - g.paddingTop;
    t.paddingLeft = g.windowWidth - 1 - g.paddingLeft;
    t.down = g.in.height;
    t.across = g.in.width;
    if (g.strideDown > 1 || g.strideAcross > 1 || t.paddingTop < 0 || t.paddingLeft < 0)
        return std::nullopt;
    return t;
}

void packTurned(const WindowGrid &g, const ConstMatrixView &w, float *packed)
{
    // Row (window row, pixel, output channel) of the packed matrix holds the input channels.
    const Index channels = g.in.channels;
    const Index pixels = g.windowHeight * g.windowWidth;
    Matrix rows(pixels * w.rows(), channels);
    for (Index pixel = 0; pixel < pixels; ++pixel)
        for (Index f = 0; f < w.rows(); ++f)
            Row(rows.data() + (pixel * w.rows() + f) * channels, channels) =
                ConstRow(rowAt(w, f) + (pixels - 1 - pixel) * channels, channels);
    packRows(view(std::as_const(rows)), packed);
}

float *windowRoom(Index floats)
{
    thread_local Floats room;
    if (static_cast<Index>(room.size()) < floats)
        room.resize(static_cast<std::size_t>(floats));
    return room.data();
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
        const Window window(g, firstWindow + i);
        for (Index row = 0; row < g.windowHeight; ++row, patch += length)
            if (window.has(g, row) && window.count > 0)
                Row(dx + window.at(g, row), window.count) += ConstRow(patch + window.skipped, window.count);
    }
}

} // namespace rosler
