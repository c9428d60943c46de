// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_infer.h"

#include <string.h>

#include "device_link/firmware/kernels/rsl_kernels.h"

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

static void float_product(const task *t, uint32_t weights, uint16_t from, uint16_t to, bool relu)
{
    const rsl_factor f = {t->op->number, t->op->layout, tensor_of(t, to)->channels,
                          tensor_of(t, from)->channels};
    rsl_float_product(&f, t->model->bytes + weights, numbers_of(t, from), place_of(t, to), relu);
}

static void product(const task *t, uint32_t weights, uint8_t layout, uint16_t from, uint16_t to, bool relu)
{
    if (t->op->number == RSL_I8)
        int8_product(t, weights, layout, from, to);
    else
        float_product(t, weights, from, to, relu);
}

static void run_dense(const task *t)
{
    const rsl_operation *op = t->op;
    product(t, op->weights, op->layout, op->input, op->output, (op->flags & RSL_RELU) != 0);
}

static void run_sketched(const task *t)
{
    const rsl_operation *op = t->op;
    const rsl_sketched *s = (const rsl_sketched *)(const void *)op;
    uint16_t middle = s->r_product;
    product(t, s->r_factor, s->r_layout, op->input, middle, false);
    if ((op->flags & RSL_HAS_U) != 0) {
        product(t, s->u_factor, s->u_layout, middle, s->u_product, false);
        middle = s->u_product;
    }
    product(t, op->weights, op->layout, middle, op->output, (op->flags & RSL_RELU) != 0);
}

/// int8 to int8, each in a byte or in two, and zeros up to a multiple of 16 numbers.
static void move_int8(const rsl_tensor *x, const void *from, const uint16_t *kept, const rsl_tensor *y,
                      void *to)
{
    const uint32_t n = rsl_tensor_numbers(y);
    if (x->type == RSL_TENSOR_I8 && y->type == rsl_s8_load_type) {
        rsl_s8_load(to, from, kept, n);
        return;
    }
    const int8_t *narrow = from;
    const int16_t *wide = from;
    for (uint32_t i = 0; i < ((n + 15U) & ~15U); ++i) {
        int16_t v = 0;
        if (i < n) {
            const uint32_t at = kept != NULL ? kept[i] : i;
            v = x->type == RSL_TENSOR_I8 ? narrow[at] : wide[at];
        }
        if (y->type == RSL_TENSOR_I8)
            ((int8_t *)to)[i] = (int8_t)v;
        else
            ((int16_t *)to)[i] = v;
    }
}

static void run_gather(const task *t)
{
    const rsl_tensor *x = tensor_of(t, t->op->input);
    const rsl_tensor *y = tensor_of(t, t->op->output);
    const uint16_t *kept = (const uint16_t *)(const void *)(t->model->bytes + t->op->weights);
    const void *from = numbers_of(t, t->op->input);
    void *to = place_of(t, t->op->output);
    if (y->type == RSL_TENSOR_F32) {
        float *gathered = to;
        for (const uint16_t *const end = kept + y->channels; kept != end;)
            *gathered++ = ((const float *)from)[*kept++];
    } else if (y->type == RSL_TENSOR_I16) {
        int16_t *gathered = to;
        for (const uint16_t *const end = kept + y->channels; kept != end;)
            *gathered++ = ((const int16_t *)from)[*kept++];
    } else {
        move_int8(x, from, kept, y, to);
    }
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
        const bool relu = (t->op->flags & RSL_RELU) != 0;
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

static void run_flatten(const task *t)
{
    const void *from = numbers_of(t, t->op->input);
    void *to = place_of(t, t->op->output);
    if (from != to)
        memcpy(to, from, rsl_tensor_bytes(tensor_of(t, t->op->output)));
}

static void run_copy(const task *t)
{
    const rsl_tensor *x = tensor_of(t, t->op->input);
    const rsl_tensor *y = tensor_of(t, t->op->output);
    if (x->type == y->type)
        run_flatten(t);
    else
        move_int8(x, numbers_of(t, t->op->input), NULL, y, place_of(t, t->op->output));
}

/// What this firmware computes. What each demands of an image is protocol/rsl_operation.c's.
static const struct {
    uint16_t kind;
    void (*run)(const task *);
} kinds[] = {
    {RSL_DENSE, run_dense}, {RSL_SKETCHED, run_sketched}, {RSL_GATHER, run_gather},
    {RSL_ADD, run_add},     {RSL_FLATTEN, run_flatten},   {RSL_COPY, run_copy},
};

rsl_needs rsl_infer_knows(void)
{
    rsl_needs knows = {0, (1U << RSL_F32) | (1U << RSL_F16) | (1U << RSL_I8),
                       rsl_s8_layouts | RSL_LAYOUT_BIT(RSL_LAYOUT_F_4X1)};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; ++i)
        knows.kinds |= RSL_KIND_BIT(kinds[i].kind);
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

/// One bit pattern for all that is not a number: machines differ in the sign that they give it.
static void make_canonical(float *y, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i) {
        uint32_t bits;
        memcpy(&bits, &y[i], sizeof bits);
        if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
            bits = 0x7FC00000U;
            memcpy(&y[i], &bits, sizeof bits);
        }
    }
}

static void run_operation(const task *t)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; ++i)
        if (kinds[i].kind == t->op->kind)
            kinds[i].run(t);
    if (t->op->output == t->model->header->output && t->model->output->type == RSL_TENSOR_F32)
        make_canonical(place_of(t, t->op->output), rsl_tensor_numbers(t->model->output));
}

void rsl_infer_operation(const rsl_model *model, uint32_t number, const void *input, void *arena)
{
    task t = {model, rsl_model_first(model), input, arena};
    for (uint32_t i = 0; i < number; ++i)
        t.op = rsl_operation_next(t.op);
    run_operation(&t);
}

void rsl_infer(const rsl_model *model, const void *input, void *arena)
{
    task t = {model, rsl_model_first(model), input, arena};
    for (uint32_t left = model->header->operations; left != 0U; --left) {
        run_operation(&t);
        t.op = rsl_operation_next(t.op);
    }
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
