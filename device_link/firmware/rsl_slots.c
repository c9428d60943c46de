// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_slots.h"

#include <string.h>

#include "device_link/protocol/rsl_bytes.h"
#include "device_link/protocol/rsl_crc.h"

#define RECORD_MAGIC 0x424C5352U // "RSLB"
#define COMMIT_MAGIC 0x434C5352U // "RSLC"

enum { RECORD_BYTES = 64, REJECT_AT = 64, TAG_AT = 80, CELL = 16 };

static uint32_t chunk_count(const rsl_port *port)
{
    return (port->slot_bytes - RSL_SLOT_JOURNAL) / (RSL_CHUNK + port->write_unit);
}

uint32_t rsl_slot_image_offset(const rsl_port *port)
{
    return (RSL_SLOT_JOURNAL + chunk_count(port) * port->write_unit + 255U) & ~255U;
}

uint32_t rsl_slot_capacity(const rsl_port *port)
{
    const uint32_t room = port->slot_bytes - rsl_slot_image_offset(port);
    const uint32_t journal = chunk_count(port) * RSL_CHUNK;
    return (room < journal ? room : journal) & ~15U;
}

const uint8_t *rsl_slot_image(const rsl_port *port, uint8_t slot)
{
    return port->slot[slot] + rsl_slot_image_offset(port);
}

static bool has_chunk(const rsl_port *port, uint8_t slot, uint32_t chunk)
{
    return port->slot[slot][RSL_SLOT_JOURNAL + chunk * port->write_unit] == 0;
}

/// The highest generation among the commit cells, 0 when there is none; and the first cell not written.
static uint32_t generation_of(const rsl_port *port, uint8_t slot, uint32_t *free_cell)
{
    uint32_t generation = 0;
    uint32_t at = RSL_SLOT_COMMITS;
    for (; at < RSL_SLOT_JOURNAL; at += CELL) {
        const uint8_t *cell = port->slot[slot] + at;
        const uint32_t magic = rsl_read_u32(cell);
        const uint32_t g = rsl_read_u32(cell + 4);
        if (magic == 0xFFFFFFFFU && g == 0xFFFFFFFFU && rsl_read_u64(cell + 8) == UINT64_MAX)
            break;
        // A cell that power was lost in holds something else, and is passed over.
        if (magic == COMMIT_MAGIC && rsl_read_u32(cell + 8) == ~g && g > generation)
            generation = g;
    }
    *free_cell = at;
    return generation;
}

void rsl_slot_read(const rsl_port *port, uint8_t slot, rsl_slot_info *info)
{
    memset(info, 0, sizeof *info);
    info->capacity = rsl_slot_capacity(port);
    const uint8_t *record = port->slot[slot];
    if (rsl_read_u32(record) != RECORD_MAGIC || rsl_read_u32(record + 60) != rsl_crc32(0, record, 60))
        return;
    info->length = rsl_read_u32(record + 4);
    if (info->length == 0 || info->length > info->capacity)
        return;
    memcpy(info->sha256, record + 8, sizeof info->sha256);
    info->tag_kind = record[TAG_AT] == 0xFF ? RSL_TAG_NONE : record[TAG_AT];
    uint32_t cell = 0;
    info->generation = generation_of(port, slot, &cell);
    if (record[REJECT_AT] == 0)
        info->state = RSL_SLOT_REJECTED;
    else
        info->state = info->generation > 0 ? RSL_SLOT_VALID : RSL_SLOT_RECEIVING;
}

const uint8_t *rsl_slot_tag(const rsl_port *port, uint8_t slot)
{
    return port->slot[slot] + TAG_AT + CELL;
}

