# SPDX-License-Identifier: Apache-2.0
set(board_core -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16)
set(board_definitions RSL_UART=0x40004000 RSL_RECEIVE_IRQ=0 RSL_TIMER=0x40000000 RSL_FPGAIO=0x40028000 RSL_STRAP=0x20300000 RSL_SLOTS=0x60000000 RSL_CLOCK_HZ=25000000U RSL_TIMER_HZ=25000000U RSL_FEATURES=3U)
set(board_sources common/mps_port.c common/mps_timer_cmsdk.c)
set(board_s8 dsp)
set(board_float fpu)
