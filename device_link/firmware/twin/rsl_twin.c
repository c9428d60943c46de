// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE // MAP_ANONYMOUS, O_CLOEXEC, memfd_create
#include "device_link/firmware/twin/rsl_twin.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device_link/firmware/rsl_device.h"
#include "device_link/firmware/rsl_infer.h"
#include "device_link/firmware/rsl_slots.h"
#include "device_link/firmware/twin/rsl_twin_cells.h"

enum { SLOTS = 2 };

struct rsl_twin {
    rsl_port port;
    rsl_device device;
    char board[RSL_BOARD_NAME];
    uint8_t *slots;
    size_t slots_bytes;
    int file; ///< -1: the slots are anonymous memory
    rsl_cells cells;
    const uint8_t *in;
    size_t in_left;
    uint8_t *out;
    size_t out_length;
    size_t out_room;
    uint32_t ticks;
    uint32_t baud;
    bool has_power;
    bool will_lose_power;
    uint64_t power_left; ///< bytes that may still be written
    bool reset_asked;
    bool strapped; ///< for energy mode
};

static int read_byte(void *context)
{
    rsl_twin *t = context;
    if (t->in_left == 0)
        return -1;
    --t->in_left;
    return *t->in++;
}

static void write_bytes(void *context, const uint8_t *bytes, size_t length)
{
    rsl_twin *t = context;
    if (!t->has_power)
        return;
    if (t->out_length + length > t->out_room) {
        const size_t room = 2U * (t->out_length + length);
        uint8_t *more = realloc(t->out, room);
        if (more == NULL)
            return; // as on a line, what cannot be kept is lost
        t->out = more;
        t->out_room = room;
    }
    memcpy(t->out + t->out_length, bytes, length);
    t->out_length += length;
}

static bool set_baud(void *context, uint32_t rate)
{
    rsl_twin *t = context;
    t->baud = rate;
    return true;
}

static uint32_t ticks(void *context)
{
    rsl_twin *t = context;
    return ++t->ticks;
}

/// How many of @p length bytes get written before power is lost.
static uint32_t spend(rsl_twin *t, uint32_t length)
{
    if (!t->has_power)
        return 0;
    if (!t->will_lose_power)
        return length;
    if (length < t->power_left) {
        t->power_left -= length;
        return length;
    }
    const uint32_t last = (uint32_t)t->power_left;
    t->power_left = 0;
    t->has_power = false;
    t->will_lose_power = false;
    return last;
}

static bool erase(void *context, uint8_t slot, uint32_t length)
{
    rsl_twin *t = context;
    const bool had_power = t->has_power;
    const uint32_t n = spend(t, length);
    if (had_power)
        rsl_cells_erase(&t->cells, (size_t)slot * t->port.slot_bytes, n, n < length);
    return n == length;
}

static bool program(void *context, uint8_t slot, uint32_t offset, const uint8_t *bytes, uint32_t length)
{
    rsl_twin *t = context;
    const uint32_t unit = t->port.write_unit;
    if (offset % unit != 0 || length % unit != 0 || offset > t->port.slot_bytes
        || length > t->port.slot_bytes - offset)
        abort(); // the firmware broke the port's contract
    const bool had_power = t->has_power;
    const uint32_t n = spend(t, length);
    if (had_power)
        rsl_cells_program(&t->cells, (size_t)slot * t->port.slot_bytes + offset, bytes, n, n < length);
    return n == length;
}

static bool fetch(void *context, uint8_t slot, uint32_t offset, uint8_t *bytes, uint32_t length)
{
    const rsl_twin *t = context;
    return rsl_cells_read(&t->cells, (size_t)slot * t->port.slot_bytes + offset, bytes, length);
}

static bool energy_mode(void *context)
{
    const rsl_twin *t = context;
    return t->strapped;
}

static bool keep_key(void *context, const uint8_t *bytes, uint32_t length)
{
    rsl_twin *t = context;
    memcpy(t->slots + t->slots_bytes, bytes, length);
    return true;
}

static void reset(void *context)
{
    rsl_twin *t = context;
    t->reset_asked = true;
}

static bool map_slots(rsl_twin *t, const char *path)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    const size_t bytes = t->slots_bytes + RSL_PORT_KEY;
    if (path != NULL) {
        t->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (t->file < 0 || ftruncate(t->file, (off_t)bytes) != 0)
            return false;
        flags = MAP_SHARED;
    }
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, t->file, 0);
    if (memory == MAP_FAILED)
        return false;
    t->slots = memory;
    return true;
}

static void power_up(rsl_twin *t)
{
    if (t->has_power)
        t->will_lose_power = false;
    t->has_power = true;
    t->baud = t->port.baud;
    rsl_cells_look(&t->cells);
    t->in_left = 0;
    t->out_length = 0;
    t->reset_asked = false;
    rsl_device_start(&t->device, &t->port);
}

