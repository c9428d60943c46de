// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_answers.h"

#include <string.h>

#include "device_link/firmware/kernels/rsl_kernels.h"
#include "device_link/firmware/rsl_commit.h"
#include "device_link/firmware/rsl_infer.h"
#include "device_link/firmware/rsl_log.h"
#include "device_link/firmware/rsl_slots.h"

static void send(rsl_device *d, uint8_t type, uint16_t seq, size_t length)
{
    const rsl_frame frame = {RSL_PROTOCOL_VERSION, type, RSL_FLAG_REPLY, seq, d->session, (uint16_t)length};
    const size_t n = rsl_frame_encode(&frame, d->payload, d->wire, sizeof d->wire);
    d->port->write(d->port->context, d->wire, n);
}

void rsl_reply(rsl_device *d, uint8_t type, size_t length)
{
    send(d, type, d->reply_seq, length);
}

void rsl_reply_error(rsl_device *d, rsl_error error)
{
    rsl_reply(d, RSL_ERROR, rsl_encode_error(&error, d->payload));
}

void rsl_tell_busy(rsl_device *d, uint32_t milliseconds)
{
    const rsl_busy busy = {milliseconds};
    rsl_reply(d, RSL_BUSY, rsl_encode_busy(&busy, d->payload));
}

static void copy_text(char *to, const char *from, size_t room)
{
    memset(to, 0, room);
    for (size_t i = 0; i + 1U < room && from[i] != 0; ++i)
        to[i] = from[i];
}

/// For people who look at the console.
static void log_line(rsl_device *d, size_t (*line)(const rsl_port *port, uint8_t *text))
{
    const size_t length = line(d->port, d->payload);
    if (length > 0)
        rsl_reply(d, RSL_LOG, length);
}

static void answer_hello(rsl_device *d)
{
    rsl_hello hello;
    if (!rsl_decode_hello(d->decoder.payload, d->decoder.frame.length, &hello)) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_BAD_PAYLOAD});
        return;
    }
    if (hello.version_min > RSL_PROTOCOL_VERSION || hello.version_max < RSL_PROTOCOL_VERSION) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_WRONG_VERSION, .value = RSL_PROTOCOL_VERSION});
        return;
    }
    const rsl_port *p = d->port;
    const rsl_needs knows = rsl_infer_knows();
    rsl_caps caps = {
        .version_min = RSL_PROTOCOL_VERSION,
        .version_max = RSL_PROTOCOL_VERSION,
        .format = RSL_MODEL_FORMAT,
        .kernel_abi = RSL_KERNEL_ABI,
        .max_payload = RSL_MAX_PAYLOAD,
        .credits = d->port->credits,
        .numbers = (uint8_t)knows.numbers,
        .layouts = (uint8_t)knows.layouts,
        .preferred = rsl_s8_preferred,
        .layer_kinds = (uint8_t)knows.kinds,
        .active = d->active,
        .slots = p->slots,
        .features = p->features,
        .core = p->core,
        .clock_hz = p->clock_hz,
        .timer_hz = p->timer_hz,
        .ram_bytes = p->arena_bytes,
        .baud = d->baud,
    };
    copy_text(caps.board, p->board, sizeof caps.board);
    copy_text(caps.firmware, RSL_FIRMWARE_VERSION, sizeof caps.firmware);
    for (uint8_t i = 0; i < p->slots; ++i) {
        rsl_slot_read(p, i, &caps.slot[i]);
        if (caps.slot[i].state == RSL_SLOT_VALID) {
            const char *name = ((const rsl_model_header *)(const void *)rsl_slot_image(p, i))->name;
            copy_text(caps.slot[i].name, name, sizeof caps.slot[i].name);
        }
    }
    rsl_reply(d, RSL_HELLO, rsl_encode_caps(&caps, d->payload));
    log_line(d, rsl_log_start);
    log_line(d, rsl_log_stack);
}

void rsl_forget_input(rsl_device *d)
{
    memset(&d->input_ack, 0, sizeof d->input_ack);
    d->has_output = false;
}

static void answer_input(rsl_device *d)
{
    rsl_data data;
    if (!rsl_decode_data(d->decoder.payload, d->decoder.frame.length, &data)) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_BAD_PAYLOAD});
        return;
    }
    if (d->ready.model.bytes == NULL) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_NO_MODEL});
        return;
    }
    const uint32_t needed = rsl_model_input_bytes(&d->ready.model);
    const uint32_t rest = data.offset < needed ? needed - data.offset : 0;
    if (data.length != (rest < RSL_CHUNK ? rest : RSL_CHUNK)) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_BAD_INPUT, .value = needed});
        return;
    }
    rsl_ack *ack = &d->input_ack;
    if (data.offset == 0) { // a new vector
        ack->next_off = 0;
        ack->bitmap = 0;
    }
    if (data.offset >= ack->next_off && data.offset - ack->next_off <= RSL_ACK_BITS * RSL_CHUNK) {
        memcpy(d->ready.input + data.offset, data.bytes, data.length);
        if (data.offset > ack->next_off)
            ack->bitmap |= 1U << ((data.offset - ack->next_off) / RSL_CHUNK - 1U);
        else {
            uint32_t more = 1;
            do {
                ack->next_off += RSL_CHUNK;
                more = ack->bitmap & 1U;
                ack->bitmap >>= 1;
            } while (more != 0U);
            if (ack->next_off > needed)
                ack->next_off = needed;
        }
    }
    ack->credits = d->port->credits;
    rsl_reply(d, RSL_INPUT, rsl_encode_ack(ack, d->payload));
}

