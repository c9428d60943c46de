// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_answers.h"

#include <string.h>

#include "device_link/firmware/kernels/rsl_kernels.h"
#include "device_link/firmware/rsl_bench.h"
#include "device_link/firmware/rsl_commit.h"
#include "device_link/firmware/rsl_infer.h"
#include "device_link/firmware/rsl_log.h"
#include "device_link/firmware/rsl_regions.h"
#include "device_link/firmware/rsl_reply.h"
#include "device_link/firmware/rsl_slots.h"
#include "device_link/firmware/rsl_trust.h"
#include "device_link/firmware/rsl_window.h"

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

static const char *name_in(const uint8_t *image)
{
    return ((const rsl_model_header *)(const void *)image)->name;
}

static void answer_hello(rsl_device *d, const rsl_request *request)
{
    const rsl_hello *hello = &request->hello;
    if (hello->version_min > RSL_PROTOCOL_VERSION || hello->version_max < RSL_PROTOCOL_VERSION) {
        rsl_refuse(d, RSL_WRONG_VERSION, RSL_PROTOCOL_VERSION);
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
        .preferred = rsl_s8_preferred,
        .active = d->active,
        .slots = p->slots,
        .groups = (1U << RSL_GROUP_CORE) | (1U << RSL_GROUP_MEMORY) | (1U << RSL_GROUP_TRUST),
        .numbers = knows.numbers,
        .layouts = knows.layouts,
        .kinds = knows.kinds,
        .features = p->features,
        .start_cause = (uint8_t)p->start_cause,
        .core = p->core,
        .clock_hz = p->clock_hz,
        .timer_hz = p->timer_hz,
        .ram_bytes = p->arena_bytes,
        .baud = d->baud,
        .key = rsl_trust_number(p),
    };
    copy_text(caps.board, p->board, sizeof caps.board);
    copy_text(caps.firmware, RSL_FIRMWARE_VERSION, sizeof caps.firmware);
    for (uint8_t i = 0; i < p->slots; ++i) {
        rsl_slot_read(p, i, &caps.slot[i]);
        if (caps.slot[i].state == RSL_SLOT_VALID)
            copy_text(caps.slot[i].name, name_in(rsl_slot_image(p, i)), sizeof caps.slot[i].name);
    }
    rsl_describe_regions(d, &caps);
    rsl_reply(d, RSL_HELLO, rsl_encode_caps(&caps, d->payload));
    log_line(d, rsl_log_start);
    log_line(d, rsl_log_stack);
}

/// Makes room for another input vector; what was computed of the last one is given up.
static void begin_input(rsl_device *d, uint32_t vector)
{
    d->has_input = true;
    d->has_output = false;
    d->done.valid = false;
    d->input_ack = (rsl_ack) {.credits = d->port->credits, .vector = vector};
}

/// Stores a chunk, and counts it in the ACK.
static void take_input(rsl_device *d, const rsl_input *in, uint32_t needed)
{
    rsl_ack *ack = &d->input_ack;
    if (in->offset < ack->next_off || in->offset - ack->next_off > RSL_ACK_BITS * RSL_CHUNK)
        return;
    memcpy(d->ready.input + in->offset, in->bytes, in->length);
    if (in->offset > ack->next_off) {
        ack->bitmap |= 1U << ((in->offset - ack->next_off) / RSL_CHUNK - 1U);
        return;
    }
    uint32_t more = 1;
    do {
        ack->next_off += RSL_CHUNK;
        more = ack->bitmap & 1U;
        ack->bitmap >>= 1;
    } while (more != 0U);
    if (ack->next_off > needed)
        ack->next_off = needed;
}

static void answer_input(rsl_device *d, const rsl_request *request)
{
    const rsl_input *in = &request->input;
    const uint32_t needed = rsl_model_input_bytes(&d->ready.model);
    const uint32_t ahead = d->has_input ? in->vector - d->input_ack.vector : 1U;
    // One of an earlier vector comes late: nobody waits for it.
    if (in->length != rsl_chunk_bytes(needed, in->offset) || ahead > INT32_MAX) {
        rsl_refuse(d, RSL_BAD_INPUT, needed);
        return;
    }
    if (ahead != 0)
        begin_input(d, in->vector);
    take_input(d, in, needed);
    rsl_reply(d, RSL_INPUT, rsl_encode_ack(&d->input_ack, d->payload));
}

static void answer_run(rsl_device *d, const rsl_request *request)
{
    const rsl_run *run = &request->run;
    const uint32_t needed = rsl_model_input_bytes(&d->ready.model);
    if (run->length != needed || !rsl_device_has_input(d, run->vector)
        || run->crc != rsl_crc32(0, d->ready.input, needed)) {
        rsl_refuse(d, RSL_BAD_INPUT, needed);
        return;
    }
    rsl_tell_expected(d, rsl_device_expects(d));
    (void)rsl_device_infer(d, d->ready.input);
    d->output_vector = run->vector;
    d->done = (rsl_done) {.valid = true, .type = RSL_RUN, .seq = d->reply_seq};
    rsl_reply_output(d, RSL_RUN, RSL_OK, 0, 0);
}

/// The answer to a request that has been carried out, once more.
static void answer_again(rsl_device *d)
{
    if (d->done.why.status != RSL_OK)
        rsl_reply_error(d, &d->done.why);
    else if (d->done.type == RSL_BENCH)
        rsl_reply_result(d);
    else
        rsl_reply_output(d, d->done.type, RSL_OK, 0, 0);
}

