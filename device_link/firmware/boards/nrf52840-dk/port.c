// SPDX-License-Identifier: Apache-2.0
// Nordic's nRF52840-DK: UARTE0 through the debugger, window pin P1.08 (D7), models in flash.
#include <string.h>

#include "device_link/firmware/boards/common/board.h"
#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/nrf52840-dk/serial.h"

#define HFCLKSTART   UINT32_C(0x40000000)
#define HFCLKSTARTED UINT32_C(0x40000100)
#define RESETREAS    UINT32_C(0x40000400)
#define WDT_START    UINT32_C(0x40010000)
#define WDT_RUNS     UINT32_C(0x40010400)
#define WDT_CRV      UINT32_C(0x40010504)
#define WDT_RREN     UINT32_C(0x40010508)
#define WDT_CONFIG   UINT32_C(0x4001050C)
#define WDT_RR0      UINT32_C(0x40010600)
#define NVMC_READY   UINT32_C(0x4001E400)
#define NVMC_CONFIG  UINT32_C(0x4001E504)
#define NVMC_ERASE   UINT32_C(0x4001E508)
#define NVMC_CACHE   UINT32_C(0x4001E540)
#define P0_IN        UINT32_C(0x50000510)
#define P0_STRAP     UINT32_C(0x5000072C) // PIN_CNF[11]
#define P1_OUTSET    UINT32_C(0x50000808)
#define P1_OUTCLR    UINT32_C(0x5000080C)
#define P1_DIRSET    UINT32_C(0x50000818)

enum {
    CLOCK = 64000000,
    ARENA = 232 * 1024,
    SLOT = 448 * 1024,
    FIRST_SLOT = 128 * 1024,
    PAGE = 4096,
    PIN_WINDOW = 8,
    PIN_STRAP = 11,         ///< Button 1
    PULLED_UP = 3 << 2,     ///< and an input, its buffer connected
    CRYSTAL_TURNS = 400000, ///< HFXO takes 0.4 ms
    WRITE_TURNS = 10000,    ///< a word takes 41 us; the core stands still for it
    ERASE_TURNS = 2000000,  ///< a page takes 85 ms
    WATCHDOG_SECONDS = 16,
    READ = 0, ///< of NVMC_CONFIG
    WRITE = 1,
    ERASE = 2,
};

__attribute__((section(".noinit"), aligned(16))) static uint8_t arena[ARENA];

static void feed_watchdog(void)
{
    rsl_store(WDT_RR0, 0x6E524635);
}

static void start_watchdog(void)
{
    if (rsl_load(WDT_RUNS) == 0) { // it may run on over a reset, and then stays as it is
        rsl_store(WDT_CONFIG, 1);  // also in sleep, but not under a debugger
        rsl_store(WDT_CRV, WATCHDOG_SECONDS * 32768 - 1);
        rsl_store(WDT_RREN, 1);
        rsl_store(WDT_START, 1);
    }
    feed_watchdog();
}

static rsl_start_cause start_cause(void)
{
    const uint32_t reason = rsl_load(RESETREAS);
    rsl_store(RESETREAS, reason); // ones are cleared: the next start sees its own
    const uint32_t fault = rsl_take_fault();
    if ((reason & 2U) != 0)
        return RSL_START_WATCHDOG;
    if ((reason & 8U) != 0) // lock-up
        return RSL_START_FAULT;
    if ((reason & 4U) != 0)
        return fault != 0 ? RSL_START_FAULT : RSL_START_ASKED;
    return (reason & 1U) != 0 ? RSL_START_PIN : reason == 0 ? RSL_START_POWER : RSL_START_UNKNOWN;
}

static int read_byte(void *context)
{
    (void)context;
    feed_watchdog();
    return rsl_nrf_read();
}

static void write_bytes(void *context, const uint8_t *bytes, size_t length)
{
    (void)context;
    rsl_nrf_write(bytes, length);
}

static bool set_baud(void *context, uint32_t rate)
{
    (void)context;
    return rsl_nrf_set_baud(rate); // all has been sent: writing waits for it
}

