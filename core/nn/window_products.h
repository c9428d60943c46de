// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/matrix.h"
#include "core/nn/products.h"

namespace rosler {

/// Where the numbers of windows lie in memory, so that a convolution reads its image in place, once there are
/// zeros around it: row n of window (i, j) is data[i * downStep + j * acrossStep + n * pitch], `run` numbers
/// side by side. The rows of a matrix are such windows of one run.
struct WindowRuns {
    Index down = 1; ///< windows
    Index across = 0;
    Index downStep = 0; ///< numbers
    Index acrossStep = 0;
    Index runs = 1;
    Index run = 0;
    Index pitch = 0;

    [[nodiscard]] Index windows() const noexcept { return down * across; }
    [[nodiscard]] Index numbers() const noexcept { return runs * run; } ///< of a window

    /// The rows of a matrix: @p rows of @p cols numbers, @p stride apart.
    [[nodiscard]] static WindowRuns matrix(Index rows, Index cols, Index stride) noexcept
    {
        return {1, rows, 0, stride, 1, cols, cols};
    }
};

/// @p width rounded up to whole vectors of the machine.
[[nodiscard]] Index wholeVectors(Index width) noexcept;

/// The rows of @p m, each wholeVectors(m.cols()) long: @p m itself where they are, else copies of them in @p
/// room, with zeros at their ends.
[[nodiscard]] const float *inWholeVectors(const ConstMatrixView &m, float *room);

/// Floats of a packed matrix of @p numbers rows and @p width columns: strips of columns, each with all its
/// rows, filled up with zeros to whole vectors.
[[nodiscard]] Index packedSize(Index numbers, Index width) noexcept;

/// Packs the transpose of @p w, or @p b as it is.
void packTransposed(const ConstMatrixView &w, float *packed);
void packRows(const ConstMatrixView &b, float *packed);
/// And back.
void unpackTransposed(const float *packed, MatrixView w);
void unpackRows(const float *packed, MatrixView b);

/// y = p b, for the matrix p whose rows are the windows: one row of y a window, @p width numbers, @p stride
/// apart. One thread computes it, each number as one sum in the order of the window's numbers.
/// @param packed  b, windows.numbers() x width
void windowProducts(const WindowRuns &windows, const float *data, const float *packed, Index width,
                    const Epilogue &epilogue, float *y, Index stride);

/// Adds p^T dy to a packed matrix, windows.numbers() x width.
/// @param dy      a row a window, @p stride apart; whole vectors of each are read, so that the rows
///                are wholeVectors(width) long, or what follows the last is the caller's, too
void addWindowGradient(const WindowRuns &windows, const float *data, const float *dy, Index stride,
                       Index width, float *packed);

} // namespace rosler
