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
/// out of range. rsl_decode_x() is true when the payload is exactly one such message; pointers in the result
/// point into the payload.

typedef enum rsl_type {
    RSL_HELLO = 0,  ///< -> CAPS: what the board is and holds; begins a session
    RSL_BEGIN = 1,  ///< asks to push an image -> where to go on, or why not
    RSL_DATA = 2,   ///< bytes of the image -> ACK
    RSL_COMMIT = 3, ///< checks, tests and activates the image -> its known answer
    RSL_ABORT = 4,  ///< ends a push (what came is kept), a commit or a benchmark -> OK
    RSL_INPUT = 5,  ///< bytes of the input vector -> ACK
    RSL_RUN = 6,    ///< one inference -> outputs and class
    RSL_OUTPUT = 7, ///< more of the last outputs, in the form of RUN's reply
    RSL_BENCH = 8,  ///< many inferences -> RESULT: their times
    RSL_BAUD = 9,   ///< proposes or keeps a rate -> OK
    RSL_ECHO = 10,  ///< any bytes -> the same
    RSL_SLOT = 11,  ///< makes a slot the active one, rejects or erases it -> OK
    RSL_RESET = 12, ///< -> OK, then the board starts anew
    RSL_BUSY = 13,  ///< from the board, unasked: not dead, but busy for so long
    RSL_LOG = 14,   ///< from the board, unasked: text
    RSL_ERROR = 15, ///< a reply: why a request was not answered
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
} rsl_status;

/// A short English sentence.
const char *rsl_status_text(rsl_status status);

enum {
    RSL_CHUNK =
        256, ///< DATA and INPUT travel in chunks that begin at its multiples; only the last is shorter
    RSL_ACK_BITS = 32,
    RSL_MAX_SLOTS = 4,
    RSL_NO_ACTIVE_SLOT = 255,
    RSL_ANY_SLOT = 255,
    RSL_BOARD_NAME = 32,
    RSL_FIRMWARE_NAME = 16,
    RSL_MAX_OUTPUT_BYTES = 448, ///< in one reply
    RSL_MAX_SAMPLES = 64,       ///< in one RESULT
    RSL_MAX_ECHO = 508,
};

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
    char name[32];       ///< of a valid image
} rsl_slot_info;

typedef struct rsl_caps {
    uint8_t version_min;
    uint8_t version_max;
    uint16_t format;                  ///< RSL_MODEL_FORMAT
    uint16_t kernel_abi;              ///< RSL_KERNEL_ABI
    uint16_t max_payload;             ///< RSL_MAX_PAYLOAD
    uint8_t credits;                  ///< frames that may be unanswered at a time
    uint8_t numbers;                  ///< mask 1 << rsl_number
    uint8_t layouts;                  ///< mask RSL_LAYOUT_BIT()
    uint8_t preferred;                ///< rsl_layout of the fastest int8 kernels
    uint8_t layer_kinds;              ///< mask 1 << rsl_layer_kind
    uint8_t active;                   ///< slot, or RSL_NO_ACTIVE_SLOT
    uint8_t slots;                    ///< 0..RSL_MAX_SLOTS
    uint32_t features;                ///< rsl_feature bits
    uint32_t core;                    ///< Arm: CPUID (0x410FC241: Cortex-M4); RISC-V: misa; twin: 0
    uint32_t clock_hz;                ///< of the core, as the port states it
    uint32_t timer_hz;                ///< of the ticks in RESULT
    uint32_t ram_bytes;               ///< for an image's input, outputs and scratch
    uint32_t baud;                    ///< rate now; 0 where there is none
    char board[RSL_BOARD_NAME];       ///< ended by zero
    char firmware[RSL_FIRMWARE_NAME]; ///< version, ended by zero
    rsl_slot_info slot[RSL_MAX_SLOTS];
} rsl_caps;

enum { RSL_BEGIN_FRESH = 1 }; ///< forget what came of this image before

typedef struct rsl_begin {
    uint8_t sha256[32]; ///< of the whole image
    uint32_t length;
    uint32_t ram_bytes; ///< rsl_model_ram_bytes()
    uint16_t format;
    uint16_t kernel_abi;
    uint8_t number;      ///< rsl_number
    uint8_t layout;      ///< rsl_layout
    uint8_t layer_kinds; ///< mask 1 << rsl_layer_kind
    uint8_t slot;        ///< RSL_ANY_SLOT: the board's choice, never the active one
    uint8_t flags;       ///< RSL_BEGIN_FRESH
} rsl_begin;

typedef struct rsl_begin_reply {
    uint16_t status;   ///< rsl_status
    uint8_t slot;      ///< where it goes
    uint32_t next_off; ///< RSL_OK: the first byte that is missing; more than 0 goes on with an earlier push
    uint32_t bitmap;   ///< as in ACK
    uint32_t value;
    uint32_t available;
} rsl_begin_reply;

typedef struct rsl_data { ///< of DATA and INPUT
    uint32_t offset;      ///< a multiple of RSL_CHUNK
    uint16_t length;
    const uint8_t *bytes;
} rsl_data;

typedef struct rsl_ack {
    uint32_t next_off; ///< all before it has been stored
    uint32_t bitmap;   ///< bit i: so has the chunk at next_off + (i + 1) * RSL_CHUNK
    uint8_t credits;
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
    uint32_t first;         ///< byte offset of those that follow
    uint16_t length;        ///< 0..RSL_MAX_OUTPUT_BYTES
    const uint8_t *bytes;   ///< float32, or int16
} rsl_output;

typedef struct rsl_run {
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
    uint32_t layer_ticks[32];
    uint32_t ticks[RSL_MAX_SAMPLES];
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

typedef struct rsl_error {
    uint16_t status; ///< rsl_status
    uint16_t detail;
    uint32_t value;
    uint32_t available;
} rsl_error;

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

#ifdef __cplusplus
}
#endif

#endif
