# SPDX-License-Identifier: Apache-2.0
set(board_core -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16)
set(board_definitions RSL_RECEIVE_IRQ=37) # in QEMU only
set(board_sources stm32f405/port.c ${stm32_sources})
set(board_s8 dsp)
set(board_float fpu)
set(board_more_flash 4000) # of 128 kB: two ports in one: the part's, with clocks and flash, and QEMU's
