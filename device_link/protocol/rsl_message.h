// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_MESSAGE_H
#define RSL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device_link/protocol/rsl_frame.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Messages: what the payload of a frame means (PROTOCOL.md, section "Messages"). The host asks, the board
/// answers with the same type, RSL_FLAG_REPLY and the request's seq; or with RSL_ERROR.
///
/// rsl_encode_x() writes a payload of at most RSL_MAX_PAYLOAD bytes and returns its length, 0 when a field is
/// out of range. rsl_decode_x() is true when the payload is such a message; pointers in the result point into
/// the payload.
///
/// Messages grow at their end (PROTOCOL.md, section "Growth"): a reader of a reply passes over what follows
/// the fields it knows; a reader of a request does so only when that is all zeros. Fields marked "later" may
/// be missing, and are 0 then.

/// Types of a group have its number in their upper four bits. CAPS says which groups a board knows.
typedef enum rsl_group {
    RSL_GROUP_CORE = 0,
    RSL_GROUP_MEMORY = 1,   ///< regions read and written
    RSL_GROUP_TRUST = 2,    ///< keys
    RSL_GROUP_TRAINING = 3, ///< reserved
} rsl_group;

typedef enum rsl_type {
    RSL_HELLO = 0,    ///< -> CAPS: what the board is and holds; begins a session
    RSL_BEGIN = 1,    ///< asks to push an image -> where to go on, or why not
    RSL_DATA = 2,     ///< bytes of the image -> ACK
    RSL_COMMIT = 3,   ///< checks, tests and activates the image -> its known answer
    RSL_ABORT = 4,    ///< ends a push (what came is kept), a commit or a benchmark -> OK
    RSL_INPUT = 5,    ///< bytes of the input vector -> ACK
    RSL_RUN = 6,      ///< one inference -> outputs and class
    RSL_OUTPUT = 7,   ///< more of the last outputs, in the form of RUN's reply
    RSL_BENCH = 8,    ///< many inferences -> RESULT: their times
    RSL_BAUD = 9,     ///< proposes or keeps a rate -> OK
    RSL_ECHO = 10,    ///< any bytes -> the same
    RSL_SLOT = 11,    ///< makes a slot the active one, rejects or erases it -> OK
    RSL_RESET = 12,   ///< -> OK, then the board starts anew
    RSL_BUSY = 13,    ///< from the board, unasked: not dead, but busy for so long
    RSL_LOG = 14,     ///< from the board, unasked: text
    RSL_ERROR = 15,   ///< a reply: why a request was not answered
    RSL_READ = 16,    ///< bytes of a region -> the same, with bytes
    RSL_WRITE = 17,   ///< bytes of a region -> OK
    RSL_KEY_SET = 32, ///< a key for the models' tags, once -> its number
} rsl_type;

typedef enum rsl_flag {
    RSL_FLAG_REPLY = 1, ///< from the board to the host
} rsl_flag;

