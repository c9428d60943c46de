// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/base/matrix.h"
#include "core/nn/layer.h"

namespace rosler {

/// The three factors of a sketch, or what is to be added to their gradients; C is stored transposed.
template <typename View>
struct FactorViews {
    View c; ///< r x m
    View u; ///< r x r
    View r; ///< r x s
};

/// Adds the gradient of decay / 2 ||C U R||_F^2 to the gradients of the factors of kinds @p wanted; the
/// others are neither read nor changed. With G = C^T C and H = R R^T, both r x r,
///   dC = C (U H U^T)     dU = G U H     dR = (U^T G U) R
/// so that the product is never made: 2 (m + s) r^2 multiply-adds and a few r^3 (method page, section 7; the
/// idea is Khodak et al.'s "Frobenius decay", ICLR 2021).
/// @param features  columns of R that are wanted, ascending; empty = all
void addProductDecay(const FactorViews<ConstMatrixView> &factors, float decay, const FactorSet &wanted,
                     std::span<const std::uint32_t> features, FactorViews<MatrixView> gradient);

/// The same of a whole matrix: adds decay * w, the gradient of decay / 2 ||W||_F^2.
void addDecay(std::span<const float> w, float decay, float *gradient);

} // namespace rosler