static void answer_output(rsl_device *d, const rsl_request *request)
{
    if (!d->has_output)
        rsl_refuse(d, RSL_NO_MODEL, 0);
    else
        rsl_reply_output(d, RSL_OUTPUT, RSL_OK, 0, request->output.first);
}

static void answer_baud(rsl_device *d, const rsl_request *request)
{
    const rsl_port *p = d->port;
    const rsl_baud baud = request->baud;
    if (baud.step > RSL_BAUD_KEEP) {
        rsl_refuse(d, RSL_BAD_PAYLOAD, 0);
        return;
    }
    if (baud.step == RSL_BAUD_KEEP && d->baud == baud.rate) {
        d->baud_before = 0;
        rsl_reply(d, RSL_BAUD, 0);
        return;
    }
    if (baud.step == RSL_BAUD_KEEP || p->set_baud == NULL || baud.rate < 1200U
        || baud.rate > p->clock_hz / 8U) {
        rsl_refuse(d, RSL_BAD_RATE, d->baud);
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
    if (d->work == RSL_WORK_BENCH)
        rsl_bench_stop(d);
    d->work = RSL_WORK_NONE;
    d->begun = false;
}

static void answer_abort(rsl_device *d, const rsl_request *request)
{
    (void)request;
    abort_work(d);
    rsl_reply(d, RSL_ABORT, 0);
}

static void answer_echo(rsl_device *d, const rsl_request *request)
{
    (void)request;
    const uint16_t length = d->decoder.frame.length;
    memcpy(d->payload, d->decoder.payload, length);
    rsl_reply(d, RSL_ECHO, length);
}

static void answer_reset(rsl_device *d, const rsl_request *request)
{
    (void)request;
    rsl_reply(d, RSL_RESET, 0);
    d->port->reset(d->port->context);
}

/// Is this a session's next frame, or the beginning of one? Says why not.
/// @param working  seq of the request that is being worked at
static bool is_addressed(rsl_device *d, const rsl_frame *f, uint16_t working)
{
    if (f->version == 1) {
        rsl_reply_old_host(d);
        return false;
    }
    if (f->version != RSL_PROTOCOL_VERSION) {
        rsl_refuse(d, RSL_WRONG_VERSION, RSL_PROTOCOL_VERSION);
        return false;
    }
    if (f->type == RSL_HELLO) {
        if (!d->in_session || d->session != f->session) {
            abort_work(d);
            d->has_input = false;
            d->done.valid = false;
        }
        d->session = f->session;
        d->in_session = true;
        return true;
    }
    if (!d->in_session || f->session != d->session) {
        rsl_refuse(d, RSL_WRONG_SESSION, d->session);
        return false;
    }
    if (d->work != RSL_WORK_NONE && f->type != RSL_ABORT && f->type != RSL_RESET) {
        const bool same = f->type == (d->work == RSL_WORK_BENCH ? RSL_BENCH : RSL_COMMIT);
        if (same && f->seq == working) { // sent again: not lost, but not done
            rsl_tell_busy(d, 500);
            return false;
        }
        rsl_refuse(d, RSL_IN_PROGRESS, 0);
        return false;
    }
    return true;
}

/// Which requests there are.
static void answer_request(rsl_device *d)
{
    static const struct {
        uint8_t type;
        bool needs_model;
        void (*answer)(rsl_device *d, const rsl_request *request);
    } rows[] = {
        {RSL_HELLO, false, answer_hello},     {RSL_BEGIN, false, rsl_answer_begin},
        {RSL_DATA, false, rsl_answer_data},   {RSL_COMMIT, false, rsl_answer_commit},
        {RSL_ABORT, false, answer_abort},     {RSL_INPUT, true, answer_input},
        {RSL_RUN, true, answer_run},          {RSL_OUTPUT, true, answer_output},
        {RSL_BENCH, true, rsl_answer_bench},  {RSL_BAUD, false, answer_baud},
        {RSL_ECHO, false, answer_echo},       {RSL_SLOT, false, rsl_answer_slot},
        {RSL_RESET, false, answer_reset},     {RSL_READ, false, rsl_answer_read},
        {RSL_WRITE, false, rsl_answer_write}, {RSL_KEY_SET, false, rsl_answer_key},
    };
    const rsl_frame *f = &d->decoder.frame;
    rsl_request request;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i)
        if (rows[i].type == f->type) {
            if (!rsl_decode_request(f->type, d->decoder.payload, f->length, &request))
                rsl_refuse(d, RSL_BAD_PAYLOAD, 0);
            else if (rows[i].needs_model && d->ready.model.bytes == NULL)
                rsl_refuse(d, RSL_NO_MODEL, 0);
            else
                rows[i].answer(d, &request);
            return;
        }
    rsl_refuse(d, RSL_UNKNOWN_TYPE, 0);
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
    if (!is_addressed(d, &f, working)) {
        // The answer says it.
    } else if (d->done.valid && d->done.type == f.type && d->done.seq == f.seq) {
        answer_again(d);
    } else {
        answer_request(d);
    }
    if (before != RSL_WORK_NONE && d->work != RSL_WORK_NONE)
        d->reply_seq = working;
}
