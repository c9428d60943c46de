// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_message.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are copied as they are");

/// Each message is described once, by a list of its fields, for writing and for reading, so that they cannot
/// differ. A field: in the upper four bits what it is, below where it lies in the message's struct.
typedef uint16_t message_field;

enum {
    // up to 5: a block of 1 << so many bytes; a number is one
    FIELD_TEXT_16 = 6, ///< ended by zero within its 16 bytes
    FIELD_TEXT_32 = 7,
    FIELD_LATER = 8, ///< from here on fields may be missing
    FIELD_PIECE =
        9, ///< bytes by reference: of the field for their length; the next entry is that for their address
    FIELD_REST = 10, ///< the same, as many as there are: their length is not in the payload
    FIELD_NONE = 15,
};

#define SIZE_CODE(size)                                                                                      \
    ((size) == 1 ? 0 : (size) == 2 ? 1 : (size) == 4 ? 2 : (size) == 8 ? 3 : (size) == 16 ? 4 : 5)
#define FIELD_AT(what, message, name)                                                                        \
    ((message_field)((unsigned)(what) << 12U | (unsigned)offsetof(message, name)))
#define FIELD(message, name) FIELD_AT(SIZE_CODE(sizeof((message *)0)->name), message, name)
#define FIELDS_END           ((message_field)(FIELD_NONE << 12U))
#define FIELDS_MAY_END       ((message_field)(FIELD_LATER << 12U))

typedef struct walk {
    uint8_t *out;      ///< null when reading
    const uint8_t *in; ///< null when writing
    size_t at;
    size_t end;
    bool good;
    bool later; ///< from here on fields may be missing
} walk;