/// Why the answer is no. Numbers are part of the protocol: append, never renumber.
typedef enum rsl_status {
    RSL_OK = 0,
    RSL_UNKNOWN_TYPE = 1,
    RSL_BAD_PAYLOAD = 2,     ///< not a message of its type
    RSL_WRONG_VERSION = 3,   ///< value: the protocol version that the board speaks
    RSL_WRONG_SESSION = 4,   ///< value: the session that the board is in; another program may have the port
    RSL_IN_PROGRESS = 5,     ///< a commit or benchmark runs; only HELLO, ABORT and RESET are heard
    RSL_NO_MODEL = 6,        ///< no active slot
    RSL_NOT_BEGUN = 7,       ///< DATA or COMMIT without BEGIN
    RSL_INCOMPLETE = 8,      ///< value: the first byte that is missing
    RSL_WRONG_SHA = 9,       ///< the bytes that came are not those announced; the slot is empty again
    RSL_TOO_LONG = 10,       ///< value: bytes needed, available: bytes of a slot
    RSL_NEEDS_RAM = 11,      ///< value: bytes needed, available: bytes there are
    RSL_UNKNOWN_FORMAT = 12, ///< value: the format version that the board knows
    RSL_UNKNOWN_ABI = 13,    ///< value: the kernel ABI that the board has
    RSL_UNKNOWN_NUMBER = 14, ///< number type; available: mask of those known
    RSL_UNKNOWN_LAYOUT = 15, ///< available: mask of those known
    RSL_UNKNOWN_LAYER = 16,  ///< value: the first kind that is not known; available: mask of those known
    RSL_INVALID_IMAGE = 17,  ///< detail: rsl_fault, value: offset
    RSL_KNOWN_ANSWER = 18,   ///< the outputs differ from the image's; value: number of the first that does
    RSL_STORAGE = 19,        ///< erasing or writing failed; value: offset in the slot
    RSL_NO_SLOT = 20,        ///< no such slot, or it is empty, or is the active one and may not be lost
    RSL_BAD_INPUT = 21,      ///< the input is not whole or its CRC is wrong; value: bytes needed
    RSL_ABORTED = 22,
    RSL_BAD_RATE = 23,      ///< this baud rate cannot be had
    RSL_IMAGE_DIFFERS = 24, ///< what BEGIN said of number type, layers or RAM is not what the image says
    RSL_NO_REGION = 25,     ///< no such region; or value: the first byte that is beyond its end
    RSL_READ_ONLY = 26,     ///< this region cannot be written, or not now
    RSL_WRONG_CRC = 27,     ///< what was written is not what was announced; value: the CRC-32 that it has
    RSL_NEEDS_TAG = 28,     ///< the board has a key, the image has no tag. value: number of the key
    RSL_WRONG_TAG = 29,     ///< the image's tag was not made with the board's key. value: number of the key
    RSL_NO_KEY = 30,        ///< the image has a tag, the board no key
    RSL_KEY_IS_SET = 31,    ///< the board has another key already. value: its number
    RSL_LAST_STATUS = RSL_KEY_IS_SET,
} rsl_status;

/// A short English sentence, also for a number that is none.
const char *rsl_status_text(unsigned status);

enum {
    RSL_CHUNK =
        256, ///< DATA and INPUT travel in chunks that begin at its multiples; only the last is shorter
    RSL_ACK_BITS = 32,
    RSL_MAX_SLOTS = 4,
    RSL_NO_ACTIVE_SLOT = 255,
    RSL_ANY_SLOT = 255,
    RSL_BOARD_NAME = 32,
    RSL_FIRMWARE_NAME = 16,
    RSL_MAX_REGIONS = 8,
    RSL_MAX_OUTPUT_BYTES = 448, ///< in one reply
    RSL_MAX_REGION_BYTES = 448, ///< in one READ's reply, or in one WRITE
    RSL_MAX_SAMPLES = 48,       ///< in one RESULT
    RSL_MAX_WINDOWS = 64,       ///< of operations, in one RESULT
    RSL_MAX_ECHO = 508,
    RSL_KEY_BYTES = 32,
    RSL_TAG_BYTES = 32,
};

/// Bytes of the chunk at that offset, of so many in all: 0 beyond the end.
uint32_t rsl_chunk_bytes(uint32_t all, uint32_t offset);

/// No answer but yes: ABORT, BAUD, SLOT, RESET. Also their replies' empty payload.

typedef struct rsl_hello {
    uint8_t version_min; ///< protocol versions that the host speaks
    uint8_t version_max;
} rsl_hello;

typedef enum rsl_feature {
    RSL_HAS_FPU = 1,
    RSL_HAS_DSP = 2,
    RSL_HAS_HELIUM = 4,
    RSL_HAS_CYCLE_COUNTER = 8, ///< ticks are clock cycles; else those of a timer of timer_hz
    RSL_HAS_WINDOW_PIN = 16,
    RSL_KEEPS_MODELS = 32, ///< slots outlive loss of power
    RSL_IS_TWIN = 64,      ///< the firmware inside of a program: ticks mean nothing
    RSL_SETS_BAUD = 128,
    RSL_IS_RISCV = 256, ///< `core` is misa
} rsl_feature;

