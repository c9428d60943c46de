// SPDX-License-Identifier: Apache-2.0
// ST's Nucleo board with an STM32F446RE: USART2 over the ST-LINK, window pin PA8 (D7), models in flash.
#include "device_link/firmware/boards/common/board.h"
#include "device_link/firmware/boards/common/stm32.h"

enum { ARENA = 112 * 1024, SECTOR = 128 * 1024 };

__attribute__((section(".noinit"), aligned(16))) static uint8_t arena[ARENA];

static const rsl_stm32_board board = {
    .name = RSL_BOARD,
    .vendor = "rosler " RSL_BOARD,
    .part = 0x421,
    .features = RSL_HAS_FPU | RSL_HAS_DSP,
    .calibration = 0x1FFF7A2A,
    .plan =
        {
            .core_hz = 180000000,
            .outside_hz = 8000000, // ST-LINK's MCO
            .outside_is_clock = true,
            .overdrive = true,
            .scale = 3,
            .accelerator = UINT32_C(3) << 9, // ICEN, DCEN
        },
    .serial =
        {
            .usart = 0x40004400,  // USART2
            .enable = 0x40023840, // RCC_APB1ENR
            .enable_bit = UINT32_C(1) << 17,
            .stream = 0x40026088, // DMA1 stream 5, channel 4
            .flags = 0x4002600C,  // DMA1_HIFCR
            .clear = 0x3DU << 6,
            .channel = 4,
        },
    .flash =
        {
            .first = {5, 6},
            .sector = SECTOR,
            .slot = {0x08020000, 0x08040000},
        },
    .slot = {(const uint8_t *)(uintptr_t)0x08020000, (const uint8_t *)(uintptr_t)0x08040000},
    .slot_bytes = SECTOR,
    .pins = {{0, 2, 7}, {0, 3, 7}},
    .strap = {2, 13, 0}, // B1
    .window = {0, 8, 0},
    .arena = arena,
    .arena_bytes = ARENA,
};

const rsl_port *rsl_board_start(void)
{
    return rsl_stm32_start(&board);
}
