// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/kernels/rsl_images.h"
#include "device_link/protocol/rsl_quantise.h"

void rsl_standardise(const float *map, uint32_t n, float y_scale, int32_t y_zero, uint8_t y_type,
                     const float *x, void *y)
{
    for (uint32_t i = 0; i < n; ++i) {
        const float difference = x[i] - map[i];
        const float z = difference * map[n + i];
        if (y_type == RSL_TENSOR_F32)
            ((float *)y)[i] = z;
        else if (y_type == RSL_TENSOR_I8)
            ((int8_t *)y)[i] = rsl_input_to_int8(z, y_scale, y_zero);
        else
            ((int16_t *)y)[i] = rsl_input_to_int8(z, y_scale, y_zero);
    }
}
