// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_TEXT_H
#define RSL_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rsl_device;

/// The MLPerf Tiny device API: the text commands by which the benchmark's own runner drives a board
/// (PROTOCOL.md, section "Text"). A command ends with '%', each reply with "m-ready".

enum { RSL_TEXT_COMMAND = 80 };

typedef struct rsl_text {
    char command[RSL_TEXT_COMMAND + 1];
    uint32_t length;   ///< of what came; may go on counting beyond the room
    uint32_t expected; ///< bytes that `db load` announced
    uint32_t loaded;
    uint8_t pending[4]; ///< of a float32 that is not whole
    bool energy;        ///< windows are marked by the pin alone
    bool plain;         ///< since a zero opened a frame, nothing came that is no text
} rsl_text;

/// Greets as after power-on.
void rsl_text_start(struct rsl_device *device);
void rsl_text_feed(struct rsl_device *device, uint8_t byte);
/// A zero came: it ends what was half typed, and opens a frame or is noise.
void rsl_text_open(struct rsl_device *device);
/// A byte within a frame. Each frame of ours has bytes that no text has; so a command of text alone is one,
/// and the zero before it was noise, as a port gives when it opens. A host that knows no frames would never
/// be answered otherwise.
/// @return whether it ended a command, and there is no frame
bool rsl_text_overhear(struct rsl_device *device, uint8_t byte);
/// The model has changed: what was loaded is void.
void rsl_text_forget(struct rsl_device *device);

#ifdef __cplusplus
}
#endif

#endif
