// SPDX-License-Identifier: Apache-2.0
// The second stage: RP2040's ROM copies the first 256 bytes of flash to RAM, and runs them when their
// checksum is right. They make flash memory, and go on at the firmware's vectors behind them.
#include <stdint.h>

#include "device_link/firmware/boards/rpi-pico/ssi.h"

#define TEXT(number)  #number
#define VALUE(number) TEXT(number)

void rsl_boot2(void);

__attribute__((section(".boot2"), used, naked)) void rsl_boot2(void)
{
    __asm__ volatile("ldr r3, =" VALUE(
        RSL_SSI) "\n"
                 "movs r0, #0\n"
                 "str r0, [r3, #" VALUE(
                     RSL_SSI_ON) "]\n"                // off, to be set up
                                 "str r0, [r3, #4]\n" // CTRLR1: one frame a read
                                 "movs r0, #" VALUE(
                                     RSL_SSI_DIVIDE_BY) "\n"
                                                        "str r0, [r3, #" VALUE(
                                                            RSL_SSI_DIVIDER) "]\n"
                                                                             "ldr r0, =" VALUE(
                                                                                 RSL_SSI_FRAME) "\n"
                                                                                                "str r0, "
                                                                                                "[r3]\n"
                                                                                                "ldr r0, "
                                                                                                "=" VALUE(
                                                                                                    RSL_SSI_COMMAND) "\n"
                                                                                                                     "movs r1, #" VALUE(
                                                                                                                         RSL_SSI_XIP) "\n"
                                                                                                                                      "str r0, [r3, r1]\n"
                                                                                                                                      "movs r0, #1\n"
                                                                                                                                      "str r0, [r3, #" VALUE(
                                                                                                                                          RSL_SSI_ON) "]\n"
                                                                                                                                                      "ldr r0, =0x10000100\n"
                                                                                                                                                      "ldr r1, =0xE000ED08\n" // VTOR
                                                                                                                                                      "str r0, [r1]\n"
                                                                                                                                                      "ldmia r0!, {r1, r2}\n"
                                                                                                                                                      "msr msp, r1\n"
                                                                                                                                                      "bx r2\n"
                                                                                                                                                      ".ltorg\n");
}

/// Of all above: the build says what it has to be (check_boot2.cmake).
__attribute__((section(".boot2_checksum"), used)) static const uint32_t checksum = 0x1B73F2D0;