void rsl_reply_output(rsl_device *d, uint8_t type, rsl_output output, uint32_t first)
{
    const uint32_t all = rsl_model_output_bytes(&d->ready.model);
    output.generation = d->ready.generation;
    output.number = (uint8_t)rsl_model_number(&d->ready.model);
    output.outputs = rsl_tensor_numbers(d->ready.model.output);
    output.ticks = d->output_ticks;
    output.class_index = d->output_class;
    output.crc = d->output_crc;
    output.first = first;
    const uint32_t rest = first < all ? all - first : 0;
    output.length = (uint16_t)(rest < RSL_MAX_OUTPUT_BYTES ? rest : RSL_MAX_OUTPUT_BYTES);
    output.bytes = d->ready.output + (rest > 0 ? first : 0);
    rsl_reply(d, type, rsl_encode_output(&output, d->payload));
}

static void answer_run(rsl_device *d)
{
    rsl_run run;
    if (!rsl_decode_run(d->decoder.payload, d->decoder.frame.length, &run)) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_BAD_PAYLOAD});
        return;
    }
    if (d->ready.model.bytes == NULL) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_NO_MODEL});
        return;
    }
    const uint32_t needed = rsl_model_input_bytes(&d->ready.model);
    if (run.length != needed || d->input_ack.next_off != needed
        || run.crc != rsl_crc32(0, d->ready.input, needed)) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_BAD_INPUT, .value = needed});
        return;
    }
    (void)rsl_device_infer(d, d->ready.input);
    rsl_reply_output(d, RSL_RUN, (rsl_output) {.status = RSL_OK}, 0);
}

static void answer_output(rsl_device *d)
{
    rsl_output_request request;
    if (!rsl_decode_output_request(d->decoder.payload, d->decoder.frame.length, &request))
        rsl_reply_error(d, (rsl_error) {.status = RSL_BAD_PAYLOAD});
    else if (d->ready.model.bytes == NULL || !d->has_output)
        rsl_reply_error(d, (rsl_error) {.status = RSL_NO_MODEL});
    else
        rsl_reply_output(d, RSL_OUTPUT, (rsl_output) {.status = RSL_OK}, request.first);
}

static void answer_bench(rsl_device *d)
{
    rsl_bench_state *b = &d->bench;
    memset(b, 0, sizeof *b);
    if (!rsl_decode_bench(d->decoder.payload, d->decoder.frame.length, &b->request)) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_BAD_PAYLOAD});
        return;
    }
    if (d->ready.model.bytes == NULL) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_NO_MODEL});
        return;
    }
    const uint32_t needed = rsl_model_input_bytes(&d->ready.model);
    if ((b->request.flags & RSL_BENCH_USE_INPUT) != 0 && d->input_ack.next_off != needed) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_BAD_INPUT, .value = needed});
        return;
    }
    b->result.runs = b->request.runs;
    b->result.timer_hz = d->port->timer_hz;
    b->result.min_ticks = UINT32_MAX;
    d->work = RSL_WORK_BENCH;
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

void rsl_bench_step(rsl_device *d)
{
    const rsl_port *p = d->port;
    rsl_bench_state *b = &d->bench;
    rsl_result *result = &b->result;
    const void *input = (b->request.flags & RSL_BENCH_USE_INPUT) != 0
        ? (const void *)d->ready.input
        : (const void *)(d->ready.model.bytes + d->ready.model.header->known_input);
    if (b->done < b->request.warm_up) {
        (void)rsl_device_infer(d, input);
        ++b->done;
        return;
    }
    const uint32_t run = b->done - b->request.warm_up;
    if (run == 0) {
        if (p->window != NULL)
            p->window(p->context, true);
        b->begin = rsl_device_time(d);
    }
    const uint32_t ticks = rsl_device_infer(d, input);
    if (run < RSL_MAX_SAMPLES)
        result->ticks[result->samples++] = ticks;
    if (ticks < result->min_ticks)
        result->min_ticks = ticks;
    if (ticks > result->max_ticks)
        result->max_ticks = ticks;
    ++b->done;
    if (run + 1U < b->request.runs)
        return;
    result->total_ticks = rsl_device_time(d) - b->begin;
    if (p->window != NULL)
        p->window(p->context, false);
    result->output_crc = d->output_crc;
    result->empty_ticks = time_nothing(p);
    if ((b->request.flags & RSL_BENCH_LAYERS) != 0)
        time_layers(d, input);
    d->work = RSL_WORK_NONE;
    rsl_reply(d, RSL_BENCH, rsl_encode_result(result, d->payload));
}