static uint32_t ticks(void *context)
{
    (void)context;
    return rsl_cycles();
}

static void window(void *context, bool on)
{
    (void)context;
    rsl_store(on ? P1_OUTCLR : P1_OUTSET, 1U << PIN_WINDOW);
}

/// Button 1 held down, or its pin to GND: pulled up since the start began, long ago.
static bool energy_mode(void *context)
{
    (void)context;
    return (rsl_load(P0_IN) & 1U << PIN_STRAP) == 0;
}

static uint32_t address_of(uint8_t slot)
{
    return FIRST_SLOT + (uint32_t)slot * SLOT;
}

static bool erase(void *context, uint8_t slot, uint32_t length)
{
    (void)context;
    bool good = rsl_wait_for(NVMC_READY, 1, 1, ERASE_TURNS);
    rsl_store(NVMC_CONFIG, ERASE);
    for (uint32_t i = 0; good && i < length; i += PAGE) {
        feed_watchdog();
        rsl_store(NVMC_ERASE, address_of(slot) + i);
        good = rsl_wait_for(NVMC_READY, 1, 1, ERASE_TURNS);
    }
    rsl_store(NVMC_CONFIG, READ);
    rsl_barrier();
    return good;
}

static bool program(void *context, uint8_t slot, uint32_t offset, const uint8_t *bytes, uint32_t length)
{
    (void)context;
    bool good = rsl_wait_for(NVMC_READY, 1, 1, WRITE_TURNS);
    rsl_store(NVMC_CONFIG, WRITE);
    for (uint32_t i = 0; good && i < length; i += 4) {
        uint32_t word = 0;
        memcpy(&word, bytes + i, sizeof word);
        rsl_store(address_of(slot) + offset + i, word);
        rsl_barrier();
        good = rsl_wait_for(NVMC_READY, 1, 1, WRITE_TURNS);
    }
    rsl_store(NVMC_CONFIG, READ);
    rsl_barrier();
    return good;
}

static void reset(void *context)
{
    (void)context;
    rsl_system_reset();
}

const rsl_port *rsl_board_start(void)
{
    const rsl_start_cause cause = start_cause();
    start_watchdog();
    rsl_store(P0_STRAP, PULLED_UP);
    rsl_store(HFCLKSTARTED, 0);
    rsl_store(HFCLKSTART, 1);
    const bool has_crystal = rsl_wait_for(HFCLKSTARTED, 1, 1, CRYSTAL_TURNS);
    rsl_store(NVMC_CACHE, 1);
    window(NULL, false);
    rsl_store(P1_DIRSET, 1U << PIN_WINDOW);
    rsl_nrf_start_serial(115200);
    static rsl_port port;
    port = (rsl_port) {
        .board = RSL_BOARD,
        .vendor = "rosler nrf52840-dk",
        .features = RSL_HAS_FPU | RSL_HAS_DSP | RSL_HAS_WINDOW_PIN | RSL_KEEPS_MODELS | RSL_SETS_BAUD
            | (rsl_start_cycle_counter() ? RSL_HAS_CYCLE_COUNTER : 0U),
        .core = rsl_cpuid(),
        .clock_hz = CLOCK,
        .clock_ppm = has_crystal ? 50 : 80000, // HFINT is within 8 %
        .start_cause = cause,
        .timer_hz = CLOCK,
        .baud = 115200,
        .credits = RSL_NRF_RING / RSL_MAX_WIRE_FRAME,
        .read = read_byte,
        .write = write_bytes,
        .set_baud = set_baud,
        // It idles awake: in sleep both the cycle counter and SysTick stand still.
        .ticks = ticks,
        .window = window,
        .energy_mode = energy_mode,
        .arena = arena,
        .arena_bytes = ARENA,
        .slots = 2,
        .slot_bytes = SLOT,
        .write_unit = 4,
        .slot = {(const uint8_t *)(uintptr_t)FIRST_SLOT, (const uint8_t *)(uintptr_t)(FIRST_SLOT + SLOT)},
        .erase = erase,
        .program = program,
        .stack_used = rsl_stack_used,
        .reset = reset,
    };
    return &port;
}
