// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>

#include "device_link/firmware/kernels/rsl_kernels.h"

// The twin reads every layout. A board is sent what it prefers, and has no room for the others.
#ifdef RSL_S8_PREFERRED_ONLY
const uint8_t rsl_s8_layouts = RSL_LAYOUT_BIT(RSL_LAYOUT_I8_4X4);
#else
const uint8_t rsl_s8_layouts = RSL_LAYOUT_BIT(RSL_LAYOUT_I8_4X4) | RSL_LAYOUT_BIT(RSL_LAYOUT_I8_4X16)
    | RSL_LAYOUT_BIT(RSL_LAYOUT_I8_2X2);
#endif
const uint8_t rsl_s8_preferred = RSL_LAYOUT_I8_4X4;
const uint8_t rsl_s8_load_type = RSL_TENSOR_I8_WIDE;

void rsl_s8_load(void *act, const int8_t *input, const uint16_t *kept, uint32_t n)
{
    int16_t *to = act;
    if (kept != NULL)
        for (uint32_t i = 0; i < n; ++i)
            to[i] = input[kept[i]];
    else
        for (uint32_t i = 0; i < n; ++i)
            to[i] = input[i];
    for (uint32_t i = n; (i & 15U) != 0U; ++i)
        to[i] = 0;
}

/// The sum and the products of one row's four columns of a 4x4 block.
static inline uint32_t with_row(uint32_t sum, const int8_t *w, int32_t x0, int32_t x1, int32_t x2, int32_t x3)
{
    sum += (uint32_t)(w[0] * x0);
    sum += (uint32_t)(w[2] * x1);
    sum += (uint32_t)(w[1] * x2);
    return sum + (uint32_t)(w[3] * x3);
}

/// Adds to the sums of four rows the products of all blocks of four columns; returns the end of their
/// weights. For any core with 32-bit registers: sums stay in them, and an x is loaded once for four rows. Not
/// inlined, so that compilers have all registers for it.
__attribute__((noinline)) static const int8_t *add_blocks(const int8_t *w, uint32_t blocks, const int16_t *x,
                                                          uint32_t *sum)
{
    uint32_t a = sum[0];
    uint32_t b = sum[1];
    uint32_t c = sum[2];
    uint32_t d = sum[3];
    const int8_t *const end = w + 16U * (size_t)blocks;
#define ADD_BLOCK(w, x)                                                                                      \
    {                                                                                                        \
        const int32_t x0 = (x)[0];                                                                           \
        const int32_t x1 = (x)[1];                                                                           \
        const int32_t x2 = (x)[2];                                                                           \
        const int32_t x3 = (x)[3];                                                                           \
        a = with_row(a, (w), x0, x1, x2, x3);                                                                \
        b = with_row(b, (w) + 4, x0, x1, x2, x3);                                                            \
        c = with_row(c, (w) + 8, x0, x1, x2, x3);                                                            \
        d = with_row(d, (w) + 12, x0, x1, x2, x3);                                                           \
    }
    if ((blocks & 1U) != 0U) {
        ADD_BLOCK(w, x)
        w += 16;
        x += 4;
    }
    for (; w != end; w += 32, x += 8) {
        ADD_BLOCK(w, x)
        ADD_BLOCK(w + 16, x + 4)
    }
#undef ADD_BLOCK
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
    return w;
}

/// Adds the products of g rows and `cols` columns to sum, 4x4 blocks; returns the end of the weights.
static const int8_t *add_4x4(const int8_t *w, uint32_t g, uint32_t cols, const int16_t *x, uint32_t *sum)
{
    const uint32_t pairs = (cols + 1U) / 2U;
    uint32_t blocks = pairs / 2U;
    if (g == 4U) {
        w = add_blocks(w, blocks, x, sum);
        x += 4U * (size_t)blocks;
    } else {
        for (; blocks != 0U; --blocks, w += 8, x += 4)
            for (uint32_t r = 0; r < g; ++r)
                sum[r] = with_row(sum[r], w + 4U * (size_t)r, x[0], x[1], x[2], x[3]);
    }
    if ((pairs & 1U) != 0U)
        for (uint32_t r = 0; r < g; r += 2, w += 4) {
            sum[r] += (uint32_t)(w[0] * x[0] + w[2] * x[1]);
            sum[r + 1] += (uint32_t)(w[1] * x[0] + w[3] * x[1]);
        }
    return w;
}

