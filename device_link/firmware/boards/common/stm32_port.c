// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/common/stm32.h"

enum { BAUD = 115200, SLEEPS_A_SECOND = 4000 }; ///< DMA wakes nobody: a quarter of a millisecond is 3 bytes

static const rsl_stm32_board *board;
static rsl_stm32_serial serial;
static rsl_stm32_flash flash;
static rsl_port port;

static int read_byte(void *context)
{
    (void)context;
    rsl_stm32_feed_watchdog(); // each turn of the loop comes here
    return rsl_stm32_read(&serial);
}

static void write_bytes(void *context, const uint8_t *bytes, size_t length)
{
    (void)context;
    rsl_stm32_write(&serial, bytes, length);
}

static bool set_baud(void *context, uint32_t rate)
{
    (void)context;
    return rsl_stm32_set_baud(&serial, rate);
}

static void idle(void *context)
{
    (void)context;
    rsl_interrupts_off();
    if (!rsl_stm32_has_bytes(&serial))
        rsl_sleep(port.clock_hz / SLEEPS_A_SECOND);
    rsl_interrupts_on();
}

static uint32_t ticks(void *context)
{
    (void)context;
    return rsl_cycles();
}

static void window(void *context, bool on)
{
    (void)context;
    rsl_stm32_pin_write(board->window, !on);
}

static bool energy_mode(void *context)
{
    (void)context;
    return rsl_stm32_pin_is_low(board->strap); // pulled up since rsl_stm32_start(), long ago
}

static bool erase(void *context, uint8_t slot, uint32_t length)
{
    (void)context;
    return rsl_stm32_erase(&flash, slot, length);
}

static bool program(void *context, uint8_t slot, uint32_t offset, const uint8_t *bytes, uint32_t length)
{
    (void)context;
    return rsl_stm32_program(&flash, slot, offset, bytes, length);
}

static void reset(void *context)
{
    (void)context;
    rsl_stm32_drain(&serial);
    rsl_system_reset();
}

rsl_port *rsl_stm32_start(const rsl_stm32_board *of)
{
    board = of;
    (void)rsl_stm32_reset_clock(); // the converter's times are for HSI
    rsl_stm32_reset_peripherals();
    const rsl_start_cause cause = rsl_stm32_reset_cause();
    rsl_stm32_start_watchdog();
    const uint32_t millivolts = rsl_stm32_supply(of->calibration);
    rsl_stm32_limits limits = rsl_stm32_limits_at(millivolts);
    const bool is_known = rsl_stm32_part() == of->part;
    if (!is_known)
        limits = rsl_stm32_limits_at(0);
    if (of->part == 0x413 && rsl_stm32_revision() == 0x1000)
        limits.prefetch = false; // revision A of F405 cannot
    const rsl_stm32_clock clock = rsl_stm32_start_clock(&of->plan, &limits);
    serial = of->serial;
    serial.clock_hz = serial.is_on_apb2 ? clock.apb2_hz : clock.apb1_hz;
    flash = of->flash;
    flash.write_bytes = limits.write_bytes;
    flash.core_hz = clock.core_hz;
    flash.accelerator = of->plan.accelerator;
    rsl_stm32_pin_output(of->window, true);
    rsl_stm32_pin_input(of->strap);
    rsl_stm32_start_serial(&serial, BAUD);
    rsl_stm32_pin_function(of->pins[0]);
    rsl_stm32_pin_function(of->pins[1]);
    port = (rsl_port) {
        .board = of->name,
        .vendor = of->vendor,
        .features = of->features | RSL_HAS_WINDOW_PIN | RSL_SETS_BAUD | (is_known ? RSL_KEEPS_MODELS : 0U)
            | (rsl_start_cycle_counter() ? RSL_HAS_CYCLE_COUNTER : 0U),
        .core = rsl_cpuid(),
        .clock_hz = clock.core_hz,
        .clock_ppm = clock.ppm,
        .supply_mv = millivolts,
        .start_cause = cause,
        .timer_hz = clock.core_hz,
        .baud = BAUD,
        // DMA receives while flash is written and while a time is taken: neither needs `quiet`.
        .credits = RSL_STM32_RING / RSL_MAX_WIRE_FRAME,
        .read = read_byte,
        .write = write_bytes,
        .set_baud = set_baud,
        .idle = idle,
        .ticks = ticks,
        .window = window,
        .energy_mode = energy_mode,
        .arena = of->arena,
        .arena_bytes = of->arena_bytes,
        .slots = is_known ? 2 : 0,
        .slot_bytes = of->slot_bytes,
        .write_unit = 4,
        .slot = {of->slot[0], of->slot[1]},
        .erase = erase,
        .program = program,
        .stack_used = rsl_stack_used,
        .reset = reset,
    };
    return &port;
}
