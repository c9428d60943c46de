# SPDX-License-Identifier: Apache-2.0
set(board_core -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-sp-d16)
set(board_definitions RSL_STM32_F7)
set(board_sources nucleo-f746zg/port.c common/cortex_m7_caches.c ${stm32_sources})
set(board_s8 dsp)
set(board_float fpu)
set(board_more_flash 4000) # of 128 kB: clocks, supply, flash and DMA of a real part