typedef enum rsl_slot_state {
    RSL_SLOT_EMPTY = 0,
    RSL_SLOT_RECEIVING = 1, ///< a push has begun
    RSL_SLOT_VALID = 2,     ///< committed and good
    RSL_SLOT_REJECTED = 3,
} rsl_slot_state;

typedef struct rsl_slot_info {
    uint8_t sha256[32];
    uint32_t length;     ///< of the image
    uint32_t generation; ///< the valid slot with the highest is the active one after a start
    uint32_t capacity;   ///< the longest image that it takes
    uint8_t state;       ///< rsl_slot_state
    uint8_t tag_kind;    ///< rsl_tag_kind: what the image came with
    char name[32];       ///< of a valid image
} rsl_slot_info;

typedef enum rsl_tag_kind {
    RSL_TAG_NONE = 0,
    RSL_TAG_HMAC = 1, ///< HMAC-SHA-256 of the image, 32 bytes
} rsl_tag_kind;

typedef enum rsl_region_kind {
    RSL_REGION_SLOT = 0,    ///< a slot's image
    RSL_REGION_INPUT = 1,   ///< the input vector
    RSL_REGION_OUTPUT = 2,  ///< the outputs
    RSL_REGION_SCRATCH = 3, ///< what an inference works in
    RSL_REGION_STATE = 4,   ///< what a model keeps from one inference to the next
} rsl_region_kind;

enum { RSL_REGION_WRITABLE = 1 };

typedef struct rsl_region_info {
    uint8_t kind;   ///< rsl_region_kind
    uint8_t flags;  ///< RSL_REGION_WRITABLE
    uint8_t slot;   ///< of RSL_REGION_SLOT, else 0
    uint32_t bytes; ///< now; 0 without a model
} rsl_region_info;

/// Why the board started, as its part says. Appended, never renumbered.
typedef enum rsl_start_cause {
    RSL_START_UNKNOWN = 0,
    RSL_START_POWER = 1,     ///< it was switched on
    RSL_START_PIN = 2,       ///< the reset button, a debugger
    RSL_START_ASKED = 3,     ///< RESET, or a boot loader
    RSL_START_WATCHDOG = 4,  ///< the firmware hung
    RSL_START_BROWN_OUT = 5, ///< the supply was too low
    RSL_START_FAULT = 6,     ///< the firmware faulted
} rsl_start_cause;

typedef struct rsl_caps {
    uint8_t version_min;
    uint8_t version_max;
    uint16_t format;                  ///< RSL_MODEL_FORMAT
    uint16_t kernel_abi;              ///< RSL_KERNEL_ABI
    uint16_t max_payload;             ///< RSL_MAX_PAYLOAD
    uint8_t credits;                  ///< frames that may be unanswered at a time
    uint8_t preferred;                ///< rsl_layout of the fastest int8 kernels
    uint8_t active;                   ///< slot, or RSL_NO_ACTIVE_SLOT
    uint8_t slots;                    ///< 0..RSL_MAX_SLOTS
    uint8_t regions;                  ///< 0..RSL_MAX_REGIONS
    uint32_t groups;                  ///< mask 1 << rsl_group
    uint32_t numbers;                 ///< mask 1 << rsl_number
    uint32_t layouts;                 ///< mask RSL_LAYOUT_BIT()
    uint32_t kinds;                   ///< mask 1 << kind of operation, of the first 32
    uint32_t features;                ///< rsl_feature bits
    uint32_t core;                    ///< Arm: CPUID (0x410FC241: Cortex-M4); RISC-V: misa; twin: 0
    uint32_t clock_hz;                ///< of the core, as the port states it
    uint32_t timer_hz;                ///< of the ticks in RESULT
    uint32_t ram_bytes;               ///< for an image's input, outputs and scratch
    uint32_t baud;                    ///< rate now; 0 where there is none
    char board[RSL_BOARD_NAME];       ///< ended by zero
    char firmware[RSL_FIRMWARE_NAME]; ///< version, ended by zero
    uint32_t key;                     ///< later: number of the key for tags, 0 without one
    uint8_t start_cause;              ///< later: rsl_start_cause
    rsl_slot_info slot[RSL_MAX_SLOTS];
    rsl_region_info region[RSL_MAX_REGIONS];
} rsl_caps;

