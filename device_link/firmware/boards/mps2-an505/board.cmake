# SPDX-License-Identifier: Apache-2.0
set(board_core -mcpu=cortex-m33 -mfloat-abi=hard -mfpu=fpv5-sp-d16)
set(board_definitions RSL_UART=0x50200000 RSL_RECEIVE_IRQ=32 RSL_TIMER=0x50000000 RSL_FPGAIO=0x50302000 RSL_STRAP=0x38300000 RSL_SLOTS=0x80000000 RSL_CLOCK_HZ=20000000U RSL_TIMER_HZ=20000000U RSL_FEATURES=3U)
set(board_sources common/mps_port.c common/mps_timer_cmsdk.c)
set(board_s8 dsp)
set(board_float fpu)
