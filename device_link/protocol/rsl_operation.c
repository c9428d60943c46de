// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_operation.h"

#include "device_link/protocol/rsl_bytes.h"
#include "device_link/protocol/rsl_record.h"

static bool is_int8(const rsl_tensor *t)
{
    return t->type == RSL_TENSOR_I8 || t->type == RSL_TENSOR_I8_WIDE;
}

static bool same_shape(const rsl_tensor *a, const rsl_tensor *b)
{
    return a->height == b->height && a->width == b->width && a->channels == b->channels;
}

#define AT(type, field) (r->at + offsetof(type, field))

rsl_check rsl_check_weightless(const rsl_record *r, uint8_t flags)
{
    if ((r->op->flags & ~flags) != 0)
        return rsl_fault_at(RSL_FAULT_FLAGS, AT(rsl_operation, flags));
    if (r->op->number != 0)
        return rsl_fault_at(RSL_FAULT_NUMBER, AT(rsl_operation, number));
    if (r->op->layout != 0)
        return rsl_fault_at(RSL_FAULT_LAYOUT, AT(rsl_operation, layout));
    return rsl_no_fault();
}

rsl_check rsl_check_no_offset(const rsl_record *r)
{
    return r->op->weights == 0 ? rsl_no_fault() : rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, weights));
}

rsl_check rsl_check_relu(const rsl_record *r)
{
    if ((r->op->flags & RSL_RELU) == 0 || r->y->type == RSL_TENSOR_F32)
        return rsl_no_fault();
    if (r->y->type == RSL_TENSOR_I16)
        return rsl_fault_at(RSL_FAULT_FLAGS, AT(rsl_operation, flags));
    return r->y->zero == -128 ? rsl_no_fault()
                              : rsl_fault_at(RSL_FAULT_ZERO_POINT, AT(rsl_operation, output));
}

rsl_check rsl_check_factor(const rsl_record *r, uint32_t offset, uint8_t layout, uint32_t rows, uint32_t cols,
                           size_t field, size_t layout_field)
{
    const rsl_factor f = {r->op->number, layout, rows, cols};
    if (f.number == RSL_I8 ? !rsl_holds_int8(layout) : layout != RSL_LAYOUT_F_4X1)
        return rsl_fault_at(RSL_FAULT_LAYOUT, layout_field);
    if (!rsl_part_fits(r->h, offset, rsl_factor_bytes(&f)))
        return rsl_fault_at(RSL_FAULT_OFFSET, field);
    if (f.number == RSL_I8) {
        const uint8_t *bytes = (const uint8_t *)r->h + offset;
        for (uint32_t row = 0; row < rows; ++row) {
            const size_t at = (size_t)rsl_factor_multiplier(&f, row);
            if ((bytes[at + 3] & 0x80U) != 0U)
                return rsl_fault_at(RSL_FAULT_MULTIPLIER, offset + at);
        }
    }
    return rsl_no_fault();
}

rsl_check rsl_check_weighted(const rsl_record *r, uint8_t flags)
{
    if ((r->op->flags & ~flags) != 0)
        return rsl_fault_at(RSL_FAULT_FLAGS, AT(rsl_operation, flags));
    if (r->op->number > RSL_I8)
        return rsl_fault_at(RSL_FAULT_NUMBER, AT(rsl_operation, number));
    return rsl_no_fault();
}

/// Flags, types and shapes of what multiplies by weights, those that read its input of layout @p first.
static rsl_check check_product(const rsl_record *r, uint8_t flags, uint8_t first)
{
    const rsl_check check = rsl_check_weighted(r, flags);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    if (!rsl_is_vector(r->x))
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, input));
    if (!rsl_is_vector(r->y))
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, output));
    if (r->op->number != RSL_I8) {
        if (r->x->type != RSL_TENSOR_F32)
            return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, input));
        if (r->y->type != RSL_TENSOR_F32)
            return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, output));
    } else {
        if (r->x->type != rsl_act_type(first))
            return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, input));
        if (r->y->type != rsl_act_type(r->op->layout) && r->y->type != RSL_TENSOR_I16)
            return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, output));
    }
    return rsl_check_relu(r);
}

