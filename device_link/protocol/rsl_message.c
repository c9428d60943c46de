// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_message.h"

#include <string.h>

#include "device_link/protocol/rsl_bytes.h"

/// Goes over a payload, writing or reading: each message has one description for both ways, so that they
/// cannot differ.
typedef struct walk {
    bool writes;
    uint8_t *out;      ///< when writing
    const uint8_t *in; ///< when reading
    size_t at;
    size_t end;
    bool good;
    bool later; ///< from here on fields may be missing
} walk;

static walk writer(uint8_t *payload)
{
    return (walk) {true, payload, payload, 0, RSL_MAX_PAYLOAD, true, false};
}

static walk reader(const uint8_t *payload, size_t length)
{
    return (walk) {false, NULL, payload, 0, length, true, false};
}

static size_t written(const walk *w)
{
    return w->good ? w->at : 0;
}

/// A reply may have more fields than we know.
static bool was_reply(const walk *w)
{
    return w->good;
}

/// Of a request, what we do not know may not be passed over, unless it asks for nothing.
static bool was_request(const walk *w)
{
    if (!w->good)
        return false;
    for (size_t i = w->at; i < w->end; ++i)
        if (w->in[i] != 0)
            return false;
    return true;
}

/// Goes on by n bytes, if they are there.
static bool advance(walk *w, size_t n)
{
    if (!w->good || (w->later && !w->writes && w->at == w->end))
        return false;
    if (n > w->end - w->at)
        w->good = false;
    else
        w->at += n;
    return w->good;
}

static void require(walk *w, bool condition)
{
    w->good = w->good && condition;
}

static void walk_u8(walk *w, uint8_t *v)
{
    const bool there = advance(w, 1);
    if (!w->writes)
        *v = there ? w->in[w->at - 1] : 0;
    else if (there)
        w->out[w->at - 1] = *v;
}

static void walk_u16(walk *w, uint16_t *v)
{
    const bool there = advance(w, 2);
    if (!w->writes)
        *v = there ? rsl_read_u16(w->in + w->at - 2) : 0;
    else if (there)
        rsl_write_u16(w->out + w->at - 2, *v);
}

static void walk_u32(walk *w, uint32_t *v)
{
    const bool there = advance(w, 4);
    if (!w->writes)
        *v = there ? rsl_read_u32(w->in + w->at - 4) : 0;
    else if (there)
        rsl_write_u32(w->out + w->at - 4, *v);
}

static void walk_u64(walk *w, uint64_t *v)
{
    const bool there = advance(w, 8);
    if (!w->writes)
        *v = there ? rsl_read_u64(w->in + w->at - 8) : 0;
    else if (there)
        rsl_write_u64(w->out + w->at - 8, *v);
}

static void walk_block(walk *w, void *v, size_t n)
{
    const bool there = advance(w, n);
    if (there && w->writes)
        memcpy(w->out + w->at - n, v, n);
    else if (there)
        memcpy(v, w->in + w->at - n, n);
    else if (!w->writes)
        memset(v, 0, n);
}

/// Text ended by zero within its n bytes.
static void walk_text(walk *w, char *v, size_t n)
{
    walk_block(w, v, n);
    if (w->good)
        require(w, memchr(v, 0, n) != NULL);
}

/// So many bytes, by reference.
static void walk_bytes(walk *w, const uint8_t **bytes, uint16_t length, size_t most)
{
    require(w, length <= most);
    if (!w->writes)
        *bytes = w->in + w->at;
    if (advance(w, length) && w->writes && length > 0)
        memcpy(w->out + w->at - length, *bytes, length);
}

/// The rest of the payload, by reference.
static void walk_rest(walk *w, const uint8_t **bytes, uint16_t *length, size_t most)
{
    if (!w->writes) {
        require(w, w->end - w->at <= most);
        *length = w->good ? (uint16_t)(w->end - w->at) : 0;
    }
    walk_bytes(w, bytes, *length, most);
}

static void walk_hello(walk *w, rsl_hello *m)
{
    walk_u8(w, &m->version_min);
    walk_u8(w, &m->version_max);
}

static void walk_slot_info(walk *w, rsl_slot_info *m)
{
    walk_block(w, m->sha256, sizeof m->sha256);
    walk_u32(w, &m->length);
    walk_u32(w, &m->generation);
    walk_u32(w, &m->capacity);
    walk_u8(w, &m->state);
    walk_u8(w, &m->tag_kind);
    walk_text(w, m->name, sizeof m->name);
}

static void walk_region_info(walk *w, rsl_region_info *m)
{
    walk_u8(w, &m->kind);
    walk_u8(w, &m->flags);
    walk_u8(w, &m->slot);
    walk_u32(w, &m->bytes);
}

enum {
    CAPS_BYTES = 110, ///< before the records
    SLOT_BYTES = 78,
    REGION_BYTES = 7,
};

/// Parts of CAPS say how long they are, so that each can grow by itself: walks over one such part.
static void end_part(walk *w, size_t begin, size_t length)
{
    require(w, w->at - begin <= length && length <= w->end - begin);
    if (w->good)
        w->at = begin + length;
}