rsl_twin *rsl_twin_create(const rsl_twin_options *options)
{
    rsl_twin *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->file = -1;
    const char *board = options->board != NULL ? options->board : "twin";
    strncpy(t->board, board, sizeof t->board - 1U);
    rsl_port *p = &t->port;
    *p = (rsl_port) {
        .context = t,
        .board = t->board,
        .vendor = "rosler-twin",
        .features = RSL_IS_TWIN | RSL_SETS_BAUD | (options->slot_file != NULL ? RSL_KEEPS_MODELS : 0U),
        .clock_hz = 100000000,
        .timer_hz = 1000000,
        .baud = 115200,
        .credits = 8,
        .read = read_byte,
        .write = write_bytes,
        .set_baud = set_baud,
        .ticks = ticks,
        .energy_mode = energy_mode,
        .arena_bytes = options->arena_bytes != 0 ? options->arena_bytes : 4U << 20,
        .slots = SLOTS,
        .slot_bytes = options->slot_bytes != 0 ? options->slot_bytes : 8U << 20,
        .write_unit = options->write_unit != 0 ? options->write_unit : 1,
        .erase = erase,
        .program = program,
        .keep_key = keep_key,
        .reset = reset,
    };
    t->slots_bytes = (size_t)SLOTS * p->slot_bytes;
    p->arena = aligned_alloc(16, ((size_t)p->arena_bytes + 15U) & ~(size_t)15U);
    if (p->arena == NULL || !map_slots(t, options->slot_file)) {
        rsl_twin_destroy(t);
        return NULL;
    }
    for (uint32_t i = 0; i < SLOTS; ++i)
        p->slot[i] = t->slots + (size_t)i * p->slot_bytes;
    rsl_cells_start(&t->cells, t->slots, t->slots_bytes, p->write_unit);
    p->key = t->slots + t->slots_bytes;
    power_up(t);
    return t;
}

bool rsl_twin_set_cells(rsl_twin *t, rsl_twin_cells kind, uint32_t seed)
{
    rsl_port *p = &t->port;
    const uint8_t *view = rsl_cells_make(&t->cells, kind, seed, p->slot_bytes, rsl_slot_image_offset(p));
    if (view == NULL)
        return false;
    for (uint32_t i = 0; i < SLOTS; ++i)
        p->slot[i] = view + (size_t)i * p->slot_bytes;
    p->fetch = kind == RSL_CELLS_ECC ? fetch : NULL;
    power_up(t);
    return true;
}

void rsl_twin_destroy(rsl_twin *t)
{
    if (t == NULL)
        return;
    rsl_cells_end(&t->cells);
    if (t->slots != NULL)
        (void)munmap(t->slots, t->slots_bytes + RSL_PORT_KEY);
    if (t->file >= 0)
        (void)close(t->file);
    free(t->port.arena);
    free(t->out);
    free(t);
}

void rsl_twin_feed(rsl_twin *t, const uint8_t *bytes, size_t length)
{
    t->in = bytes;
    t->in_left = length;
    rsl_cells_look(&t->cells);
    bool more = true;
    while (t->has_power && (more || t->in_left > 0)) {
        (void)rsl_device_step(&t->device);
        more = t->device.work != RSL_WORK_NONE; // but not for a baud rate on trial: time stands still here
        if (t->reset_asked) {
            t->reset_asked = false;
            rsl_device_start(&t->device, &t->port);
        }
    }
    t->in_left = 0;
}

void rsl_twin_wait(rsl_twin *t, uint32_t microseconds)
{
    t->ticks += microseconds;
    rsl_twin_feed(t, NULL, 0);
}

uint32_t rsl_twin_baud(const rsl_twin *t)
{
    return t->baud;
}

size_t rsl_twin_take(rsl_twin *t, uint8_t *bytes, size_t room)
{
    const size_t n = t->out_length < room ? t->out_length : room;
    if (n == 0)
        return 0;
    memcpy(bytes, t->out, n);
    memmove(t->out, t->out + n, t->out_length - n);
    t->out_length -= n;
    return n;
}

void rsl_twin_strap_energy(rsl_twin *t, bool energy)
{
    t->strapped = energy;
}

void rsl_twin_power_cycle(rsl_twin *t)
{
    power_up(t);
}

void rsl_twin_cut_power_after(rsl_twin *t, uint64_t bytes)
{
    t->will_lose_power = true;
    t->power_left = bytes;
}

bool rsl_twin_has_power(const rsl_twin *t)
{
    return t->has_power;
}

void rsl_twin_spoil(rsl_twin *t, size_t offset)
{
    rsl_cells_spoil(&t->cells, offset / t->port.write_unit * t->port.write_unit);
}

uint8_t *rsl_twin_slots(rsl_twin *t, size_t *bytes)
{
    *bytes = t->slots_bytes;
    return t->cells.memory;
}

bool rsl_twin_infer(const uint8_t *image, size_t image_bytes, const void *input, size_t input_bytes,
                    void *output, size_t output_bytes, uint16_t *class_index)
{
    rsl_model model;
    if (rsl_model_open(image, image_bytes, &model).fault != RSL_FAULT_NONE
        || rsl_model_input_bytes(&model) != input_bytes || rsl_model_output_bytes(&model) != output_bytes)
        return false;
    uint8_t *arena = aligned_alloc(16, rsl_model_ram_bytes(&model));
    if (arena == NULL)
        return false;
    rsl_infer_prepare(&model, arena);
    memcpy(rsl_infer_input(&model, arena), input, input_bytes);
    rsl_infer(&model, rsl_infer_input(&model, arena), arena);
    memcpy(output, rsl_infer_output(&model, arena), output_bytes);
    *class_index = rsl_infer_class(&model, output);
    free(arena);
    return true;
}