static rsl_check check_dense(const rsl_record *r)
{
    const rsl_check check = check_product(r, RSL_RELU, r->op->layout);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    return rsl_check_factor(r, r->op->weights, r->op->layout, r->y->channels, r->x->channels,
                            AT(rsl_operation, weights), AT(rsl_operation, layout));
}

/// Is tensor @p number there, and an intermediate of @p rank numbers?
static rsl_check check_middle(const rsl_record *r, uint16_t number, uint32_t rank, size_t field)
{
    if (number >= r->h->tensors)
        return rsl_fault_at(RSL_FAULT_SHAPE, field);
    const rsl_tensor *t = rsl_tensor_of(r->h, number);
    if (!rsl_is_vector(t) || t->channels != rank)
        return rsl_fault_at(RSL_FAULT_SHAPE, field);
    if (t->type != (r->op->number == RSL_I8 ? RSL_TENSOR_I16 : RSL_TENSOR_F32))
        return rsl_fault_at(RSL_FAULT_TYPE, field);
    return rsl_no_fault();
}

rsl_check rsl_check_factors(const rsl_record *r, uint32_t cols)
{
    const rsl_sketched *s = (const rsl_sketched *)(const void *)r->op;
    const bool has_u = (r->op->flags & RSL_HAS_U) != 0;
    if (s->reserved != 0)
        return rsl_fault_at(RSL_FAULT_RESERVED, AT(rsl_sketched, reserved));
    if (s->r_product >= r->h->tensors)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_sketched, r_product));
    const uint32_t rank = rsl_tensor_of(r->h, s->r_product)->channels;
    rsl_check check = check_middle(r, s->r_product, rank, AT(rsl_sketched, r_product));
    if (check.fault == RSL_FAULT_NONE && has_u)
        check = check_middle(r, s->u_product, rank, AT(rsl_sketched, u_product));
    if (check.fault == RSL_FAULT_NONE && !has_u && s->u_product != RSL_NO_TENSOR)
        check = rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_sketched, u_product));
    if (check.fault == RSL_FAULT_NONE)
        check = rsl_check_factor(r, r->op->weights, r->op->layout, r->y->channels, rank,
                                 AT(rsl_operation, weights), AT(rsl_operation, layout));
    if (check.fault == RSL_FAULT_NONE)
        check = rsl_check_factor(r, s->r_factor, s->r_layout, rank, cols, AT(rsl_sketched, r_factor),
                                 AT(rsl_sketched, r_layout));
    if (check.fault == RSL_FAULT_NONE && has_u)
        check = rsl_check_factor(r, s->u_factor, s->u_layout, rank, rank, AT(rsl_sketched, u_factor),
                                 AT(rsl_sketched, u_layout));
    if (check.fault != RSL_FAULT_NONE)
        return check;
    if (!has_u && (s->u_factor != 0 || s->u_layout != 0))
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_sketched, u_factor));
    return rsl_no_fault();
}

static rsl_check check_sketched(const rsl_record *r)
{
    const rsl_sketched *s = (const rsl_sketched *)(const void *)r->op;
    const rsl_check check = check_product(r, RSL_RELU | RSL_HAS_U, s->r_layout);
    return check.fault != RSL_FAULT_NONE ? check : rsl_check_factors(r, r->x->channels);
}

