// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "device_link/firmware/kernels/rsl_images.h"

// Generated C has of the products those that its model uses, and links no others.
#ifdef RSL_INTEGERS_ALONE
#define rsl_float_product(shape, factor, x, y, relu) ((void)(shape))
#endif
#ifdef RSL_FLOATS_ALONE
#undef rsl_s8_load_bytes
#define rsl_s8_load_bytes                  0U
#define rsl_s8_load(act, input, kept, n)   ((void)(act))
#define rsl_s8_act_to_act(product, x, y)   ((void)(product))
#define rsl_s8_act_to_wide(product, x, y)  ((void)(product))
#define rsl_s8_wide_to_act(product, x, y)  ((void)(product))
#define rsl_s8_wide_to_wide(product, x, y) ((void)(product))
#endif

/// `count` numbers of padding.
static void pad(const rsl_convolution *c, uint8_t *to, uint32_t count)
{
    for (; count != 0U; --count, to += c->bytes)
        if (c->bytes == 4U)
            memset(to, 0, 4);
        else if (c->bytes == 2U)
            *(int16_t *)(void *)to = (int16_t)c->zero;
        else
            *(int8_t *)to = (int8_t)c->zero;
}

/// The channels of a pixel.
static void put(const rsl_convolution *c, uint8_t *to, const uint8_t *from)
{
    uint32_t n = c->grid.channels;
    if (c->bytes == 4U) {
        const float *x = (const float *)(const void *)from;
        for (float *y = (float *)(void *)to; n != 0U; --n)
            *y++ = *x++;
    } else if (c->bytes == rsl_s8_load_bytes && (n & 15U) == 0U) {
        rsl_s8_load(to, (const int8_t *)from, NULL, n);
    } else if (c->bytes == 2U) {
        const int8_t *x = (const int8_t *)from;
        for (int16_t *y = (int16_t *)(void *)to; n != 0U; --n)
            *y++ = *x++;
    } else {
        for (; n != 0U; --n)
            *to++ = *from++;
    }
}

/// Row @p row of the strip, which is row @p at of the image.
static void fill_row(const rsl_convolution *c, const uint8_t *x, uint32_t row, int32_t at)
{
    const rsl_grid *g = &c->grid;
    const uint32_t used = (uint32_t)(g->across - 1) * g->stride_across + g->window_width;
    const uint32_t pixel = g->channels * (c->bytes == 4U ? 4U : 1U);
    const uint32_t step = c->column * c->bytes;
    uint8_t *to = (uint8_t *)c->strip + (size_t)row * g->channels * c->bytes;
    const bool inside = at >= 0 && at < g->height;
    const uint32_t from = !inside ? used : used < g->left ? used : g->left;
    const uint32_t end = !inside              ? used
        : used < g->left + (uint32_t)g->width ? used
                                              : g->left + (uint32_t)g->width;
    uint32_t column = 0;
    for (; column < from; ++column, to += step)
        pad(c, to, g->channels);
    x += inside ? (size_t)at * g->width * pixel : 0U;
    for (; column < end; ++column, to += step, x += pixel)
        put(c, to, x);
    for (; column < used; ++column, to += step)
        pad(c, to, g->channels);
}

/// Moves the strip's words to the front by @p bytes, a multiple of four.
static void shift(uint8_t *strip, uint32_t bytes, uint32_t size)
{
    uint8_t *to = __builtin_assume_aligned(strip, 4);
    const uint8_t *from = __builtin_assume_aligned(strip + bytes, 4);
    uint32_t words[4];
    for (; size >= 16U; size -= 16U, to += 16, from += 16) {
        memcpy(words, __builtin_assume_aligned(from, 4), 16);
        memcpy(__builtin_assume_aligned(to, 4), words, 16);
    }
    for (; size != 0U; size -= 4U, to += 4, from += 4) {
        memcpy(words, __builtin_assume_aligned(from, 4), 4);
        memcpy(__builtin_assume_aligned(to, 4), words, 4);
    }
}

/// The strip for a row of windows; the one before has been there, unless it is the first.
static void fill(const rsl_convolution *c, const uint8_t *x, uint32_t row)
{
    const rsl_grid *g = &c->grid;
    const uint32_t moved = (uint32_t)g->stride_down * g->channels * c->bytes;
    const uint32_t used = (uint32_t)(g->across - 1) * g->stride_across + g->window_width;
    uint32_t first = 0;
    if (row != 0U && g->stride_down < g->window_height && (moved & 3U) == 0U) {
        shift(c->strip, moved, (used * c->column * c->bytes - moved + 3U) & ~3U);
        first = (uint32_t)g->window_height - g->stride_down;
    }
    for (; first < g->window_height; ++first)
        fill_row(c, x, first, (int32_t)(row * g->stride_down + first) - g->top);
}

static void multiply(const rsl_convolution *c, const rsl_step *s, const void *x, void *y)
{
    if (c->number != RSL_I8) {
        const rsl_factor f = {c->number, (uint8_t)s->product.layout, s->product.rows, s->product.cols};
        rsl_float_product(&f, s->product.factor, x, y, s->relu);
    } else if (s->from_wide) {
        if (s->to_wide)
            rsl_s8_wide_to_wide(&s->product, x, y);
        else
            rsl_s8_wide_to_act(&s->product, x, y);
    } else if (s->to_wide) {
        rsl_s8_act_to_wide(&s->product, x, y);
    } else {
        rsl_s8_act_to_act(&s->product, x, y);
    }
}

/// A pixel to the output, perhaps in one byte a number instead of two.
static void store(const rsl_convolution *c, uint8_t *y, uint32_t n)
{
    if (c->pixel_bytes == c->y_bytes) {
        memcpy(y, c->pixel, (size_t)n * c->y_bytes);
        return;
    }
    const int16_t *from = c->pixel;
    for (; n >= 4U; n -= 4U, y += 4, from += 4) {
        y[0] = (uint8_t)from[0];
        y[1] = (uint8_t)from[1];
        y[2] = (uint8_t)from[2];
        y[3] = (uint8_t)from[3];
    }
    for (; n != 0U; --n)
        *y++ = (uint8_t)*from++;
}

void rsl_convolve(const rsl_convolution *c, const void *x, void *y)
{
    const rsl_grid *g = &c->grid;
    const rsl_step *const last = &c->steps[c->count - 1];
    const uint32_t filters = last->product.rows;
    const size_t step = (size_t)g->stride_across * c->column * c->bytes;
    uint8_t *to = y;
    for (uint32_t row = 0; row < g->down; ++row) {
        fill(c, x, row);
        const uint8_t *window = c->strip;
        for (uint32_t left = g->across; left != 0U;
             --left, window += step, to += (size_t)filters * c->y_bytes) {
            const void *at = window;
            for (const rsl_step *s = c->steps; s != last; at = s->to, ++s)
                multiply(c, s, at, s->to);
            multiply(c, last, at, c->pixel != NULL ? c->pixel : to);
            if (c->pixel != NULL)
                store(c, to, filters);
        }
    }
}
