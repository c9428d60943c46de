// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_infer.h"

#include <string.h>

#include "device_link/firmware/kernels/rsl_kernels.h"

/// Where vectors lie in the scratch: two of activations, taken in turn, and two intermediates.
typedef struct vectors {
    uint8_t *activations[2];
    uint8_t *intermediate[2];
} vectors;

static vectors divide(const rsl_model *model, void *scratch)
{
    // rsl_model_scratch_bytes() is 2 * size * (width + rank).
    const uint32_t size = model->header->number == RSL_I8 ? 2 : 4;
    uint32_t rank = 0;
    for (uint32_t i = 0; i < model->header->layers; ++i)
        if (model->layers[i].rank > rank)
            rank = model->layers[i].rank;
    const uint32_t intermediate = size * ((rank + 15U) & ~15U);
    const uint32_t width = rsl_model_scratch_bytes(model) / 2U - intermediate;
    uint8_t *at = scratch;
    return (vectors) {{at, at + width}, {at + 2U * width, at + 2U * width + intermediate}};
}

uint8_t rsl_infer_layouts(void)
{
    return (uint8_t)(rsl_s8_layouts | RSL_LAYOUT_BIT(RSL_LAYOUT_F_4X1));
}

void rsl_infer_prepare(const rsl_model *model, void *scratch)
{
    memset(scratch, 0, rsl_model_scratch_bytes(model));
}

static void int8_layer(const rsl_model *m, uint32_t number, const int8_t *input, int16_t *output,
                       const vectors *v)
{
    const rsl_model_layer *l = &m->layers[number];
    const bool last = number + 1U == m->header->layers;
    void *x = v->activations[number & 1U];
    void *y = last ? (void *)output : v->activations[(number & 1U) ^ 1U];
    if (number == 0)
        rsl_s8_load(x, input, l->kept != 0 ? (const uint16_t *)(const void *)(m->bytes + l->kept) : NULL,
                    l->read);
    const uint32_t layout = m->header->layout;
    const rsl_s8_product c = {m->bytes + l->c_factor, l->outputs, l->kind == RSL_DENSE ? l->read : l->rank,
                              l->output_zero, layout};
    if (l->kind == RSL_DENSE) {
        if (last)
            rsl_s8_act_to_wide(&c, x, y);
        else
            rsl_s8_act_to_act(&c, x, y);
    } else {
        const rsl_s8_product r = {m->bytes + l->r_factor, l->rank, l->read, 0, layout};
        int16_t *intermediate = (int16_t *)(void *)v->intermediate[0];
        rsl_s8_act_to_wide(&r, x, intermediate);
        if ((l->flags & RSL_LAYER_HAS_U) != 0) {
            const rsl_s8_product u = {m->bytes + l->u_factor, l->rank, l->rank, 0, layout};
            rsl_s8_wide_to_wide(&u, intermediate, (int16_t *)(void *)v->intermediate[1]);
            intermediate = (int16_t *)(void *)v->intermediate[1];
        }
        if (last)
            rsl_s8_wide_to_wide(&c, intermediate, y);
        else
            rsl_s8_wide_to_act(&c, intermediate, y);
    }
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

static void float_layer(const rsl_model *m, uint32_t number, const float *input, float *output,
                        const vectors *v)
{
    const rsl_model_layer *l = &m->layers[number];
    const rsl_model_header *h = m->header;
    const bool last = number + 1U == h->layers;
    const bool relu = (l->flags & RSL_LAYER_RELU) != 0;
    const float *x = (const float *)(const void *)v->activations[number & 1U];
    if (number == 0) {
        if (l->kept != 0) {
            const uint16_t *kept = (const uint16_t *)(const void *)(m->bytes + l->kept);
            float *gathered = (float *)(void *)v->activations[0];
            for (uint32_t i = 0; i < l->read; ++i)
                gathered[i] = input[kept[i]];
        } else {
            x = input;
        }
    }
    float *y = last ? output : (float *)(void *)v->activations[(number & 1U) ^ 1U];
    if (l->kind == RSL_DENSE) {
        const rsl_factor w = {h->number, h->layout, l->outputs, l->read};
        rsl_float_product(&w, m->bytes + l->c_factor, x, y, relu);
    } else {
        const rsl_factor r = {h->number, h->layout, l->rank, l->read};
        const rsl_factor u = {h->number, h->layout, l->rank, l->rank};
        const rsl_factor c = {h->number, h->layout, l->outputs, l->rank};
        float *intermediate = (float *)(void *)v->intermediate[0];
        rsl_float_product(&r, m->bytes + l->r_factor, x, intermediate, false);
        if ((l->flags & RSL_LAYER_HAS_U) != 0) {
            rsl_float_product(&u, m->bytes + l->u_factor, intermediate, (float *)(void *)v->intermediate[1],
                              false);
            intermediate = (float *)(void *)v->intermediate[1];
        }
        rsl_float_product(&c, m->bytes + l->c_factor, intermediate, y, relu);
    }
    if (last)
        make_canonical(output, l->outputs);
}

void rsl_infer_layer(const rsl_model *model, uint32_t number, const void *input, void *output, void *scratch)
{
    const vectors v = divide(model, scratch);
    if (model->header->number == RSL_I8)
        int8_layer(model, number, input, output, &v);
    else
        float_layer(model, number, input, output, &v);
}

void rsl_infer(const rsl_model *model, const void *input, void *output, void *scratch)
{
    for (uint32_t i = 0; i < model->header->layers; ++i)
        rsl_infer_layer(model, i, input, output, scratch);
}

uint16_t rsl_infer_class(const rsl_model *model, const void *output)
{
    const uint32_t n = model->header->outputs;
    uint32_t best = 0;
    if (model->header->number == RSL_I8) {
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