static rsl_check check_gather(const rsl_record *r)
{
    const rsl_check check = rsl_check_weightless(r, 0);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    const bool widens = r->x->type == RSL_TENSOR_I8 && r->y->type == RSL_TENSOR_I8_WIDE;
    if (r->x->type != r->y->type && !widens)
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, output));
    if (!rsl_is_vector(r->x) || !rsl_is_vector(r->y) || !rsl_same_meaning(r->x, r->y))
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, output));
    const uint32_t n = r->y->channels;
    if (!rsl_part_fits(r->h, r->op->weights, 2U * (uint64_t)n))
        return rsl_fault_at(RSL_FAULT_OFFSET, AT(rsl_operation, weights));
    const uint8_t *kept = (const uint8_t *)r->h + r->op->weights;
    uint32_t least = 0;
    for (uint32_t i = 0; i < n; ++i) {
        const uint32_t index = rsl_read_u16(kept + 2U * (size_t)i);
        if (index < least || index >= r->x->channels)
            return rsl_fault_at(RSL_FAULT_INDEX, r->op->weights + 2U * (size_t)i);
        least = index + 1U;
    }
    return rsl_no_fault();
}

static rsl_check check_add(const rsl_record *r)
{
    const rsl_add *a = (const rsl_add *)(const void *)r->op;
    rsl_check check = rsl_check_weightless(r, RSL_RELU);
    if (check.fault == RSL_FAULT_NONE)
        check = rsl_check_no_offset(r);
    if (check.fault == RSL_FAULT_NONE)
        check = rsl_check_relu(r);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    if (a->reserved != 0)
        return rsl_fault_at(RSL_FAULT_RESERVED, AT(rsl_add, reserved));
    if (a->other >= r->h->tensors)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_add, other));
    const rsl_tensor *other = rsl_tensor_of(r->h, a->other);
    if (r->x->type != r->y->type || r->x->type == RSL_TENSOR_I16)
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, output));
    if (other->type != r->x->type)
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_add, other));
    if (!same_shape(r->x, r->y))
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, output));
    if (!same_shape(other, r->x))
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_add, other));
    const int32_t most = is_int8(r->x) ? (1 << 21) - 1 : 0;
    const int32_t farthest = is_int8(r->x) ? 1 << 30 : 0;
    if (a->multiplier < 0 || a->multiplier > most)
        return rsl_fault_at(RSL_FAULT_MULTIPLIER, AT(rsl_add, multiplier));
    if (a->other_multiplier < 0 || a->other_multiplier > most)
        return rsl_fault_at(RSL_FAULT_MULTIPLIER, AT(rsl_add, other_multiplier));
    if (a->offset < -farthest || a->offset > farthest)
        return rsl_fault_at(RSL_FAULT_MULTIPLIER, AT(rsl_add, offset));
    return rsl_no_fault();
}

static rsl_check check_flatten(const rsl_record *r)
{
    rsl_check check = rsl_check_weightless(r, 0);
    if (check.fault == RSL_FAULT_NONE)
        check = rsl_check_no_offset(r);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    if (r->x->type != r->y->type)
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, output));
    if (!rsl_is_vector(r->y) || rsl_tensor_numbers(r->x) != rsl_tensor_numbers(r->y)
        || !rsl_same_meaning(r->x, r->y))
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, output));
    return rsl_no_fault();
}

static rsl_check check_copy(const rsl_record *r)
{
    rsl_check check = rsl_check_weightless(r, 0);
    if (check.fault == RSL_FAULT_NONE)
        check = rsl_check_no_offset(r);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    if (r->x->type != r->y->type && !(is_int8(r->x) && is_int8(r->y)))
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, output));
    if (!same_shape(r->x, r->y) || !rsl_same_meaning(r->x, r->y))
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, output));
    return rsl_no_fault();
}

#ifndef RSL_WITHOUT_STANDARDISE
static rsl_check check_standardise(const rsl_record *r)
{
    const rsl_check check = rsl_check_weightless(r, 0);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    if (r->x->type != RSL_TENSOR_F32)
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, input));
    if (r->y->type == RSL_TENSOR_I16)
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, output));
    if (!same_shape(r->x, r->y))
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, output));
    if (!rsl_part_fits(r->h, r->op->weights, 8U * (uint64_t)rsl_tensor_numbers(r->x)))
        return rsl_fault_at(RSL_FAULT_OFFSET, AT(rsl_operation, weights));
    return check;
}
#endif

