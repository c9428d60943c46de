// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/rpi-pico/pico.h"

#define UART(offset)   (UINT32_C(0x40034000) + (offset))
#define DMA(offset)    (UINT32_C(0x50000000) + (offset))
#define GPIO_CTRL(pin) (UINT32_C(0x40014004) + 8U * (pin))
#define PAD(pin)       (UINT32_C(0x4001C004) + 4U * (pin))

enum {
    DR = 0x00,
    FR = 0x18,
    IBRD = 0x24,
    FBRD = 0x28,
    LCR_H = 0x2C,
    CR = 0x30,
    DMACR = 0x48,
    FULL = 1 << 5,
    BUSY = 1 << 3,
    WORDS_8_FIFO = 0x70,
    ON = 0x301,
    READ_ADDR = 0x00,
    WRITE_ADDR = 0x04,
    COUNT = 0x08,
    CONTROL = 0x0C,
    PIN_TX = 0,
    PIN_RX = 1,
    FUNCTION_UART = 2,
    UART0_RX = 21,   ///< its request for DMA
    TURNS = 1000000, ///< a byte at 1200 baud takes 8 ms, a million cycles
};

/// At a multiple of its size, for DMA to wrap in.
__attribute__((aligned(RSL_PICO_RING))) static uint8_t ring[RSL_PICO_RING];
static uint32_t tail;

static void start_channel(void)
{
    rsl_store(DMA(READ_ADDR), UART(DR));
    rsl_store(DMA(WRITE_ADDR), (uint32_t)(uintptr_t)ring);
    rsl_store(DMA(COUNT), UINT32_MAX);
    tail = 0;
    // On; bytes; the address written to counts, and wraps at 2^12; channel 0 chained to itself, that is to
    // none.
    rsl_store(DMA(CONTROL), 1U | 1U << 5 | 12U << 6 | 1U << 10 | (uint32_t)UART0_RX << 15);
}

bool rsl_pico_set_baud(uint32_t rate)
{
    const uint32_t by = (RSL_PICO_CLOCK * 4U + rate / 2U) / rate; // in sixty-fourths, of a sixteenth
    if (by < 64U || by >> 6 > 0xFFFFU)
        return false;
    rsl_pico_drain();
    rsl_store(UART(IBRD), by >> 6);
    rsl_store(UART(FBRD), by & 63U);
    rsl_store(UART(LCR_H), WORDS_8_FIFO); // takes both over
    return true;
}

void rsl_pico_start_serial(uint32_t baud)
{
    (void)rsl_pico_set_baud(baud);
    rsl_store(PAD(PIN_TX), 0x56);
    rsl_store(PAD(PIN_RX), 0x5A); // pulled up
    rsl_store(GPIO_CTRL(PIN_TX), FUNCTION_UART);
    rsl_store(GPIO_CTRL(PIN_RX), FUNCTION_UART);
    rsl_store(UART(DMACR), 1);
    start_channel();
    rsl_store(UART(CR), ON);
}

int rsl_pico_read(void)
{
    const uint32_t head = (rsl_load(DMA(WRITE_ADDR)) - (uint32_t)(uintptr_t)ring) % RSL_PICO_RING;
    if (head == tail) {
        if ((rsl_load(DMA(CONTROL)) & UINT32_C(1) << 24) == 0)
            start_channel(); // after 4 GB, or an error
        return -1;
    }
    const uint8_t byte = ((volatile const uint8_t *)ring)[tail];
    tail = (tail + 1U) % RSL_PICO_RING;
    return byte;
}

void rsl_pico_write(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; ++i) {
        if (!rsl_wait_for(UART(FR), FULL, 0, TURNS))
            return; // as on a line, what does not go out is lost
        rsl_store(UART(DR), bytes[i]);
    }
}

void rsl_pico_drain(void)
{
    for (int i = 0; i < 33; ++i) // bytes of the FIFO, and the one that goes out
        if (rsl_wait_for(UART(FR), BUSY, 0, TURNS))
            return;
}
