// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_quantise.h"

int8_t rsl_input_to_int8(float x, float scale, int32_t zero)
{
    const float quotient = x / scale;
    const float place = quotient + (float)zero;
    if (place != place)
        return (int8_t)zero;
    if (place >= 127.0F)
        return 127;
    if (place <= -128.0F)
        return -128;
    int32_t below = (int32_t)place; // towards zero
    if ((float)below > place)
        --below;
    // Adding a half and rounding down would round twice; this difference is exact where a half is near.
    return (int8_t)(place - (float)below >= 0.5F ? below + 1 : below);
}