#ifndef RSL_WITHOUT_FEATURES
/// Bands whose bins are there, and tables that lie in the image.
static rsl_check check_tables(const rsl_record *r, const rsl_extract *e)
{
    const uint64_t teeth = rsl_extract_teeth(e->frame, e->bands);
    if (!rsl_part_fits(r->h, r->op->weights, teeth))
        return rsl_fault_at(RSL_FAULT_OFFSET, AT(rsl_operation, weights));
    const uint32_t rows = r->op->weights + rsl_extract_bands(e->frame);
    uint64_t numbers = (uint64_t)e->coefficients * e->bands;
    for (uint32_t band = 0; band < e->bands; ++band) {
        const uint8_t *row = (const uint8_t *)r->h + rows + 4U * (size_t)band;
        const uint32_t bins = rsl_read_u16(row + 2);
        if (rsl_read_u16(row) + bins > e->frame / 2U + 1U)
            return rsl_fault_at(RSL_FAULT_INDEX, rows + 4U * (size_t)band);
        numbers += bins;
    }
    if (!rsl_part_fits(r->h, r->op->weights, teeth + 4U * numbers))
        return rsl_fault_at(RSL_FAULT_OFFSET, AT(rsl_operation, weights));
    return rsl_no_fault();
}

static rsl_check check_extract(const rsl_record *r)
{
    const rsl_extract *e = (const rsl_extract *)(const void *)r->op;
    const rsl_check check = rsl_check_weightless(r, 0);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    for (size_t i = 0; i < sizeof e->reserved / sizeof e->reserved[0]; ++i)
        if (e->reserved[i] != 0)
            return rsl_fault_at(RSL_FAULT_RESERVED, AT(rsl_extract, reserved) + 2 * i);
    if (r->x->type != RSL_TENSOR_F32)
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, input));
    if (r->y->type != RSL_TENSOR_F32 && r->y->type != RSL_TENSOR_I8)
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_operation, output));
    if (r->x->height != 1)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, input));
    if (e->frame < 4 || (e->frame & (e->frame - 1U)) != 0 || e->frame > r->x->width)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_extract, frame));
    if (e->hop < 1)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_extract, hop));
    if (e->coefficients > e->bands)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_extract, coefficients));
    const uint32_t each = e->bands == 0 ? e->frame / 2U : e->coefficients != 0 ? e->coefficients : e->bands;
    const uint64_t frames = ((uint32_t)r->x->width - e->frame) / e->hop + 1U;
    if (frames * each * r->x->channels != rsl_tensor_numbers(r->y))
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, output));
    if (e->scratch >= r->h->tensors)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_extract, scratch));
    const rsl_tensor *scratch = rsl_tensor_of(r->h, e->scratch);
    if (!rsl_is_vector(scratch) || scratch->channels != rsl_extract_scratch(e->frame, e->bands))
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_extract, scratch));
    if (scratch->type != RSL_TENSOR_F32)
        return rsl_fault_at(RSL_FAULT_TYPE, AT(rsl_extract, scratch));
    return check_tables(r, e);
}
#endif

typedef struct kind_row {
    uint16_t kind;
    uint16_t size; ///< of a record
    bool in_place;
    rsl_check (*check)(const rsl_record *);
    const char *name;
} kind_row;

