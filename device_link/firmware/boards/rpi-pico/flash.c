// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/rpi-pico/pico.h"
#include "device_link/firmware/boards/rpi-pico/ssi.h"

// Flash cannot be read while it is written: the functions that do so are in RAM, and call those of the ROM
// (2.8.3). No interrupt is on. A flash may clear bits of a page any number of times: the rest of the page is
// written as 0xFF, which changes nothing.

enum { PAGE = 256, BLOCK = 65536, ERASE_BLOCK = 0xD8, ERASED = 4096 };

typedef struct rom {
    void (*connect)(void);
    void (*leave_xip)(void);
    void (*erase)(uint32_t offset, size_t count, uint32_t block, uint8_t command);
    void (*program)(uint32_t offset, const uint8_t *bytes, size_t count);
    void (*flush)(void);
} rom;

static rom functions;
static uint8_t page[PAGE];

typedef void *(*rom_lookup)(const uint16_t *table, uint32_t code);

static void (*function_of(char a, char b))(void)
{
    static volatile const uint32_t header = 0x14; // of the ROM; the compiler takes so low an address for null
    const uint32_t tables = rsl_load(header);
    const uint32_t look = rsl_load(header + 4U) & 0xFFFFU;
    const rom_lookup lookup = (rom_lookup)(uintptr_t)look;
    return (void (*)(void))(uintptr_t)lookup((const uint16_t *)(uintptr_t)(tables & 0xFFFFU),
                                             (uint32_t)(uint8_t)b << 8 | (uint8_t)a);
}

static void find_functions(void)
{
    functions.connect = function_of('I', 'F');
    functions.leave_xip = function_of('E', 'X');
    functions.erase = (void (*)(uint32_t, size_t, uint32_t, uint8_t))function_of('R', 'E');
    functions.program = (void (*)(uint32_t, const uint8_t *, size_t))function_of('R', 'P');
    functions.flush = function_of('F', 'C');
}

/// As the second stage does.
__attribute__((section(".in_ram"), always_inline)) static inline void start_xip(void)
{
    rsl_store(RSL_SSI + RSL_SSI_ON, 0);
    rsl_store(RSL_SSI + 4U, 0);
    rsl_store(RSL_SSI + RSL_SSI_DIVIDER, RSL_SSI_DIVIDE_BY);
    rsl_store(RSL_SSI, RSL_SSI_FRAME);
    rsl_store(RSL_SSI + RSL_SSI_XIP, RSL_SSI_COMMAND);
    rsl_store(RSL_SSI + RSL_SSI_ON, 1);
}

__attribute__((section(".in_ram"), noinline, long_call)) static void erase_in_ram(uint32_t offset,
                                                                                  uint32_t count)
{
    functions.connect();
    functions.leave_xip();
    functions.erase(offset, count, BLOCK, ERASE_BLOCK);
    functions.flush();
    start_xip();
}

__attribute__((section(".in_ram"), noinline, long_call)) static void program_in_ram(uint32_t offset)
{
    functions.connect();
    functions.leave_xip();
    functions.program(offset, page, PAGE);
    functions.flush();
    start_xip();
}

bool rsl_pico_erase(uint32_t offset, uint32_t length)
{
    find_functions();
    for (uint32_t i = 0; i < length;) { // to the end of a block each, for the watchdog
        const uint32_t rest = (length - i + ERASED - 1U) & ~(ERASED - 1U);
        const uint32_t block = BLOCK - (offset + i) % BLOCK;
        const uint32_t n = rest < block ? rest : block;
        rsl_pico_feed_watchdog();
        erase_in_ram(offset + i, n);
        i += n;
    }
    return true;
}

bool rsl_pico_program(uint32_t offset, const uint8_t *bytes, uint32_t length)
{
    find_functions();
    for (uint32_t i = 0; i < length;) {
        const uint32_t at = (offset + i) % PAGE;
        const uint32_t n = length - i < PAGE - at ? length - i : PAGE - at;
        memset(page, 0xFF, PAGE);
        memcpy(page + at, bytes + i, n);
        program_in_ram(offset + i - at);
        i += n;
    }
    return true;
}
