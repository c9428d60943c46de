// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_text_attach.h"

#include <string.h>

static void model_for_text(void *context, rsl_text_model *m)
{
    const rsl_device *d = (const rsl_device *)context;
    const rsl_port *p = d->port;
    const rsl_model *model = &d->ready.model;
    uint32_t used = 0;
    memset(m, 0, sizeof *m);
    if (model->bytes != NULL) {
        used = rsl_model_ram_bytes(model);
        m->name = model->header->name;
        m->inputs = rsl_tensor_numbers(model->input);
        m->outputs = rsl_tensor_numbers(model->output);
        m->integer = model->input->type == RSL_TENSOR_I8;
        m->input_scale = model->input->scale;
        m->input_zero = model->input->zero;
        m->output_scale = model->output->scale;
        m->input = d->ready.input;
        m->output = d->ready.output;
        m->has_output = d->has_output;
        m->output_class = d->output_class;
        m->known_input = model->bytes + model->header->known_input;
        m->inferences = d->inferences;
    }
    m->spare = p->arena + (used < p->arena_bytes ? used : 0);
    m->spare_bytes = used < p->arena_bytes ? p->arena_bytes - used : 0;
    m->laid_out = d->laid_out;
}

static uint64_t ticks_for_text(void *context)
{
    return rsl_device_time((rsl_device *)context);
}

static void infer_for_text(void *context, const void *input, uint32_t runs)
{
    rsl_device *d = (rsl_device *)context;
    if (input == (const void *)d->ready.input)
        memset(&d->input_ack, 0, sizeof d->input_ack); // what frames brought is no longer there
    rsl_device_infer_many(d, input, runs);
}

void rsl_text_attach(rsl_device *d, bool energy)
{
    const rsl_text_host host = {
        .context = d,
        .port = d->port,
        .energy = energy,
        .model = model_for_text,
        .ticks = ticks_for_text,
        .infer = infer_for_text,
    };
    rsl_text_start(&d->text, &host);
}
