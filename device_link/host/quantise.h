// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "device_link/host/factor_chain.h"

namespace rosler {

/// real = scale * (q - zero), q in [lowest, highest].
struct IntegerScale {
    double scale = 1;
    std::int32_t zero = 0;
};

/// int8 that covers [smallest, largest] and 0; after a ReLU zero is -128, so that it saturates to 0.
[[nodiscard]] IntegerScale int8Scale(const VectorRange &range, bool relu);
/// int16 around 0, with a quarter of its range to spare beyond what was seen.
/// @param next  columns of the factor that reads it: its 32-bit sums must not overflow
[[nodiscard]] IntegerScale int16Scale(const VectorRange &range, Index next);

/// An int8 factor as a board computes it:
/// y = saturate(outputs.zero + round((bias + weights x) * multiplier / 2^32)).
struct IntegerProduct {
    Index rows = 0;
    Index cols = 0;
    std::vector<std::int8_t> weights; ///< row-major, -127..127
    std::vector<std::int32_t> bias;   ///< the inputs' zero point folded in
    std::vector<std::int32_t> multiplier;
    IntegerScale outputs; ///< as asked for, or coarser where a multiplier could not say it
};

/// One scale a row, the largest magnitude at 127.
[[nodiscard]] IntegerProduct quantise(const ChainProduct &product, const IntegerScale &inputs,
                                      const IntegerScale &outputs);

/// A mean of int8 numbers: y = saturate(outputs.zero + round((bias + sum) * multiplier / 2^32)).
struct IntegerMean {
    std::int32_t bias = 0;
    std::int32_t multiplier = 0;
    IntegerScale outputs; ///< as asked for, or coarser where a multiplier could not say it
};

/// A sum of two int8 numbers: y = saturate(outputs.zero + floor((multiplier x + otherMultiplier x' + offset)
/// / 2^16)).
struct IntegerSum {
    std::int32_t multiplier = 0;      ///< below 2^21
    std::int32_t otherMultiplier = 0; ///< below 2^21
    std::int32_t offset = 0;          ///< both zero points and the rounding
    IntegerScale outputs;             ///< as asked for, or coarser where a multiplier could not say it
};

[[nodiscard]] IntegerSum quantiseSum(const IntegerScale &inputs, const IntegerScale &others,
                                     const IntegerScale &outputs);

/// @param count  numbers of a mean
[[nodiscard]] IntegerMean quantiseMean(Index count, const IntegerScale &inputs, const IntegerScale &outputs);

} // namespace rosler
