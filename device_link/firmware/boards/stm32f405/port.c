// SPDX-License-Identifier: Apache-2.0
// STM32F405 and its relatives (F407, F415, F417 with 1 MB): USART1 on PA9 and PA10, window pin PA8, models in
// flash. The same image boots on QEMU's netduinoplus2, which has no flash controller: there models are kept
// in RAM, and are lost with it.
#include <string.h>

#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/common/ring.h"
#include "device_link/firmware/rsl_device.h"

#define RCC_CR        RSL_REGISTER(0x40023800)
#define RCC_PLLCFGR   RSL_REGISTER(0x40023804)
#define RCC_CFGR      RSL_REGISTER(0x40023808)
#define RCC_AHB1ENR   RSL_REGISTER(0x40023830)
#define RCC_APB1ENR   RSL_REGISTER(0x40023840)
#define RCC_APB2ENR   RSL_REGISTER(0x40023844)
#define FLASH_ACR     RSL_REGISTER(0x40023C00)
#define FLASH_KEYR    RSL_REGISTER(0x40023C04)
#define FLASH_SR      RSL_REGISTER(0x40023C0C)
#define FLASH_CR      RSL_REGISTER(0x40023C10)
#define GPIOA_MODER   RSL_REGISTER(0x40020000)
#define GPIOA_OSPEEDR RSL_REGISTER(0x40020008)
#define GPIOA_PUPDR   RSL_REGISTER(0x4002000C)
#define GPIOA_BSRR    RSL_REGISTER(0x40020018)
#define GPIOA_AFRH    RSL_REGISTER(0x40020024)
#define USART_SR      RSL_REGISTER(0x40011000)
#define USART_DR      RSL_REGISTER(0x40011004)
#define USART_BRR     RSL_REGISTER(0x40011008)
#define USART_CR1     RSL_REGISTER(0x4001100C)
#define TIM2_CR1      RSL_REGISTER(0x40000000)
#define TIM2_EGR      RSL_REGISTER(0x40000014)
#define TIM2_CNT      RSL_REGISTER(0x40000024)
#define TIM2_PSC      RSL_REGISTER(0x40000028)
#define TIM2_ARR      RSL_REGISTER(0x4000002C)

#define FLASH_LOCKED (UINT32_C(1) << 31)
#define FLASH_BUSY   (UINT32_C(1) << 16)
#define FLASH_ERRORS UINT32_C(0xF2)

enum {
    RXNE = 1 << 5,
    TC = 1 << 6,
    TXE = 1 << 7,
    BLOCK = 112 * 1024,
    RAM_SLOT = 49 * 1024,
    FLASH_SLOT = 384 * 1024,
    SECTOR = 128 * 1024,
    WAIT = 2000000, ///< turns of a loop: longer than the PLL takes to lock
};

static rsl_ring ring;
static rsl_device device;
static bool counts_cycles;
static bool has_flash;
static uint32_t apb2_hz;
/// With flash, all for inference; without, both slots and the rest for inference.
__attribute__((section(".noinit"), aligned(16))) static uint8_t block[BLOCK];

void rsl_receive_interrupt(void);

void rsl_receive_interrupt(void)
{
    while ((USART_SR & RXNE) != 0) {
        const uint8_t byte = (uint8_t)USART_DR; // also clears an overrun
        if (!rsl_ring_is_full(&ring))
            rsl_ring_put(&ring, byte);
    }
}

static bool wait_for(volatile uint32_t *what, uint32_t mask, uint32_t value)
{
    for (uint32_t i = 0; i < WAIT; ++i)
        if ((*what & mask) == value)
            return true;
    return false;
}

