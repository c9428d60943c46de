// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/common/stm32.h"

#ifdef RSL_STM32_F7
enum { CR1 = 0x00, CR3 = 0x08, BRR = 0x0C, SR = 0x1C, CLEAR = 0x20, RDR = 0x24, TDR = 0x28, ENABLE = 1 };
#else
enum { SR = 0x00, RDR = 0x04, TDR = 0x04, BRR = 0x08, CR1 = 0x0C, CR3 = 0x14, ENABLE = 1 << 13 };
#endif

enum {
    ORE = 1 << 3,
    RXNE = 1 << 5, ///< in SR, and its interrupt in CR1
    TC = 1 << 6,
    TXE = 1 << 7,
    TRANSMITTER = 1 << 3,
    RECEIVER = 1 << 2,
    DMA_RECEIVES = 1 << 6,
    STREAM_CR = 0x00,
    STREAM_NDTR = 0x04,
    STREAM_PAR = 0x08,
    STREAM_M0AR = 0x0C,
    STREAM_FCR = 0x14,
    STREAM_ON = 1,
    STREAM_CIRCULAR = 1 << 8,
    STREAM_MEMORY_COUNTS = 1 << 10,
    STREAM_PRIORITY_HIGH = 2 << 16,
    BYTE_TURNS = 1000000, ///< a byte at 1200 baud takes 8 ms, two million cycles at most
    OFF_TURNS = 10000,
};

#define RCC_AHB1ENR UINT32_C(0x40023830)
#define DMA2        UINT32_C(0x40026400)

static uint8_t ring[RSL_STM32_RING];
static uint32_t tail;          ///< of ring, where reading goes on
static volatile uint32_t head; ///< of ring, without DMA

static void start_stream(const rsl_stm32_serial *s)
{
    rsl_store(s->stream + STREAM_CR, 0);
    (void)rsl_wait_for(s->stream + STREAM_CR, STREAM_ON, 0, OFF_TURNS);
    rsl_store(s->flags, s->clear);
    rsl_store(s->stream + STREAM_PAR, s->usart + RDR);
    rsl_store(s->stream + STREAM_M0AR, (uint32_t)(uintptr_t)ring);
    rsl_store(s->stream + STREAM_NDTR, RSL_STM32_RING);
    rsl_store(s->stream + STREAM_FCR, 0); // no FIFO: each byte goes to memory at once
    const uint32_t how =
        s->channel << 25 | STREAM_PRIORITY_HIGH | STREAM_MEMORY_COUNTS | (uint32_t)STREAM_CIRCULAR;
    rsl_store(s->stream + STREAM_CR, how);
    rsl_store(s->stream + STREAM_CR, how | STREAM_ON);
    tail = 0;
}

static uint32_t divider(const rsl_stm32_serial *s, uint32_t baud)
{
    return (s->clock_hz + baud / 2U) / baud;
}

void rsl_stm32_start_serial(const rsl_stm32_serial *s, uint32_t baud)
{
    rsl_change(s->enable, 0, s->enable_bit);
    rsl_change(RCC_AHB1ENR, 0, UINT32_C(1) << (s->stream >= DMA2 ? 22 : 21));
    (void)rsl_load(RCC_AHB1ENR);
    rsl_store(s->usart + CR1, 0);
    rsl_store(s->usart + BRR, divider(s, baud));
    const uint32_t how = (uint32_t)ENABLE | TRANSMITTER | RECEIVER;
    if (s->stream == 0) {
        rsl_store(s->usart + CR1, how | RXNE);
        return;
    }
    rsl_store(s->usart + CR3, DMA_RECEIVES);
    start_stream(s);
    rsl_store(s->usart + CR1, how);
}

void rsl_stm32_receive(const rsl_stm32_serial *s)
{
    while ((rsl_load(s->usart + SR) & RXNE) != 0) {
        ring[head] = (uint8_t)rsl_load(s->usart + RDR);
        const uint32_t next = (head + 1U) % RSL_STM32_RING;
        if (next != tail)
            head = next;
    }
}

static uint32_t head_of(const rsl_stm32_serial *s)
{
    return s->stream == 0 ? head : (RSL_STM32_RING - rsl_load(s->stream + STREAM_NDTR)) % RSL_STM32_RING;
}

bool rsl_stm32_has_bytes(const rsl_stm32_serial *s)
{
    return head_of(s) != tail;
}

/// What stops the receiver for good when nobody looks: a stream that has met an error is off.
static void revive(const rsl_stm32_serial *s)
{
    if ((rsl_load(s->stream + STREAM_CR) & STREAM_ON) == 0)
        start_stream(s);
    if ((rsl_load(s->usart + SR) & ORE) != 0) { // the byte is lost already
#ifdef RSL_STM32_F7
        rsl_store(s->usart + CLEAR, ORE);
#else
        (void)rsl_load(s->usart + RDR);
#endif
    }
}

int rsl_stm32_read(const rsl_stm32_serial *s)
{
    if (head_of(s) == tail) {
        if (s->stream != 0)
            revive(s);
        return -1;
    }
    const uint8_t byte = ((volatile const uint8_t *)ring)[tail];
    tail = (tail + 1U) % RSL_STM32_RING;
    return byte;
}

void rsl_stm32_write(const rsl_stm32_serial *s, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; ++i) {
        if (!rsl_wait_for(s->usart + SR, TXE, TXE, BYTE_TURNS))
            return; // as on a line, what does not go out is lost
        rsl_store(s->usart + TDR, bytes[i]);
    }
}

void rsl_stm32_drain(const rsl_stm32_serial *s)
{
    (void)rsl_wait_for(s->usart + SR, TC, TC, 2 * BYTE_TURNS);
}

bool rsl_stm32_set_baud(const rsl_stm32_serial *s, uint32_t rate)
{
    const uint32_t by = divider(s, rate);
    if (by < 16U || by > 0xFFFFU)
        return false;
    rsl_stm32_drain(s);
#ifdef RSL_STM32_F7
    rsl_change(s->usart + CR1, ENABLE, 0); // BRR can be written while it is off only
    rsl_store(s->usart + BRR, by);
    rsl_change(s->usart + CR1, 0, ENABLE);
#else
    rsl_store(s->usart + BRR, by);
#endif
    return true;
}
