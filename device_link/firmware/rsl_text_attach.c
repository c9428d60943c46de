// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_text_attach.h"

#include <string.h>

#include "device_link/firmware/rsl_infer.h"
#include "device_link/firmware/rsl_window.h"

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
        m->output_class = d->has_output ? rsl_infer_class(model, d->ready.output) : 0;
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
        d->has_input = false; // what frames brought is no longer there
    // Nothing between them but a look at the time and for a byte, after 1, 2, 4, .. of them until that is a
    // quarter of a second; interrupts stay on. Who asks for inferences waits; what comes all the same is not
    // heard, but a watchdog is fed that lives on the loop's reading.
    const rsl_port *p = d->port;
    const uint32_t few = p->timer_hz / 4U; // ticks
    uint64_t before = rsl_device_time(d);
    for (uint32_t at_once = 1; runs > 1U;) {
        for (uint32_t n = at_once; n > 0 && runs > 1U; --n, --runs)
            rsl_infer(&d->ready.model, input, p->arena);
        (void)p->read(p->context);
        const uint64_t now = rsl_device_time(d);
        if (now - before < few && at_once < few)
            at_once *= 2U;
        before = now;
    }
    if (runs > 0)
        (void)rsl_device_infer(d, input); // as one that a frame asks for: what is said of it is of the last
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
