// SPDX-License-Identifier: Apache-2.0
#include "core/compress/float16.h"

#include <Eigen/Core>

namespace rosler {

std::uint16_t toFloat16(float value) noexcept
{
    return Eigen::half_impl::float_to_half_rtne(value).x;
}

float fromFloat16(std::uint16_t bits) noexcept
{
    return Eigen::half_impl::half_to_float(Eigen::half_impl::raw_uint16_to_half(bits));
}

void roundToFloat16(std::span<float> values) noexcept
{
    for (float &value : values)
        value = fromFloat16(toFloat16(value));
}

Network withFloat16Weights(const Network &network)
{
    Network rounded = network;
    roundToFloat16(rounded.parameters());
    return rounded;
}

} // namespace rosler
