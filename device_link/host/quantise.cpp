// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/quantise.h"

#include <algorithm>
#include <cmath>

namespace rosler {

namespace {

constexpr double largestWeight = 127;
/// Multipliers are below 2^31 and mean multiplier / 2^32.
constexpr double largestRatio = 0.499;

std::int32_t rounded(double value)
{
    return static_cast<std::int32_t>(std::clamp(std::nearbyint(value), -2147483648.0, 2147483647.0));
}

} // namespace

IntegerScale int8Scale(const VectorRange &range, bool relu)
{
    const double low = relu ? 0.0 : std::min(0.0, static_cast<double>(range.smallest));
    const double high = std::max(0.0, static_cast<double>(range.largest));
    const double scale = high > low ? (high - low) / 255 : 1.0;
    return {scale, std::clamp(rounded(-128 - low / scale), -128, 127)};
}

IntegerScale int16Scale(const VectorRange &range, Index next)
{
    const double largest =
        std::max(std::abs(static_cast<double>(range.smallest)), std::abs(static_cast<double>(range.largest)));
    // next products of at most 127 * highest each, and as much again for the bias.
    const double highest =
        std::min(32767.0, std::floor(1073741824.0 / (largestWeight * static_cast<double>(next))));
    return {largest > 0 ? largest * 4 / 3 / highest : 1.0, 0};
}

IntegerProduct quantise(const ChainProduct &product, const IntegerScale &inputs, const IntegerScale &outputs)
{
    const Matrix &w = product.weights;
    IntegerProduct q {
        .rows = w.rows(), .cols = w.cols(), .weights = {}, .bias = {}, .multiplier = {}, .outputs = outputs};
    std::vector<double> scales(static_cast<std::size_t>(w.rows()));
    for (Index row = 0; row < w.rows(); ++row) {
        const double largest = static_cast<double>(w.row(row).cwiseAbs().maxCoeff());
        const double bias = std::abs(static_cast<double>(product.bias[static_cast<std::size_t>(row)]));
        double &scale = scales[static_cast<std::size_t>(row)];
        // Fine enough for the weights, coarse enough that the bias leaves the sums room.
        scale = std::max({largest / largestWeight, bias / inputs.scale / 1073741824.0, 1e-30});
        q.outputs.scale = std::max(q.outputs.scale, scale * inputs.scale / largestRatio);
    }
    for (Index row = 0; row < w.rows(); ++row) {
        const double scale = scales[static_cast<std::size_t>(row)];
        std::int64_t sum = 0;
        for (Index col = 0; col < w.cols(); ++col) {
            const double weight = std::nearbyint(static_cast<double>(w(row, col)) / scale);
            q.weights.push_back(static_cast<std::int8_t>(std::clamp(weight, -largestWeight, largestWeight)));
            sum += q.weights.back();
        }
        const double bias = static_cast<double>(product.bias[static_cast<std::size_t>(row)]);
        q.bias.push_back(rounded(bias / (scale * inputs.scale) - static_cast<double>(inputs.zero * sum)));
        q.multiplier.push_back(rounded(scale * inputs.scale / q.outputs.scale * 4294967296.0));
    }
    return q;
}

IntegerMean quantiseMean(Index count, const IntegerScale &inputs, const IntegerScale &outputs)
{
    const double scale = inputs.scale / static_cast<double>(count);
    IntegerMean mean {.bias = rounded(-static_cast<double>(inputs.zero) * static_cast<double>(count)),
                      .multiplier = 0,
                      .outputs = outputs};
    mean.outputs.scale = std::max(outputs.scale, scale / largestRatio);
    mean.multiplier = rounded(scale / mean.outputs.scale * 4294967296.0);
    return mean;
}

IntegerSum quantiseSum(const IntegerScale &inputs, const IntegerScale &others, const IntegerScale &outputs)
{
    constexpr double one = 65'536;
    constexpr double largest = 31.9; // of 32, that 2^21 is
    IntegerSum sum {.multiplier = 0, .otherMultiplier = 0, .offset = 0, .outputs = outputs};
    sum.outputs.scale = std::max({outputs.scale, inputs.scale / largest, others.scale / largest});
    sum.multiplier = rounded(one * inputs.scale / sum.outputs.scale);
    sum.otherMultiplier = rounded(one * others.scale / sum.outputs.scale);
    sum.offset = rounded(one / 2) - sum.multiplier * inputs.zero - sum.otherMultiplier * others.zero;
    return sum;
}

} // namespace rosler
