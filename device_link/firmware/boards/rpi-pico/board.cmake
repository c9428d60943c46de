# SPDX-License-Identifier: Apache-2.0
set(board_core -mcpu=cortex-m0plus)
set(board_definitions "")
set(board_sources rpi-pico/boot2.c rpi-pico/clock.c rpi-pico/flash.c rpi-pico/port.c rpi-pico/serial.c common/main.c)
set(board_s8 portable)
set(board_float portable)
set(board_more_flash 7000) # of 128 kB: a core without division or long branches, and clock and flash of a real part
set(board_check ${CMAKE_COMMAND} -D IMAGE=${ROSLER_IMAGES}/rpi-pico.bin -P ${CMAKE_CURRENT_SOURCE_DIR}/rpi-pico/check_boot2.cmake)