static void answer_baud(rsl_device *d)
{
    const rsl_port *p = d->port;
    rsl_baud baud;
    if (!rsl_decode_baud(d->decoder.payload, d->decoder.frame.length, &baud) || baud.step > RSL_BAUD_KEEP) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_BAD_PAYLOAD});
        return;
    }
    if (baud.step == RSL_BAUD_KEEP && d->baud == baud.rate) {
        d->baud_before = 0;
        rsl_reply(d, RSL_BAUD, 0);
        return;
    }
    if (baud.step == RSL_BAUD_KEEP || p->set_baud == NULL || baud.rate < 1200U
        || baud.rate > p->clock_hz / 8U) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_BAD_RATE, .value = d->baud});
        return;
    }
    rsl_reply(d, RSL_BAUD, 0);
    const uint32_t before = d->baud_before != 0 ? d->baud_before : d->baud;
    if (p->set_baud(p->context, baud.rate)) {
        d->baud_before = before;
        d->baud_heard = false;
        d->baud_since = rsl_device_time(d);
        d->baud = baud.rate;
    }
}

static void abort_work(rsl_device *d)
{
    if (d->work == RSL_WORK_BENCH && d->port->window != NULL)
        d->port->window(d->port->context, false);
    d->work = RSL_WORK_NONE;
    d->begun = false;
}

/// Is this a session's next frame, or the beginning of one? Says why not.
/// @param working  seq of the request that is being worked at
static bool is_addressed(rsl_device *d, const rsl_frame *f, uint16_t working)
{
    if (f->version != RSL_PROTOCOL_VERSION) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_WRONG_VERSION, .value = RSL_PROTOCOL_VERSION});
        return false;
    }
    if (f->type == RSL_HELLO) {
        if (!d->in_session || d->session != f->session)
            abort_work(d);
        d->session = f->session;
        d->in_session = true;
        return true;
    }
    if (!d->in_session || f->session != d->session) {
        rsl_reply_error(d, (rsl_error) {.status = RSL_WRONG_SESSION, .value = d->session});
        return false;
    }
    if (d->work != RSL_WORK_NONE && f->type != RSL_ABORT && f->type != RSL_RESET) {
        const bool same = f->type == (d->work == RSL_WORK_BENCH ? RSL_BENCH : RSL_COMMIT);
        if (same && f->seq == working) { // sent again: not lost, but not done
            rsl_tell_busy(d, 500);
            return false;
        }
        rsl_reply_error(d, (rsl_error) {.status = RSL_IN_PROGRESS});
        return false;
    }
    return true;
}

void rsl_answer(rsl_device *d)
{
    const rsl_frame f = d->decoder.frame;
    if ((f.flags & RSL_FLAG_REPLY) != 0)
        return; // an echo of our own
    // An answer that is still being worked at keeps the number of its own request.
    const uint16_t working = d->reply_seq;
    d->reply_seq = f.seq;
    const rsl_work before = d->work;
    if (is_addressed(d, &f, working))
        switch ((rsl_type)f.type) {
        case RSL_HELLO:
            answer_hello(d);
            break;
        case RSL_BEGIN:
            rsl_answer_begin(d);
            break;
        case RSL_DATA:
            rsl_answer_data(d);
            break;
        case RSL_COMMIT:
            rsl_answer_commit(d);
            break;
        case RSL_ABORT:
            abort_work(d);
            rsl_reply(d, RSL_ABORT, 0);
            break;
        case RSL_INPUT:
            answer_input(d);
            break;
        case RSL_RUN:
            answer_run(d);
            break;
        case RSL_OUTPUT:
            answer_output(d);
            break;
        case RSL_BENCH:
            answer_bench(d);
            break;
        case RSL_BAUD:
            answer_baud(d);
            break;
        case RSL_ECHO:
            memcpy(d->payload, d->decoder.payload, f.length);
            rsl_reply(d, RSL_ECHO, f.length);
            break;
        case RSL_SLOT:
            rsl_answer_slot(d);
            break;
        case RSL_RESET:
            rsl_reply(d, RSL_RESET, 0);
            d->port->reset(d->port->context);
            break;
        case RSL_BUSY:
        case RSL_LOG:
        case RSL_ERROR:
            rsl_reply_error(d, (rsl_error) {.status = RSL_UNKNOWN_TYPE});
            break;
        }
    if (before != RSL_WORK_NONE && d->work != RSL_WORK_NONE)
        d->reply_seq = working;
}
