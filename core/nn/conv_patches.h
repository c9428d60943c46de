// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "core/base/example_shape.h"
#include "core/base/matrix.h"
#include "core/nn/layer_spec.h"
#include "core/nn/window_products.h"

namespace rosler {

/// Where the windows of a convolution or pooling lie. On signals, inputs of one row, a window is one row high
/// and moves along it.
struct WindowGrid {
    ExampleShape in;
    Index windowHeight = 1;
    Index windowWidth = 1;
    Index strideDown = 1;
    Index strideAcross = 1;
    Index paddingTop = 0;  ///< rows of zeros above and below
    Index paddingLeft = 0; ///< columns of zeros on either side
    Index down = 0;        ///< windows; 0 = the input is too small
    Index across = 0;

    [[nodiscard]] Index windows() const noexcept { return down * across; }
    /// Numbers of a window: row by row, pixel by pixel, channel by channel.
    [[nodiscard]] Index patch() const noexcept { return windowHeight * windowWidth * in.channels; }
    friend bool operator==(const WindowGrid &, const WindowGrid &) = default;
};

/// Windows of @p size x @p size, @p stride apart, on inputs with @p padding zeros around them.
[[nodiscard]] WindowGrid windowGrid(const ExampleShape &in, Index size, Index stride, Index padding);

/// The windows of a convolution: a layer with the fields kernel, stride and padding.
[[nodiscard]] WindowGrid convGrid(const LayerSpec &spec, const ExampleShape &in);

/// The bound of a convolution's Glorot-uniform numbers (glorot.h).
[[nodiscard]] double convBound(const WindowGrid &grid, Index filters) noexcept;

/// Where the windows of one example lie in its image once there are zeros around it.
[[nodiscard]] WindowRuns runsOf(const WindowGrid &grid) noexcept;

/// Floats of an image with the grid's zeros around it; 0 where it has none.
[[nodiscard]] Index paddedSize(const WindowGrid &grid) noexcept;

/// One example with the grid's zeros around it.
/// @param pixelStride  from one pixel of @p x to the next: grid.in.channels, or more
/// @param room         paddedSize() floats, at least 1 pixel for each of x where pixels have gaps
/// @return @p room, or @p x itself where there is nothing to change
[[nodiscard]] const float *padded(const WindowGrid &grid, const float *x, Index pixelStride, float *room);

/// The windows on the outputs' gradient, of @p channels channels, by which a convolution's gradient with
/// respect to its input is a convolution, too: of the same kernel, turned by half a turn (packTurned()). None
/// where windows lie more than a pixel apart, or where there are more zeros than a kernel can see.
[[nodiscard]] std::optional<WindowGrid> turned(const WindowGrid &grid, Index channels) noexcept;

/// Packs a kernel for that.
/// @param w  channels of the outputs x grid.patch()
void packTurned(const WindowGrid &grid, const ConstMatrixView &w, float *packed);

/// The calling thread's own memory for @p floats floats, valid until it asks again; whoever holds it must not
/// wait for other tasks.
[[nodiscard]] float *windowRoom(Index floats);

/// Calls work(first window, patches) for the windows of one example in tiles that stay in a core's cache.
/// patches: windows x grid.patch(), zeros where a window hangs over the edge; the thread's own memory, valid
/// and writable during the call, which must not wait for other tasks.
/// @param x       grid.in.size() floats
/// @param filled  false: the contents of the patches are not wanted
void forPatches(const WindowGrid &grid, const float *x, bool filled,
                const std::function<void(Index, MatrixView)> &work);

/// Adds patches, as forPatches() gives them, to the pixels that they came from.
/// @param dx  grid.in.size() floats
void addPatches(const WindowGrid &grid, Index firstWindow, const ConstMatrixView &patches, float *dx);

} // namespace rosler
