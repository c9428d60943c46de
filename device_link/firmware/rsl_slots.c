// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_slots.h"

#include <string.h>

#include "device_link/protocol/rsl_bytes.h"
#include "device_link/protocol/rsl_crc.h"

#define RECORD_MAGIC 0x324C5352U // "RSL2"
#define STATE_MAGIC  0x534C5352U // "RSLS"

// States of the log: generations, and above them
#define BEGUN    0xFFFFFFFEU
#define REJECTED 0xFFFFFFFDU

enum {
    SMALLEST_CELL = 16,
    PIECE = 64,          ///< bytes looked at in one go
    CELLS_TO_REJECT = 4, ///< kept free for it
    // In the record
    TAG_KIND_AT = 44,
    TAG_AT = 48, ///< 64 bytes of room, for a signature
};

/// What the log says, and where it goes on.
typedef struct state_log {
    uint32_t state;  ///< of the last whole cell; 0 when there is none
    bool is_used;    ///< something was written
    bool is_certain; ///< the last two cells say the same
    uint32_t next;   ///< offset behind the last cell that was written
} state_log;

static const uint8_t nothing[RSL_SLOT_MOST_UNIT];

static uint32_t cell_bytes(const rsl_port *port)
{
    return port->write_unit > SMALLEST_CELL ? port->write_unit : SMALLEST_CELL;
}

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
    return (room < journal ? room : journal) & ~(cell_bytes(port) - 1U);
}

const uint8_t *rsl_slot_image(const rsl_port *port, uint8_t slot)
{
    return port->slot[slot] + rsl_slot_image_offset(port);
}

/// False where a unit cannot be read.
static bool fetch_bytes(const rsl_port *port, uint8_t slot, uint32_t offset, uint8_t *bytes, uint32_t length)
{
    if (port->fetch != NULL)
        return port->fetch(port->context, slot, offset, bytes, length);
    memcpy(bytes, port->slot[slot] + offset, length);
    return true;
}

static bool all_are(const uint8_t *bytes, uint32_t length, uint8_t value)
{
    for (uint32_t i = 0; i < length; ++i)
        if (bytes[i] != value)
            return false;
    return true;
}

/// Can all of it be read, and when @p wanted is not null, is it that; when @p blank, 0xFF?
static bool slot_holds(const rsl_port *port, uint8_t slot, uint32_t offset, uint32_t length,
                       const uint8_t *wanted, bool blank)
{
    uint8_t piece[PIECE];
    for (uint32_t i = 0; i < length; i += PIECE) {
        const uint32_t n = length - i < PIECE ? length - i : PIECE;
        if (!fetch_bytes(port, slot, offset + i, piece, n)
            || (wanted != NULL && memcmp(piece, wanted + i, n) != 0) || (blank && !all_are(piece, n, 0xFF)))
            return false;
    }
    return true;
}

/// Writes, and reads back.
static bool write_checked(const rsl_port *port, uint8_t slot, uint32_t offset, const uint8_t *bytes,
                          uint32_t length)
{
    return port->program(port->context, slot, offset, bytes, length)
        && slot_holds(port, slot, offset, length, bytes, false);
}

static uint32_t journal_of(const rsl_port *port, uint32_t chunk)
{
    return RSL_SLOT_JOURNAL + chunk * port->write_unit;
}

static bool has_chunk(const rsl_port *port, uint8_t slot, uint32_t chunk)
{
    return slot_holds(port, slot, journal_of(port, chunk), port->write_unit, nothing, false);
}

static bool is_blank(const rsl_port *port, uint8_t slot, uint32_t offset, uint32_t length)
{
    return slot_holds(port, slot, offset, length, NULL, true);
}