/// What a build can leave out is what it does not compute (firmware/rsl_infer.c): such an image does not
/// open.
static const kind_row kinds[] = {
    {RSL_DENSE, sizeof(rsl_operation), false, check_dense, "dense"},
    {RSL_SKETCHED, sizeof(rsl_sketched), false, check_sketched, "sketched"},
    {RSL_GATHER, sizeof(rsl_operation), false, check_gather, "gather"},
    {RSL_ADD, sizeof(rsl_add), true, check_add, "add"},
    {RSL_FLATTEN, sizeof(rsl_operation), true, check_flatten, "flatten"},
    {RSL_COPY, sizeof(rsl_operation), false, check_copy, "copy"},
#ifndef RSL_WITHOUT_CONV
    {RSL_CONV, sizeof(rsl_conv), false, rsl_check_conv, "convolution"},
#endif
#ifndef RSL_WITHOUT_CONV_SKETCHED
    {RSL_CONV_SKETCHED, sizeof(rsl_conv_sketched), false, rsl_check_conv_sketched, "sketched_convolution"},
#endif
#ifndef RSL_WITHOUT_MAX_POOL
    {RSL_MAX_POOL, sizeof(rsl_pool), true, rsl_check_max_pool, "max_pool"},
#endif
#ifndef RSL_WITHOUT_AVERAGE_POOL
    {RSL_AVERAGE_POOL, sizeof(rsl_pool), true, rsl_check_average_pool, "average_pool"},
#endif
#ifndef RSL_WITHOUT_DEPTHWISE
    {RSL_DEPTHWISE, sizeof(rsl_depthwise), false, rsl_check_depthwise, "depthwise_convolution"},
#endif
#ifndef RSL_WITHOUT_STANDARDISE
    {RSL_STANDARDISE, sizeof(rsl_operation), false, check_standardise, "standardisation"},
#endif
#ifndef RSL_WITHOUT_FEATURES
    {RSL_EXTRACT, sizeof(rsl_extract), false, check_extract, "features"},
#endif
};

static const kind_row *row_of(uint16_t kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; ++i)
        if (kinds[i].kind == kind)
            return &kinds[i];
    return NULL;
}

rsl_check rsl_operation_check(const rsl_model_header *h, size_t at)
{
    const rsl_operation *op = (const rsl_operation *)(const void *)((const uint8_t *)h + at);
    rsl_record made = {h, op, at, NULL, NULL};
    const rsl_record *r = &made;
    const kind_row *row = row_of(op->kind);
    if (row == NULL)
        return rsl_fault_at(RSL_FAULT_KIND, AT(rsl_operation, kind));
    if (op->size != row->size || op->size > h->total_bytes - at)
        return rsl_fault_at(RSL_FAULT_OFFSET, AT(rsl_operation, size));
    if (op->reserved != 0)
        return rsl_fault_at(RSL_FAULT_RESERVED, AT(rsl_operation, reserved));
    if (op->input >= h->tensors)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, input));
    if (op->output >= h->tensors)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(rsl_operation, output));
    made.x = rsl_tensor_of(h, op->input);
    made.y = rsl_tensor_of(h, op->output);
    return row->check(r);
}

bool rsl_works_in_place(uint16_t kind)
{
    const kind_row *row = row_of(kind);
    return row != NULL && row->in_place;
}

const char *rsl_kind_name(uint16_t kind)
{
    const kind_row *row = row_of(kind);
    return row != NULL ? row->name : "?";
}

uint64_t rsl_operation_macs(const rsl_model *model, const rsl_operation *op)
{
    const rsl_tensor *in = &model->tensors[op->input];
    const rsl_tensor *out = &model->tensors[op->output];
    const rsl_sliding *sliding = rsl_sliding_of(op);
    uint64_t x = rsl_tensor_numbers(in);  // that a product reads,
    uint64_t y = rsl_tensor_numbers(out); // and makes,
    uint64_t times = 1;                   // so often
    if (sliding != NULL) {
        x = (uint64_t)sliding->window.height * sliding->window.width * in->channels;
        y = out->channels;
        times = (uint64_t)out->height * out->width;
    }
#ifndef RSL_WITHOUT_DEPTHWISE
    if (op->kind == RSL_DEPTHWISE) {
        const rsl_window *w = &((const rsl_depthwise *)(const void *)op)->window;
        return y * w->height * w->width;
    }
#endif
    if (op->kind == RSL_DENSE || op->kind == RSL_CONV)
        return times * x * y;
    if (!rsl_is_sketched(op))
        return 0;
    const uint64_t rank = model->tensors[((const rsl_sketched *)(const void *)op)->r_product].channels;
    return times * (rank * (x + y) + ((op->flags & RSL_HAS_U) != 0 ? rank * rank : 0U));
}
