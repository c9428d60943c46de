# SPDX-License-Identifier: Apache-2.0
set(board_core -mcpu=cortex-m55 -mfloat-abi=hard -mfpu=auto)
set(board_definitions RSL_UART=0x59303000 RSL_RECEIVE_IRQ=33 RSL_TIMER=0x58000000 RSL_FPGAIO=0x59302000 RSL_STRAP=0x31300000 RSL_SLOTS=0x70000000 RSL_CLOCK_HZ=32000000U RSL_TIMER_HZ=32000000U RSL_FEATURES=7U)
set(board_sources common/mps_port.c common/mps_timer_sse.c)
set(board_s8 helium)
set(board_float fpu)
