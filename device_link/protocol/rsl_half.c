// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "device_link/protocol/rsl_layout.h"

float rsl_half_to_float(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000U) << 16;
    uint32_t exponent = (half >> 10) & 31U;
    uint32_t fraction = half & 0x3FFU;
    uint32_t bits = sign;
    if (exponent == 31U) {
        bits |= 0x7F800000U | (fraction << 13);
    } else if (exponent != 0U) {
        bits |= ((exponent + 112U) << 23) | (fraction << 13);
    } else if (fraction != 0U) {
        exponent = 113U;
        while ((fraction & 0x400U) == 0U) {
            fraction <<= 1;
            --exponent;
        }
        bits |= (exponent << 23) | ((fraction & 0x3FFU) << 13);
    }
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
