// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_DEVICE_H
#define RSL_DEVICE_H

#include "device_link/firmware/rsl_port.h"
#include "device_link/firmware/rsl_text.h"
#include "device_link/protocol/rsl_crc.h"
#include "device_link/protocol/rsl_frame.h"
#include "device_link/protocol/rsl_message.h"
#include "device_link/protocol/rsl_model.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RSL_FIRMWARE_VERSION "0.3.0"

typedef enum rsl_work {
    RSL_WORK_NONE,
    RSL_WORK_HASH,  ///< COMMIT: the SHA-256 of what came, piece by piece
    RSL_WORK_CHECK, ///< COMMIT: structure and known answer
    RSL_WORK_BENCH, ///< BENCH: one inference a step
} rsl_work;

/// The model that answers RUN, and its memory in the arena.
typedef struct rsl_ready {
    rsl_model model; ///< bytes is null when there is none
    uint8_t slot;
    uint32_t generation;
    uint8_t *input;
    uint8_t *output;
    uint32_t ticks; ///< of its last inference, 0 before the first
} rsl_ready;

typedef struct rsl_bench_state {
    rsl_bench request;
    rsl_result result;
    uint32_t done;     ///< warm-ups and runs
    uint32_t last;     ///< ticks up to which result.total_ticks has counted
    bool listens;      ///< something came: no inference until the line is silent
    uint64_t heard;    ///< when the last byte came, while it listens
    uint64_t listened; ///< since when
} rsl_bench_state;

/// The last RUN, COMMIT or BENCH that was carried out. Sent again, it is answered from what is held.
typedef struct rsl_done {
    bool valid;
    uint8_t type;
    uint16_t seq;
    rsl_error why; ///< status RSL_OK when it went well
} rsl_done;

/// The firmware: one of these, in static memory. All fields are its own.
typedef struct rsl_device {
    const rsl_port *port;
    rsl_decoder decoder;
    rsl_text text;
    rsl_ready ready;
    uint8_t active; ///< slot, or RSL_NO_ACTIVE_SLOT

    bool in_session;
    uint16_t session;
    uint16_t reply_seq; ///< of the request that is being worked at

    bool begun; ///< a push goes on
    rsl_begin begin;
    uint8_t target;
    uint32_t next_off;

    bool has_input;    ///< a vector has begun to come in this session; its number is input_ack.vector
    rsl_ack input_ack; ///< of the input vector; ends at the model's input bytes
    bool has_output;
    bool has_sums; ///< output_crc and output_class are of these outputs
    uint32_t output_crc;
    uint16_t output_class;
    uint32_t output_ticks;
    uint32_t output_vector;
    rsl_done done;

    rsl_work work;
    uint32_t hashed;
    rsl_sha256 sha;
    rsl_bench_state bench;

    uint32_t baud;
    uint32_t baud_before; ///< to go back to; 0 when no trial goes on
    bool baud_heard;      ///< a good frame came at the new rate
    uint64_t baud_since;

    uint32_t inferences; ///< whose outputs were in ready.output, since start
    uint32_t laid_out;   ///< how often the arena got another layout

    uint64_t time; ///< ticks since start, extended
    uint32_t last_ticks;

    uint8_t payload[RSL_MAX_PAYLOAD];
    uint8_t wire[RSL_MAX_WIRE_FRAME];
} rsl_device;

/// Looks through the slots, makes the newest good model ready, and greets in text.
void rsl_device_start(rsl_device *device, const rsl_port *port);

/// Takes what has come and does a piece of work that takes milliseconds, or one inference.
/// @return whether there is more to do; else the port may idle
bool rsl_device_step(rsl_device *device);

/// For ever: steps, and idles between them.
void rsl_device_run(rsl_device *device);

#ifdef __cplusplus
}
#endif

#endif
