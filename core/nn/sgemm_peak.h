// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rosler {

/// What the machine gives a large product of matrices, the mark that training is measured against: the best
/// of five of Eigen's products of 1,536 x 1,536 single-precision matrices, in GFLOP/s.
/// @param threads  so many products side by side, on all threads of the current arena; 1 and up
[[nodiscard]] double sgemmPeak(int threads);

} // namespace rosler
