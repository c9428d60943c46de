// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE // memfd_create
#include "device_link/firmware/twin/rsl_twin_cells.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint32_t draw(rsl_cells *c)
{
    c->random ^= c->random << 13;
    c->random ^= c->random >> 17;
    c->random ^= c->random << 5;
    return c->random;
}

void rsl_cells_start(rsl_cells *c, uint8_t *memory, size_t bytes, uint32_t unit)
{
    memset(c, 0, sizeof *c);
    c->kind = RSL_CELLS_PLAIN;
    c->memory = memory;
    c->bytes = bytes;
    c->unit = unit;
    c->file = -1;
}

/// Pages of the view that the firmware may look at: of images, where no unit is torn.
static void protect(const rsl_cells *c)
{
    if (c->view == NULL)
        return;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t at = 0; at < c->bytes; at += page) {
        bool is_open = at % c->slot_bytes + page > c->image_offset;
        for (uint32_t i = 0; i < c->torn_count; ++i) {
            const size_t torn = c->torn[i].at;
            if (torn >= at && torn < at + page && torn % c->slot_bytes >= c->image_offset)
                is_open = false;
        }
        if (mprotect(c->view + at, page, is_open ? PROT_READ : PROT_NONE) != 0)
            abort();
    }
}

const uint8_t *rsl_cells_make(rsl_cells *c, rsl_twin_cells kind, uint32_t seed, size_t slot_bytes,
                              size_t image_offset)
{
    rsl_cells_end(c);
    c->kind = kind;
    c->random = seed * 2654435761U + 1U;
    c->torn_count = 0;
    c->slot_bytes = slot_bytes;
    c->image_offset = image_offset;
    c->memory = NULL;
    c->file = memfd_create("slots", MFD_CLOEXEC);
    c->written = calloc(c->bytes / c->unit, 1);
    if (c->file < 0 || c->written == NULL || ftruncate(c->file, (off_t)c->bytes) != 0)
        return NULL;
    void *memory = mmap(NULL, c->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, c->file, 0);
    if (memory == MAP_FAILED)
        return NULL;
    c->memory = memory;
    memset(c->memory, 0xFF, c->bytes);
    if (kind != RSL_CELLS_ECC)
        return c->memory;
    void *view = mmap(NULL, c->bytes, PROT_READ, MAP_SHARED, c->file, 0);
    if (view == MAP_FAILED)
        return NULL;
    c->view = view;
    protect(c);
    return c->view;
}

void rsl_cells_end(rsl_cells *c)
{
    if (c->file < 0 || c->written == NULL)
        return; // of the twin
    if (c->view != NULL)
        (void)munmap(c->view, c->bytes);
    (void)munmap(c->memory, c->bytes);
    (void)close(c->file);
    free(c->written);
    c->view = NULL;
    c->memory = NULL;
    c->written = NULL;
    c->file = -1;
}

void rsl_cells_look(rsl_cells *c)
{
    for (uint32_t i = 0; i < c->torn_count; ++i)
        for (uint32_t j = 0; j < c->unit; ++j)
            c->memory[c->torn[i].at + j] = c->torn[i].least[j] | (c->torn[i].either[j] & (uint8_t)draw(c));
}

/// The unit's tear, or null.
static rsl_torn_unit *torn_at(rsl_cells *c, size_t at)
{
    for (uint32_t i = 0; i < c->torn_count; ++i)
        if (c->torn[i].at == at)
            return &c->torn[i];
    return NULL;
}

static void mend(rsl_cells *c, size_t at)
{
    rsl_torn_unit *torn = torn_at(c, at);
    if (torn == NULL)
        return;
    *torn = c->torn[--c->torn_count];
    protect(c);
}

