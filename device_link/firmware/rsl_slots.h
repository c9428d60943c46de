// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_SLOTS_H
#define RSL_SLOTS_H

#include "device_link/firmware/rsl_port.h"
#include "device_link/protocol/rsl_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Slots: where models are kept, so that a loss of power at any moment leaves the old model or the new one.
///
/// A slot is written from front to back, each unit of its flash once:
///
///     0      record  magic, length, SHA-256, format, kernel ABI,
///            kind of tag, tag; CRC-32 at 124                                  written by begin
///     128    log of states, in cells of 16 bytes or a unit, whichever is longer:
///            magic, state, ~state, 0                                              each state twice
///     2048   journal: a unit of zeros for each chunk                              written after the chunk
///     then   the image, at a multiple of 256; bytes that are 0xFF are not written
///
/// The last cell of the log that is whole says what the slot is. What was being written when power was lost
/// may be there, or not, or read differently from time to time, or be an error to read; so nothing stands on
/// it alone: a state counts for good when a second cell says it, a record when there is a state behind it, a
/// chunk when it has its journal unit. What a slot holds follows from these; nothing of it is kept in RAM.

enum { RSL_SLOT_RECORD = 128, RSL_SLOT_LOG = 128, RSL_SLOT_JOURNAL = 2048, RSL_SLOT_MOST_UNIT = 32 };

/// Where the image lies in each slot, and the longest that fits.
uint32_t rsl_slot_image_offset(const rsl_port *port);
uint32_t rsl_slot_capacity(const rsl_port *port);
const uint8_t *rsl_slot_image(const rsl_port *port, uint8_t slot);

/// Once after a start: whatever the last loss of power left undecided is decided, and stays so.
void rsl_slots_settle(const rsl_port *port);

/// What the slot says of itself. VALID means committed, and that all of the image can be read.
void rsl_slot_read(const rsl_port *port, uint8_t slot, rsl_slot_info *info);

/// The tag of its image: RSL_TAG_BYTES, when info.tag_kind says that there is one.
const uint8_t *rsl_slot_tag(const rsl_port *port, uint8_t slot);

/// Erases the slot and writes its record, and the tag.
bool rsl_slot_begin(const rsl_port *port, uint8_t slot, const rsl_begin *begin);
/// Whether a push into a RECEIVING slot may go on: no chunk is half there. Reads all of it.
bool rsl_slot_goes_on(const rsl_port *port, uint8_t slot);
/// Stores a chunk and its journal unit. A chunk that has come before is left alone.
bool rsl_slot_store(const rsl_port *port, uint8_t slot, uint32_t offset, const uint8_t *bytes,
                    uint32_t length);
/// The first byte of the image that is missing, and which chunks are there behind it (as in ACK).
/// @param from  where to begin to look: all before it is known to be there
void rsl_slot_progress(const rsl_port *port, uint8_t slot, uint32_t length, uint32_t from, rsl_ack *ack);
/// Makes the slot VALID, one generation above all slots. False: it failed, or its log has no more room.
bool rsl_slot_commit(const rsl_port *port, uint8_t slot);
bool rsl_slot_reject(const rsl_port *port, uint8_t slot);
bool rsl_slot_erase(const rsl_port *port, uint8_t slot);

#ifdef __cplusplus
}
#endif

#endif
