// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "core/base/example_shape.h"
#include "core/base/matrix.h"
#include "core/nn/layer_spec.h"

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
};

/// Windows of @p size x @p size, @p stride apart, on inputs with @p padding zeros around them.
[[nodiscard]] WindowGrid windowGrid(const ExampleShape &in, Index size, Index stride, Index padding);

/// The windows of a convolution: a layer with the fields kernel, stride and padding.
[[nodiscard]] WindowGrid convGrid(const LayerSpec &spec, const ExampleShape &in);

/// The bound of a convolution's Glorot-uniform numbers (glorot.h).
[[nodiscard]] double convBound(const WindowGrid &grid, Index filters) noexcept;

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
