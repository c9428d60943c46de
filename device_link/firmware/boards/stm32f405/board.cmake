# SPDX-License-Identifier: Apache-2.0
set(board_core -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16)
set(board_definitions RSL_RECEIVE_IRQ=37)
set(board_sources stm32f405/port.c)
set(board_s8 dsp)
set(board_float fpu)
