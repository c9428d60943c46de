// SPDX-License-Identifier: Apache-2.0
// Arm's MPS2 and MPS3 boards: CMSDK UART, and a timer by file. Models are kept in the external RAM, which an
// emulated board can back by a file. Addresses come from board.cmake.
#include <string.h>

#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/common/mps_timer.h"
#include "device_link/firmware/boards/common/ring.h"
#include "device_link/firmware/rsl_device.h"

#define UART_DATA      RSL_REGISTER(RSL_UART + 0x0)
#define UART_STATE     RSL_REGISTER(RSL_UART + 0x4)
#define UART_CTRL      RSL_REGISTER(RSL_UART + 0x8)
#define UART_INTERRUPT RSL_REGISTER(RSL_UART + 0xC)
#define UART_DIVIDER   RSL_REGISTER(RSL_UART + 0x10)
#define FPGAIO_LED     RSL_REGISTER(RSL_FPGAIO + 0x0)
#define FPGAIO_BUTTON  RSL_REGISTER(RSL_FPGAIO + 0x8)
#define STRAP          RSL_REGISTER(RSL_STRAP) ///< a word of RAM that nothing else uses

enum {
    TX_FULL = 1,
    RX_FULL = 2,
    ENABLE_TX_RX = 3,
    RX_INTERRUPT = 8,
    ARENA = 1 << 20,
    SLOT = (8 << 20) - 4096, // the key lies behind two of them
    STRAPPED = 0x59474E45,   ///< "ENGY"
};

static rsl_ring ring;
static rsl_device device;
static bool counts_cycles;
__attribute__((section(".noinit"), aligned(16))) static uint8_t arena[ARENA];

void rsl_receive_interrupt(void);

void rsl_receive_interrupt(void)
{
    UART_INTERRUPT = 2;
    while ((UART_STATE & RX_FULL) != 0) {
        if (rsl_ring_is_full(&ring)) { // leave it in the register until there is room
            UART_CTRL = ENABLE_TX_RX;
            return;
        }
        rsl_ring_put(&ring, (uint8_t)UART_DATA);
    }
}

static int read_byte(void *context)
{
    (void)context;
    const int byte = rsl_ring_take(&ring);
    if (byte >= 0 && (UART_CTRL & RX_INTERRUPT) == 0) {
        rsl_interrupts_off();
        UART_CTRL = ENABLE_TX_RX | RX_INTERRUPT;
        rsl_receive_interrupt();
        rsl_interrupts_on();
    }
    return byte;
}

static void write_bytes(void *context, const uint8_t *bytes, size_t length)
{
    (void)context;
    for (size_t i = 0; i < length; ++i) {
        while ((UART_STATE & TX_FULL) != 0) { }
        UART_DATA = bytes[i];
    }
}

static bool set_baud(void *context, uint32_t rate)
{
    (void)context;
    if (RSL_CLOCK_HZ / rate < 16U)
        return false;
    while ((UART_STATE & TX_FULL) != 0) { }
    UART_DIVIDER = RSL_CLOCK_HZ / rate;
    return true;
}

static void idle(void *context)
{
    (void)context;
    rsl_interrupts_off();
    if (ring.head == ring.tail)
        rsl_sleep(RSL_SLEEP_MOST); // a pending interrupt wakes it although it is masked
    rsl_interrupts_on();
}

static uint32_t ticks(void *context)
{
    (void)context;
    return counts_cycles ? rsl_cycles() : rsl_mps_ticks();
}

static void quiet(void *context, bool on)
{
    (void)context;
    if (on)
        rsl_interrupts_off();
    else
        rsl_interrupts_on();
}

static void window(void *context, bool on)
{
    (void)context;
    FPGAIO_LED = on ? 0U : 1U;
}

/// Button 0 held down; or, where there is nobody to hold it, the word that an emulator loads into RAM.
static bool energy_mode(void *context)
{
    (void)context;
    return (FPGAIO_BUTTON & 1U) != 0 || STRAP == STRAPPED;
}

static uint8_t *slot_at(uint8_t slot)
{
    return (uint8_t *)(uintptr_t)(RSL_SLOTS + (uint32_t)slot * SLOT);
}

static bool erase(void *context, uint8_t slot, uint32_t length)
{
    (void)context;
    memset(slot_at(slot), 0xFF, length);
    return true;
}

static bool program(void *context, uint8_t slot, uint32_t offset, const uint8_t *bytes, uint32_t length)
{
    (void)context;
    memcpy(slot_at(slot) + offset, bytes, length);
    return true;
}

static bool keep_key(void *context, const uint8_t *bytes, uint32_t length)
{
    (void)context;
    memcpy(slot_at(2), bytes, length);
    return true;
}

static void reset(void *context)
{
    (void)context;
    rsl_system_reset();
}

int main(void)
{
    UART_DIVIDER = RSL_CLOCK_HZ / 115200U;
    UART_CTRL = ENABLE_TX_RX | RX_INTERRUPT;
    rsl_enable_interrupt(RSL_RECEIVE_IRQ);
    rsl_mps_start_timer();
    counts_cycles = rsl_start_cycle_counter();
    window(NULL, false);
    static rsl_port port;
    port = (rsl_port) {
        .board = RSL_BOARD,
        // No emulator counts cycles.
        .vendor = counts_cycles ? "rosler " RSL_BOARD : "rosler " RSL_BOARD " (emulated)",
        .features = RSL_FEATURES | RSL_KEEPS_MODELS | RSL_HAS_WINDOW_PIN | RSL_SETS_BAUD
            | (counts_cycles ? RSL_HAS_CYCLE_COUNTER : 0U),
        .core = rsl_cpuid(),
        .clock_hz = RSL_CLOCK_HZ,
        .timer_hz = counts_cycles ? RSL_CLOCK_HZ : RSL_TIMER_HZ,
        .baud = 115200,
        .credits = RSL_RING / RSL_MAX_WIRE_FRAME,
        .read = read_byte,
        .write = write_bytes,
        .set_baud = set_baud,
        .idle = idle,
        .ticks = ticks,
        .quiet = quiet,
        .window = window,
        .energy_mode = energy_mode,
        .arena = arena,
        .arena_bytes = sizeof arena,
        .slots = 2,
        .slot_bytes = SLOT,
        .write_unit = 1,
        .slot = {slot_at(0), slot_at(1)},
        .erase = erase,
        .program = program,
        .key = slot_at(2),
        .keep_key = keep_key,
        .stack_used = rsl_stack_used,
        .reset = reset,
    };
    rsl_device_start(&device, &port);
    rsl_device_run(&device);
}