#ifndef RSL_S8_PREFERRED_ONLY
/// Also takes off the second rows' biases, which the first ones' have in them.
static const int8_t *add_2x2(const int8_t *w, uint32_t g, uint32_t cols, const int16_t *x, uint32_t *sum)
{
    for (uint32_t r = 0; r < g; r += 2)
        sum[r] -= 256U * sum[r + 1];
    for (uint32_t c = 0; c < cols; c += 2) {
        const int32_t x0 = x[c];
        const int32_t x1 = x[c + 1]; // beyond the last column its weights are 0
        for (uint32_t r = 0; r < g; r += 2, w += 4) {
            sum[r] += (uint32_t)(((uint8_t)w[0] - 128) * x0 + ((uint8_t)w[2] - 128) * x1);
            sum[r + 1] += (uint32_t)(w[1] * x0 + w[3] * x1);
        }
    }
    return w;
}

#endif

/// Adds the products of a group to its biases; returns the end of its weights.
static inline const int8_t *add_group(const rsl_s8_product *p, const int8_t *w, uint32_t g, const int16_t *x,
                                      uint32_t *sum)
{
#ifndef RSL_S8_PREFERRED_ONLY
    if (p->layout == RSL_LAYOUT_I8_2X2)
        return add_2x2(w, g, p->cols, x, sum);
#endif
    return add_4x4(w, g, p->cols, x, sum);
}

/// zero + sum * multiplier / 2^32, to the nearest, halves upwards.
static inline int32_t scaled(uint32_t sum, int32_t multiplier, int32_t zero)
{
    const int64_t from = (int64_t)zero * ((int64_t)1 << 32) + ((int64_t)1 << 31);
    return (int32_t)((from + (int64_t)(int32_t)sum * multiplier) >> 32);
}

static inline int16_t saturated(int32_t v, int32_t low, int32_t high)
{
    v = v < high ? v : high;
    return (int16_t)(v > low ? v : low);
}

/// Activations are int16 here: one kernel reads and writes both kinds.
static void product_wide(const rsl_s8_product *p, const int16_t *x, int16_t *y, bool wide)
{
    const uint8_t *at = p->factor; // all its parts lie at multiples of four bytes
    const int32_t zero = p->zero;
    for (uint32_t left = p->rows; left != 0U;) {
        const uint32_t g = left < 3U ? 2U : 4U;
        const int32_t *const bias = (const int32_t *)(const void *)at;
        uint32_t sum[4] = {(uint32_t)bias[0], (uint32_t)bias[1], 0, 0};
        if (g == 4U) {
            sum[2] = (uint32_t)bias[2];
            sum[3] = (uint32_t)bias[3];
        }
        const int8_t *const weights = (const int8_t *)(bias + g);
        const int32_t *const multiplier = (const int32_t *)(const void *)add_group(p, weights, g, x, sum);
        if (wide)
            for (uint32_t r = 0; r < g; ++r)
                y[r] = saturated(scaled(sum[r], multiplier[r], zero), -32768, 32767);
        else
            for (uint32_t r = 0; r < g; ++r)
                y[r] = saturated(scaled(sum[r], multiplier[r], zero), -128, 127);
        y += g;
        at = (const uint8_t *)(multiplier + g);
        left -= left < g ? left : g;
    }
}

#ifndef RSL_S8_PREFERRED_ONLY
/// 4x16 blocks, whose activations are int8.
static void product_4x16(const rsl_s8_product *p, const void *x, bool wide_x, void *y, bool wide_y)
{
    const int8_t *at = (const int8_t *)p->factor;
    for (uint32_t row = 0; row < p->rows; row += 4U) {
        const uint32_t *const bias = (const uint32_t *)(const void *)at;
        uint32_t sum[4] = {bias[0], bias[1], bias[2], bias[3]};
        at += 16;
        for (uint32_t c = 0; c < p->cols; c += 16U)
            for (uint32_t r = 0; r < 4U; ++r, at += 16)
                for (uint32_t i = 0; i < 16U; ++i)
                    sum[r] +=
                        (uint32_t)(at[i]
                                   * (wide_x ? ((const int16_t *)x)[c + i] : ((const int8_t *)x)[c + i]));
        const int32_t *const multiplier = (const int32_t *)(const void *)at;
        at += 16;
        for (uint32_t r = 0; r < 4U; ++r) {
            const int32_t v = scaled(sum[r], multiplier[r], p->zero);
            if (wide_y)
                ((int16_t *)y)[row + r] = saturated(v, -32768, 32767);
            else
                ((int8_t *)y)[row + r] = (int8_t)saturated(v, -128, 127);
        }
    }
}
#endif

static void product(const rsl_s8_product *p, const void *x, bool wide_x, void *y, bool wide_y)
{
#ifndef RSL_S8_PREFERRED_ONLY
    if (p->layout == RSL_LAYOUT_I8_4X16) {
        product_4x16(p, x, wide_x, y, wide_y);
        return;
    }
#endif
    (void)wide_x;
    product_wide(p, x, y, wide_y);
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
