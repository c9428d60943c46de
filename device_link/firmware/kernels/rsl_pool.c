// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "device_link/firmware/kernels/rsl_images.h"

#ifdef __ARM_FEATURE_SIMD32
#include <arm_acle.h>
#endif

// An output never lies behind an input that a later one needs: windows come in the order of their first
// pixels.

/// Calls a body for each channel of each window, `at` its first number, `place` that of its output.
#define FOR_EACH(g, body)                                                                                    \
    {                                                                                                        \
        const uint32_t line = (uint32_t)(g)->width * (g)->channels;                                          \
        uint32_t place = 0;                                                                                  \
        for (uint32_t row = 0; row < (g)->down; ++row)                                                       \
            for (uint32_t column = 0; column < (g)->across; ++column) {                                      \
                uint32_t at = row * (g)->stride_down * line + column * (g)->stride_across * (g)->channels;   \
                for (const uint32_t end = at + (g)->channels; at != end; ++at, ++place) {                    \
                    body                                                                                     \
                }                                                                                            \
            }                                                                                                \
    }

/// Calls a body for each pixel of a channel of a window, `x` at its number.
#define FOR_PIXELS(g, type, x, body)                                                                         \
    for (uint32_t i = 0; i < (g)->window_height; ++i) {                                                      \
        const type *p = (x) + at + i * line;                                                                 \
        for (uint32_t j = (g)->window_width; j != 0U; --j, p += (g)->channels) {                             \
            body                                                                                             \
        }                                                                                                    \
    }

/// The largest of four channels side by side.
static void largest_of_four(const rsl_grid *g, const int8_t *x, uint32_t line, int8_t *y)
{
#ifdef __ARM_FEATURE_SIMD32
    int8x4_t best;
    memcpy(&best, x, 4);
    for (uint32_t i = g->window_height; i != 0U; --i, x += line) {
        const int8_t *p = x;
        for (uint32_t j = g->window_width; j != 0U; --j, p += g->channels) {
            int8x4_t v;
            memcpy(&v, p, 4);
            (void)__ssub8(v, best); // sets the flags that choose
            best = (int8x4_t)__sel((uint8x4_t)v, (uint8x4_t)best);
        }
    }
    memcpy(y, &best, 4);
#else
    int32_t a = -128;
    int32_t b = -128;
    int32_t c = -128;
    int32_t d = -128;
    for (uint32_t i = g->window_height; i != 0U; --i, x += line) {
        const int8_t *p = x;
        for (uint32_t j = g->window_width; j != 0U; --j, p += g->channels) {
            a = p[0] > a ? p[0] : a;
            b = p[1] > b ? p[1] : b;
            c = p[2] > c ? p[2] : c;
            d = p[3] > d ? p[3] : d;
        }
    }
    y[0] = (int8_t)a;
    y[1] = (int8_t)b;
    y[2] = (int8_t)c;
    y[3] = (int8_t)d;
#endif
}

void rsl_max_pool_s8(const rsl_grid *g, const int8_t *x, int8_t *y)
{
    const uint32_t line = (uint32_t)g->width * g->channels;
    for (uint32_t row = 0; row < g->down; ++row)
        for (uint32_t column = 0; column < g->across; ++column) {
            const int8_t *from = x + (row * g->stride_down) * line + column * g->stride_across * g->channels;
            uint32_t left = g->channels;
            for (; left >= 4U; left -= 4U, from += 4, y += 4)
                largest_of_four(g, from, line, y);
            for (; left != 0U; --left, ++from) {
                int32_t best = -128;
                for (uint32_t i = 0; i < g->window_height; ++i) {
                    const int8_t *p = from + i * line;
                    for (uint32_t j = g->window_width; j != 0U; --j, p += g->channels)
                        best = *p > best ? *p : best;
                }
                *y++ = (int8_t)best;
            }
        }
}

void rsl_max_pool_f32(const rsl_grid *g, const float *x, float *y)
{
    FOR_EACH(g, {
        float best = x[at];
        FOR_PIXELS(g, float, x, const float v = *p; best = v > best || v != v ? v : best;)
        y[place] = best;
    })
}

void rsl_average_pool_s8(const rsl_grid *g, const rsl_mean *m, const int8_t *x, void *y)
{
    const int64_t from = (int64_t)m->zero * ((int64_t)1 << 32) + ((int64_t)1 << 31);
    const int32_t low = m->wide ? -32768 : -128;
    const int32_t high = m->wide ? 32767 : 127;
    FOR_EACH(g, {
        uint32_t sum = (uint32_t)m->bias;
        FOR_PIXELS(g, int8_t, x, const int32_t v = *p; sum += (uint32_t)v;)
        int32_t mean = (int32_t)((from + (int64_t)(int32_t)sum * m->multiplier) >> 32);
        mean = mean < high ? mean : high;
        mean = mean > low ? mean : low;
        if (m->wide)
            ((int16_t *)y)[place] = (int16_t)mean;
        else
            ((int8_t *)y)[place] = (int8_t)mean;
    })
}

void rsl_average_pool_f32(const rsl_grid *g, const float *x, float *y)
{
    const float scale = 1.0F / (float)((uint32_t)g->window_height * g->window_width);
    FOR_EACH(g, {
        float sum = 0.0F;
        bool first = true;
        FOR_PIXELS(g, float, x, sum = first ? *p : sum + *p; first = false;)
        y[place] = sum * scale;
    })
}
