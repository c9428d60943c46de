// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_PICO_H
#define RSL_PICO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device_link/firmware/rsl_port.h"

/// The parts of the port to Raspberry Pi's Pico; sections are those of the RP2040 data sheet.

enum { RSL_PICO_CLOCK = 125000000, RSL_PICO_RING = 4096 };

// Clock (clock.c).

/// Takes blocks out of reset, bits as in RESETS (2.14); those that a boot left running are reset first.
void rsl_pico_start_blocks(uint32_t blocks);
/// From the crystal of 12 MHz to 125 MHz, and the timer's microseconds. False: it runs from what it did.
bool rsl_pico_start_clock(void);
/// Cycles: SysTick's 24 bits, with the timer's above.
void rsl_pico_start_ticks(void);
uint32_t rsl_pico_ticks(void);
void rsl_pico_start_watchdog(void);
void rsl_pico_feed_watchdog(void);
rsl_start_cause rsl_pico_reset_cause(void);
/// All of the part, not the core alone.
void rsl_pico_reset(void);

// Flash (flash.c).

/// @param offset  in flash
bool rsl_pico_erase(uint32_t offset, uint32_t length);
bool rsl_pico_program(uint32_t offset, const uint8_t *bytes, uint32_t length);

// Serial (serial.c): UART0 on GPIO 0 and 1, received by DMA into a ring.

void rsl_pico_start_serial(uint32_t baud);
int rsl_pico_read(void);
void rsl_pico_write(const uint8_t *bytes, size_t length);
bool rsl_pico_set_baud(uint32_t rate);
void rsl_pico_drain(void);

#endif