static void walk_caps(walk *w, rsl_caps *m)
{
    const size_t all = w->end;
    uint16_t fixed = CAPS_BYTES;
    uint8_t slot_bytes = SLOT_BYTES;
    uint8_t region_bytes = REGION_BYTES;
    walk_u8(w, &m->version_min);
    walk_u8(w, &m->version_max);
    walk_u16(w, &fixed);
    require(w, fixed >= w->at && fixed <= all);
    if (w->good)
        w->end = fixed;
    walk_u16(w, &m->format);
    walk_u16(w, &m->kernel_abi);
    walk_u16(w, &m->max_payload);
    walk_u8(w, &m->credits);
    walk_u8(w, &m->preferred);
    walk_u8(w, &m->active);
    walk_u8(w, &m->slots);
    walk_u8(w, &slot_bytes);
    walk_u8(w, &m->regions);
    walk_u8(w, &region_bytes);
    walk_u32(w, &m->groups);
    walk_u32(w, &m->numbers);
    walk_u32(w, &m->layouts);
    walk_u32(w, &m->kinds);
    walk_u32(w, &m->features);
    walk_u32(w, &m->core);
    walk_u32(w, &m->clock_hz);
    walk_u32(w, &m->timer_hz);
    walk_u32(w, &m->ram_bytes);
    walk_u32(w, &m->baud);
    walk_text(w, m->board, sizeof m->board);
    walk_text(w, m->firmware, sizeof m->firmware);
    w->later = true;
    walk_u32(w, &m->key);
    walk_u8(w, &m->start_cause);
    w->later = false;
    w->end = all;
    end_part(w, 0, fixed);
    require(w, m->slots <= RSL_MAX_SLOTS && m->regions <= RSL_MAX_REGIONS);
    for (unsigned i = 0; w->good && i < m->slots; ++i) {
        const size_t begin = w->at;
        walk_slot_info(w, &m->slot[i]);
        end_part(w, begin, slot_bytes);
    }
    for (unsigned i = 0; w->good && i < m->regions; ++i) {
        const size_t begin = w->at;
        walk_region_info(w, &m->region[i]);
        end_part(w, begin, region_bytes);
    }
}

static void walk_begin(walk *w, rsl_begin *m)
{
    walk_block(w, m->sha256, sizeof m->sha256);
    walk_u32(w, &m->length);
    walk_u32(w, &m->ram_bytes);
    walk_u16(w, &m->format);
    walk_u16(w, &m->kernel_abi);
    walk_u32(w, &m->numbers);
    walk_u32(w, &m->layouts);
    walk_u32(w, &m->kinds);
    walk_u8(w, &m->slot);
    walk_u8(w, &m->flags);
    w->later = true;
    walk_u8(w, &m->tag_kind);
    walk_block(w, m->tag, sizeof m->tag);
}

static void walk_begin_reply(walk *w, rsl_begin_reply *m)
{
    walk_u16(w, &m->status);
    walk_u8(w, &m->slot);
    walk_u32(w, &m->next_off);
    walk_u32(w, &m->bitmap);
    walk_u32(w, &m->value);
    walk_u32(w, &m->available);
}

static void walk_data(walk *w, rsl_data *m)
{
    walk_u32(w, &m->offset);
    walk_rest(w, &m->bytes, &m->length, RSL_CHUNK);
    require(w, m->length > 0 && m->offset % RSL_CHUNK == 0);
}

static void walk_input(walk *w, rsl_input *m)
{
    walk_u32(w, &m->vector);
    walk_u32(w, &m->offset);
    walk_rest(w, &m->bytes, &m->length, RSL_CHUNK);
    require(w, m->length > 0 && m->offset % RSL_CHUNK == 0);
}

static void walk_ack(walk *w, rsl_ack *m)
{
    walk_u32(w, &m->next_off);
    walk_u32(w, &m->bitmap);
    walk_u8(w, &m->credits);
    w->later = true;
    walk_u32(w, &m->vector);
}

static void walk_output(walk *w, rsl_output *m)
{
    walk_u16(w, &m->status);
    walk_u16(w, &m->detail);
    walk_u32(w, &m->value);
    walk_u32(w, &m->generation);
    walk_u64(w, &m->ticks);
    walk_u16(w, &m->class_index);
    walk_u8(w, &m->number);
    walk_u32(w, &m->outputs);
    walk_u32(w, &m->crc);
    walk_u32(w, &m->vector);
    walk_u32(w, &m->first);
    walk_u16(w, &m->length);
    walk_bytes(w, &m->bytes, m->length, RSL_MAX_OUTPUT_BYTES);
}

static void walk_run(walk *w, rsl_run *m)
{
    walk_u32(w, &m->vector);
    walk_u32(w, &m->length);
    walk_u32(w, &m->crc);
}

static void walk_bench(walk *w, rsl_bench *m)
{
    walk_u32(w, &m->warm_up);
    walk_u32(w, &m->runs);
    walk_u16(w, &m->flags);
    walk_u32(w, &m->vector);
    require(w, m->runs > 0);
}

