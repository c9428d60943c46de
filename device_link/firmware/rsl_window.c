// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_window.h"

#include "device_link/firmware/rsl_divide.h"
#include "device_link/firmware/rsl_infer.h"

static void advance_time(rsl_device *d, uint32_t now)
{
    d->time += now - d->last_ticks;
    d->last_ticks = now;
}

uint64_t rsl_device_time(rsl_device *d)
{
    advance_time(d, d->port->ticks(d->port->context));
    return d->time;
}

uint32_t rsl_device_infer(rsl_device *d, const void *input)
{
    const rsl_port *port = d->port;
    if (port->quiet != NULL)
        port->quiet(port->context, true);
    const uint32_t begin = port->ticks(port->context);
    rsl_infer(&d->ready.model, input, port->arena);
    const uint32_t end = port->ticks(port->context);
    if (port->quiet != NULL)
        port->quiet(port->context, false);
    advance_time(d, begin); // each by itself: an inference may take up to 2^32 ticks
    advance_time(d, end);
    d->output_ticks = end - begin;
    d->ready.ticks = end - begin;
    d->has_output = true;
    ++d->inferences;
    d->has_sums = false;
    d->done.valid = false;
    return end - begin;
}

/// Cycles that a multiply-add takes at most: int8 by portable C, and floats with an FPU or without.
static uint32_t cycles_each(const rsl_device *d)
{
    if (d->ready.model.input->type == RSL_TENSOR_I8 || (d->port->features & RSL_HAS_FPU) != 0)
        return 16;
    return 256;
}

/// Multiply-adds of an inference, and those that take as long as the features, which the first operation
/// makes: a few for each sample of a frame beside those of its transform.
static uint64_t work_of(const rsl_model *model)
{
    uint64_t work = rsl_model_macs(model);
#ifndef RSL_WITHOUT_FEATURES
    const rsl_operation *op = rsl_model_first(model);
    if (op->kind == RSL_EXTRACT) {
        const rsl_extract *e = (const rsl_extract *)(const void *)op;
        uint32_t each = 4;
        for (uint32_t left = e->frame; left > 1U; left /= 2U)
            ++each;
        const uint32_t frames = (model->input->width - (uint32_t)e->frame) / e->hop + 1U;
        work += (uint64_t)frames * e->frame * model->input->channels * each;
    }
#endif
    return work;
}

uint32_t rsl_device_expects(const rsl_device *d)
{
    const uint64_t ms = d->ready.ticks != 0
        ? rsl_divide((uint64_t)d->ready.ticks * 1250U, d->port->timer_hz, NULL)
        : rsl_divide(work_of(&d->ready.model) * cycles_each(d), d->port->clock_hz / 1000U + 1U, NULL);
    return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

bool rsl_device_has_input(const rsl_device *d, uint32_t vector)
{
    return d->has_input && d->input_ack.vector == vector
        && d->input_ack.next_off == rsl_model_input_bytes(&d->ready.model);
}

const void *rsl_device_known_input(const rsl_device *d)
{
    return d->ready.model.bytes + d->ready.model.header->known_input;
}