static state_log read_log(const rsl_port *port, uint8_t slot)
{
    state_log log = {0, false, false, RSL_SLOT_LOG};
    const uint32_t size = cell_bytes(port);
    uint32_t before = 0; // what the cell before said, 0 when it said nothing
    // To its end: a cell that power was lost in may have been written, and read as blank again.
    for (uint32_t at = RSL_SLOT_LOG; at + size <= RSL_SLOT_JOURNAL; at += size) {
        uint8_t cell[RSL_SLOT_MOST_UNIT];
        uint32_t state = 0;
        if (fetch_bytes(port, slot, at, cell, size)) {
            if (all_are(cell, size, 0xFF))
                continue;
            const uint32_t s = rsl_read_u32(cell + 4);
            if (rsl_read_u32(cell) == STATE_MAGIC && rsl_read_u32(cell + 8) == ~s
                && all_are(cell + 12, size - 12U, 0))
                state = s;
        }
        log.is_used = true;
        log.is_certain = state != 0 && state == before;
        log.next = at + size;
        if (state != 0)
            log.state = state;
        before = state;
    }
    return log;
}

static bool write_cell(const rsl_port *port, uint8_t slot, uint32_t at, uint32_t state)
{
    uint8_t cell[RSL_SLOT_MOST_UNIT] = {0};
    const uint32_t size = cell_bytes(port);
    rsl_write_u32(cell, STATE_MAGIC);
    rsl_write_u32(cell + 4, state);
    rsl_write_u32(cell + 8, ~state);
    return at + size <= RSL_SLOT_JOURNAL && write_checked(port, slot, at, cell, size);
}

/// @param spare  cells that have to be left free behind it
static bool write_state(const rsl_port *port, uint8_t slot, uint32_t state, uint32_t spare)
{
    const uint32_t size = cell_bytes(port);
    const uint32_t at = read_log(port, slot).next;
    return at + (2U + spare) * size <= RSL_SLOT_JOURNAL && write_cell(port, slot, at, state)
        && write_cell(port, slot, at + size, state);
}

/// Length of the image that the record announces, 0 when there is no record; SHA-256 and kind of tag into
/// @p info.
static uint32_t read_record(const rsl_port *port, uint8_t slot, rsl_slot_info *info)
{
    uint8_t record[RSL_SLOT_RECORD];
    if (!fetch_bytes(port, slot, 0, record, sizeof record) || rsl_read_u32(record) != RECORD_MAGIC
        || rsl_read_u32(record + 124) != rsl_crc32(0, record, 124))
        return 0;
    memcpy(info->sha256, record + 8, sizeof info->sha256);
    info->tag_kind = record[TAG_KIND_AT];
    const uint32_t length = rsl_read_u32(record + 4);
    return length <= rsl_slot_capacity(port) ? length : 0;
}

void rsl_slots_settle(const rsl_port *port)
{
    for (uint8_t slot = 0; slot < port->slots; ++slot) {
        rsl_slot_info info;
        if (read_record(port, slot, &info) == 0)
            continue;
        for (int i = 0; i < 2; ++i) { // behind a torn cell, both
            const state_log log = read_log(port, slot);
            if (!log.is_used || log.is_certain)
                break;
            if (!write_cell(port, slot, log.next, log.state != 0 ? log.state : BEGUN))
                break;
        }
    }
}

void rsl_slot_read(const rsl_port *port, uint8_t slot, rsl_slot_info *info)
{
    memset(info, 0, sizeof *info);
    info->capacity = rsl_slot_capacity(port);
    rsl_slot_info said;
    const uint32_t length = read_record(port, slot, &said);
    const state_log log = read_log(port, slot);
    if (length == 0 || !log.is_used) // a record alone may be half written
        return;
    const bool is_valid = log.state > 0 && log.state < REJECTED;
    if (is_valid && port->fetch != NULL
        && !slot_holds(port, slot, rsl_slot_image_offset(port), length, NULL, false))
        return;
    info->length = length;
    memcpy(info->sha256, said.sha256, sizeof info->sha256);
    info->tag_kind = said.tag_kind;
    info->generation = is_valid ? log.state : 0;
    info->state = is_valid ? RSL_SLOT_VALID : log.state == REJECTED ? RSL_SLOT_REJECTED : RSL_SLOT_RECEIVING;
}

/// Erases; first takes the state of a model back, for an erase that is cut may leave all of it to be read.
static bool erase_slot(const rsl_port *port, uint8_t slot, uint32_t image)
{
    const state_log log = read_log(port, slot);
    if (log.state > 0 && log.state < REJECTED)
        (void)rsl_slot_reject(port, slot);
    return port->erase(port->context, slot, rsl_slot_image_offset(port) + image);
}

