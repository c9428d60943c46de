// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_TEXT_H
#define RSL_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "device_link/firmware/rsl_port.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The MLPerf Tiny device API: the text commands by which the benchmark's own runner drives a board
/// (PROTOCOL.md, section "Text"). A command ends with '%', each reply with "m-ready".
///
/// It knows the firmware around it by rsl_text_host alone, and is known by the three calls below. A firmware
/// that is linked with rsl_no_text.c instead of rsl_text.c speaks frames only.

enum { RSL_TEXT_COMMAND = 80 };

/// The model that commands are about, and the memory beside it.
typedef struct rsl_text_model {
    const char *name; ///< null: there is no model, and nothing below means anything but `spare`
    uint32_t inputs;
    uint32_t outputs;
    bool integer; ///< int8 inputs and int16 outputs; else float32 both
    float input_scale;
    int32_t input_zero;
    float output_scale;
    uint8_t *input; ///< may be written, for infer()
    const uint8_t *output;
    bool has_output;
    uint16_t output_class;      ///< number of the largest output
    const uint8_t *known_input; ///< the known-answer vector's
    uint32_t inferences;        ///< a count that every inference changes

    uint8_t *spare; ///< bytes that nobody else uses, for what `db` loads
    uint32_t spare_bytes;
    uint32_t laid_out; ///< a count that changes when what is in `spare` is void
} rsl_text_model;

/// What the text API asks of the firmware around it. Functions get `context`.
typedef struct rsl_text_host {
    void *context;
    const rsl_port *port;
    bool energy; ///< the mode after start: windows are marked by the pin alone
    void (*model)(void *context, rsl_text_model *model);
    uint64_t (*ticks)(void *context); ///< since start, of port->timer_hz
    /// So many inferences, and nothing else, but for the time that has to be looked at now and then.
    void (*infer)(void *context, const void *input, uint32_t runs);
} rsl_text_host;

/// All fields are its own.
typedef struct rsl_text {
    rsl_text_host host;
    rsl_text_model model; ///< as it is for the command that is obeyed
    char command[RSL_TEXT_COMMAND + 1];
    uint32_t length;
    uint32_t laid_out;   ///< of the model that the next three are about
    uint32_t expected;   ///< bytes that `db load` announced
    uint32_t loaded;     ///< bytes that came
    uint32_t fed_floats; ///< model.inferences after the last inference of the float32 in `spare`
    bool energy;
    bool plain; ///< since a zero opened a frame, nothing came that is no text
} rsl_text;

/// Greets as after power-on.
void rsl_text_start(rsl_text *text, const rsl_text_host *host);
/// A byte outside of frames.
void rsl_text_feed(rsl_text *text, uint8_t byte);
/// A byte within a frame, or the zero that opens one: the zero ends what was half typed. Each frame of ours
/// has bytes that no text has; so a command of text alone is one, and the zero before it was noise, as a port
/// gives when it opens. A host that knows no frames would never be answered otherwise.
/// @param busy  the board is at work, and obeys nothing
/// @return whether it ended a command, and there is no frame
bool rsl_text_overhear(rsl_text *text, uint8_t byte, bool busy);

#ifdef __cplusplus
}
#endif

#endif