/// 168 MHz from the internal oscillator, which every board has; 16 MHz when the PLL does not lock.
/// @return the core's clock
static uint32_t start_clocks(void)
{
    const uint32_t pll_on = UINT32_C(1) << 24;
    RCC_AHB1ENR |= 1U;               // GPIOA
    RCC_APB1ENR |= 1U;               // TIM2
    RCC_APB2ENR |= UINT32_C(1) << 4; // USART1
    apb2_hz = 16000000;
    FLASH_ACR = 5U | (UINT32_C(7) << 8);                            // five wait states; prefetch and caches
    RCC_PLLCFGR = 16U | (UINT32_C(336) << 6) | (UINT32_C(7) << 24); // 16 MHz / 16 * 336 / 2
    RCC_CR |= pll_on;
    if (!wait_for(&RCC_CR, UINT32_C(1) << 25, UINT32_C(1) << 25))
        return 16000000;
    RCC_CFGR = (UINT32_C(5) << 10) | (UINT32_C(4) << 13) | 2U; // APB1 / 4, APB2 / 2, PLL
    if (!wait_for(&RCC_CFGR, 12U, 8U))
        return 16000000;
    apb2_hz = 84000000;
    return 168000000;
}

static void start_pins(void)
{
    GPIOA_BSRR = UINT32_C(1) << 8;
    GPIOA_MODER =
        (GPIOA_MODER & ~(UINT32_C(0x3F) << 16)) | (UINT32_C(0x29) << 16); // 8 output, 9 and 10 alternate
    GPIOA_OSPEEDR |= UINT32_C(0x3F) << 16;
    GPIOA_PUPDR |= UINT32_C(1) << 20; // RX pulled up
    GPIOA_AFRH = (GPIOA_AFRH & ~UINT32_C(0xFF0)) | UINT32_C(0x770);
}

static int read_byte(void *context)
{
    (void)context;
    return rsl_ring_take(&ring);
}

static void write_bytes(void *context, const uint8_t *bytes, size_t length)
{
    (void)context;
    for (size_t i = 0; i < length; ++i) {
        while ((USART_SR & TXE) == 0) { }
        USART_DR = bytes[i];
    }
}

