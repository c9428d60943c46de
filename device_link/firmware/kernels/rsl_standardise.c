// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "device_link/firmware/kernels/rsl_images.h"

/// @p n as a number of @p bits, the nearest one.
#if defined(__GNUC__) && defined(__arm__) && defined(__ARM_FEATURE_SAT)
static inline __attribute__((always_inline)) int32_t saturated(int32_t n, int bits)
{
    int32_t y;
    __asm__("ssat %0, %1, %2" : "=r"(y) : "I"(bits), "r"(n));
    return y;
}
#else
static inline int32_t saturated(int32_t n, int bits)
{
    const int32_t most = 1 << (bits - 1);
    n = n < -most ? -most : n;
    return n > most - 1 ? most - 1 : n;
}
#endif

/// The integer nearest to @p z, halves to even; 0 if it is not a number. Beyond 300 anything beyond 300, of
/// the same sign.
static inline int32_t nearest(float z)
{
#ifdef RSL_ARM_FPU
    float rounded; // holds an integer's bits; the board never changes the rounding mode
    __asm__("vcvtr.s32.f32 %0, %1" : "=t"(rounded) : "t"(z));
    int32_t n;
    memcpy(&n, &rounded, sizeof n);
    return saturated(n, 16);
#else
    if (z != z)
        return 0;
    z = z < -300.0F ? -300.0F : z;
    z = z > 300.0F ? 300.0F : z;
    const float shift = 12582912.0F; // 1.5 * 2^23: a sum's last bit is worth 1
    const float sum = z + shift;
    int32_t bits;
    int32_t origin;
    memcpy(&bits, &sum, sizeof bits);
    memcpy(&origin, &shift, sizeof origin);
    return bits - origin;
#endif
}

static inline int32_t standardised(const float *map, uint32_t n, uint32_t i, const float *x, int32_t zero)
{
    const float difference = x[i] - map[i];
    const float z = difference * map[n + i];
    return saturated(nearest(z) + zero, 8);
}

void rsl_standardise(const float *map, uint32_t n, int32_t y_zero, uint8_t y_type, const float *x, void *y)
{
    if (y_type == RSL_TENSOR_F32) {
        for (uint32_t i = 0; i < n; ++i) {
            const float difference = x[i] - map[i];
            ((float *)y)[i] = difference * map[n + i];
        }
    } else if (y_type == RSL_TENSOR_I8) {
        for (uint32_t i = 0; i < n; ++i)
            ((int8_t *)y)[i] = (int8_t)standardised(map, n, i, x, y_zero);
    } else {
        for (uint32_t i = 0; i < n; ++i)
            ((int16_t *)y)[i] = (int16_t)standardised(map, n, i, x, y_zero);
    }
}
