// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "core/base/result.h"
#include "core/data/dataset.h"

namespace rosler {

/// The built-in dataset "digits": generated pictures of handwritten-looking digits, 28 x 28 grey
/// levels k/255, @p train to train on and @p test to test on, classes "0" .. "9" in equal numbers.
///
/// Each picture is one of several ways to write its digit (digit_forms.h), with the pen's points
/// moved, bent, sheared, turned, stretched and shifted at random, and drawn with a pen of random
/// width, pressure and ink. Nothing is stored. The same counts and seed give the same bits on
/// every machine and for any number of threads; example i of a part does not depend on the counts.
///
/// @return OutOfRange  a count below 1 or above 1,000,000
/// @return Cancelled   @p stop was requested
[[nodiscard]] Result<std::shared_ptr<const Dataset>> syntheticDigits(Index train = 6000, Index test = 1000,
                                                                     std::uint64_t seed = 1,
                                                                     const std::stop_token &stop = {});

} // namespace rosler