static bool write_tag(const rsl_port *port, uint8_t slot, const rsl_begin *begin)
{
    if (begin->tag_kind == RSL_TAG_NONE)
        return true;
    uint8_t bytes[CELL + RSL_TAG_BYTES] = {0};
    bytes[0] = begin->tag_kind;
    memcpy(bytes + CELL, begin->tag, sizeof begin->tag);
    return port->program(port->context, slot, TAG_AT, bytes, sizeof bytes)
        && memcmp(port->slot[slot] + TAG_AT, bytes, sizeof bytes) == 0;
}

bool rsl_slot_erase(const rsl_port *port, uint8_t slot)
{
    return port->erase(port->context, slot, rsl_slot_image_offset(port));
}

bool rsl_slot_begin(const rsl_port *port, uint8_t slot, const rsl_begin *begin)
{
    if (!port->erase(port->context, slot, rsl_slot_image_offset(port) + begin->length))
        return false;
    if (!write_tag(port, slot, begin)) // before the record, which says that all of it is there
        return false;
    uint8_t record[RECORD_BYTES];
    memset(record, 0, sizeof record);
    rsl_write_u32(record, RECORD_MAGIC);
    rsl_write_u32(record + 4, begin->length);
    memcpy(record + 8, begin->sha256, sizeof begin->sha256);
    rsl_write_u16(record + 40, begin->format);
    rsl_write_u16(record + 42, begin->kernel_abi);
    rsl_write_u32(record + 60, rsl_crc32(0, record, 60));
    return port->program(port->context, slot, 0, record, sizeof record)
        && memcmp(port->slot[slot], record, sizeof record) == 0;
}

bool rsl_slot_store(const rsl_port *port, uint8_t slot, uint32_t offset, const uint8_t *bytes,
                    uint32_t length)
{
    static const uint8_t done[16] = {0};
    const uint32_t chunk = offset / RSL_CHUNK;
    if (has_chunk(port, slot, chunk))
        return true;
    const uint32_t at = rsl_slot_image_offset(port) + offset;
    if (!port->program(port->context, slot, at, bytes, length)
        || memcmp(port->slot[slot] + at, bytes, length) != 0)
        return false;
    return port->program(port->context, slot, RSL_SLOT_JOURNAL + chunk * port->write_unit, done,
                         port->write_unit)
        && has_chunk(port, slot, chunk);
}

void rsl_slot_progress(const rsl_port *port, uint8_t slot, uint32_t length, uint32_t from, rsl_ack *ack)
{
    const uint32_t chunks = (length + RSL_CHUNK - 1U) / RSL_CHUNK;
    uint32_t next = from / RSL_CHUNK;
    while (next < chunks && has_chunk(port, slot, next))
        ++next;
    ack->next_off = next < chunks ? next * RSL_CHUNK : length;
    ack->bitmap = 0;
    for (uint32_t i = 0; i < RSL_ACK_BITS && next + 1U + i < chunks; ++i)
        if (has_chunk(port, slot, next + 1U + i))
            ack->bitmap |= 1U << i;
}

bool rsl_slot_commit(const rsl_port *port, uint8_t slot)
{
    uint32_t newest = 0;
    uint32_t cell = 0;
    for (uint8_t i = 0; i < port->slots; ++i) {
        const uint32_t g = generation_of(port, i, &cell);
        if (g > newest)
            newest = g;
    }
    (void)generation_of(port, slot, &cell);
    if (cell >= RSL_SLOT_JOURNAL)
        return false;
    uint8_t bytes[CELL] = {0};
    rsl_write_u32(bytes, COMMIT_MAGIC);
    rsl_write_u32(bytes + 4, newest + 1U);
    rsl_write_u32(bytes + 8, ~(newest + 1U));
    return port->program(port->context, slot, cell, bytes, sizeof bytes)
        && memcmp(port->slot[slot] + cell, bytes, sizeof bytes) == 0;
}

bool rsl_slot_reject(const rsl_port *port, uint8_t slot)
{
    static const uint8_t rejected[CELL] = {0};
    return port->program(port->context, slot, REJECT_AT, rejected, sizeof rejected)
        && port->slot[slot][REJECT_AT] == 0;
}
