// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/example_shape.h"
#include "core/base/result.h"
#include "core/experiment/experiment_spec.h"
#include "core/nn/network.h"

namespace rosler {

/// A layer whose rank is looked for.
struct RankedLayer {
    /// Squared singular values of the matrix that it stands for, descending; their sum is its energy, and
    /// what is behind the first r of them is lost at rank r (Eckart and Young 1936).
    std::vector<double> squares;
    Index numbersARank = 0; ///< m + s: what a rank stores, besides the r^2 of U
    Index mostRank = 1;     ///< at least 1
};

/// A rank for each layer, from 1 to its mostRank, that store at most @p budget numbers, r (m + s) + r^2 each,
/// and lose little of the energy: the sum over layers of the share that each loses is to be least.
///
/// From rank 1 on, the step to the next rank that saves most energy for each number it stores is taken, of
/// those that there is room for. A layer's steps save less and store more one after the other, so that these
/// are the steps of the fractional problem's optimum until one finds no room: what is lost is at most what
/// that one step would have saved above the least.
/// @return OutOfRange  not even rank 1 everywhere fits; `what` says how many numbers that takes
[[nodiscard]] Result<std::vector<Index>> allotRanks(std::span<const RankedLayer> layers, Index budget);

/// What a model's ranks come to.
struct RankAllotment {
    ModelSpec model;          ///< with its sketches' ranks
    std::vector<double> lost; ///< of each layer in its list, share of the energy; 0 where it is whole
    Index parameters = 0;     ///< of all of its layers, biases included
};

/// Ranks for the sketched layers of @p model so that it has at most @p budget parameters, by what @p pilot,
/// the same layers whole and trained a little, holds in its matrices. Which layers are sketched and how much
/// of its inputs each reads stays; no rank is so large that the sketch would store more than the matrix.
/// @return OutOfRange  none of its layers is sketched; the budget is too small; the pilot has other layers
/// @return the errors of planNetwork()
[[nodiscard]] Result<RankAllotment> allotRanks(const ModelSpec &model, const Network &pilot,
                                               const ExampleShape &example, Index classes, Index budget);

/// The model of @p spec that is number @p model without its sketches, else that model itself with whole
/// layers and the learning rate that such a model has; it learns from no other one and begins with drawn
/// parameters.
[[nodiscard]] ModelSpec denseTwin(const ExperimentSpec &spec, std::size_t model);

} // namespace rosler
