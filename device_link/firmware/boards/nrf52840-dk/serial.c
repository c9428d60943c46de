// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/nrf52840-dk/serial.h"

#include <string.h>

#include "device_link/firmware/boards/common/cortex_m.h"

// EasyDMA starts again at the ring's begin by a short cut from ENDRX to STARTRX. How many bytes have come, no
// register of UARTE says before it ends: TIMER1 counts RXDRDY, through a channel of PPI.

#define UARTE(offset)  (UINT32_C(0x40002000) + (offset))
#define TIMER1(offset) (UINT32_C(0x40009000) + (offset))
#define PPI(offset)    (UINT32_C(0x4001F000) + (offset))
#define P0(offset)     (UINT32_C(0x50000000) + (offset))

enum {
    STARTRX = 0x000,
    STARTTX = 0x008,
    RXDRDY = 0x108,
    ENDTX = 0x120,
    SHORTS = 0x200,
    ENABLE = 0x500,
    PSEL_RTS = 0x508,
    PSEL_TXD = 0x50C,
    PSEL_CTS = 0x510,
    PSEL_RXD = 0x514,
    BAUDRATE = 0x524,
    RXD_PTR = 0x534,
    RXD_MAXCNT = 0x538,
    TXD_PTR = 0x544,
    TXD_MAXCNT = 0x548,
    CONFIG = 0x56C,
    ENDRX_STARTRX = 1 << 5,
    TIMER_START = 0x000,
    TIMER_COUNT = 0x008,
    TIMER_CLEAR = 0x00C,
    TIMER_CAPTURE = 0x040,
    TIMER_MODE = 0x504,
    TIMER_BITS = 0x508,
    TIMER_CC = 0x540,
    PPI_ENABLE = 0x504,
    PPI_EVENT = 0x510,
    PPI_TASK = 0x514,
    PIN_TX = 6,
    PIN_RX = 8,
    PIECE = 64,
    PIECE_TURNS = 2000000, ///< 64 bytes at 9600 baud take 67 ms, 4.3 million cycles
};

static uint8_t ring[RSL_NRF_RING];
static uint32_t tail; ///< bytes taken
static uint32_t head; ///< bytes that are in the ring for certain

static const struct {
    uint32_t rate;
    uint32_t value;
} rates[] = {
    {9600, 0x00275000},   {19200, 0x004EA000},  {38400, 0x009D0000},
    {57600, 0x00EB0000},  {115200, 0x01D60000}, {230400, 0x03B00000},
    {460800, 0x07400000}, {921600, 0x0F000000}, {1000000, 0x10000000},
};

bool rsl_nrf_set_baud(uint32_t rate)
{
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; ++i)
        if (rates[i].rate == rate) {
            rsl_store(UARTE(BAUDRATE), rates[i].value);
            return true;
        }
    return false;
}

void rsl_nrf_start_serial(uint32_t baud)
{
    rsl_store(P0(0x508), 1U << PIN_TX);                  // OUTSET: the line is idle
    rsl_store(P0(0x518), 1U << PIN_TX);                  // DIRSET
    rsl_store(P0(0x700 + 4 * PIN_RX), UINT32_C(3) << 2); // PIN_CNF: an input, pulled up
    rsl_store(UARTE(ENABLE), 0);
    rsl_store(UARTE(PSEL_RTS), UINT32_MAX); // no pin
    rsl_store(UARTE(PSEL_CTS), UINT32_MAX);
    rsl_store(UARTE(PSEL_TXD), PIN_TX);
    rsl_store(UARTE(PSEL_RXD), PIN_RX);
    rsl_store(UARTE(CONFIG), 0); // 8N1, no flow control
    (void)rsl_nrf_set_baud(baud);
    rsl_store(TIMER1(TIMER_MODE), 2); // a counter that takes little power
    rsl_store(TIMER1(TIMER_BITS), 3); // of 32 bits
    rsl_store(TIMER1(TIMER_CLEAR), 1);
    rsl_store(TIMER1(TIMER_START), 1);
    rsl_store(PPI(PPI_EVENT), UARTE(RXDRDY));
    rsl_store(PPI(PPI_TASK), TIMER1(TIMER_COUNT));
    rsl_change(PPI(PPI_ENABLE), 0, 1);
    rsl_store(UARTE(RXD_PTR), (uint32_t)(uintptr_t)ring);
    rsl_store(UARTE(RXD_MAXCNT), RSL_NRF_RING);
    rsl_store(UARTE(SHORTS), ENDRX_STARTRX);
    rsl_store(UARTE(ENABLE), 8);
    rsl_store(UARTE(STARTRX), 1);
}

/// RXDRDY comes before EasyDMA has written: what is counted now is there a microsecond later.
static void look(void)
{
    rsl_store(TIMER1(TIMER_CAPTURE), 1);
    const uint32_t count = rsl_load(TIMER1(TIMER_CC));
    if (count == head)
        return;
    for (volatile uint32_t i = 0; i < 16; ++i) { }
    head = count;
}

int rsl_nrf_read(void)
{
    if (head == tail)
        look();
    if (head == tail)
        return -1;
    if (head - tail > RSL_NRF_RING)
        tail = head - RSL_NRF_RING; // written over: the frames' CRC finds it
    const uint8_t byte = ((volatile const uint8_t *)ring)[tail % RSL_NRF_RING];
    ++tail;
    return byte;
}

void rsl_nrf_write(const uint8_t *bytes, size_t length)
{
    static uint8_t piece[PIECE]; // EasyDMA reads RAM alone, and constants are in flash
    for (size_t done = 0; done < length;) {
        const size_t n = length - done < PIECE ? length - done : PIECE;
        memcpy(piece, bytes + done, n);
        rsl_store(UARTE(TXD_PTR), (uint32_t)(uintptr_t)piece);
        rsl_store(UARTE(TXD_MAXCNT), (uint32_t)n);
        rsl_store(UARTE(ENDTX), 0);
        rsl_barrier();
        rsl_store(UARTE(STARTTX), 1);
        if (!rsl_wait_for(UARTE(ENDTX), 1, 1, PIECE_TURNS))
            return; // as on a line, what does not go out is lost
        done += n;
    }
}
