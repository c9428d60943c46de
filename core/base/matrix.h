// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

namespace rosler {

/// Signed 64 bit, as Eigen's.
using Index = Eigen::Index;

/// Row-major float matrix that owns its numbers. A batch has one example in each row.
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Floats that begin at a cache line where vector registers are as wide as one, so that loads do not cross
/// two.
using Floats = std::vector<float, Eigen::aligned_allocator<float>>;

/// Windows on row-major floats that somebody else owns; rows may lie further apart than they are long.
using MatrixView = Eigen::Map<Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;
using ConstMatrixView = Eigen::Map<const Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;

/// A window on @p rows x @p cols floats that lie without gaps from @p data on.
[[nodiscard]] inline MatrixView view(float *data, Index rows, Index cols)
{
    return {data, rows, cols, Eigen::OuterStride<>(cols)};
}

[[nodiscard]] inline ConstMatrixView view(const float *data, Index rows, Index cols)
{
    return {data, rows, cols, Eigen::OuterStride<>(cols)};
}

[[nodiscard]] inline MatrixView view(Matrix &matrix)
{
    return view(matrix.data(), matrix.rows(), matrix.cols());
}

[[nodiscard]] inline ConstMatrixView view(const Matrix &matrix)
{
    return view(matrix.data(), matrix.rows(), matrix.cols());
}

/// Where row @p i begins.
[[nodiscard]] inline const float *rowAt(const ConstMatrixView &m, Index i)
{
    return m.data() + i * m.outerStride();
}

[[nodiscard]] inline float *rowAt(MatrixView &m, Index i)
{
    return m.data() + i * m.outerStride();
}

/// The same window, for reading only.
[[nodiscard]] inline ConstMatrixView readOnly(const MatrixView &m)
{
    return {m.data(), m.rows(), m.cols(), Eigen::OuterStride<>(m.outerStride())};
}

/// Rows first .. first + count - 1 of a window.
[[nodiscard]] inline ConstMatrixView rowsOf(const ConstMatrixView &m, Index first, Index count)
{
    return {m.data() + first * m.outerStride(), count, m.cols(), Eigen::OuterStride<>(m.outerStride())};
}

[[nodiscard]] inline MatrixView rowsOf(MatrixView &m, Index first, Index count)
{
    return {m.data() + first * m.outerStride(), count, m.cols(), Eigen::OuterStride<>(m.outerStride())};
}

} // namespace rosler
