// SPDX-License-Identifier: Apache-2.0
// STM32F405 and its relatives (F407, F415, F417 with 1 MB): USART1 on PA9 and PA10, window pin PA8, models in
// flash. The same image boots on QEMU's netduinoplus2, which has neither flash controller nor DMA: there
// models are kept in RAM, and are lost with it.
#include <string.h>

#include "device_link/firmware/boards/common/board.h"
#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/common/stm32.h"

#define TIM2_CR1 UINT32_C(0x40000000)
#define TIM2_EGR UINT32_C(0x40000014)
#define TIM2_CNT UINT32_C(0x40000024)
#define TIM2_PSC UINT32_C(0x40000028)
#define TIM2_ARR UINT32_C(0x4000002C)

enum {
    BLOCK = 112 * 1024,
    RAM_SLOT = 49 * 1024,
    FLASH_SLOT = 384 * 1024,
    SECTOR = 128 * 1024,
};

/// On the part, all for inference; in QEMU, both slots and the rest for inference.
__attribute__((section(".noinit"), aligned(16))) static uint8_t block[BLOCK];

static const rsl_stm32_board board = {
    .name = "stm32f405",
    .vendor = "rosler stm32f405",
    .part = 0x413,
    .features = RSL_HAS_FPU | RSL_HAS_DSP,
    .calibration = 0x1FFF7A2A,
    .plan =
        {
            .core_hz = 168000000,
            .scale = 1,
            .accelerator = UINT32_C(3) << 9, // ICEN, DCEN
        },
    .serial =
        {
            .usart = 0x40011000,  // USART1
            .enable = 0x40023844, // RCC_APB2ENR
            .enable_bit = 1U << 4,
            .is_on_apb2 = true,
            .stream = 0x40026440, // DMA2 stream 2, channel 4
            .flags = 0x40026408,  // DMA2_LIFCR
            .clear = UINT32_C(0x3D) << 16,
            .channel = 4,
        },
    .flash =
        {
            .first = {5, 8},
            .sector = SECTOR,
            .slot = {0x08020000, 0x08080000},
        },
    .slot = {(const uint8_t *)(uintptr_t)0x08020000, (const uint8_t *)(uintptr_t)0x08080000},
    .slot_bytes = FLASH_SLOT,
    .pins = {{0, 9, 7}, {0, 10, 7}},
    .strap = {0, 1, 0},
    .window = {0, 8, 0},
    .arena = block,
    .arena_bytes = BLOCK,
};

// In QEMU.

static const rsl_stm32_serial serial = {
    .usart = 0x40011000,
    .enable = 0x40023844,
    .enable_bit = 1U << 4,
    .clock_hz = 84000000,
};

void rsl_receive_interrupt(void);

void rsl_receive_interrupt(void)
{
    rsl_stm32_receive(&serial);
}

static int read_byte(void *context)
{
    (void)context;
    return rsl_stm32_read(&serial);
}

static void write_bytes(void *context, const uint8_t *bytes, size_t length)
{
    (void)context;
    rsl_stm32_write(&serial, bytes, length);
}

static void idle(void *context)
{
    (void)context;
    rsl_interrupts_off();
    if (!rsl_stm32_has_bytes(&serial))
        rsl_sleep(RSL_SLEEP_MOST);
    rsl_interrupts_on();
}

static uint32_t ticks(void *context)
{
    (void)context;
    return rsl_load(TIM2_CNT);
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
    rsl_stm32_pin_write(board.window, !on);
}

static bool erase(void *context, uint8_t slot, uint32_t length)
{
    (void)context;
    memset(block + (size_t)slot * RAM_SLOT, 0xFF, length);
    return true;
}

static bool program(void *context, uint8_t slot, uint32_t offset, const uint8_t *bytes, uint32_t length)
{
    (void)context;
    memcpy(block + (size_t)slot * RAM_SLOT + offset, bytes, length);
    return true;
}

static void reset(void *context)
{
    (void)context;
    rsl_stm32_drain(&serial);
    rsl_system_reset();
}

static const rsl_port *start_emulated(void)
{
    rsl_stm32_start_serial(&serial, 115200);
    rsl_enable_interrupt(RSL_RECEIVE_IRQ);
    rsl_store(TIM2_PSC, 0);
    rsl_store(TIM2_ARR, UINT32_MAX);
    rsl_store(TIM2_EGR, 1);
    rsl_store(TIM2_CR1, 1);
    static rsl_port port;
    port = (rsl_port) {
        .board = "netduinoplus2",
        .vendor = "rosler netduinoplus2 (emulated)",
        .features = RSL_HAS_FPU | RSL_HAS_DSP | RSL_HAS_WINDOW_PIN,
        .core = rsl_cpuid(),
        .clock_hz = 168000000,
        .timer_hz = 1000000000, // QEMU's TIM2 counts nanoseconds
        .baud = 115200,
        .credits = RSL_STM32_RING / RSL_MAX_WIRE_FRAME,
        .read = read_byte,
        .write = write_bytes,
        .idle = idle,
        .ticks = ticks,
        .quiet = quiet,
        .window = window,
        .arena = block + 2U * RAM_SLOT,
        .arena_bytes = BLOCK - 2U * RAM_SLOT,
        .slots = 2,
        .slot_bytes = RAM_SLOT,
        .write_unit = 16, // any would do, of RAM
        .slot = {block, block + RAM_SLOT},
        .erase = erase,
        .program = program,
        .stack_used = rsl_stack_used,
        .reset = reset,
    };
    return &port;
}

const rsl_port *rsl_board_start(void)
{
    return rsl_stm32_part() != 0 ? rsl_stm32_start(&board) : start_emulated();
}