/// On the way from what it holds to @p to, the unit is left.
static void tear(rsl_cells *c, size_t at, const uint8_t *to)
{
    mend(c, at);
    if (c->torn_count == RSL_CELLS_TORN)
        abort(); // a test that never erases
    rsl_torn_unit *torn = &c->torn[c->torn_count++];
    torn->at = at;
    // All bits undecided, or one alone, the others being there or not, or a mixture.
    const uint32_t how = draw(c) % 4U;
    uint32_t alone = draw(c) % (c->unit * 8U);
    for (uint32_t turn = 0; turn < c->unit * 8U; ++turn, alone = (alone + 1U) % (c->unit * 8U))
        if (((c->memory[at + alone / 8U] ^ to[alone / 8U]) >> alone % 8U & 1U) != 0U)
            break; // one that changes
    for (uint32_t j = 0; j < c->unit; ++j) {
        const uint8_t from = c->memory[at + j];
        const uint8_t changes = from ^ to[j];
        const uint8_t one = alone / 8U == j ? (uint8_t)(1U << alone % 8U) : 0U;
        uint8_t either = how == 0 ? 0xFF : how == 3 ? (uint8_t)draw(c) : one;
        if (c->kind == RSL_CELLS_ECC)
            either = 0xFF;
        either &= changes;
        const uint8_t there = how == 2 ? 0U : how == 3 ? (uint8_t)draw(c) : 0xFFU; // bits that have changed
        const uint8_t solid = (uint8_t)((from & ~there) | (to[j] & there));
        torn->either[j] = either;
        torn->least[j] = (uint8_t)(solid & ~either);
    }
    protect(c);
}

void rsl_cells_spoil(rsl_cells *c, size_t at)
{
    static const uint8_t other[RSL_CELLS_UNIT];
    if (c->kind == RSL_CELLS_ECC)
        tear(c, at, other);
}

void rsl_cells_erase(rsl_cells *c, size_t at, size_t length, bool is_cut)
{
    if (c->kind == RSL_CELLS_PLAIN) {
        memset(c->memory + at, 0xFF, length);
        return;
    }
    const uint32_t unit = c->unit;
    for (size_t i = at; i < at + length / unit * unit; i += unit) {
        mend(c, i);
        memset(c->memory + i, 0xFF, unit);
        c->written[i / unit] = 0;
    }
    if (is_cut) {
        uint8_t blank[RSL_CELLS_UNIT];
        memset(blank, 0xFF, sizeof blank);
        tear(c, at + length / unit * unit, blank);
    }
}

/// Is it allowed to write the unit?
static bool may_write(rsl_cells *c, size_t at, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; ++i)
        if (c->memory[at + i] != 0xFF)
            return false;
    return c->kind == RSL_CELLS_PLAIN
        || (c->written[at / c->unit] == 0 && (c->kind != RSL_CELLS_ECC || torn_at(c, at) == NULL));
}

void rsl_cells_program(rsl_cells *c, size_t at, const uint8_t *bytes, size_t length, bool is_cut)
{
    const uint32_t unit = c->unit;
    const bool is_plain = c->kind == RSL_CELLS_PLAIN;
    const size_t units = is_plain || !is_cut ? (length + unit - 1U) / unit : length / unit + 1U;
    for (size_t i = 0; i < units; ++i) {
        const size_t to = at + i * unit;
        if (!may_write(c, to, unit))
            abort(); // the firmware broke the port's contract
        const size_t rest = length - i * unit;
        if (is_plain)
            memcpy(c->memory + to, bytes + i * unit, rest < unit ? rest : unit);
        else if (i * unit + unit > length)
            tear(c, to, bytes + i * unit);
        else {
            mend(c, to);
            memcpy(c->memory + to, bytes + i * unit, unit);
            c->written[to / unit] = 1;
        }
    }
}

bool rsl_cells_read(const rsl_cells *c, size_t at, uint8_t *bytes, size_t length)
{
    for (uint32_t i = 0; i < c->torn_count; ++i)
        if (c->kind == RSL_CELLS_ECC && c->torn[i].at < at + length && at < c->torn[i].at + c->unit)
            return false;
    memcpy(bytes, c->memory + at, length);
    return true;
}
