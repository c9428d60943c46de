# SPDX-License-Identifier: Apache-2.0
set(board_core -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16)
set(board_definitions "")
set(board_sources nrf52840-dk/port.c nrf52840-dk/serial.c common/main.c)
set(board_s8 dsp)
set(board_float fpu)
set(board_more_flash 2000) # of 128 kB: clock, watchdog, flash and DMA of a real part
