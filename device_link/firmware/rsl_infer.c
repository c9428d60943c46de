// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_infer.h"

#include <string.h>

#include "device_link/firmware/kernels/rsl_images.h"

/// An operation and where its numbers are.
typedef struct task {
    const rsl_model *model;
    const rsl_operation *op;
    const void *input; ///< of the model
    uint8_t *arena;
} task;

static const rsl_tensor *tensor_of(const task *t, uint16_t number)
{
    return &t->model->tensors[number];
}

/// The input may lie elsewhere than in the arena.
static const void *numbers_of(const task *t, uint16_t number)
{
    return number == t->model->header->input ? t->input : t->arena + tensor_of(t, number)->arena;
}

static void *place_of(const task *t, uint16_t number)
{
    return t->arena + tensor_of(t, number)->arena;
}

static void int8_product(const task *t, uint32_t weights, uint8_t layout, uint16_t from, uint16_t to)
{
    const rsl_tensor *x = tensor_of(t, from);
    const rsl_tensor *y = tensor_of(t, to);
    const rsl_s8_product p = {t->model->bytes + weights, y->channels, x->channels, y->zero, layout};
    const void *in = numbers_of(t, from);
    void *out = place_of(t, to);
    if (x->type == RSL_TENSOR_I16) {
        if (y->type == RSL_TENSOR_I16)
            rsl_s8_wide_to_wide(&p, in, out);
        else
            rsl_s8_wide_to_act(&p, in, out);
    } else if (y->type == RSL_TENSOR_I16) {
        rsl_s8_act_to_wide(&p, in, out);
    } else {
        rsl_s8_act_to_act(&p, in, out);
    }
}

static bool ends_in_relu(const rsl_operation *op)
{
    return (op->flags & RSL_RELU) != 0;
}

static void float_product(const task *t, uint32_t weights, uint16_t from, uint16_t to)
{
    const bool relu = to == t->op->output && ends_in_relu(t->op);
    const rsl_factor f = {t->op->number, t->op->layout, tensor_of(t, to)->channels,
                          tensor_of(t, from)->channels};
    rsl_float_product(&f, t->model->bytes + weights, numbers_of(t, from), place_of(t, to), relu);
}

static void product(const task *t, uint32_t weights, uint8_t layout, uint16_t from, uint16_t to)
{
    if (t->op->number == RSL_I8)
        int8_product(t, weights, layout, from, to);
    else
        float_product(t, weights, from, to);
}

static void run_dense(const task *t)
{
    const rsl_operation *op = t->op;
    product(t, op->weights, op->layout, op->input, op->output);
}

static void run_sketched(const task *t)
{
    const rsl_operation *op = t->op;
    const rsl_sketched *s = (const rsl_sketched *)(const void *)op;
    uint16_t middle = s->r_product;
    product(t, s->r_factor, s->r_layout, op->input, middle);
    if ((op->flags & RSL_HAS_U) != 0) {
        product(t, s->u_factor, s->u_layout, middle, s->u_product);
        middle = s->u_product;
    }
    product(t, op->weights, op->layout, middle, op->output);
}

/// All numbers of the output, or the kept ones of the input: as they are, or int8 in two bytes instead of
/// one, or the other way. Integers with zeros up to a multiple of 16 numbers, where they are not just copied.
static void move(const task *t, const uint16_t *kept)
{
    const rsl_tensor *x = tensor_of(t, t->op->input);
    const rsl_tensor *y = tensor_of(t, t->op->output);
    const void *from = numbers_of(t, t->op->input);
    void *to = place_of(t, t->op->output);
    const uint32_t n = rsl_tensor_numbers(y);
    const uint8_t x_type = x->type;
    const uint8_t y_type = y->type;
    if (kept == NULL && x_type == y_type) {
        if (from != to)
            memcpy(to, from, rsl_tensor_bytes(y));
        return;
    }
    if (x_type == RSL_TENSOR_I8 && y_type == rsl_s8_load_type) {
        rsl_s8_load(to, from, kept, n);
        return;
    }
    if (y_type == RSL_TENSOR_F32) {
        for (uint32_t i = 0; i < n; ++i)
            ((float *)to)[i] = ((const float *)from)[kept[i]];
        return;
    }
    for (uint32_t i = 0; i < ((n + 15U) & ~15U); ++i) {
        int16_t v = 0;
        if (i < n) {
            const uint32_t at = kept != NULL ? kept[i] : i;
            v = x_type == RSL_TENSOR_I8 ? ((const int8_t *)from)[at] : ((const int16_t *)from)[at];
        }
        if (y_type == RSL_TENSOR_I8)
            ((int8_t *)to)[i] = (int8_t)v;
        else
            ((int16_t *)to)[i] = v;
    }
}