/// Goes on by n bytes, if they are there.
static bool advance(walk *w, size_t n)
{
    if (!w->good || (w->later && w->in != NULL && w->at == w->end))
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

static void walk_block(walk *w, void *v, size_t n)
{
    const bool there = advance(w, n);
    if (there && w->in == NULL)
        memcpy(w->out + w->at - n, v, n);
    else if (there)
        memcpy(v, w->in + w->at - n, n);
    else if (w->in != NULL)
        memset(v, 0, n);
}

static void walk_piece(walk *w, uint16_t *length, const uint8_t **bytes, bool is_rest)
{
    if (w->in != NULL && is_rest) {
        const size_t rest = w->end - w->at;
        *length = w->good && rest <= RSL_MAX_REGION_BYTES ? (uint16_t)rest : 0;
        require(w, *length == rest);
    }
    if (w->in != NULL)
        *bytes = w->in + w->at;
    require(w, *length <= RSL_MAX_REGION_BYTES);
    if (advance(w, *length) && w->in == NULL && *length > 0)
        memcpy(w->out + w->at - *length, *bytes, *length);
}

static void walk_fields(walk *w, void *message, const message_field *f)
{
    for (unsigned what = *f >> 12U; what != FIELD_NONE; what = *++f >> 12U) {
        uint8_t *at = (uint8_t *)message + (*f & 0xFFFU);
        if (what == FIELD_LATER) {
            w->later = true;
        } else if (what >= FIELD_PIECE) {
            const message_field address = *++f;
            walk_piece(w, (uint16_t *)(void *)at, (const uint8_t **)(void *)((uint8_t *)message + address),
                       what == FIELD_REST);
        } else {
            const bool is_text = what >= FIELD_TEXT_16;
            const size_t n = (size_t)1 << (is_text ? what - 2U : what);
            walk_block(w, at, n);
            bool ends = !is_text;
            for (size_t i = 0; is_text && i < n; ++i)
                ends = ends || at[i] == 0;
            require(w, ends);
        }
    }
}

/// A message: its fields, and what they alone do not say.
typedef struct message {
    const message_field *fields;
    void (*more)(walk *w, void *m); ///< or null
    bool is_request;
} message;

/// Writing changes nothing in what m points to.
static size_t encode(const message *what, const void *m, uint8_t *payload)
{
    walk w = {payload, NULL, 0, RSL_MAX_PAYLOAD, true, false};
    walk_fields(&w, (void *)(uintptr_t)m, what->fields);
    if (what->more != NULL)
        what->more(&w, (void *)(uintptr_t)m);
    return w.good ? w.at : 0;
}

/// A reply may have more fields than we know. Of a request, what we do not know may not be passed over,
/// unless it asks for nothing.
static bool decode(const message *what, const uint8_t *payload, size_t length, void *m)
{
    walk w = {NULL, payload, 0, length, true, false};
    walk_fields(&w, m, what->fields);
    if (what->more != NULL)
        what->more(&w, m);
    for (size_t i = w.at; what->is_request && i < length; ++i)
        require(&w, payload[i] == 0);
    return w.good;
}

#define RSL_DEFINE(name, more, is_request)                                                                   \
    static const message name##_message = {name##_fields, more, is_request};                                 \
    size_t rsl_encode_##name(const rsl_##name *m, uint8_t *payload)                                          \
    {                                                                                                        \
        return encode(&name##_message, m, payload);                                                          \
    }                                                                                                        \
    bool rsl_decode_##name(const uint8_t *payload, size_t length, rsl_##name *m)                             \
    {                                                                                                        \
        return decode(&name##_message, payload, length, m);                                                  \
    }

static const message_field hello_fields[] = {
    FIELD(rsl_hello, version_min),
    FIELD(rsl_hello, version_max),
    FIELDS_END,
};
RSL_DEFINE(hello, NULL, true)

static const message_field begin_fields[] = {
    FIELD(rsl_begin, sha256),
    FIELD(rsl_begin, length),
    FIELD(rsl_begin, ram_bytes),
    FIELD(rsl_begin, format),
    FIELD(rsl_begin, kernel_abi),
    FIELD(rsl_begin, numbers),
    FIELD(rsl_begin, layouts),
    FIELD(rsl_begin, kinds),
    FIELD(rsl_begin, slot),
    FIELD(rsl_begin, flags),
    FIELDS_MAY_END,
    FIELD(rsl_begin, tag_kind),
    FIELD(rsl_begin, tag),
    FIELDS_END,
};
RSL_DEFINE(begin, NULL, true)

/// Chunks begin at their multiples and are not empty.
static void require_chunk(walk *w, uint32_t offset, uint16_t length)
{
    require(w, length > 0 && length <= RSL_CHUNK && offset % RSL_CHUNK == 0);
}

static const message_field data_fields[] = {
    FIELD(rsl_data, offset),
    FIELD_AT(FIELD_REST, rsl_data, length),
    FIELD_AT(0, rsl_data, bytes),
    FIELDS_END,
};

static void end_data(walk *w, void *m)
{
    const rsl_data *data = m;
    require_chunk(w, data->offset, data->length);
}

RSL_DEFINE(data, end_data, true)

static const message_field input_fields[] = {
    FIELD(rsl_input, vector),
    FIELD(rsl_input, offset),
    FIELD_AT(FIELD_REST, rsl_input, length),
    FIELD_AT(0, rsl_input, bytes),
    FIELDS_END,
};

static void end_input(walk *w, void *m)
{
    const rsl_input *input = m;
    require_chunk(w, input->offset, input->length);
}

RSL_DEFINE(input, end_input, true)

static const message_field commit_fields[] = {
    FIELD(rsl_commit, sha256),
    FIELDS_END,
};
RSL_DEFINE(commit, NULL, true)

static const message_field run_fields[] = {
    FIELD(rsl_run, vector),
    FIELD(rsl_run, length),
    FIELD(rsl_run, crc),
    FIELDS_END,
};
RSL_DEFINE(run, NULL, true)

static const message_field output_request_fields[] = {
    FIELD(rsl_output_request, first),
    FIELDS_END,
};
RSL_DEFINE(output_request, NULL, true)

static const message_field bench_fields[] = {
    FIELD(rsl_bench, warm_up),
    FIELD(rsl_bench, runs),
    FIELD(rsl_bench, flags),
    FIELD(rsl_bench, vector),
    FIELDS_END,
};

static void end_bench(walk *w, void *m)
{
    require(w, ((const rsl_bench *)m)->runs > 0);
}

RSL_DEFINE(bench, end_bench, true)

static const message_field baud_fields[] = {
    FIELD(rsl_baud, rate),
    FIELD(rsl_baud, step),
    FIELDS_END,
};
RSL_DEFINE(baud, NULL, true)

static const message_field slot_request_fields[] = {
    FIELD(rsl_slot_request, slot),
    FIELD(rsl_slot_request, op),
    FIELDS_END,
};
RSL_DEFINE(slot_request, NULL, true)

static const message_field read_fields[] = {
    FIELD(rsl_read, kind),   FIELD(rsl_read, slot),   FIELD(rsl_read, flags),
    FIELD(rsl_read, offset), FIELD(rsl_read, length), FIELDS_END,
};
RSL_DEFINE(read, NULL, true)

static const message_field write_fields[] = {
    FIELD(rsl_write, kind),
    FIELD(rsl_write, slot),
    FIELD(rsl_write, flags),
    FIELD(rsl_write, offset),
    FIELD(rsl_write, extent),
    FIELD(rsl_write, crc),
    FIELD_AT(FIELD_REST, rsl_write, length),
    FIELD_AT(0, rsl_write, bytes),
    FIELDS_END,
};
RSL_DEFINE(write, NULL, true)

static const message_field key_fields[] = {
    FIELD(rsl_key, key),
    FIELDS_END,
};
RSL_DEFINE(key, NULL, true)

enum {
    CAPS_BYTES = 110, ///< before the records
    SLOT_BYTES = 78,
    REGION_BYTES = 7,
};

static const message_field caps_fields[] = {
    FIELD(rsl_caps, version_min),
    FIELD(rsl_caps, version_max),
    FIELDS_END,
};

static const message_field caps_image_fields[] = {
    FIELD(rsl_caps, format),      FIELD(rsl_caps, kernel_abi),
    FIELD(rsl_caps, max_payload), FIELD(rsl_caps, credits),
    FIELD(rsl_caps, preferred),   FIELD(rsl_caps, active),
    FIELD(rsl_caps, slots),       FIELDS_END,
};

static const message_field caps_rest_fields[] = {
    FIELD(rsl_caps, groups),
    FIELD(rsl_caps, numbers),
    FIELD(rsl_caps, layouts),
    FIELD(rsl_caps, kinds),
    FIELD(rsl_caps, features),
    FIELD(rsl_caps, core),
    FIELD(rsl_caps, clock_hz),
    FIELD(rsl_caps, timer_hz),
    FIELD(rsl_caps, ram_bytes),
    FIELD(rsl_caps, baud),
    FIELD_AT(FIELD_TEXT_32, rsl_caps, board),
    FIELD_AT(FIELD_TEXT_16, rsl_caps, firmware),
    FIELDS_MAY_END,
    FIELD(rsl_caps, key),
    FIELD(rsl_caps, start_cause),
    FIELDS_END,
};

static const message_field slot_info_fields[] = {
    FIELD(rsl_slot_info, sha256),
    FIELD(rsl_slot_info, length),
    FIELD(rsl_slot_info, generation),
    FIELD(rsl_slot_info, capacity),
    FIELD(rsl_slot_info, state),
    FIELD(rsl_slot_info, tag_kind),
    FIELD_AT(FIELD_TEXT_32, rsl_slot_info, name),
    FIELDS_END,
};

static const message_field region_info_fields[] = {
    FIELD(rsl_region_info, kind),
    FIELD(rsl_region_info, flags),
    FIELD(rsl_region_info, slot),
    FIELD(rsl_region_info, bytes),
    FIELDS_END,
};

/// Parts of CAPS say how long they are, so that each can grow by itself: walks over one such part.
static void walk_part(walk *w, void *part, const message_field *fields, size_t length)
{
    const size_t begin = w->at;
    walk_fields(w, part, fields);
    require(w, w->at - begin <= length && length <= w->end - begin);
    if (w->good)
        w->at = begin + length;
}

static void walk_caps(walk *w, void *m)
{
    rsl_caps *caps = m;
    const size_t all = w->end;
    uint16_t fixed = CAPS_BYTES;
    uint8_t slot_bytes = SLOT_BYTES;
    uint8_t region_bytes = REGION_BYTES;
    walk_block(w, &fixed, sizeof fixed);
    require(w, fixed >= w->at && fixed <= all);
    if (w->good)
        w->end = fixed;
    walk_fields(w, caps, caps_image_fields);
    walk_block(w, &slot_bytes, sizeof slot_bytes);
    walk_block(w, &caps->regions, sizeof caps->regions);
    walk_block(w, &region_bytes, sizeof region_bytes);
    walk_part(w, caps, caps_rest_fields, w->good ? fixed - w->at : 0);
    w->later = false;
    w->end = all;
    require(w, caps->slots <= RSL_MAX_SLOTS && caps->regions <= RSL_MAX_REGIONS);
    for (unsigned i = 0; w->good && i < caps->slots; ++i)
        walk_part(w, &caps->slot[i], slot_info_fields, slot_bytes);
    for (unsigned i = 0; w->good && i < caps->regions; ++i)
        walk_part(w, &caps->region[i], region_info_fields, region_bytes);
}
RSL_DEFINE(caps, walk_caps, false)

static const message_field begin_reply_fields[] = {
    FIELD(rsl_begin_reply, status),
    FIELD(rsl_begin_reply, slot),
    FIELD(rsl_begin_reply, next_off),
    FIELD(rsl_begin_reply, bitmap),
    FIELD(rsl_begin_reply, value),
    FIELD(rsl_begin_reply, available),
    FIELDS_END,
};
RSL_DEFINE(begin_reply, NULL, false)

static const message_field ack_fields[] = {
    FIELD(rsl_ack, next_off), FIELD(rsl_ack, bitmap), FIELD(rsl_ack, credits),
    FIELDS_MAY_END,           FIELD(rsl_ack, vector), FIELDS_END,
};
RSL_DEFINE(ack, NULL, false)

static const message_field output_fields[] = {
    FIELD(rsl_output, status),
    FIELD(rsl_output, detail),
    FIELD(rsl_output, value),
    FIELD(rsl_output, generation),
    FIELD(rsl_output, ticks),
    FIELD(rsl_output, class_index),
    FIELD(rsl_output, number),
    FIELD(rsl_output, outputs),
    FIELD(rsl_output, crc),
    FIELD(rsl_output, vector),
    FIELD(rsl_output, first),
    FIELD(rsl_output, length),
    FIELD_AT(FIELD_PIECE, rsl_output, length),
    FIELD_AT(0, rsl_output, bytes),
    FIELDS_END,
};
RSL_DEFINE(output, NULL, false)

static const message_field result_fields[] = {
    FIELD(rsl_result, runs),        FIELD(rsl_result, timer_hz),
    FIELD(rsl_result, total_ticks), FIELD(rsl_result, empty_ticks),
    FIELD(rsl_result, min_ticks),   FIELD(rsl_result, max_ticks),
    FIELD(rsl_result, output_crc),  FIELD(rsl_result, layers),
    FIELD(rsl_result, samples),     FIELDS_END,
};

static void walk_ticks(walk *w, void *m)
{
    rsl_result *r = m;
    require(w, r->layers <= RSL_MAX_WINDOWS && r->samples <= RSL_MAX_SAMPLES);
    if (!w->good)
        return;
    walk_block(w, r->layer_ticks, r->layers * sizeof r->layer_ticks[0]);
    walk_block(w, r->ticks, r->samples * sizeof r->ticks[0]);
    w->later = true;
    walk_block(w, &r->pauses, sizeof r->pauses);
}

RSL_DEFINE(result, walk_ticks, false)

static const message_field busy_fields[] = {
    FIELD(rsl_busy, milliseconds),
    FIELDS_END,
};
RSL_DEFINE(busy, NULL, false)

static const message_field error_fields[] = {
    FIELD(rsl_error, status),    FIELDS_MAY_END, FIELD(rsl_error, detail), FIELD(rsl_error, value),
    FIELD(rsl_error, available), FIELDS_END,
};
RSL_DEFINE(error, NULL, false)

static const message_field read_reply_fields[] = {
    FIELD(rsl_read_reply, offset),      FIELD(rsl_read_reply, crc),
    FIELD(rsl_read_reply, length),      FIELD_AT(FIELD_PIECE, rsl_read_reply, length),
    FIELD_AT(0, rsl_read_reply, bytes), FIELDS_END,
};
RSL_DEFINE(read_reply, NULL, false)

static const message_field key_reply_fields[] = {
    FIELD(rsl_key_reply, number),
    FIELDS_END,
};
RSL_DEFINE(key_reply, NULL, false)

uint32_t rsl_chunk_bytes(uint32_t all, uint32_t offset)
{
    const uint32_t rest = offset < all ? all - offset : 0;
    return rest < RSL_CHUNK ? rest : RSL_CHUNK;
}

bool rsl_decode_request(uint8_t type, const uint8_t *payload, size_t length, rsl_request *request)
{
    static const message *const requests[] = {
        [RSL_HELLO] = &hello_message,           [RSL_BEGIN] = &begin_message, [RSL_DATA] = &data_message,
        [RSL_COMMIT] = &commit_message,         [RSL_INPUT] = &input_message, [RSL_RUN] = &run_message,
        [RSL_OUTPUT] = &output_request_message, [RSL_BENCH] = &bench_message, [RSL_BAUD] = &baud_message,
        [RSL_SLOT] = &slot_request_message,     [RSL_READ] = &read_message,   [RSL_WRITE] = &write_message,
        [RSL_KEY_SET] = &key_message,
    };
    const message *what = type < sizeof requests / sizeof requests[0] ? requests[type] : NULL;
    return what == NULL || decode(what, payload, length, request);
}

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