static void walk_result(walk *w, rsl_result *m)
{
    walk_u32(w, &m->runs);
    walk_u32(w, &m->timer_hz);
    walk_u64(w, &m->total_ticks);
    walk_u32(w, &m->empty_ticks);
    walk_u32(w, &m->min_ticks);
    walk_u32(w, &m->max_ticks);
    walk_u32(w, &m->output_crc);
    walk_u8(w, &m->layers);
    walk_u8(w, &m->samples);
    require(w, m->layers <= RSL_MAX_WINDOWS && m->samples <= RSL_MAX_SAMPLES);
    for (unsigned i = 0; w->good && i < m->layers; ++i)
        walk_u32(w, &m->layer_ticks[i]);
    for (unsigned i = 0; w->good && i < m->samples; ++i)
        walk_u32(w, &m->ticks[i]);
    w->later = true;
    walk_u32(w, &m->pauses);
}

static void walk_baud(walk *w, rsl_baud *m)
{
    walk_u32(w, &m->rate);
    walk_u8(w, &m->step);
}

static void walk_slot_request(walk *w, rsl_slot_request *m)
{
    walk_u8(w, &m->slot);
    walk_u8(w, &m->op);
}

static void walk_error(walk *w, rsl_error *m)
{
    walk_u16(w, &m->status);
    w->later = true;
    walk_u16(w, &m->detail);
    walk_u32(w, &m->value);
    walk_u32(w, &m->available);
}

static void walk_commit(walk *w, rsl_commit *m)
{
    walk_block(w, m->sha256, sizeof m->sha256);
}

static void walk_output_request(walk *w, rsl_output_request *m)
{
    walk_u32(w, &m->first);
}

static void walk_busy(walk *w, rsl_busy *m)
{
    walk_u32(w, &m->milliseconds);
}

static void walk_read(walk *w, rsl_read *m)
{
    walk_u8(w, &m->kind);
    walk_u8(w, &m->slot);
    walk_u8(w, &m->flags);
    walk_u32(w, &m->offset);
    walk_u32(w, &m->length);
}

static void walk_read_reply(walk *w, rsl_read_reply *m)
{
    walk_u32(w, &m->offset);
    walk_u32(w, &m->crc);
    walk_u16(w, &m->length);
    walk_bytes(w, &m->bytes, m->length, RSL_MAX_REGION_BYTES);
}

static void walk_write(walk *w, rsl_write *m)
{
    walk_u8(w, &m->kind);
    walk_u8(w, &m->slot);
    walk_u8(w, &m->flags);
    walk_u32(w, &m->offset);
    walk_u32(w, &m->extent);
    walk_u32(w, &m->crc);
    walk_rest(w, &m->bytes, &m->length, RSL_MAX_REGION_BYTES);
}

static void walk_key(walk *w, rsl_key *m)
{
    walk_block(w, m->key, sizeof m->key);
}

static void walk_key_reply(walk *w, rsl_key_reply *m)
{
    walk_u32(w, &m->number);
}

/// The copy keeps the caller's message const; writing does not change it.
#define RSL_DEFINE(name, was_read)                                                                           \
    size_t rsl_encode_##name(const rsl_##name *m, uint8_t *payload)                                          \
    {                                                                                                        \
        rsl_##name copy = *m;                                                                                \
        walk w = writer(payload);                                                                            \
        walk_##name(&w, &copy);                                                                              \
        return written(&w);                                                                                  \
    }                                                                                                        \
    bool rsl_decode_##name(const uint8_t *payload, size_t length, rsl_##name *m)                             \
    {                                                                                                        \
        walk w = reader(payload, length);                                                                    \
        walk_##name(&w, m);                                                                                  \
        return was_read(&w);                                                                                 \
    }

RSL_DEFINE(hello, was_request)
RSL_DEFINE(begin, was_request)
RSL_DEFINE(data, was_request)
RSL_DEFINE(input, was_request)
RSL_DEFINE(commit, was_request)
RSL_DEFINE(run, was_request)
RSL_DEFINE(output_request, was_request)
RSL_DEFINE(bench, was_request)
RSL_DEFINE(baud, was_request)
RSL_DEFINE(slot_request, was_request)
RSL_DEFINE(read, was_request)
RSL_DEFINE(write, was_request)
RSL_DEFINE(key, was_request)
RSL_DEFINE(caps, was_reply)
RSL_DEFINE(begin_reply, was_reply)
RSL_DEFINE(ack, was_reply)
RSL_DEFINE(output, was_reply)
RSL_DEFINE(result, was_reply)
RSL_DEFINE(busy, was_reply)
RSL_DEFINE(error, was_reply)
RSL_DEFINE(read_reply, was_reply)
RSL_DEFINE(key_reply, was_reply)

const char *rsl_status_text(unsigned status)
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
        "the board has no such memory",
        "this memory of the board cannot be written",
        "what was written is not what was announced (CRC-32)",
        "the board takes models with a tag of its key only",
        "the model's tag was made with another key, or of another model",
        "the model has a tag, but the board has no key",
        "the board has another key already",
    };
    return status < sizeof texts / sizeof texts[0] ? texts[status] : "unknown status";
}
