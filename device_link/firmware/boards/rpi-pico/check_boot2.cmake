# SPDX-License-Identifier: Apache-2.0
# Holds the second stage of an RP2040 image against its checksum, without which the part's ROM does not start it:
# CRC-32 of its first 252 bytes, most significant bit first, from all ones, not inverted, in the four behind them.
#
#     cmake -D IMAGE=rpi-pico.bin -P check_boot2.cmake
cmake_minimum_required(VERSION 3.25)

file(READ ${IMAGE} hex LIMIT 256 HEX)
string(LENGTH "${hex}" length)
if(NOT length EQUAL 512)
    message(FATAL_ERROR "${IMAGE} has no second stage")
endif()
string(REGEX MATCHALL ".." bytes "${hex}")
set(crc 4294967295)
list(SUBLIST bytes 0 252 stage)
foreach(byte IN LISTS stage)
    math(EXPR crc "${crc} ^ (0x${byte} << 24)")
    foreach(i RANGE 7)
        if(crc GREATER 2147483647)
            math(EXPR crc "((${crc} << 1) & 0xFFFFFFFF) ^ 0x04C11DB7")
        else()
            math(EXPR crc "${crc} << 1")
        endif()
    endforeach()
endforeach()
list(SUBLIST bytes 252 4 written)
list(REVERSE written)
list(JOIN written "" written)
math(EXPR written "0x${written}")
math(EXPR wanted "${crc}" OUTPUT_FORMAT HEXADECIMAL)
if(NOT written EQUAL crc)
    message(FATAL_ERROR "${IMAGE}: the checksum of its second stage has to be ${wanted}")
endif()
