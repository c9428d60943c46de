// SPDX-License-Identifier: Apache-2.0
// QEMU's RISC-V machine `virt`: a 16550 UART behind the PLIC. Models are kept in its RAM, which an emulated
// board can back by a file. No silicon looks like it; the addresses are those of hw/riscv/virt.c.
#include <string.h>

#include "device_link/firmware/boards/common/ring.h"
#include "device_link/firmware/boards/riscv-virt/riscv.h"
#include "device_link/firmware/rsl_device.h"

#define UART_DATA       RSL_REGISTER8(0x10000000) // receive, transmit; the divisor's low byte
#define UART_INTERRUPTS RSL_REGISTER8(0x10000001) // enabled; the divisor's high byte
#define UART_FIFO       RSL_REGISTER8(0x10000002)
#define UART_LINE       RSL_REGISTER8(0x10000003)
#define UART_STATUS     RSL_REGISTER8(0x10000005)
#define PLIC_PRIORITY   RSL_REGISTER(0x0C000000 + 4 * UART_SOURCE)
#define PLIC_ENABLED    RSL_REGISTER(0x0C002000) // machine mode of hart 0
#define PLIC_THRESHOLD  RSL_REGISTER(0x0C200000)
#define PLIC_CLAIM      RSL_REGISTER(0x0C200004)
#define TEST            RSL_REGISTER(0x00100000)
#define UART_HZ         UINT32_C(3686400)
#define STRAP           RSL_REGISTER(0x80F00000) // a word of RAM that nothing else uses
#define SLOTS           UINT32_C(0x81000000)

enum {
    UART_SOURCE = 10,
    STRAPPED = 0x59474E45, // "ENGY"
    RECEIVED = 1,          // interrupt, and status
    FIFO_ON = 0xC7,        // an interrupt at 14 bytes of 16, or when no more come
    FIFO_ROOM = 16,
    EIGHT_BITS = 3,
    DIVISOR = 0x80,
    ROOM = 0x20, // status: the transmitter has sent what it was given
    SENT = 0x40, // and the last bit of it
    MACHINE_EXTERNAL = 1 << 11,
    RESET = 0x7777,
    ARENA = 1 << 20,
    SLOT = 8 << 20,
};

static rsl_ring ring;
static rsl_device device;
__attribute__((section(".noinit"), aligned(16))) static uint8_t arena[ARENA];

static void receive(void)
{
    while ((UART_STATUS & RECEIVED) != 0) {
        if (rsl_ring_is_full(&ring)) { // leave it in the register until there is room
            UART_INTERRUPTS = 0;
            return;
        }
        rsl_ring_put(&ring, UART_DATA);
    }
}

void rsl_external_interrupt(void)
{
    const uint32_t source = PLIC_CLAIM;
    if (source == UART_SOURCE)
        receive();
    PLIC_CLAIM = source;
}

static int read_byte(void *context)
{
    (void)context;
    const int byte = rsl_ring_take(&ring);
    if (byte >= 0 && UART_INTERRUPTS == 0) {
        rsl_interrupts_off();
        UART_INTERRUPTS = RECEIVED;
        receive();
        rsl_interrupts_on();
    }
    return byte;
}

static void write_bytes(void *context, const uint8_t *bytes, size_t length)
{
    (void)context;
    while (length != 0U) {
        while ((UART_STATUS & ROOM) == 0) { }
        for (int room = FIFO_ROOM; room != 0 && length != 0U; --room, --length)
            UART_DATA = *bytes++;
    }
}

static bool set_baud(void *context, uint32_t rate)
{
    (void)context;
    if (rate == 0U || UART_HZ / 16U % rate != 0U || UART_HZ / 16U / rate > 0xFFU)
        return false;
    while ((UART_STATUS & SENT) == 0) { }
    rsl_interrupts_off(); // what is received has the same address as the divisor
    UART_LINE = DIVISOR | EIGHT_BITS;
    UART_DATA = (uint8_t)(UART_HZ / 16U / rate);
    UART_LINE = EIGHT_BITS;
    rsl_interrupts_on();
    return true;
}

static void idle(void *context)
{
    (void)context;
    rsl_interrupts_off();
    if (ring.head == ring.tail)
        rsl_wait_for_interrupt();
    rsl_interrupts_on();
}

/// With -icount the cycle counter is the emulator's virtual clock, in nanoseconds.
static uint32_t ticks(void *context)
{
    (void)context;
    return RSL_READ_CSR("mcycle");
}

static void quiet(void *context, bool on)
{
    (void)context;
    if (on)
        rsl_interrupts_off();
    else
        rsl_interrupts_on();
}

/// A machine without pins: its strap is a word that an emulator loads into RAM, at each reset anew. That RAM
/// may be the file of the models: it is cleared, so that the next start has no strap but its own.
static bool energy_mode(void *context)
{
    (void)context;
    const bool strapped = STRAP == STRAPPED;
    STRAP = 0;
    return strapped;
}

static uint8_t *slot_at(uint8_t slot)
{
    return (uint8_t *)(uintptr_t)(SLOTS + (uint32_t)slot * SLOT);
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

void rsl_system_reset(void)
{
    TEST = RESET;
    for (;;) { }
}

static void reset(void *context)
{
    (void)context;
    rsl_system_reset();
}

/// To turn the FIFOs on drops what a host may have sent already: that is taken first.
static void start_uart(void)
{
    UART_LINE = DIVISOR | EIGHT_BITS;
    UART_DATA = UART_HZ / 16 / 115200;
    UART_INTERRUPTS = 0;
    UART_LINE = EIGHT_BITS;
    receive();
    UART_FIFO = FIFO_ON;
    UART_INTERRUPTS = RECEIVED;
    PLIC_PRIORITY = 1;
    PLIC_THRESHOLD = 0;
    PLIC_ENABLED = UINT32_C(1) << UART_SOURCE;
    RSL_SET_CSR("mie", MACHINE_EXTERNAL);
    rsl_interrupts_on();
}

static rsl_port port = {
    .board = RSL_BOARD,
    .vendor = "rosler riscv-virt (emulated)",
    .features = RSL_HAS_FPU | RSL_KEEPS_MODELS | RSL_IS_RISCV,
    .clock_hz = 100000000U, // assumed: the machine has none
    .timer_hz = 1000000000U,
    .baud = 115200,
    .credits = RSL_RING / RSL_MAX_WIRE_FRAME,
    .read = read_byte,
    .write = write_bytes,
    .set_baud = set_baud,
    .idle = idle,
    .ticks = ticks,
    .quiet = quiet,
    .energy_mode = energy_mode,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .slots = 2,
    .slot_bytes = SLOT,
    .write_unit = 1,
    .slot = {(const uint8_t *)SLOTS, (const uint8_t *)(SLOTS + SLOT)},
    .erase = erase,
    .program = program,
    .stack_used = rsl_stack_used,
    .reset = reset,
};

int main(void)
{
    start_uart();
    port.core = RSL_READ_CSR("misa");
    rsl_device_start(&device, &port);
    rsl_device_run(&device);
}
