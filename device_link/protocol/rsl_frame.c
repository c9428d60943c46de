// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_frame.h"

#include "device_link/protocol/rsl_bytes.h"
#include "device_link/protocol/rsl_crc.h"

/// Writes COBS blocks: `code` is where the open block's length goes.
typedef struct cobs_writer {
    uint8_t *wire;
    size_t at;
    size_t code;
} cobs_writer;

static void cobs_put(cobs_writer *w, uint8_t byte)
{
    if (byte != 0) {
        w->wire[w->at++] = byte;
        if (w->at - w->code < 255)
            return;
    }
    w->wire[w->code] = (uint8_t)(w->at - w->code);
    w->code = w->at++;
}

/// Bytes of the type where it has a byte of its own.
static uint32_t type_bytes(uint8_t version)
{
    return version > 1U ? 1U : 0U;
}

size_t rsl_frame_encode(const rsl_frame *frame, const uint8_t *payload, uint8_t *wire, size_t capacity)
{
    const uint32_t typed = type_bytes(frame->version);
    const size_t raw = RSL_HEADER_BYTES + typed + (size_t)frame->length + 4U;
    if (frame->length > RSL_MAX_PAYLOAD || frame->version == 0 || frame->version > 15
        || (typed == 0 && frame->type > 15) || capacity < raw + raw / 254U + 1U + 2U)
        return 0;
    uint8_t header[RSL_HEADER_BYTES + 1];
    header[0] = (uint8_t)((frame->version << 4) | (typed == 0 ? frame->type : 0U));
    header[1] = frame->flags;
    rsl_write_u16(header + 2, frame->seq);
    rsl_write_u16(header + 4, frame->session);
    rsl_write_u16(header + 6, (uint16_t)(typed + frame->length));
    header[RSL_HEADER_BYTES] = frame->type;
    const size_t head = RSL_HEADER_BYTES + typed;
    uint8_t crc[4];
    rsl_write_u32(crc, rsl_crc32(rsl_crc32(0, header, head), payload, frame->length));

    cobs_writer w = {wire, 2, 1};
    wire[0] = 0;
    for (size_t i = 0; i < head; ++i)
        cobs_put(&w, header[i]);
    for (size_t i = 0; i < frame->length; ++i)
        cobs_put(&w, payload[i]);
    for (size_t i = 0; i < sizeof crc; ++i)
        cobs_put(&w, crc[i]);
    wire[w.code] = (uint8_t)(w.at - w.code);
    wire[w.at++] = 0;
    return w.at;
}

static void open_frame(rsl_decoder *d)
{
    d->inside = true;
    d->started = false;
    d->broken = false;
    d->code = 0;
    d->zero_follows = false;
    d->length = 0;
}

void rsl_decoder_start(rsl_decoder *decoder)
{
    open_frame(decoder);
    decoder->inside = false;
    decoder->bad = 0;
    decoder->payload = decoder->raw + RSL_HEADER_BYTES + 1;
}

static void append(rsl_decoder *d, uint8_t byte)
{
    if (d->length < sizeof d->raw)
        d->raw[d->length++] = byte;
    else
        d->broken = true;
}

static bool is_good(rsl_decoder *d)
{
    if (d->broken || d->code != 0 || d->length < RSL_HEADER_BYTES + 4U)
        return false;
    const uint8_t *raw = d->raw;
    rsl_frame *f = &d->frame;
    f->version = raw[0] >> 4;
    f->flags = raw[1];
    f->seq = rsl_read_u16(raw + 2);
    f->session = rsl_read_u16(raw + 4);
    const uint32_t typed = type_bytes(f->version);
    const uint16_t body = rsl_read_u16(raw + 6);
    if (f->version == 0 || body < typed || body - typed > RSL_MAX_PAYLOAD
        || d->length != RSL_HEADER_BYTES + (size_t)body + 4U
        || rsl_crc32(0, raw, d->length - 4U) != rsl_read_u32(raw + d->length - 4U))
        return false;
    f->type = typed != 0 ? raw[RSL_HEADER_BYTES] : raw[0] & 15U;
    f->length = (uint16_t)(body - typed);
    d->payload = raw + RSL_HEADER_BYTES + typed;
    return true;
}

rsl_feed rsl_decoder_feed(rsl_decoder *d, uint8_t byte)
{
    if (!d->inside) {
        if (byte != 0)
            return RSL_FEED_TEXT;
        open_frame(d);
        return RSL_FEED_NOTHING;
    }
    if (byte == 0) {
        if (!d->started)
            return RSL_FEED_NOTHING; // zeros in a row: the last one opens
        if (is_good(d)) {
            d->inside = false;
            return RSL_FEED_FRAME;
        }
        ++d->bad;
        open_frame(d);
        return RSL_FEED_BAD;
    }
    if (d->code == 0) { // a block's first byte is its length
        if (d->zero_follows)
            append(d, 0);
        d->code = (uint8_t)(byte - 1U);
        d->zero_follows = byte != 255U;
        d->started = true;
        return RSL_FEED_NOTHING;
    }
    append(d, byte);
    --d->code;
    return RSL_FEED_NOTHING;
}
