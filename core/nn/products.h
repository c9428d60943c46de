// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "core/base/matrix.h"

namespace rosler {

/// The three products that forward and backward passes are made of, with bias and ReLU fused in.
///
/// Kernels of outer products over strips of columns, packed where they are read often; dot products where
/// there are few outputs (up to 32, as a sketch's rank) of many inputs. Large products are split by outputs
/// in pieces of fixed size over the threads of the current arena; each output is always summed in the same
/// order, so results do not depend on the number of threads.

/// Who computes a product: all threads of the current arena, or the caller alone. A caller that holds scratch
/// memory of its thread must not wait for others, for then it may be given other work that takes the same.
enum class Workers { All, One };

/// What happens to a product before it is stored.
struct Epilogue {
    const float *bias = nullptr; ///< added to each row; as long as a row, or none
    bool relu = false;           ///< then max(0, .); NaN stays NaN
};

/// y = x w^T: x is batch x n, w is m x n, y is batch x m.
void productNT(const ConstMatrixView &x, const ConstMatrixView &w, MatrixView y,
               const Epilogue &epilogue = {}, Workers workers = Workers::All);

/// y = a b: a is batch x k, b is k x n, y is batch x n.
void productNN(const ConstMatrixView &a, const ConstMatrixView &b, MatrixView y,
               const Epilogue &epilogue = {}, Workers workers = Workers::All);

/// g = a^T b: a is batch x k, b is batch x n, g is k x n.
/// @param rowsDone  called with (first row, rows) as soon as these rows of g are complete; may be empty
void productTN(const ConstMatrixView &a, const ConstMatrixView &b, MatrixView g,
               const std::function<void(Index, Index)> &rowsDone = {}, Workers workers = Workers::All);

/// The same for some columns of b, and of g: the others of g are left as they are.
/// @param columns  below b.cols()
void productTN(const ConstMatrixView &a, const ConstMatrixView &b, std::span<const std::uint32_t> columns,
               MatrixView g);

/// dy becomes 0 wherever y is not positive (when @p relu), and sums[j] the sum of column j of the result.
/// @param sums  dy.cols() floats, or nullptr when not wanted
void maskAndSum(MatrixView dy, const ConstMatrixView &y, bool relu, float *sums,
                Workers workers = Workers::All);

} // namespace rosler
