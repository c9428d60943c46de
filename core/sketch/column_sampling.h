// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "core/base/matrix.h"
#include "core/base/random.h"
#include "core/sketch/sketch_kind.h"

namespace rosler {

/// @p count different numbers below @p population, ascending, each set equally likely.
[[nodiscard]] std::vector<std::uint32_t> sampleUniformly(Index population, Index count,
                                                         const RandomStream &random);

/// @p count different numbers below weights.size(), ascending, drawn one after the other with probability
/// proportional to the weights of those that are left [1]. Weights of zero are taken only when the
/// others do not suffice.
///
/// [1] P. S. Efraimidis, P. G. Spirakis, "Weighted random sampling with a reservoir", Information
///     Processing Letters 97 (2006), doi:10.1016/j.ipl.2005.11.003.
[[nodiscard]] std::vector<std::uint32_t> sampleByWeight(std::span<const double> weights, Index count,
                                                        const RandomStream &random);

/// Leverage scores of the columns of @p matrix with respect to its best subspace of dimension @p rank:
/// squared norms of the rows of the right singular vectors; they add up to the rank, or to the matrix's own
/// where that is less. @p random draws the test matrix of the randomised SVD.
[[nodiscard]] std::vector<double> columnLeverage(const Eigen::MatrixXd &matrix, Index rank,
                                                 const RandomStream &random);

/// Which @p count features of @p sample (training examples, one a row; at least one) a first layer keeps,
/// ascending. Features that never vary are taken only when the others do not suffice, or for Uniform.
/// @param rank  dimension of the subspace for FeatureSampling::Leverage
[[nodiscard]] std::vector<std::uint32_t> chooseFeatures(const ConstMatrixView &sample, Index count,
                                                        FeatureSampling sampling, Index rank,
                                                        std::uint64_t seed);

} // namespace rosler
