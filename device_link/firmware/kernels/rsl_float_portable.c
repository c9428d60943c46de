// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "device_link/firmware/kernels/rsl_kernels.h"

// Built with -ffp-contract=off: a fused multiply-add would round once where the definition rounds twice.

static float half(const uint8_t *p)
{
    uint16_t h;
    memcpy(&h, __builtin_assume_aligned(p, sizeof h), sizeof h); // else two loads where words must be aligned
    // One more than the exponent, modulo 32, is below 2 for zero, subnormals, infinities and NaNs.
    if (((h + 0x400U) & 0x7800U) == 0U)
        return rsl_half_to_float(h);
    // Three copies of the sign are above the exponent; then its bias changes from 15 to 127.
    const uint32_t bits = (((uint32_t)(int16_t)h << 13) & 0x8FFFFFFFU) + (112U << 23);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float single(const uint8_t *p)
{
    float value;
    memcpy(&value, __builtin_assume_aligned(p, sizeof value), sizeof value);
    return value;
}

static float activate(float y, bool relu)
{
    return relu && !(y > 0.0F) ? 0.0F : y;
}

/// A group of four rows, each with a sum of its own: same order of additions as one row after the other.
static const uint8_t *four_f32(const uint8_t *at, uint32_t cols, const float *x, float *y, bool relu)
{
    const float *w = (const float *)(const void *)at;
    float a = w[0];
    float b = w[1];
    float c = w[2];
    float d = w[3];
    w += 4;
    for (const float *const end = x + cols; x != end; w += 4) {
        const float v = *x++;
        a += w[0] * v;
        b += w[1] * v;
        c += w[2] * v;
        d += w[3] * v;
    }
    y[0] = activate(a, relu);
    y[1] = activate(b, relu);
    y[2] = activate(c, relu);
    y[3] = activate(d, relu);
    return (const uint8_t *)w;
}

static const uint8_t *four_f16(const uint8_t *at, uint32_t cols, const float *x, float *y, bool relu)
{
    float a = single(at);
    float b = single(at + 4);
    float c = single(at + 8);
    float d = single(at + 12);
    at += 16;
    for (const float *const end = x + cols; x != end; at += 8) {
        const float v = *x++;
        a += half(at) * v;
        b += half(at + 2) * v;
        c += half(at + 4) * v;
        d += half(at + 6) * v;
    }
    y[0] = activate(a, relu);
    y[1] = activate(b, relu);
    y[2] = activate(c, relu);
    y[3] = activate(d, relu);
    return at;
}

void rsl_float_product(const rsl_factor *shape, const uint8_t *factor, const float *x, float *y, bool relu)
{
    const bool f16 = shape->number == RSL_F16;
    const uint8_t *at = factor;
    uint32_t left = shape->rows;
    for (; left >= 4U; left -= 4U, y += 4)
        at = f16 ? four_f16(at, shape->cols, x, y, relu) : four_f32(at, shape->cols, x, y, relu);
    const size_t size = f16 ? 2U : 4U;
    for (uint32_t r = 0; r < left; ++r) {
        float sum = single(at + 4U * (size_t)r);
        const uint8_t *w = at + 4U * (size_t)left + size * r;
        for (uint32_t c = 0; c < shape->cols; ++c, w += size * left)
            sum += (f16 ? half(w) : single(w)) * x[c];
        y[r] = activate(sum, relu);
    }
}
