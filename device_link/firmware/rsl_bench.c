// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_bench.h"

#include <string.h>

#include "device_link/firmware/rsl_infer.h"
#include "device_link/firmware/rsl_reply.h"
#include "device_link/firmware/rsl_window.h"

/// Milliseconds: how long the line has to be silent before the benchmark goes on, a little more than the 2 s
/// after which a host has sent again; and the longest pause, so that noise cannot stop it for ever.
enum { SILENCE = 2100, LONGEST_PAUSE = 6000 };

static uint32_t saturated(uint64_t ms)
{
    return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

void rsl_answer_bench(rsl_device *d, const rsl_request *request)
{
    const rsl_bench *bench = &request->bench;
    if ((bench->flags & RSL_BENCH_USE_INPUT) != 0 && !rsl_device_has_input(d, bench->vector)) {
        rsl_refuse(d, RSL_BAD_INPUT, rsl_model_input_bytes(&d->ready.model));
        return;
    }
    rsl_bench_state *b = &d->bench;
    memset(b, 0, sizeof *b);
    b->request = *bench;
    b->result.runs = bench->runs;
    b->result.timer_hz = d->port->timer_hz;
    b->result.min_ticks = UINT32_MAX;
    d->work = RSL_WORK_BENCH;
    const uint64_t all = (uint64_t)bench->warm_up + bench->runs;
    rsl_tell_busy(d, saturated(all * rsl_device_expects(d))); // also: it has come, and need not come again
}

void rsl_bench_hear(rsl_device *d)
{
    rsl_bench_state *b = &d->bench;
    if (d->port->quiet == NULL)
        return; // nothing gets lost
    b->heard = rsl_device_time(d);
    if (b->listens)
        return;
    b->listens = true;
    b->listened = b->heard;
    ++b->result.pauses;
}

/// Is it time to compute again?
static bool goes_on(rsl_device *d)
{
    rsl_bench_state *b = &d->bench;
    if (!b->listens)
        return true;
    const uint64_t now = rsl_device_time(d);
    const uint64_t ms = d->port->timer_hz / 1000U + 1U;
    if (now - b->heard < SILENCE * ms && now - b->listened < LONGEST_PAUSE * ms)
        return false;
    b->listens = false;
    b->last = d->last_ticks;
    return true;
}

/// The last run with RSL_BENCH_LAYERS: a window for each layer. Its sum is a little more than a whole run.
static void time_layers(rsl_device *d, const void *input)
{
    const rsl_port *p = d->port;
    const rsl_ready *r = &d->ready;
    rsl_result *result = &d->bench.result;
    result->layers = (uint8_t)r->model.header->operations;
    for (uint32_t i = 0; i < result->layers; ++i) {
        if (p->quiet != NULL)
            p->quiet(p->context, true);
        const uint32_t begin = p->ticks(p->context);
        rsl_infer_operation(&r->model, i, input, p->arena);
        result->layer_ticks[i] = p->ticks(p->context) - begin;
        if (p->quiet != NULL)
            p->quiet(p->context, false);
    }
}

static uint32_t time_nothing(const rsl_port *p)
{
    if (p->quiet != NULL)
        p->quiet(p->context, true);
    const uint32_t begin = p->ticks(p->context);
    const uint32_t ticks = p->ticks(p->context) - begin;
    if (p->quiet != NULL)
        p->quiet(p->context, false);
    return ticks;
}

void rsl_bench_stop(rsl_device *d)
{
    if (d->port->window != NULL)
        d->port->window(d->port->context, false);
}

void rsl_reply_result(rsl_device *d)
{
    rsl_reply(d, RSL_BENCH, rsl_encode_result(&d->bench.result, d->payload));
}

static void end_bench(rsl_device *d, const void *input)
{
    rsl_result *result = &d->bench.result;
    rsl_bench_stop(d);
    result->output_crc = rsl_crc32(0, d->ready.output, rsl_model_output_bytes(&d->ready.model));
    result->empty_ticks = time_nothing(d->port);
    if ((d->bench.request.flags & RSL_BENCH_LAYERS) != 0)
        time_layers(d, input);
    d->work = RSL_WORK_NONE;
    d->done = (rsl_done) {.valid = true, .type = RSL_BENCH, .seq = d->reply_seq};
    rsl_reply_result(d);
}

void rsl_bench_step(rsl_device *d)
{
    const rsl_port *p = d->port;
    rsl_bench_state *b = &d->bench;
    rsl_result *result = &b->result;
    if (!goes_on(d))
        return;
    const void *input = (b->request.flags & RSL_BENCH_USE_INPUT) != 0 ? (const void *)d->ready.input
                                                                      : rsl_device_known_input(d);
    if (b->done < b->request.warm_up) {
        (void)rsl_device_infer(d, input);
        ++b->done;
        return;
    }
    const uint32_t run = b->done - b->request.warm_up;
    if (run == 0) {
        if (p->window != NULL)
            p->window(p->context, true);
        (void)rsl_device_time(d);
        b->last = d->last_ticks;
    }
    const uint32_t ticks = rsl_device_infer(d, input);
    result->total_ticks += d->last_ticks - b->last;
    b->last = d->last_ticks;
    if (run < RSL_MAX_SAMPLES)
        result->ticks[result->samples++] = ticks;
    if (ticks < result->min_ticks)
        result->min_ticks = ticks;
    if (ticks > result->max_ticks)
        result->max_ticks = ticks;
    ++b->done;
    if (run + 1U == b->request.runs)
        end_bench(d, input);
}