const uint8_t *rsl_slot_tag(const rsl_port *port, uint8_t slot)
{
    return port->slot[slot] + TAG_AT;
}

bool rsl_slot_erase(const rsl_port *port, uint8_t slot)
{
    return erase_slot(port, slot, 0);
}

bool rsl_slot_begin(const rsl_port *port, uint8_t slot, const rsl_begin *begin)
{
    const uint32_t unit = cell_bytes(port);
    if (!erase_slot(port, slot, (begin->length + unit - 1U) & ~(unit - 1U)))
        return false;
    uint8_t record[RSL_SLOT_RECORD];
    memset(record, 0, sizeof record);
    rsl_write_u32(record, RECORD_MAGIC);
    rsl_write_u32(record + 4, begin->length);
    memcpy(record + 8, begin->sha256, sizeof begin->sha256);
    rsl_write_u16(record + 40, begin->format);
    rsl_write_u16(record + 42, begin->kernel_abi);
    if (begin->tag_kind != RSL_TAG_NONE) {
        record[TAG_KIND_AT] = begin->tag_kind;
        memcpy(record + TAG_AT, begin->tag, sizeof begin->tag);
    }
    rsl_write_u32(record + 124, rsl_crc32(0, record, 124));
    return write_checked(port, slot, 0, record, sizeof record) && write_state(port, slot, BEGUN, 0);
}

/// Bytes of the image that a chunk takes, whole units.
/// @param rest  of the image, from there
static uint32_t room_of_chunk(const rsl_port *port, uint32_t rest)
{
    const uint32_t n = rsl_chunk_bytes(rest, 0);
    return (n + port->write_unit - 1U) & ~(port->write_unit - 1U);
}

bool rsl_slot_goes_on(const rsl_port *port, uint8_t slot)
{
    rsl_slot_info info;
    const uint32_t length = read_record(port, slot, &info);
    for (uint32_t offset = 0; offset < length; offset += RSL_CHUNK) {
        const uint32_t chunk = offset / RSL_CHUNK;
        if (!has_chunk(port, slot, chunk)
            && !(is_blank(port, slot, journal_of(port, chunk), port->write_unit)
                 && is_blank(port, slot, rsl_slot_image_offset(port) + offset,
                             room_of_chunk(port, length - offset))))
            return false;
    }
    return length > 0;
}

bool rsl_slot_store(const rsl_port *port, uint8_t slot, uint32_t offset, const uint8_t *bytes,
                    uint32_t length)
{
    const uint32_t unit = port->write_unit;
    const uint32_t chunk = offset / RSL_CHUNK;
    if (has_chunk(port, slot, chunk))
        return true;
    const uint32_t at = rsl_slot_image_offset(port) + offset;
    if (!is_blank(port, slot, at, room_of_chunk(port, length)))
        return false;
    for (uint32_t i = 0; i < length; i += unit) { // units of 0xFF alone stay as they are
        uint8_t cell[RSL_SLOT_MOST_UNIT];
        memset(cell, 0xFF, unit);
        memcpy(cell, bytes + i, length - i < unit ? length - i : unit);
        if (!all_are(cell, unit, 0xFF) && !port->program(port->context, slot, at + i, cell, unit))
            return false;
    }
    return slot_holds(port, slot, at, length, bytes, false)
        && write_checked(port, slot, journal_of(port, chunk), nothing, unit);
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
    for (uint8_t i = 0; i < port->slots; ++i) {
        const uint32_t state = read_log(port, i).state;
        if (state < REJECTED && state > newest)
            newest = state;
    }
    return newest + 1U < REJECTED && write_state(port, slot, newest + 1U, CELLS_TO_REJECT);
}

bool rsl_slot_reject(const rsl_port *port, uint8_t slot)
{
    const state_log log = read_log(port, slot);
    return (log.state == REJECTED && log.is_certain) || write_state(port, slot, REJECTED, 0);
}
