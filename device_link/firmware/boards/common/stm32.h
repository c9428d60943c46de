// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_STM32_H
#define RSL_STM32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device_link/firmware/rsl_port.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What ports to STM32F4 and STM32F7 parts share. Registers are where RM0090 (F405), RM0390 (F446) and RM0385
/// (F746) have them, the same in all three where nothing else is said; all waits have an end.

/// DEV_ID of DBGMCU_IDCODE: 0x413 F405 and F407, 0x421 F446, 0x449 F74x; 0 in QEMU.
uint32_t rsl_stm32_part(void);
/// REV_ID of the same.
uint32_t rsl_stm32_revision(void);

// Supply (stm32_supply.c).

/// VDDA in millivolts by the internal reference, 0 when the converter does not answer. The core's and APB2's
/// clock have to be HSI: call it before rsl_stm32_start_clock().
/// @param calibration  address of VREFINT_CAL, the reference's reading at 3.3 V
uint32_t rsl_stm32_supply(uint32_t calibration);

/// What flash and clock may be at that voltage, with a tenth of a volt kept for the error of the reading.
typedef struct rsl_stm32_limits {
    uint32_t hz_per_wait; ///< of the core, for each wait state of flash
    uint32_t most_hz;     ///< of the core
    uint8_t write_bytes;  ///< programmed or erased in parallel: 1, 2 or 4
    bool prefetch;
} rsl_stm32_limits;

rsl_stm32_limits rsl_stm32_limits_at(uint32_t millivolts);

// Clocks (stm32_clock.c).

typedef struct rsl_stm32_plan {
    uint32_t core_hz; ///< a multiple of 1 MHz, up to 216 MHz; a quarter of it on APB1, half of it on APB2
    uint32_t
        outside_hz; ///< at OSC_IN, a multiple of 2 MHz; 0: measured, and taken when it is 8, 12 or 16 MHz
    bool outside_is_clock; ///< not a crystal: ST-LINK's MCO
    bool overdrive;        ///< the part has it, and needs it for core_hz
    uint8_t scale;         ///< PWR's VOS field for core_hz, at bit 14
    uint32_t accelerator;  ///< FLASH_ACR's cache bits: ICEN and DCEN, or ARTEN
} rsl_stm32_plan;

typedef struct rsl_stm32_clock {
    uint32_t core_hz;
    uint32_t apb2_hz;
    uint32_t apb1_hz;
    uint32_t ppm; ///< how far off it may be, 1e-6
} rsl_stm32_clock;

/// To HSI with the PLL off, whatever a boot loader left. False: it does not leave the PLL.
bool rsl_stm32_reset_clock(void);
/// To the plan's clock, from outside when one is there, else from HSI; HSI itself when the PLL does not lock
/// or the supply is too low.
rsl_stm32_clock rsl_stm32_start_clock(const rsl_stm32_plan *plan, const rsl_stm32_limits *limits);

/// Flash's caches, empty: they may hold what was there before an erase.
/// @param accelerator  as in rsl_stm32_plan
void rsl_stm32_renew_caches(uint32_t accelerator);

// Reset (stm32_reset.c).

/// As after a reset, what a boot loader used: its USB, pins, DMA and serial ports.
void rsl_stm32_reset_peripherals(void);
/// Why it started; may be asked once.
rsl_start_cause rsl_stm32_reset_cause(void);
/// From now on, resets when not fed for 16 s (11 to 31 s, for its clock is a rough one).
void rsl_stm32_start_watchdog(void);
void rsl_stm32_feed_watchdog(void);

// Flash (stm32_flash.c).

typedef struct rsl_stm32_flash {
    uint8_t write_bytes; ///< of rsl_stm32_limits
    uint8_t first[2];    ///< sector that each slot begins with
    uint32_t sector;     ///< bytes of each sector of the slots
    uint32_t slot[2];    ///< addresses that are written to
    uint32_t core_hz;
    uint32_t accelerator; ///< of rsl_stm32_plan
} rsl_stm32_flash;

/// Erases sector by sector, feeding the watchdog between them.
bool rsl_stm32_erase(const rsl_stm32_flash *flash, uint8_t slot, uint32_t length);
/// Programs words; @p offset and @p length are multiples of 4.
bool rsl_stm32_program(const rsl_stm32_flash *flash, uint8_t slot, uint32_t offset, const uint8_t *bytes,
                       uint32_t length);

// Serial (stm32_serial.c): a USART with a DMA stream that fills a ring for ever, whatever the core does.

typedef struct rsl_stm32_serial {
    uint32_t usart;      ///< address
    uint32_t enable;     ///< address of the register with its clock's bit
    uint32_t enable_bit; ///< that bit
    bool is_on_apb2;
    uint32_t stream; ///< address of the DMA stream's first register; 0: rsl_stm32_receive() is called
    uint32_t flags;  ///< of the address where its flags are cleared: LIFCR or HIFCR
    uint32_t clear;  ///< its bits there
    uint32_t channel;
    uint32_t clock_hz; ///< of the USART
} rsl_stm32_serial;

enum { RSL_STM32_RING = 4096 }; ///< seven frames on the wire

void rsl_stm32_start_serial(const rsl_stm32_serial *serial, uint32_t baud);
/// Takes what has come; from the receiver's interrupt, where there is no DMA.
void rsl_stm32_receive(const rsl_stm32_serial *serial);
int rsl_stm32_read(const rsl_stm32_serial *serial);
bool rsl_stm32_has_bytes(const rsl_stm32_serial *serial);
void rsl_stm32_write(const rsl_stm32_serial *serial, const uint8_t *bytes, size_t length);
bool rsl_stm32_set_baud(const rsl_stm32_serial *serial, uint32_t rate);
/// Until the last bit has gone out.
void rsl_stm32_drain(const rsl_stm32_serial *serial);

// Pins (stm32_pins.c).

typedef struct rsl_stm32_pin {
    uint8_t port; ///< 0 for A, 3 for D
    uint8_t number;
    uint8_t function; ///< alternate function, 0..15
} rsl_stm32_pin;

void rsl_stm32_pin_function(rsl_stm32_pin pin);
void rsl_stm32_pin_output(rsl_stm32_pin pin, bool high);
void rsl_stm32_pin_write(rsl_stm32_pin pin, bool high);
/// An input that is pulled up, and whether somebody pulls it down.
void rsl_stm32_pin_input(rsl_stm32_pin pin);
bool rsl_stm32_pin_is_low(rsl_stm32_pin pin);

// The port (stm32_port.c).

typedef struct rsl_stm32_board {
    const char *name;
    const char *vendor;   ///< for the text API's `name`
    uint32_t part;        ///< DEV_ID
    uint32_t features;    ///< RSL_HAS_FPU, RSL_HAS_DSP
    uint32_t calibration; ///< address of VREFINT_CAL
    rsl_stm32_plan plan;
    rsl_stm32_serial serial;
    rsl_stm32_flash flash;
    const uint8_t *slot[2]; ///< addresses that are read from
    uint32_t slot_bytes;
    rsl_stm32_pin pins[2]; ///< transmitter, receiver
    rsl_stm32_pin strap;   ///< low at the start: energy mode of the MLPerf Tiny runner
    rsl_stm32_pin window;
    uint8_t *arena;
    uint32_t arena_bytes;
} rsl_stm32_board;

/// Starts the board; its port. A part that it is not stays at HSI and keeps no models.
rsl_port *rsl_stm32_start(const rsl_stm32_board *board);

#ifdef __cplusplus
}
#endif

#endif