static void run_gather(const task *t)
{
    move(t, (const uint16_t *)(const void *)(t->model->bytes + t->op->weights));
}

static void run_move(const task *t)
{
    move(t, NULL);
}

static void run_add(const task *t)
{
    const rsl_add *add = (const rsl_add *)(const void *)t->op;
    const rsl_tensor *y = tensor_of(t, t->op->output);
    const void *a = numbers_of(t, t->op->input);
    const void *b = numbers_of(t, add->other);
    void *to = place_of(t, t->op->output);
    const uint32_t n = rsl_tensor_numbers(y);
    if (y->type == RSL_TENSOR_F32) {
        const bool relu = ends_in_relu(t->op);
        for (uint32_t i = 0; i < n; ++i) {
            const float sum = ((const float *)a)[i] + ((const float *)b)[i];
            ((float *)to)[i] = relu && !(sum > 0.0F) ? 0.0F : sum;
        }
        return;
    }
    const bool narrow = y->type == RSL_TENSOR_I8;
    for (uint32_t i = 0; i < n; ++i) {
        const int32_t qa = narrow ? ((const int8_t *)a)[i] : ((const int16_t *)a)[i];
        const int32_t qb = narrow ? ((const int8_t *)b)[i] : ((const int16_t *)b)[i];
        // At most 2 * 2^7 * 2^21 + 2^30 in magnitude, for int8 numbers; modulo 2^32 for any.
        const uint32_t sum = (uint32_t)qa * (uint32_t)add->multiplier
            + (uint32_t)qb * (uint32_t)add->other_multiplier + (uint32_t)add->offset;
        int32_t v = y->zero + ((int32_t)sum >> 16);
        v = v < -128 ? -128 : v;
        v = v > 127 ? 127 : v;
        if (narrow)
            ((int8_t *)to)[i] = (int8_t)v;
        else
            ((int16_t *)to)[i] = (int16_t)v;
    }
}

#if !defined(RSL_WITHOUT_CONV) || !defined(RSL_WITHOUT_CONV_SKETCHED) || !defined(RSL_WITHOUT_MAX_POOL)      \
    || !defined(RSL_WITHOUT_AVERAGE_POOL) || !defined(RSL_WITHOUT_DEPTHWISE)
static rsl_grid grid_of(const task *t, const rsl_window *w)
{
    const rsl_tensor *x = tensor_of(t, t->op->input);
    const rsl_tensor *y = tensor_of(t, t->op->output);
    return (rsl_grid) {x->height,        x->width, x->channels, w->height, w->width, w->stride_down,
                       w->stride_across, w->top,   w->left,     y->height, y->width};
}
#endif

#if !defined(RSL_WITHOUT_CONV) || !defined(RSL_WITHOUT_CONV_SKETCHED)
static uint8_t bytes_of(const rsl_tensor *t)
{
    return t->type == RSL_TENSOR_F32 ? 4U : t->type == RSL_TENSOR_I8 ? 1U : 2U;
}

/// One more product.
/// @param from  tensor, @param to  of a window's numbers
static void add_step(const task *t, rsl_convolution *c, uint32_t weights, uint8_t layout, uint32_t cols,
                     uint16_t from, uint16_t to)
{
    const rsl_tensor *x = tensor_of(t, from);
    const rsl_tensor *y = tensor_of(t, to);
    c->steps[c->count++] = (rsl_step) {
        .product = {t->model->bytes + weights, y->channels, cols, y->zero, layout},
        .from_wide = x->type == RSL_TENSOR_I16,
        .to_wide = y->type == RSL_TENSOR_I16,
        .relu = ends_in_relu(t->op) && to == t->op->output,
        .to = place_of(t, to),
    };
}

