// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include <Eigen/Core>

#include "core/base/matrix.h"
#include "core/nn/layer.h"
#include "core/nn/network.h"
#include "core/nn/optimizer.h"
#include "core/nn/product_decay.h"

namespace rosler {

/// What C and R^T were, in terms of what they are now: C = C' c and R^T = R'^T r, both upper triangles of
/// rank x rank with a diagonal that is not negative.
struct FactorTriangles {
    Eigen::MatrixXd c;
    Eigen::MatrixXd r;
};

/// Writes a sketch's factors anew so that C's columns and R's rows are orthonormal, as they are when they are
/// drawn, and the product stays: by thin QR [1] of C and of R^T, whose triangles go into U,
///
///     C U R = (C' Tc) U (Tr^T R') = C' (Tc U Tr^T) R'
///
/// in double, rounded to float once. Factors that are orthonormal already stay, to rounding.
/// Requires rank <= outputs and rank <= what the sketch reads, as every planned layer has it.
///
/// [1] G. H. Golub, C. F. Van Loan, "Matrix computations", 4th edition (2013), section 5.2.
[[nodiscard]] FactorTriangles orthonormaliseFactors(FactorViews<MatrixView> factors);

/// Makes of gradients of the old factors those of the new ones, exactly: a loss of C U R alone has
///     dC'^T = Tc dC^T     dU' = Tc^-T dU Tr^-1     dR' = Tr dR
/// and so has every sum of gradients, as a momentum. dU stays as it is where a triangle is singular to
/// working precision (its least diagonal number below 1e-6 of its largest).
void turnGradients(const FactorTriangles &triangles, FactorViews<MatrixView> gradients);

/// The same of means of squared gradients, of which nothing is known but their diagonal: they turn as
/// variances of numbers that are not correlated do, by the squares of the numbers above. So a step that Adam
/// takes is at most sqrt(rank) (of U: rank) times what it was before.
void turnSquares(const FactorTriangles &triangles, FactorViews<MatrixView> squares);

/// orthonormaliseFactors() for every sketched layer of @p network, and what the optimiser keeps of their
/// gradients turned along. Layers side by side on the current arena; the result does not depend on its
/// threads.
/// @param state  the optimiser's, of all parameters (Optimizer::update(), with parameterCount() for a stride)
void orthonormaliseSketches(Network &network, const Optimizer &optimizer, std::span<float> state);

} // namespace rosler