static bool set_baud(void *context, uint32_t rate)
{
    (void)context;
    if (apb2_hz / rate < 16U)
        return false;
    (void)wait_for(&USART_SR, TC, TC);
    USART_BRR = (apb2_hz + rate / 2U) / rate;
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

static uint32_t ticks(void *context)
{
    (void)context;
    return counts_cycles ? rsl_cycles() : TIM2_CNT;
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
    GPIOA_BSRR = on ? UINT32_C(1) << 24 : UINT32_C(1) << 8;
}

static uint8_t *slot_at(uint8_t slot)
{
    if (!has_flash)
        return block + (size_t)slot * RAM_SLOT;
    return (uint8_t *)(uintptr_t)(slot == 0 ? 0x08020000U : 0x08080000U);
}

static bool unlock(void)
{
    FLASH_KEYR = 0x45670123U;
    FLASH_KEYR = 0xCDEF89ABU;
    FLASH_SR = FLASH_ERRORS;
    return (FLASH_CR & FLASH_LOCKED) == 0;
}

static bool finish_flash(void)
{
    while ((FLASH_SR & FLASH_BUSY) != 0) { }
    const bool good = (FLASH_SR & FLASH_ERRORS) == 0;
    return good;
}

/// The data cache may hold what was there before.
static void drop_data_cache(void)
{
    const uint32_t acr = FLASH_ACR;
    FLASH_ACR = acr & ~(UINT32_C(1) << 10);
    FLASH_ACR |= UINT32_C(1) << 12;
    FLASH_ACR = acr;
}

static bool erase(void *context, uint8_t slot, uint32_t length)
{
    (void)context;
    if (!has_flash) {
        memset(slot_at(slot), 0xFF, length);
        return true;
    }
    const uint32_t first = slot == 0 ? 5 : 8;
    const uint32_t sectors = (length + SECTOR - 1U) / SECTOR;
    bool good = unlock();
    for (uint32_t i = 0; good && i < sectors; ++i) {
        FLASH_CR = 2U | ((first + i) << 3);
        FLASH_CR |= UINT32_C(1) << 16;
        good = finish_flash();
    }
    FLASH_CR = FLASH_LOCKED;
    drop_data_cache();
    return good;
}

static bool program(void *context, uint8_t slot, uint32_t offset, const uint8_t *bytes, uint32_t length)
{
    (void)context;
    uint8_t *to = slot_at(slot) + offset;
    if (!has_flash) {
        memcpy(to, bytes, length);
        return true;
    }
    bool good = unlock();
    for (uint32_t i = 0; good && i < length;) {
        const bool word = ((offset + i) & 3U) == 0 && length - i >= 4U;
        if (word) { // at 2.7 V and more
            uint32_t value;
            memcpy(&value, bytes + i, sizeof value);
            FLASH_CR = 1U | (UINT32_C(2) << 8);
            *(volatile uint32_t *)(void *)(to + i) = value;
        } else {
            FLASH_CR = 1U;
            *(volatile uint8_t *)(to + i) = bytes[i];
        }
        good = finish_flash();
        i += word ? 4U : 1U;
    }
    FLASH_CR = FLASH_LOCKED;
    drop_data_cache();
    return good;
}

static void reset(void *context)
{
    (void)context;
    (void)wait_for(&USART_SR, TC, TC);
    rsl_system_reset();
}

int main(void)
{
    has_flash = (FLASH_CR & FLASH_LOCKED) != 0; // so it is after every reset of a real part
    const uint32_t clock_hz = has_flash ? start_clocks() : 168000000U;
    start_pins();
    if (apb2_hz != 0)
        USART_BRR = (apb2_hz + 57600U) / 115200U;
    USART_CR1 = (UINT32_C(1) << 13) | RXNE | 12U; // enabled; receive interrupt; transmitter, receiver
    rsl_enable_interrupt(RSL_RECEIVE_IRQ);
    TIM2_PSC = 0;
    TIM2_ARR = UINT32_MAX;
    TIM2_EGR = 1;
    TIM2_CR1 = 1;
    counts_cycles = rsl_start_cycle_counter();
    // QEMU's TIM2 counts nanoseconds; that of a part half the core's clock, for APB1 is divided.
    const uint32_t timer_hz = counts_cycles ? clock_hz : has_flash ? clock_hz / 2U : 1000000000U;
    static rsl_port port;
    port = (rsl_port) {
        .board = has_flash ? "stm32f405" : "netduinoplus2",
        .vendor = "rosler",
        .features = RSL_HAS_FPU | RSL_HAS_DSP | RSL_HAS_WINDOW_PIN
            | (has_flash ? RSL_KEEPS_MODELS | RSL_SETS_BAUD : 0U)
            | (counts_cycles ? RSL_HAS_CYCLE_COUNTER : 0U),
        .core = rsl_cpuid(),
        .clock_hz = clock_hz,
        .timer_hz = timer_hz,
        .baud = 115200,
        // Writing flash stops the core, and with it the receiver: one frame at a time.
        .credits = 1,
        .read = read_byte,
        .write = write_bytes,
        .set_baud = has_flash ? set_baud : NULL,
        .idle = idle,
        .ticks = ticks,
        .quiet = quiet,
        .window = window,
        .arena = has_flash ? block : block + 2U * RAM_SLOT,
        .arena_bytes = has_flash ? BLOCK : BLOCK - 2U * RAM_SLOT,
        .slots = 2,
        .slot_bytes = has_flash ? FLASH_SLOT : RAM_SLOT,
        .write_unit = 1,
        .slot = {slot_at(0), slot_at(1)},
        .erase = erase,
        .program = program,
        .stack_used = rsl_stack_used,
        .reset = reset,
    };
    rsl_device_start(&device, &port);
    rsl_device_run(&device);
}
