// SPDX-License-Identifier: Apache-2.0
// Raspberry Pi's Pico (RP2040): one of its two cores, UART0 on GPIO 0 and 1, window pin GPIO 2, models in
// flash.
#include "device_link/firmware/boards/common/board.h"
#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/rpi-pico/pico.h"

#define SIO_IN    UINT32_C(0xD0000004)
#define SIO_SET   UINT32_C(0xD0000014)
#define SIO_CLEAR UINT32_C(0xD0000018)
#define SIO_OUT   UINT32_C(0xD0000024)
#define GPIO2     UINT32_C(0x40014014)
#define PAD5      UINT32_C(0x4001C018)
#define FLASH     UINT32_C(0x10000000)

enum {
    ARENA = 232 * 1024,
    FIRST_SLOT = 128 * 1024,
    SLOT = 960 * 1024,
    PIN_WINDOW = 2,
    PIN_STRAP = 5,
    PULLED_UP = 0x4A, ///< IE, PUE and SCHMITT; of the pad
    FUNCTION_SIO = 5,
    BLOCKS = 1 << 2 | 1 << 5 | 1 << 8 | 1 << 21 | 1 << 22, ///< DMA, IO_BANK0, PADS_BANK0, TIMER, UART0
};

__attribute__((section(".noinit"), aligned(16))) static uint8_t arena[ARENA];

static int read_byte(void *context)
{
    (void)context;
    rsl_pico_feed_watchdog();
    return rsl_pico_read();
}

static void write_bytes(void *context, const uint8_t *bytes, size_t length)
{
    (void)context;
    rsl_pico_write(bytes, length);
}

static bool set_baud(void *context, uint32_t rate)
{
    (void)context;
    return rsl_pico_set_baud(rate);
}

static uint32_t ticks(void *context)
{
    (void)context;
    return rsl_pico_ticks();
}

static void window(void *context, bool on)
{
    (void)context;
    rsl_store(on ? SIO_CLEAR : SIO_SET, 1U << PIN_WINDOW);
}

/// Strapped to GND beside it: pulled up since the start began, long ago.
static bool energy_mode(void *context)
{
    (void)context;
    return (rsl_load(SIO_IN) & 1U << PIN_STRAP) == 0;
}

static uint32_t offset_of(uint8_t slot)
{
    return FIRST_SLOT + (uint32_t)slot * SLOT;
}

static bool erase(void *context, uint8_t slot, uint32_t length)
{
    (void)context;
    return rsl_pico_erase(offset_of(slot), length);
}

static bool program(void *context, uint8_t slot, uint32_t offset, const uint8_t *bytes, uint32_t length)
{
    (void)context;
    return rsl_pico_program(offset_of(slot) + offset, bytes, length);
}

static void reset(void *context)
{
    (void)context;
    rsl_pico_drain();
    rsl_pico_reset();
}

const rsl_port *rsl_board_start(void)
{
    const rsl_start_cause cause = rsl_pico_reset_cause();
    if (!rsl_pico_start_clock()) // a Pico without its crystal: nothing else is known of its clock
        rsl_pico_reset();
    rsl_pico_start_blocks(BLOCKS);
    rsl_store(PAD5, PULLED_UP); // a pin without a function is an input
    rsl_pico_start_watchdog();
    rsl_pico_start_ticks();
    window(NULL, false);
    rsl_store(SIO_OUT, 1U << PIN_WINDOW);
    rsl_store(GPIO2, FUNCTION_SIO);
    rsl_pico_start_serial(115200);
    static rsl_port port;
    port = (rsl_port) {
        .board = RSL_BOARD,
        .vendor = "rosler rpi-pico",
        .features = RSL_HAS_WINDOW_PIN | RSL_KEEPS_MODELS | RSL_SETS_BAUD | RSL_HAS_CYCLE_COUNTER,
        .core = rsl_cpuid(),
        .clock_hz = RSL_PICO_CLOCK,
        .clock_ppm = 50,
        .start_cause = cause,
        .timer_hz = RSL_PICO_CLOCK,
        .baud = 115200,
        .credits = RSL_PICO_RING / RSL_MAX_WIRE_FRAME,
        .read = read_byte,
        .write = write_bytes,
        .set_baud = set_baud,
        // It idles awake: SysTick is its cycle counter.
        .ticks = ticks,
        .window = window,
        .energy_mode = energy_mode,
        .arena = arena,
        .arena_bytes = ARENA,
        .slots = 2,
        .slot_bytes = SLOT,
        .write_unit = 32, // any would do; each is a page's time
        .slot = {(const uint8_t *)(uintptr_t)(FLASH + FIRST_SLOT),
                 (const uint8_t *)(uintptr_t)(FLASH + FIRST_SLOT + SLOT)},
        .erase = erase,
        .program = program,
        .stack_used = rsl_stack_used,
        .reset = reset,
    };
    return &port;
}
