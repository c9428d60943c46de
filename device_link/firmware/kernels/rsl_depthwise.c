// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "device_link/firmware/kernels/rsl_images.h"

/// A window: its first pixel, which may be beyond the edge.
typedef struct window {
    int32_t top;
    int32_t left;
} window;

/// Where a pixel of a window begins in the input, or SIZE_MAX where there is padding.
static size_t pixel_at(const rsl_grid *g, const window *w, uint32_t i, uint32_t j)
{
    const int32_t row = w->top + (int32_t)i;
    const int32_t column = w->left + (int32_t)j;
    if (row < 0 || row >= g->height || column < 0 || column >= g->width)
        return SIZE_MAX;
    return ((size_t)row * g->width + (size_t)column) * g->channels;
}

/// Which columns of a window lie on the image: from `begin` to `end`, if its row does.
typedef struct columns {
    uint32_t begin;
    uint32_t end;
} columns;

static columns columns_of(const rsl_grid *g, const window *w, uint32_t i)
{
    const int32_t row = w->top + (int32_t)i;
    const int32_t width = g->window_width;
    if (row < 0 || row >= g->height)
        return (columns) {g->window_width, g->window_width};
    int32_t begin = w->left < 0 ? -w->left : 0;
    int32_t end = g->width - w->left;
    begin = begin < width ? begin : width;
    end = end < width ? end : width;
    return (columns) {(uint32_t)begin, (uint32_t)(end > begin ? end : begin)};
}

/// Adds the products of four channels, so that their sums stay in registers. @p w: weights of the first.
static void add_four(const rsl_grid *g, const window *win, const int8_t *w, int32_t zero, const int8_t *x,
                     uint32_t *sum)
{
    const uint32_t channels = g->channels;
    uint32_t a = sum[0];
    uint32_t b = sum[1];
    uint32_t c = sum[2];
    uint32_t d = sum[3];
#define ADD(x0, x1, x2, x3)                                                                                  \
    a += (uint32_t)(w[0] * (x0));                                                                            \
    b += (uint32_t)(w[1] * (x1));                                                                            \
    c += (uint32_t)(w[2] * (x2));                                                                            \
    d += (uint32_t)(w[3] * (x3));
    for (uint32_t i = 0; i < g->window_height; ++i) {
        const columns on = columns_of(g, win, i);
        uint32_t j = 0;
        for (; j < on.begin; ++j, w += channels) {
            ADD(zero, zero, zero, zero)
        }
        if (j < on.end) {
            const int8_t *p =
                x + ((win->top + (int32_t)i) * g->width + win->left + (int32_t)j) * (int32_t)channels;
            for (; j < on.end; ++j, w += channels, p += channels) {
                ADD(p[0], p[1], p[2], p[3])
            }
        }
        for (; j < g->window_width; ++j, w += channels) {
            ADD(zero, zero, zero, zero)
        }
    }
#undef ADD
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
}

/// The same for one channel.
static void add_one(const rsl_grid *g, const window *win, const int8_t *w, int32_t zero, const int8_t *x,
                    uint32_t *sum)
{
    for (uint32_t i = 0; i < g->window_height; ++i)
        for (uint32_t j = 0; j < g->window_width; ++j, w += g->channels) {
            const size_t at = pixel_at(g, win, i, j);
            *sum += (uint32_t)(*w * (at != SIZE_MAX ? x[at] : zero));
        }
}

void rsl_depthwise_s8(const rsl_grid *g, const uint8_t *weights, int32_t x_zero, int32_t y_zero, bool wide,
                      const int8_t *x, void *y)
{
    const uint32_t channels = g->channels;
    const int32_t *const bias = (const int32_t *)(const void *)weights;
    const int32_t *const multiplier = bias + channels;
    const int8_t *const w = (const int8_t *)(multiplier + channels);
    const int64_t from = (int64_t)y_zero * ((int64_t)1 << 32) + ((int64_t)1 << 31);
    const int32_t low = wide ? -32768 : -128;
    const int32_t high = wide ? 32767 : 127;
    size_t place = 0;
    for (uint32_t row = 0; row < g->down; ++row)
        for (uint32_t column = 0; column < g->across; ++column) {
            const window at = {(int32_t)(row * g->stride_down) - g->top,
                               (int32_t)(column * g->stride_across) - g->left};
            for (uint32_t first = 0; first < channels; first += 4U) {
                const uint32_t n = channels - first < 4U ? channels - first : 4U;
                uint32_t sum[4] = {0, 0, 0, 0};
                for (uint32_t i = 0; i < n; ++i)
                    sum[i] = (uint32_t)bias[first + i];
                if (n == 4U)
                    add_four(g, &at, w + first, x_zero, x + first, sum);
                else
                    for (uint32_t i = 0; i < n; ++i)
                        add_one(g, &at, w + first + i, x_zero, x + first + i, &sum[i]);
                for (uint32_t i = 0; i < n; ++i, ++place) {
                    int32_t v = (int32_t)((from + (int64_t)(int32_t)sum[i] * multiplier[first + i]) >> 32);
                    v = v < high ? v : high;
                    v = v > low ? v : low;
                    if (wide)
                        ((int16_t *)y)[place] = (int16_t)v;
                    else
                        ((int8_t *)y)[place] = (int8_t)v;
                }
            }
        }
}

static float weight_at(const uint8_t *w, uint8_t number, size_t at)
{
    if (number == RSL_F16) {
        uint16_t half;
        memcpy(&half, w + 2U * at, sizeof half);
        return rsl_half_to_float(half);
    }
    float value;
    memcpy(&value, w + 4U * at, sizeof value);
    return value;
}

void rsl_depthwise_float(const rsl_grid *g, uint8_t number, const uint8_t *weights, bool relu, const float *x,
                         float *y)
{
    const uint32_t channels = g->channels;
    const float *const bias = (const float *)(const void *)weights;
    const uint8_t *const w = weights + 4U * (size_t)channels;
    for (uint32_t row = 0; row < g->down; ++row)
        for (uint32_t column = 0; column < g->across; ++column) {
            const window at = {(int32_t)(row * g->stride_down) - g->top,
                               (int32_t)(column * g->stride_across) - g->left};
            for (uint32_t c = 0; c < channels; ++c) {
                float sum = bias[c];
                size_t tap = c;
                for (uint32_t i = 0; i < g->window_height; ++i)
                    for (uint32_t j = 0; j < g->window_width; ++j, tap += channels) {
                        const size_t from = pixel_at(g, &at, i, j);
                        sum += weight_at(w, number, tap) * (from != SIZE_MAX ? x[from + c] : 0.0F);
                    }
                *y++ = relu && !(sum > 0.0F) ? 0.0F : sum;
            }
        }
}
