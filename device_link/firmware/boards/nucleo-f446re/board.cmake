# SPDX-License-Identifier: Apache-2.0
set(board_core -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16)
set(board_definitions "")
set(board_sources nucleo-f446re/port.c ${stm32_sources})
set(board_s8 dsp)
set(board_float fpu)
set(board_more_flash 4000) # of 128 kB: clocks, supply, flash and DMA of a real part
