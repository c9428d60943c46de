// SPDX-License-Identifier: Apache-2.0
// ST's Nucleo board with an STM32F746ZG: USART3 over the ST-LINK, window pin PF13 (D7), models in flash.
// Flash is written by AXI and read by ITCM, where its accelerator is and no cache of the core's.
#include "device_link/firmware/boards/common/board.h"
#include "device_link/firmware/boards/common/cortex_m7_caches.h"
#include "device_link/firmware/boards/common/stm32.h"

enum { ARENA = 288 * 1024, SECTOR = 256 * 1024 };

__attribute__((section(".noinit"), aligned(16))) static uint8_t arena[ARENA];

static const rsl_stm32_board board = {
    .name = RSL_BOARD,
    .vendor = "rosler " RSL_BOARD,
    .part = 0x449,
    .features = RSL_HAS_FPU | RSL_HAS_DSP,
    .calibration = 0x1FF0F44A,
    .plan =
        {
            .core_hz = 216000000,
            .outside_hz = 8000000, // ST-LINK's MCO
            .outside_is_clock = true,
            .overdrive = true,
            .scale = 3,
            .accelerator = UINT32_C(1) << 9, // ARTEN
        },
    .serial =
        {
            .usart = 0x40004800,  // USART3
            .enable = 0x40023840, // RCC_APB1ENR
            .enable_bit = UINT32_C(1) << 18,
            .stream = 0x40026028, // DMA1 stream 1, channel 4
            .flags = 0x40026008,  // DMA1_LIFCR
            .clear = 0x3DU << 6,
            .channel = 4,
        },
    .flash =
        {
            .first = {6, 7},
            .sector = SECTOR,
            .slot = {0x08080000, 0x080C0000},
        },
    .slot = {(const uint8_t *)(uintptr_t)0x00280000, (const uint8_t *)(uintptr_t)0x002C0000},
    .slot_bytes = SECTOR,
    .pins = {{3, 8, 7}, {3, 9, 7}},
    .strap = {5, 12, 0},
    .window = {5, 13, 0},
    .arena = arena,
    .arena_bytes = ARENA,
};

const rsl_port *rsl_board_start(void)
{
    rsl_start_caches();
    return rsl_stm32_start(&board);
}