static void run_conv(const task *t)
{
    const rsl_operation *op = t->op;
    const rsl_sliding *sliding = rsl_sliding_of(op);
    const rsl_tensor *x = tensor_of(t, op->input);
    const rsl_tensor *y = tensor_of(t, op->output);
    const rsl_tensor *strip = tensor_of(t, sliding->strip);
    rsl_convolution c;
    c.grid = grid_of(t, &sliding->window);
    c.number = op->number;
    c.bytes = bytes_of(strip);
    c.y_bytes = bytes_of(y);
    c.count = 0;
    c.zero = x->zero;
    c.column = strip->channels;
    c.strip = place_of(t, sliding->strip);
    c.pixel = NULL;
    c.pixel_bytes = 0;
    uint16_t to = op->output;
    if (sliding->pixel != RSL_NO_TENSOR) {
        to = sliding->pixel;
        c.pixel = place_of(t, to);
        c.pixel_bytes = bytes_of(tensor_of(t, to));
    }
    uint16_t at = sliding->strip;
    uint32_t cols = sliding->window.width * c.column;
    if (rsl_is_sketched(op)) {
        const rsl_sketched *s = (const rsl_sketched *)(const void *)op;
        add_step(t, &c, s->r_factor, s->r_layout, cols, at, s->r_product);
        at = s->r_product;
        cols = tensor_of(t, at)->channels;
        if ((op->flags & RSL_HAS_U) != 0) {
            add_step(t, &c, s->u_factor, s->u_layout, cols, at, s->u_product);
            at = s->u_product;
        }
    }
    add_step(t, &c, op->weights, op->layout, cols, at, to);
    rsl_convolve(&c, numbers_of(t, op->input), place_of(t, op->output));
}
#endif

#if !defined(RSL_WITHOUT_MAX_POOL)
static void run_max_pool(const task *t)
{
    const rsl_grid g = grid_of(t, &((const rsl_pool *)(const void *)t->op)->window);
    const void *x = numbers_of(t, t->op->input);
    if (tensor_of(t, t->op->input)->type == RSL_TENSOR_F32)
        rsl_max_pool_f32(&g, x, place_of(t, t->op->output));
    else
        rsl_max_pool_s8(&g, x, place_of(t, t->op->output));
}
#endif

#if !defined(RSL_WITHOUT_AVERAGE_POOL)
static void run_average_pool(const task *t)
{
    const rsl_pool *p = (const rsl_pool *)(const void *)t->op;
    const rsl_grid g = grid_of(t, &p->window);
    const rsl_tensor *y = tensor_of(t, t->op->output);
    const void *x = numbers_of(t, t->op->input);
    if (y->type == RSL_TENSOR_F32) {
        rsl_average_pool_f32(&g, x, place_of(t, t->op->output));
        return;
    }
    const rsl_mean mean = {p->multiplier, p->bias, y->zero, y->type == RSL_TENSOR_I16};
    rsl_average_pool_s8(&g, &mean, x, place_of(t, t->op->output));
}
#endif

#if !defined(RSL_WITHOUT_DEPTHWISE)
static void run_depthwise(const task *t)
{
    const rsl_grid g = grid_of(t, &((const rsl_depthwise *)(const void *)t->op)->window);
    const rsl_tensor *y = tensor_of(t, t->op->output);
    const uint8_t *weights = t->model->bytes + t->op->weights;
    const void *x = numbers_of(t, t->op->input);
    void *to = place_of(t, t->op->output);
    if (t->op->number == RSL_I8)
        rsl_depthwise_s8(&g, weights, tensor_of(t, t->op->input)->zero, y->zero, y->type == RSL_TENSOR_I16, x,
                         to);
    else
        rsl_depthwise_float(&g, t->op->number, weights, ends_in_relu(t->op), x, to);
}
#endif

#if !defined(RSL_WITHOUT_STANDARDISE)
static void run_standardise(const task *t)
{
    const rsl_tensor *y = tensor_of(t, t->op->output);
    const float *map = (const float *)(const void *)(t->model->bytes + t->op->weights);
    rsl_standardise(map, rsl_tensor_numbers(y), y->zero, y->type, numbers_of(t, t->op->input),
                    place_of(t, t->op->output));
}
#endif

#if !defined(RSL_WITHOUT_FEATURES)
static void run_extract(const task *t)
{
    const rsl_extract *op = (const rsl_extract *)(const void *)t->op;
    const rsl_tensor *x = tensor_of(t, t->op->input);
    const rsl_tensor *y = tensor_of(t, t->op->output);
    const rsl_extraction e = {x->width,
                              x->channels,
                              op->frame,
                              op->hop,
                              op->bands,
                              op->coefficients,
                              t->model->bytes + t->op->weights,
                              place_of(t, op->scratch),
                              y->scale,
                              y->zero,
                              y->type};
    rsl_extract_features(&e, numbers_of(t, t->op->input), place_of(t, t->op->output));
}
#endif

