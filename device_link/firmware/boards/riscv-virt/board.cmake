# SPDX-License-Identifier: Apache-2.0
set(board_processor riscv)
set(board_core -march=rv32imafc -mabi=ilp32f -msmall-data-limit=0)
set(board_definitions "")
set(board_sources riscv-virt/port.c riscv-virt/startup.c)
set(board_s8 portable)
set(board_float portable)
set(board_more_flash 2000) # RV32 code is longer than Thumb