enum {
    RSL_BEGIN_FRESH = 1,   ///< forget what came of this image before
    RSL_BEGIN_REPLACE = 2, ///< on a board with one slot: the active model may be lost
};

typedef struct rsl_begin {
    uint8_t sha256[32]; ///< of the whole image
    uint32_t length;
    uint32_t ram_bytes; ///< rsl_model_ram_bytes()
    uint16_t format;
    uint16_t kernel_abi;
    uint32_t numbers; ///< masks as in CAPS: what it is computed in
    uint32_t layouts;
    uint32_t kinds;
    uint8_t slot;               ///< RSL_ANY_SLOT: the board's choice, never the active one
    uint8_t flags;              ///< RSL_BEGIN_FRESH, RSL_BEGIN_REPLACE
    uint8_t tag_kind;           ///< later: rsl_tag_kind
    uint8_t tag[RSL_TAG_BYTES]; ///< later: zeros without one
} rsl_begin;

typedef struct rsl_begin_reply {
    uint16_t status;   ///< rsl_status
    uint8_t slot;      ///< where it goes
    uint32_t next_off; ///< RSL_OK: the first byte that is missing; more than 0 goes on with an earlier push
    uint32_t bitmap;   ///< as in ACK
    uint32_t value;
    uint32_t available;
} rsl_begin_reply;

typedef struct rsl_data {
    uint32_t offset; ///< a multiple of RSL_CHUNK
    uint16_t length;
    const uint8_t *bytes;
} rsl_data;

typedef struct rsl_input {
    uint32_t vector; ///< counted by the host: another number begins another vector
    uint32_t offset; ///< a multiple of RSL_CHUNK
    uint16_t length;
    const uint8_t *bytes;
} rsl_input;

typedef struct rsl_ack {
    uint32_t next_off; ///< all before it has been stored
    uint32_t bitmap;   ///< bit i: so has the chunk at next_off + (i + 1) * RSL_CHUNK
    uint8_t credits;
    uint32_t vector; ///< later: of INPUT, else 0
} rsl_ack;

typedef struct rsl_commit {
    uint8_t sha256[32];
} rsl_commit;

typedef struct rsl_output { ///< of RUN, OUTPUT and COMMIT's reply
    uint16_t status;        ///< rsl_status
    uint16_t detail;        ///< as the status says
    uint32_t value;         ///< as the status says
    uint32_t generation;    ///< of the model
    uint64_t ticks;         ///< of the inference
    uint16_t class_index;   ///< the first of the largest outputs
    uint8_t number;         ///< rsl_number of the model
    uint32_t outputs;       ///< how many the model has
    uint32_t crc;           ///< CRC-32 of all output bytes
    uint32_t vector;        ///< that RUN named, else 0
    uint32_t first;         ///< byte offset of those that follow
    uint16_t length;        ///< 0..RSL_MAX_OUTPUT_BYTES
    const uint8_t *bytes;   ///< float32, or int16
} rsl_output;

typedef struct rsl_run {
    uint32_t vector; ///< of the INPUT frames
    uint32_t length; ///< of the input
    uint32_t crc;    ///< CRC-32 of the input
} rsl_run;

typedef struct rsl_output_request {
    uint32_t first; ///< byte offset
} rsl_output_request;

enum { RSL_BENCH_LAYERS = 1, RSL_BENCH_USE_INPUT = 2 };

typedef struct rsl_bench {
    uint32_t warm_up;
    uint32_t runs; ///< at least 1
    uint16_t
        flags; ///< RSL_BENCH_LAYERS: a window for each layer; USE_INPUT: the last INPUT, else the known one
    uint32_t vector; ///< with USE_INPUT, that input's number
} rsl_bench;

