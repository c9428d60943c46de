// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_record.h"

// What the kinds demand that slide windows over images: convolutions and poolings.

#define AT(type, field) (r->at + offsetof(type, field))

/// Do exactly @p count windows fit along a side?
static bool fit(uint32_t length, uint32_t padding, uint32_t window, uint32_t stride, uint32_t count)
{
    const uint32_t room = length + 2U * padding;
    return window >= 1U && window <= room && stride >= 1U && (room - window) / stride + 1U == count;
}

static rsl_check check_window(const rsl_record *r, const rsl_window *w, size_t at)
{
    if (!fit(r->x->height, w->top, w->height, w->stride_down, r->y->height)
        || !fit(r->x->width, w->left, w->width, w->stride_across, r->y->width))
        return rsl_fault_at(RSL_FAULT_SHAPE, at);
    return rsl_no_fault();
}

uint32_t rsl_strip_column(const rsl_window *w, uint32_t channels, uint8_t layout)
{
    const uint32_t n = w->height * channels;
    return layout == RSL_LAYOUT_I8_2X2 ? (n + 1U) & ~1U : n;
}

uint32_t rsl_strip_width(const rsl_window *w, uint32_t width, uint32_t column, bool integer)
{
    // The last window may begin anywhere, and kernels read blocks of 16 numbers from there.
    const uint32_t beyond = integer ? (15U + column - 1U) / column : 0U;
    return width + 2U * w->left + beyond;
}

/// Tensors of a convolution, whose first weights have layout @p first; gives the columns of these.
static rsl_check check_sliding(const rsl_record *r, const rsl_sliding *s, uint8_t first, uint32_t *cols)
{
    const size_t at = r->at + (size_t)((const uint8_t *)s - (const uint8_t *)r->op);
#define IN(field) (at + offsetof(rsl_sliding, field))
    const bool integer = r->op->number == RSL_I8;
    const uint8_t act = integer ? rsl_act_type(first) : RSL_TENSOR_F32;
    const uint8_t made = !integer      ? RSL_TENSOR_F32
        : r->y->type == RSL_TENSOR_I16 ? RSL_TENSOR_I16
                                       : rsl_act_type(r->op->layout);
    if (r->x->type != (integer ? RSL_TENSOR_I8 : RSL_TENSOR_F32))
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, input));
    if (r->y->type != made && !(integer && r->y->type == RSL_TENSOR_I8))
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, output));
    rsl_check check = rsl_check_relu(r);
    if (check.fault == RSL_FAULT_NONE)
        check = check_window(r, &s->window, at);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    if (s->reserved != 0)
        return rsl_fault_at(RSL_FAULT_RESERVED, IN(reserved));
    const uint32_t column = rsl_strip_column(&s->window, r->x->channels, first);
    if (s->strip >= r->h->tensors)
        return rsl_fault_at(RSL_FAULT_SHAPE, IN(strip));
    const rsl_tensor *strip = rsl_tensor_of(r->h, s->strip);
    if (strip->height != 1 || strip->width != rsl_strip_width(&s->window, r->x->width, column, integer)
        || strip->channels != column || !rsl_same_meaning(strip, r->x))
        return rsl_fault_at(RSL_FAULT_SHAPE, IN(strip));
    if (strip->type != act)
        return rsl_fault_at(RSL_FAULT_TYPE, IN(strip));
    *cols = s->window.width * column;
    // Integer kernels write whole groups of four rows, and words: where they may not, a pixel is written
    // first.
    const bool direct = !integer || (r->y->type == made && r->y->channels % 4 == 0);
    if (direct)
        return s->pixel == RSL_NO_TENSOR ? check : rsl_fault_at(RSL_FAULT_SHAPE, IN(pixel));
    if (s->pixel >= r->h->tensors)
        return rsl_fault_at(RSL_FAULT_SHAPE, IN(pixel));
    const rsl_tensor *pixel = rsl_tensor_of(r->h, s->pixel);
    if (!rsl_is_vector(pixel) || pixel->channels != r->y->channels || !rsl_same_meaning(pixel, r->y))
        return rsl_fault_at(RSL_FAULT_SHAPE, IN(pixel));
    if (pixel->type != made)
        return rsl_fault_at(RSL_FAULT_TYPE, IN(pixel));
    return check;
#undef IN
}

rsl_check rsl_check_conv(const rsl_record *r)
{
    const rsl_conv *c = (const rsl_conv *)(const void *)r->op;
    uint32_t cols = 0;
    rsl_check check = rsl_check_weighted(r, RSL_RELU);
    if (check.fault == RSL_FAULT_NONE)
        check = check_sliding(r, &c->sliding, r->op->layout, &cols);
    if (check.fault == RSL_FAULT_NONE)
        check = rsl_check_factor(r, r->op->weights, r->op->layout, r->y->channels, cols,
                                 AT(rsl_operation, weights), AT(rsl_operation, layout));
    return check;
}

