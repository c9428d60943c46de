// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "device_link/firmware/kernels/rsl_kernels.h"

const uint8_t rsl_s8_layouts = RSL_LAYOUT_BIT(RSL_LAYOUT_I8_4X4) | RSL_LAYOUT_BIT(RSL_LAYOUT_I8_4X16);
const uint8_t rsl_s8_preferred = RSL_LAYOUT_I8_4X4;
const uint8_t rsl_s8_load_type = RSL_TENSOR_I8_WIDE;

void rsl_s8_load(void *act, const int8_t *input, const uint16_t *kept, uint32_t n)
{
    int16_t *to = act;
    for (uint32_t i = 0; i < n; ++i)
        to[i] = kept != NULL ? input[kept[i]] : input[i];
    for (uint32_t i = n; (i & 15U) != 0U; ++i)
        to[i] = 0;
}

/// Adds the products of g rows and `cols` columns to sum, 4x4 blocks; returns the end of the weights.
static const int8_t *add_4x4(const int8_t *w, uint32_t g, uint32_t cols, const int16_t *x, uint32_t *sum)
{
    const uint32_t padded = (cols + 1U) & ~1U;
    uint32_t c = 0;
    for (; c + 4U <= padded; c += 4U)
        for (uint32_t r = 0; r < g; ++r, w += 4)
            sum[r] += (uint32_t)(w[0] * x[c] + w[2] * x[c + 1] + w[1] * x[c + 2] + w[3] * x[c + 3]);
    if (c < padded)
        for (uint32_t r = 0; r < g; r += 2, w += 4) {
            sum[r] += (uint32_t)(w[0] * x[c] + w[2] * x[c + 1]);
            sum[r + 1] += (uint32_t)(w[1] * x[c] + w[3] * x[c + 1]);
        }
    return w;
}

/// Activations of 4x16 blocks are int8, intermediates int16.
static const int8_t *add_4x16(const int8_t *w, uint32_t cols, const void *x, bool wide, uint32_t *sum)
{
    for (uint32_t c = 0; c < cols; c += 16U)
        for (uint32_t r = 0; r < 4U; ++r, w += 16) {
            int32_t part = 0; // at most 16 * 128 * 32768
            for (uint32_t i = 0; i < 16U; ++i)
                part += w[i] * (wide ? ((const int16_t *)x)[c + i] : ((const int8_t *)x)[c + i]);
            sum[r] += (uint32_t)part;
        }
    return w;
}

/// @param wide_x, wide_y  int16 numbers; else activations
static void product(const rsl_s8_product *p, const void *x, bool wide_x, void *y, bool wide_y)
{
    const int32_t low = wide_y ? -32768 : -128;
    const int32_t high = wide_y ? 32767 : 127;
    const bool narrow = p->layout == RSL_LAYOUT_I8_4X16;
    const uint8_t *at = p->factor;
    for (uint32_t row = 0; row < p->rows;) {
        const uint32_t left = p->rows - row;
        const uint32_t g = left < 3U && !narrow ? 2U : 4U;
        uint32_t sum[4] = {0, 0, 0, 0};
        memcpy(sum, at, 4U * (size_t)g);
        const int8_t *w = (const int8_t *)(at + 4U * (size_t)g);
        w = narrow ? add_4x16(w, p->cols, x, wide_x, sum) : add_4x4(w, g, p->cols, x, sum);
        int32_t multiplier[4];
        memcpy(multiplier, w, 4U * (size_t)g);
        for (uint32_t r = 0; r < g; ++r) {
            const int64_t scaled = (int64_t)(int32_t)sum[r] * multiplier[r] + ((int64_t)1 << 31);
            int32_t v = p->zero + (int32_t)(scaled >> 32);
            v = v < low ? low : v;
            v = v > high ? high : v;
            if (narrow && !wide_y)
                ((int8_t *)y)[row + r] = (int8_t)v;
            else
                ((int16_t *)y)[row + r] = (int16_t)v;
        }
        at = (const uint8_t *)w + 4U * (size_t)g;
        row += g;
    }
}

void rsl_s8_act_to_act(const rsl_s8_product *p, const void *x, void *y)
{
    product(p, x, false, y, false);
}

void rsl_s8_act_to_wide(const rsl_s8_product *p, const void *x, int16_t *y)
{
    product(p, x, false, y, true);
}

void rsl_s8_wide_to_act(const rsl_s8_product *p, const int16_t *x, void *y)
{
    product(p, x, true, y, false);
}

void rsl_s8_wide_to_wide(const rsl_s8_product *p, const int16_t *x, int16_t *y)
{
    product(p, x, true, y, true);
}