typedef struct rsl_result {
    uint32_t runs;
    uint32_t timer_hz;
    uint64_t
        total_ticks; ///< from the first run's begin to the last one's end; the window pin is up for so long
    uint32_t empty_ticks; ///< of a window with nothing in it, to be taken from each sample
    uint32_t min_ticks;   ///< over all runs
    uint32_t max_ticks;
    uint32_t output_crc; ///< of the last outputs
    uint8_t layers;      ///< windows that follow, 0 unless asked for
    uint8_t samples;     ///< that follow: of the first runs, up to RSL_MAX_SAMPLES
    uint32_t layer_ticks[RSL_MAX_WINDOWS];
    uint32_t ticks[RSL_MAX_SAMPLES];
    uint32_t pauses; ///< later: times that it stopped between runs to listen, not part of total_ticks
} rsl_result;

typedef enum rsl_baud_step {
    RSL_BAUD_TRY = 0,  ///< the reply goes out at the old rate; then a good frame must come within a second
    RSL_BAUD_KEEP = 1, ///< at the new rate, within five seconds of TRY; else the board goes back
} rsl_baud_step;

typedef struct rsl_baud {
    uint32_t rate;
    uint8_t step; ///< rsl_baud_step
} rsl_baud;

typedef enum rsl_slot_op {
    RSL_SLOT_ACTIVATE = 0,
    RSL_SLOT_REJECT = 1, ///< the host found it wrong: the other slot takes over for good
    RSL_SLOT_ERASE = 2,
} rsl_slot_op;

typedef struct rsl_slot_request {
    uint8_t slot;
    uint8_t op; ///< rsl_slot_op
} rsl_slot_request;

typedef struct rsl_busy {
    uint32_t milliseconds; ///< not to be given up for so long
} rsl_busy;

enum { RSL_READ_CRC_ONLY = 1 }; ///< no bytes: the CRC-32 of all that is asked for

typedef struct rsl_read {
    uint8_t kind; ///< rsl_region_kind
    uint8_t slot; ///< of RSL_REGION_SLOT, else 0
    uint8_t flags;
    uint32_t offset;
    uint32_t length;
} rsl_read;

typedef struct rsl_read_reply {
    uint32_t offset; ///< as asked
    uint32_t crc;    ///< CRC-32 of the bytes, or with RSL_READ_CRC_ONLY of all that was asked for
    uint16_t length; ///< of what was asked for, as much as goes in one reply
    const uint8_t *bytes;
} rsl_read_reply;

enum { RSL_WRITE_LAST = 1 }; ///< makes what was written valid

/// A region's content is not valid from the first WRITE to one with RSL_WRITE_LAST, whose offset and length
/// say the extent and whose crc has to be right.
typedef struct rsl_write {
    uint8_t kind; ///< rsl_region_kind
    uint8_t slot;
    uint8_t flags;
    uint32_t offset;
    uint32_t extent; ///< LAST: how many bytes from the region's begin are valid then
    uint32_t crc;    ///< LAST: CRC-32 of these
    uint16_t length; ///< of the bytes; 0 with LAST
    const uint8_t *bytes;
} rsl_write;

typedef struct rsl_key {
    uint8_t key[RSL_KEY_BYTES];
} rsl_key;

typedef struct rsl_key_reply {
    uint32_t number; ///< rsl_key_number() of it
} rsl_key_reply;

typedef struct rsl_error {
    uint16_t status; ///< rsl_status
    uint16_t detail; ///< later, as the two that follow
    uint32_t value;
    uint32_t available;
} rsl_error;

/// Any request.
typedef union rsl_request {
    rsl_hello hello;
    rsl_begin begin;
    rsl_data data;
    rsl_commit commit;
    rsl_input input;
    rsl_run run;
    rsl_output_request output;
    rsl_bench bench;
    rsl_baud baud;
    rsl_slot_request slot;
    rsl_read read;
    rsl_write write;
    rsl_key key;
} rsl_request;

/// Decodes the request of that type into its member; those of ABORT, ECHO and RESET, whose payload says
/// nothing, and those of unknown types are left alone.
bool rsl_decode_request(uint8_t type, const uint8_t *payload, size_t length, rsl_request *request);