rsl_check rsl_check_conv_sketched(const rsl_record *r)
{
    const rsl_conv_sketched *c = (const rsl_conv_sketched *)(const void *)r->op;
    uint32_t cols = 0;
    rsl_check check = rsl_check_weighted(r, RSL_RELU | RSL_HAS_U);
    if (check.fault == RSL_FAULT_NONE)
        check = check_sliding(r, &c->sliding, c->layer.r_layout, &cols);
    return check.fault != RSL_FAULT_NONE ? check : rsl_check_factors(r, cols);
}

/// What both poolings demand.
static rsl_check check_pool(const rsl_record *r, const rsl_pool *p)
{
    rsl_check check = rsl_check_weightless(r, 0);
    if (check.fault == RSL_FAULT_NONE)
        check = rsl_check_no_offset(r);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    if (r->x->type != RSL_TENSOR_I8 && r->x->type != RSL_TENSOR_F32)
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, input));
    if (r->x->channels != r->y->channels || p->window.top != 0 || p->window.left != 0)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_pool, window));
    return check_window(r, &p->window, AT(rsl_pool, window));
}

rsl_check rsl_check_max_pool(const rsl_record *r)
{
    const rsl_pool *p = (const rsl_pool *)(const void *)r->op;
    const rsl_check check = check_pool(r, p);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    if (r->x->type != r->y->type)
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, output));
    if (!rsl_same_meaning(r->x, r->y))
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, output));
    if (p->multiplier != 0)
        return rsl_fault_at(RSL_FAULT_MULTIPLIER, AT(rsl_pool, multiplier));
    if (p->bias != 0)
        return rsl_fault_at(RSL_FAULT_MULTIPLIER, AT(rsl_pool, bias));
    return check;
}

rsl_check rsl_check_average_pool(const rsl_record *r)
{
    const rsl_pool *p = (const rsl_pool *)(const void *)r->op;
    const rsl_check check = check_pool(r, p);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    const bool integer = r->x->type == RSL_TENSOR_I8;
    if (r->x->type != r->y->type && !(integer && r->y->type == RSL_TENSOR_I16))
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, output));
    if (p->multiplier < 0 || (!integer && p->multiplier != 0))
        return rsl_fault_at(RSL_FAULT_MULTIPLIER, AT(rsl_pool, multiplier));
    if (!integer && p->bias != 0)
        return rsl_fault_at(RSL_FAULT_MULTIPLIER, AT(rsl_pool, bias));
    return check;
}

rsl_check rsl_check_depthwise(const rsl_record *r)
{
    const rsl_depthwise *d = (const rsl_depthwise *)(const void *)r->op;
    rsl_check check = rsl_check_weighted(r, RSL_RELU);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    const bool integer = r->op->number == RSL_I8;
    if (r->x->type != (integer ? RSL_TENSOR_I8 : RSL_TENSOR_F32))
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, input));
    if (r->y->type != r->x->type && !(integer && r->y->type == RSL_TENSOR_I16))
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, output));
    if (r->op->layout != RSL_LAYOUT_TAPS)
        return rsl_fault_at(RSL_FAULT_LAYOUT, AT(rsl_operation, layout));
    check = rsl_check_relu(r);
    if (check.fault == RSL_FAULT_NONE)
        check = check_window(r, &d->window, AT(rsl_depthwise, window));
    if (check.fault != RSL_FAULT_NONE)
        return check;
    if (r->x->channels != r->y->channels)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, output));
    for (size_t i = 0; i < 2; ++i)
        if (d->reserved[i] != 0)
            return rsl_fault_at(RSL_FAULT_RESERVED, AT(rsl_depthwise, reserved) + 4 * i);
    const rsl_taps taps = {r->op->number, r->x->channels, (uint32_t)d->window.height * d->window.width};
    if (!rsl_part_fits(r->h, r->op->weights, rsl_taps_bytes(&taps)))
        return rsl_fault_at(RSL_FAULT_OFFSET, AT(rsl_operation, weights));
    if (integer)
        for (uint32_t c = 0; c < taps.channels; ++c) {
            const size_t at = r->op->weights + (size_t)rsl_taps_multiplier(&taps, c);
            if ((((const uint8_t *)r->h)[at + 3] & 0x80U) != 0U)
                return rsl_fault_at(RSL_FAULT_MULTIPLIER, at);
        }
    return check;
}
