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
/// A slot is written from front to back in cells that go from 0xFF to their value once:
///
///     0      record  magic, length, SHA-256, format, kernel ABI; CRC-32     written by begin
///     64     reject cell                                                    written by reject
///     80     tag    kind of tag, 15 zeros; the tag, at most 64 bytes        written by begin, if there is
///     one 192    commit cells of 16 bytes: magic, generation, ~generation, 0    one for each activation 1024
///     journal: a cell of write_unit bytes for each chunk             written after the chunk then   the
///     image, at a multiple of 256
///
/// What a slot holds follows from these alone; nothing of it is kept in RAM.

enum { RSL_SLOT_COMMITS = 192, RSL_SLOT_JOURNAL = 1024 };

/// Where the image lies in each slot, and the longest that fits.
uint32_t rsl_slot_image_offset(const rsl_port *port);
uint32_t rsl_slot_capacity(const rsl_port *port);
const uint8_t *rsl_slot_image(const rsl_port *port, uint8_t slot);

/// What the cells say, without a look at the image: VALID means committed.
void rsl_slot_read(const rsl_port *port, uint8_t slot, rsl_slot_info *info);

/// The tag of its image: RSL_TAG_BYTES, when info.tag_kind says that there is one.
const uint8_t *rsl_slot_tag(const rsl_port *port, uint8_t slot);

/// Erases the slot and writes its record, and the tag.
bool rsl_slot_begin(const rsl_port *port, uint8_t slot, const rsl_begin *begin);
/// Stores a chunk and its journal cell. A chunk that has come before is left alone.
bool rsl_slot_store(const rsl_port *port, uint8_t slot, uint32_t offset, const uint8_t *bytes,
                    uint32_t length);
/// The first byte of the image that is missing, and which chunks are there behind it (as in ACK).
/// @param from  where to begin to look: all before it is known to be there
void rsl_slot_progress(const rsl_port *port, uint8_t slot, uint32_t length, uint32_t from, rsl_ack *ack);
/// Writes the next commit cell, one generation above all slots. False: it failed, or all cells are written.
bool rsl_slot_commit(const rsl_port *port, uint8_t slot);
bool rsl_slot_reject(const rsl_port *port, uint8_t slot);
bool rsl_slot_erase(const rsl_port *port, uint8_t slot);

#ifdef __cplusplus
}
#endif

#endif
