// SPDX-License-Identifier: Apache-2.0
#include <arm_mve.h>
#include <stddef.h>
#include <string.h>

#include "device_link/firmware/kernels/rsl_kernels.h"

// For Armv8.1-M with MVE. Activations are int8, so that VMLADAVA multiplies sixteen at a time; intermediates
// are int16, eight at a time with the weights widened as they are loaded.

const uint8_t rsl_s8_layouts = RSL_LAYOUT_BIT(RSL_LAYOUT_I8_4X16);
const uint8_t rsl_s8_preferred = RSL_LAYOUT_I8_4X16;
const uint8_t rsl_s8_load_type = RSL_TENSOR_I8;

void rsl_s8_load(void *act, const int8_t *input, const uint16_t *kept, uint32_t n)
{
    int8_t *to = act;
    if (kept == NULL)
        memcpy(to, input, n);
    else
        for (uint32_t i = 0; i < n; ++i)
            to[i] = input[kept[i]];
    for (uint32_t i = n; (i & 15U) != 0U; ++i)
        to[i] = 0;
}

/// Four sums become outputs: scaled, rounded once, moved by the zero point, saturated.
static inline int32x4_t finish(const int32_t *sum, const int32_t *multiplier, int32_t zero, int32_t low,
                               int32_t high)
{
    int32x4_t v = vrmulhq_s32(vldrwq_s32(sum), vldrwq_s32(multiplier));
    v = vaddq_n_s32(v, zero);
    return vminq_s32(vmaxq_s32(v, vdupq_n_s32(low)), vdupq_n_s32(high));
}

/// The next group's sums; returns where its multipliers are.
static inline const int8_t *narrow_sums(const int8_t *at, uint32_t cols, const int8_t *x, int32_t sum[4])
{
    int32_t a;
    int32_t b;
    int32_t c;
    int32_t d;
    memcpy(&a, at, 4);
    memcpy(&b, at + 4, 4);
    memcpy(&c, at + 8, 4);
    memcpy(&d, at + 12, 4);
    at += 16;
    for (uint32_t blocks = (cols + 15U) / 16U; blocks != 0U; --blocks, at += 64, x += 16) {
        const int8x16_t v = vldrbq_s8(x);
        a = vmladavaq_s8(a, vldrbq_s8(at), v);
        b = vmladavaq_s8(b, vldrbq_s8(at + 16), v);
        c = vmladavaq_s8(c, vldrbq_s8(at + 32), v);
        d = vmladavaq_s8(d, vldrbq_s8(at + 48), v);
    }
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
    return at;
}

static inline const int8_t *wide_sums(const int8_t *at, uint32_t cols, const int16_t *x, int32_t sum[4])
{
    int32_t a;
    int32_t b;
    int32_t c;
    int32_t d;
    memcpy(&a, at, 4);
    memcpy(&b, at + 4, 4);
    memcpy(&c, at + 8, 4);
    memcpy(&d, at + 12, 4);
    at += 16;
    for (uint32_t blocks = (cols + 15U) / 16U; blocks != 0U; --blocks, at += 64, x += 16) {
        const int16x8_t v = vldrhq_s16(x);
        const int16x8_t w = vldrhq_s16(x + 8);
        a = vmladavaq_s16(vmladavaq_s16(a, vldrbq_s16(at), v), vldrbq_s16(at + 8), w);
        b = vmladavaq_s16(vmladavaq_s16(b, vldrbq_s16(at + 16), v), vldrbq_s16(at + 24), w);
        c = vmladavaq_s16(vmladavaq_s16(c, vldrbq_s16(at + 32), v), vldrbq_s16(at + 40), w);
        d = vmladavaq_s16(vmladavaq_s16(d, vldrbq_s16(at + 48), v), vldrbq_s16(at + 56), w);
    }
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
    return at;
}

void rsl_s8_act_to_act(const rsl_s8_product *p, const void *x, void *y)
{
    const int8_t *at = (const int8_t *)p->factor;
    for (uint32_t row = 0; row < p->rows; row += 4U, at += 16) {
        int32_t sum[4];
        at = narrow_sums(at, p->cols, x, sum);
        vstrbq_s32((int8_t *)y + row, finish(sum, (const int32_t *)(const void *)at, p->zero, -128, 127));
    }
}

void rsl_s8_act_to_wide(const rsl_s8_product *p, const void *x, int16_t *y)
{
    const int8_t *at = (const int8_t *)p->factor;
    for (uint32_t row = 0; row < p->rows; row += 4U, at += 16) {
        int32_t sum[4];
        at = narrow_sums(at, p->cols, x, sum);
        vstrhq_s32(y + row, finish(sum, (const int32_t *)(const void *)at, p->zero, -32768, 32767));
    }
}

void rsl_s8_wide_to_act(const rsl_s8_product *p, const int16_t *x, void *y)
{
    const int8_t *at = (const int8_t *)p->factor;
    for (uint32_t row = 0; row < p->rows; row += 4U, at += 16) {
        int32_t sum[4];
        at = wide_sums(at, p->cols, x, sum);
        vstrbq_s32((int8_t *)y + row, finish(sum, (const int32_t *)(const void *)at, p->zero, -128, 127));
    }
}

void rsl_s8_wide_to_wide(const rsl_s8_product *p, const int16_t *x, int16_t *y)
{
    const int8_t *at = (const int8_t *)p->factor;
    for (uint32_t row = 0; row < p->rows; row += 4U, at += 16) {
        int32_t sum[4];
        at = wide_sums(at, p->cols, x, sum);
        vstrhq_s32(y + row, finish(sum, (const int32_t *)(const void *)at, p->zero, -32768, 32767));
    }
}
