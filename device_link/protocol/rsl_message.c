// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_message.h"

#include <string.h>

#include "device_link/protocol/rsl_bytes.h"

/// Walks over a payload, writing or reading: each message has one description for both ways, so that they
/// cannot differ.
typedef struct cursor {
    bool writes;
    uint8_t *out;      ///< when writing
    const uint8_t *in; ///< when reading
    size_t at;
    size_t end;
    bool good;
} cursor;

static cursor writer(uint8_t *payload)
{
    return (cursor) {true, payload, payload, 0, RSL_MAX_PAYLOAD, true};
}

static cursor reader(const uint8_t *payload, size_t length)
{
    return (cursor) {false, NULL, payload, 0, length, true};
}

static size_t written(const cursor *c)
{
    return c->good ? c->at : 0;
}

static bool was_read(const cursor *c)
{
    return c->good && c->at == c->end;
}

static bool step(cursor *c, size_t n)
{
    if (!c->good || n > c->end - c->at)
        c->good = false;
    else
        c->at += n;
    return c->good;
}

static void require(cursor *c, bool condition)
{
    c->good = c->good && condition;
}

static void u8(cursor *c, uint8_t *v)
{
    if (!step(c, 1))
        return;
    if (c->writes)
        c->out[c->at - 1] = *v;
    else
        *v = c->in[c->at - 1];
}

static void u16(cursor *c, uint16_t *v)
{
    if (!step(c, 2))
        return;
    if (c->writes)
        rsl_write_u16(c->out + c->at - 2, *v);
    else
        *v = rsl_read_u16(c->in + c->at - 2);
}

static void u32(cursor *c, uint32_t *v)
{
    if (!step(c, 4))
        return;
    if (c->writes)
        rsl_write_u32(c->out + c->at - 4, *v);
    else
        *v = rsl_read_u32(c->in + c->at - 4);
}

static void u64(cursor *c, uint64_t *v)
{
    if (!step(c, 8))
        return;
    if (c->writes)
        rsl_write_u64(c->out + c->at - 8, *v);
    else
        *v = rsl_read_u64(c->in + c->at - 8);
}

static void block(cursor *c, void *v, size_t n)
{
    if (!step(c, n))
        return;
    if (c->writes)
        memcpy(c->out + c->at - n, v, n);
    else
        memcpy(v, c->in + c->at - n, n);
}

/// Text ended by zero within its n bytes.
static void text(cursor *c, char *v, size_t n)
{
    block(c, v, n);
    if (c->good)
        require(c, memchr(v, 0, n) != NULL);
}

/// The rest of the payload, by reference.
static void rest(cursor *c, const uint8_t **bytes, uint16_t *length, size_t most)
{
    if (!c->writes) {
        *bytes = c->in + c->at;
        require(c, c->end - c->at <= most);
        *length = (uint16_t)(c->end - c->at);
    } else {
        require(c, *length <= most);
    }
    if (step(c, *length) && c->writes && *length > 0)
        memcpy(c->out + c->at - *length, *bytes, *length);
}

static void hello(cursor *c, rsl_hello *m)
{
    u8(c, &m->version_min);
    u8(c, &m->version_max);
}

static void slot_info(cursor *c, rsl_slot_info *m)
{
    block(c, m->sha256, sizeof m->sha256);
    u32(c, &m->length);
    u32(c, &m->generation);
    u32(c, &m->capacity);
    u8(c, &m->state);
    text(c, m->name, sizeof m->name);
}

static void caps(cursor *c, rsl_caps *m)
{
    u8(c, &m->version_min);
    u8(c, &m->version_max);
    u16(c, &m->format);
    u16(c, &m->kernel_abi);
    u16(c, &m->max_payload);
    u8(c, &m->credits);
    u8(c, &m->numbers);
    u8(c, &m->layouts);
    u8(c, &m->preferred);
    u8(c, &m->layer_kinds);
    u8(c, &m->active);
    u8(c, &m->slots);
    u32(c, &m->features);
    u32(c, &m->core);
    u32(c, &m->clock_hz);
    u32(c, &m->timer_hz);
    u32(c, &m->ram_bytes);
    u32(c, &m->baud);
    text(c, m->board, sizeof m->board);
    text(c, m->firmware, sizeof m->firmware);
    require(c, m->slots <= RSL_MAX_SLOTS);
    for (unsigned i = 0; c->good && i < m->slots; ++i)
        slot_info(c, &m->slot[i]);
}

static void begin(cursor *c, rsl_begin *m)
{
    block(c, m->sha256, sizeof m->sha256);
    u32(c, &m->length);
    u32(c, &m->ram_bytes);
    u16(c, &m->format);
    u16(c, &m->kernel_abi);
    u8(c, &m->number);
    u8(c, &m->layout);
    u8(c, &m->layer_kinds);
    u8(c, &m->slot);
    u8(c, &m->flags);
}

static void begin_reply(cursor *c, rsl_begin_reply *m)
{
    u16(c, &m->status);
    u8(c, &m->slot);
    u32(c, &m->next_off);
    u32(c, &m->bitmap);
    u32(c, &m->value);
    u32(c, &m->available);
}