/// What this firmware computes, by rsl_kind. A build may leave out those with a name in RSL_WITHOUT_...; what
/// each demands of an image is protocol/rsl_operation.c's, where the same are left out.
static void (*const kinds[])(const task *) = {
    [RSL_DENSE] = run_dense,
    [RSL_SKETCHED] = run_sketched,
    [RSL_GATHER] = run_gather,
    [RSL_ADD] = run_add,
    [RSL_FLATTEN] = run_move,
    [RSL_COPY] = run_move,
#if !defined(RSL_WITHOUT_CONV)
    [RSL_CONV] = run_conv,
#endif
#if !defined(RSL_WITHOUT_CONV_SKETCHED)
    [RSL_CONV_SKETCHED] = run_conv,
#endif
#if !defined(RSL_WITHOUT_MAX_POOL)
    [RSL_MAX_POOL] = run_max_pool,
#endif
#if !defined(RSL_WITHOUT_AVERAGE_POOL)
    [RSL_AVERAGE_POOL] = run_average_pool,
#endif
#if !defined(RSL_WITHOUT_DEPTHWISE)
    [RSL_DEPTHWISE] = run_depthwise,
#endif
#if !defined(RSL_WITHOUT_STANDARDISE)
    [RSL_STANDARDISE] = run_standardise,
#endif
#if !defined(RSL_WITHOUT_FEATURES)
    [RSL_EXTRACT] = run_extract,
#endif
};

rsl_needs rsl_infer_knows(void)
{
    rsl_needs knows = {0, (1U << RSL_F32) | (1U << RSL_F16) | (1U << RSL_I8),
                       rsl_s8_layouts | RSL_LAYOUT_BIT(RSL_LAYOUT_F_4X1)};
#pragma GCC unroll 16 // a constant, then
    for (unsigned kind = RSL_DENSE; kind < sizeof kinds / sizeof kinds[0]; ++kind)
        if (kinds[kind] != NULL)
            knows.kinds |= RSL_KIND_BIT(kind);
#if !defined(RSL_WITHOUT_DEPTHWISE)
    knows.layouts |= RSL_LAYOUT_BIT(RSL_LAYOUT_TAPS);
#endif
    return knows;
}

uint8_t *rsl_infer_input(const rsl_model *model, void *arena)
{
    return (uint8_t *)arena + model->input->arena;
}

uint8_t *rsl_infer_output(const rsl_model *model, void *arena)
{
    return (uint8_t *)arena + model->output->arena;
}

void rsl_infer_prepare(const rsl_model *model, void *arena)
{
    memset(arena, 0, rsl_model_ram_bytes(model));
}

/// One bit pattern for all outputs that are not a number: machines differ in the sign that they give it.
static void make_canonical(const task *t)
{
    if (t->model->output->type != RSL_TENSOR_F32)
        return;
    float *y = (float *)(void *)rsl_infer_output(t->model, t->arena);
    const uint32_t n = rsl_tensor_numbers(t->model->output);
    for (uint32_t i = 0; i < n; ++i) {
        uint32_t bits;
        memcpy(&bits, &y[i], sizeof bits);
        if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
            bits = 0x7FC00000U;
            memcpy(&y[i], &bits, sizeof bits);
        }
    }
}

void rsl_infer_operation(const rsl_model *model, uint32_t number, const void *input, void *arena)
{
    task t = {model, rsl_model_first(model), input, arena};
    for (uint32_t i = 0; i < number; ++i)
        t.op = rsl_operation_next(t.op);
    kinds[t.op->kind](&t);
    if (t.op->output == model->header->output)
        make_canonical(&t);
}

void rsl_infer(const rsl_model *model, const void *input, void *arena)
{
    task t = {model, rsl_model_first(model), input, arena};
    for (uint32_t left = model->header->operations; left != 0U; --left) {
        kinds[t.op->kind](&t); // there is one: a model with others does not open
        t.op = rsl_operation_next(t.op);
    }
    make_canonical(&t);
}

uint16_t rsl_infer_class(const rsl_model *model, const void *output)
{
    const uint32_t n = rsl_tensor_numbers(model->output);
    uint32_t best = 0;
    if (model->output->type == RSL_TENSOR_I16) {
        const int16_t *y = output;
        for (uint32_t i = 1; i < n; ++i)
            if (y[i] > y[best])
                best = i;
    } else {
        const float *y = output;
        for (uint32_t i = 1; i < n; ++i)
            if (y[i] > y[best] || (y[best] != y[best] && y[i] == y[i]))
                best = i;
    }
    return (uint16_t)best;
}
