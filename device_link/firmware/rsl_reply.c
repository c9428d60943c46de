// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_reply.h"

#include "device_link/firmware/rsl_infer.h"

enum { WORTH_TELLING = 100 }; ///< milliseconds

static void send_frame(rsl_device *d, const rsl_frame *frame)
{
    const size_t n = rsl_frame_encode(frame, d->payload, d->wire, sizeof d->wire);
    d->port->write(d->port->context, d->wire, n);
}

void rsl_reply(rsl_device *d, uint8_t type, size_t length)
{
    const rsl_frame frame = {RSL_PROTOCOL_VERSION, type,       RSL_FLAG_REPLY,
                             d->reply_seq,         d->session, (uint16_t)length};
    send_frame(d, &frame);
}

void rsl_reply_error(rsl_device *d, const rsl_error *error)
{
    rsl_reply(d, RSL_ERROR, rsl_encode_error(error, d->payload));
}

void rsl_refuse(rsl_device *d, rsl_status status, uint32_t value)
{
    const rsl_error error = {.status = (uint16_t)status, .value = value};
    rsl_reply_error(d, &error);
}

void rsl_reply_old_host(rsl_device *d)
{
    const rsl_error error = {.status = RSL_WRONG_VERSION, .value = RSL_PROTOCOL_VERSION};
    const size_t length = rsl_encode_error(&error, d->payload);
    const rsl_frame *asked = &d->decoder.frame;
    const rsl_frame frame = {1, RSL_ERROR, RSL_FLAG_REPLY, asked->seq, asked->session, (uint16_t)length};
    send_frame(d, &frame);
}

void rsl_tell_busy(rsl_device *d, uint32_t milliseconds)
{
    const rsl_busy busy = {milliseconds};
    rsl_reply(d, RSL_BUSY, rsl_encode_busy(&busy, d->payload));
}

void rsl_tell_expected(rsl_device *d, uint32_t milliseconds)
{
    if (milliseconds >= WORTH_TELLING)
        rsl_tell_busy(d, milliseconds);
}

static void sum_outputs(rsl_device *d)
{
    if (d->has_sums)
        return;
    d->output_crc = rsl_crc32(0, d->ready.output, rsl_model_output_bytes(&d->ready.model));
    d->output_class = rsl_infer_class(&d->ready.model, d->ready.output);
    d->has_sums = true;
}

void rsl_reply_output(rsl_device *d, uint8_t type, rsl_status status, uint32_t value, uint32_t first)
{
    const rsl_model *m = &d->ready.model;
    const uint32_t all = rsl_model_output_bytes(m);
    sum_outputs(d);
    const uint32_t rest = first < all ? all - first : 0;
    const rsl_output output = {
        .status = (uint16_t)status,
        .value = value,
        .generation = d->ready.generation,
        .ticks = d->output_ticks,
        .class_index = d->output_class,
        .number = (uint8_t)rsl_model_number(m),
        .outputs = rsl_tensor_numbers(m->output),
        .crc = d->output_crc,
        .vector = d->output_vector,
        .first = first,
        .length = (uint16_t)(rest < RSL_MAX_OUTPUT_BYTES ? rest : RSL_MAX_OUTPUT_BYTES),
        .bytes = d->ready.output + (rest > 0 ? first : 0),
    };
    rsl_reply(d, type, rsl_encode_output(&output, d->payload));
}
