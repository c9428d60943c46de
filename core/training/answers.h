// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/nn/network.h"

namespace rosler {

/// What a run's model takes the examples of its data for, and what it reads of them.
struct RunAnswers {
    std::string run;                         ///< its id
    std::string name;                        ///< for people
    std::vector<std::uint16_t> train;        ///< one a training example
    std::vector<std::uint16_t> test;         ///< one a test example
    std::vector<std::uint32_t> keptFeatures; ///< ascending; empty = all
};

/// The class that @p network takes each of @p examples for, as all cores find it.
/// @return Rejected   the examples have other features than the network reads
/// @return Cancelled  @p stop was requested
[[nodiscard]] Result<std::vector<std::uint16_t>> answersOf(const Network &network, const Examples &examples,
                                                           const std::stop_token &stop = {});

} // namespace rosler