size_t rsl_encode_hello(const rsl_hello *m, uint8_t *payload);
bool rsl_decode_hello(const uint8_t *payload, size_t length, rsl_hello *m);
size_t rsl_encode_caps(const rsl_caps *m, uint8_t *payload);
bool rsl_decode_caps(const uint8_t *payload, size_t length, rsl_caps *m);
size_t rsl_encode_begin(const rsl_begin *m, uint8_t *payload);
bool rsl_decode_begin(const uint8_t *payload, size_t length, rsl_begin *m);
size_t rsl_encode_begin_reply(const rsl_begin_reply *m, uint8_t *payload);
bool rsl_decode_begin_reply(const uint8_t *payload, size_t length, rsl_begin_reply *m);
size_t rsl_encode_data(const rsl_data *m, uint8_t *payload);
bool rsl_decode_data(const uint8_t *payload, size_t length, rsl_data *m);
size_t rsl_encode_input(const rsl_input *m, uint8_t *payload);
bool rsl_decode_input(const uint8_t *payload, size_t length, rsl_input *m);
size_t rsl_encode_ack(const rsl_ack *m, uint8_t *payload);
bool rsl_decode_ack(const uint8_t *payload, size_t length, rsl_ack *m);
size_t rsl_encode_commit(const rsl_commit *m, uint8_t *payload);
bool rsl_decode_commit(const uint8_t *payload, size_t length, rsl_commit *m);
size_t rsl_encode_output(const rsl_output *m, uint8_t *payload);
bool rsl_decode_output(const uint8_t *payload, size_t length, rsl_output *m);
size_t rsl_encode_run(const rsl_run *m, uint8_t *payload);
bool rsl_decode_run(const uint8_t *payload, size_t length, rsl_run *m);
size_t rsl_encode_output_request(const rsl_output_request *m, uint8_t *payload);
bool rsl_decode_output_request(const uint8_t *payload, size_t length, rsl_output_request *m);
size_t rsl_encode_bench(const rsl_bench *m, uint8_t *payload);
bool rsl_decode_bench(const uint8_t *payload, size_t length, rsl_bench *m);
size_t rsl_encode_result(const rsl_result *m, uint8_t *payload);
bool rsl_decode_result(const uint8_t *payload, size_t length, rsl_result *m);
size_t rsl_encode_baud(const rsl_baud *m, uint8_t *payload);
bool rsl_decode_baud(const uint8_t *payload, size_t length, rsl_baud *m);
size_t rsl_encode_slot_request(const rsl_slot_request *m, uint8_t *payload);
bool rsl_decode_slot_request(const uint8_t *payload, size_t length, rsl_slot_request *m);
size_t rsl_encode_busy(const rsl_busy *m, uint8_t *payload);
bool rsl_decode_busy(const uint8_t *payload, size_t length, rsl_busy *m);
size_t rsl_encode_error(const rsl_error *m, uint8_t *payload);
bool rsl_decode_error(const uint8_t *payload, size_t length, rsl_error *m);
size_t rsl_encode_read(const rsl_read *m, uint8_t *payload);
bool rsl_decode_read(const uint8_t *payload, size_t length, rsl_read *m);
size_t rsl_encode_read_reply(const rsl_read_reply *m, uint8_t *payload);
bool rsl_decode_read_reply(const uint8_t *payload, size_t length, rsl_read_reply *m);
size_t rsl_encode_write(const rsl_write *m, uint8_t *payload);
bool rsl_decode_write(const uint8_t *payload, size_t length, rsl_write *m);
size_t rsl_encode_key(const rsl_key *m, uint8_t *payload);
bool rsl_decode_key(const uint8_t *payload, size_t length, rsl_key *m);
size_t rsl_encode_key_reply(const rsl_key_reply *m, uint8_t *payload);
bool rsl_decode_key_reply(const uint8_t *payload, size_t length, rsl_key_reply *m);

#ifdef __cplusplus
}
#endif

#endif