static void data(cursor *c, rsl_data *m)
{
    u32(c, &m->offset);
    rest(c, &m->bytes, &m->length, RSL_CHUNK);
    require(c, m->length > 0 && m->offset % RSL_CHUNK == 0);
}

static void ack(cursor *c, rsl_ack *m)
{
    u32(c, &m->next_off);
    u32(c, &m->bitmap);
    u8(c, &m->credits);
}

static void output(cursor *c, rsl_output *m)
{
    u16(c, &m->status);
    u16(c, &m->detail);
    u32(c, &m->value);
    u32(c, &m->generation);
    u64(c, &m->ticks);
    u16(c, &m->class_index);
    u8(c, &m->number);
    u32(c, &m->outputs);
    u32(c, &m->crc);
    u32(c, &m->first);
    rest(c, &m->bytes, &m->length, RSL_MAX_OUTPUT_BYTES);
}

static void run(cursor *c, rsl_run *m)
{
    u32(c, &m->length);
    u32(c, &m->crc);
}

static void bench(cursor *c, rsl_bench *m)
{
    u32(c, &m->warm_up);
    u32(c, &m->runs);
    u16(c, &m->flags);
    require(c, m->runs > 0);
}

static void result(cursor *c, rsl_result *m)
{
    u32(c, &m->runs);
    u32(c, &m->timer_hz);
    u64(c, &m->total_ticks);
    u32(c, &m->empty_ticks);
    u32(c, &m->min_ticks);
    u32(c, &m->max_ticks);
    u32(c, &m->output_crc);
    u8(c, &m->layers);
    u8(c, &m->samples);
    require(c, m->layers <= 32 && m->samples <= RSL_MAX_SAMPLES);
    for (unsigned i = 0; c->good && i < m->layers; ++i)
        u32(c, &m->layer_ticks[i]);
    for (unsigned i = 0; c->good && i < m->samples; ++i)
        u32(c, &m->ticks[i]);
}

static void baud(cursor *c, rsl_baud *m)
{
    u32(c, &m->rate);
    u8(c, &m->step);
}

static void slot_request(cursor *c, rsl_slot_request *m)
{
    u8(c, &m->slot);
    u8(c, &m->op);
}

static void error(cursor *c, rsl_error *m)
{
    u16(c, &m->status);
    u16(c, &m->detail);
    u32(c, &m->value);
    u32(c, &m->available);
}

static void commit(cursor *c, rsl_commit *m)
{
    block(c, m->sha256, sizeof m->sha256);
}

static void output_request(cursor *c, rsl_output_request *m)
{
    u32(c, &m->first);
}

static void busy(cursor *c, rsl_busy *m)
{
    u32(c, &m->milliseconds);
}

/// The copy keeps the caller's message const; writing does not change it.
#define RSL_DEFINE(name)                                                                                     \
    size_t rsl_encode_##name(const rsl_##name *m, uint8_t *payload)                                          \
    {                                                                                                        \
        rsl_##name copy = *m;                                                                                \
        cursor c = writer(payload);                                                                          \
        name(&c, &copy);                                                                                     \
        return written(&c);                                                                                  \
    }                                                                                                        \
    bool rsl_decode_##name(const uint8_t *payload, size_t length, rsl_##name *m)                             \
    {                                                                                                        \
        cursor c = reader(payload, length);                                                                  \
        name(&c, m);                                                                                         \
        return was_read(&c);                                                                                 \
    }

RSL_DEFINE(hello)
RSL_DEFINE(caps)
RSL_DEFINE(begin)
RSL_DEFINE(begin_reply)
RSL_DEFINE(data)
RSL_DEFINE(ack)
RSL_DEFINE(commit)
RSL_DEFINE(output)
RSL_DEFINE(run)
RSL_DEFINE(output_request)
RSL_DEFINE(bench)
RSL_DEFINE(result)
RSL_DEFINE(baud)
RSL_DEFINE(slot_request)
RSL_DEFINE(busy)
RSL_DEFINE(error)

const char *rsl_status_text(rsl_status status)
{
    static const char *const texts[] = {
        "done",
        "the board does not know this request",
        "the board could not read the request",
        "the board speaks another version of the protocol",
        "another program has begun a session with the board",
        "the board is still at work",
        "the board holds no model",
        "no push has begun",
        "bytes of the image are missing",
        "the image that came is not the one announced (SHA-256)",
        "the image is longer than a slot",
        "the model needs more RAM than the board has",
        "the board does not know this format of images",
        "the board's kernels are of another version",
        "the board cannot compute in this number type",
        "the board cannot read this layout of weights",
        "the board does not know a kind of layer",
        "the board found the image faulty",
        "the board's answer to the known vector differs",
        "erasing or writing the board's memory failed",
        "the slot is not there, empty, or in use",
        "the input is not whole",
        "stopped on request",
        "the board cannot have this baud rate",
        "the image is not what the push announced",
    };
    const unsigned n = (unsigned)status;
    return n < sizeof texts / sizeof texts[0] ? texts[n] : "unknown status";
}
