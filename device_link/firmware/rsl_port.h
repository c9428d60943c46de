// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_PORT_H
#define RSL_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device_link/protocol/rsl_message.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Baud at which the MLPerf Tiny runner opens a board in energy mode.
#define RSL_ENERGY_BAUD 9600U

enum { RSL_PORT_KEY = 48 }; ///< bytes that keep a key

/// What a board supplies (PORTING.md). Functions get `context`; all are called from one thread, none from an
/// interrupt. Those marked optional may be null.
typedef struct rsl_port {
    void *context;

    // What it is: constant while it runs.
    const char *board;           ///< at most 31 characters: "mps2-an386"
    const char *vendor;          ///< for the text API's `name`; says it when the board is emulated; no ']'
    uint32_t features;           ///< rsl_feature bits
    uint32_t core;               ///< CPUID, misa with RSL_IS_RISCV; 0 when there is none
    uint32_t clock_hz;           ///< of the core
    uint32_t clock_ppm;          ///< how far off that may be, 1e-6; 0 when nobody knows
    uint32_t supply_mv;          ///< millivolts at start, 0 where they are not measured
    uint32_t timer_hz;           ///< of ticks(), from the same clock
    uint32_t baud;               ///< rate after start, 0 where there is none
    rsl_start_cause start_cause; ///< as its part says

    uint8_t credits; ///< whole frames that may come while it is at work: what its receiver has room for

    // Bytes.
    /// The next byte that came, or -1. Also asked now and then during long work, so that a watchdog may be
    /// fed here: at least twice a second where an inference does not take longer.
    int (*read)(void *context);
    /// Sends all of it; may wait.
    void (*write)(void *context, const uint8_t *bytes, size_t length);
    /// After all has been sent, goes over to @p rate. Optional.
    bool (*set_baud)(void *context, uint32_t rate);
    /// May sleep until a byte has come; for half of 2^32 ticks at most, so that none are lost. Optional.
    void (*idle)(void *context);

    // Time.
    uint32_t (*ticks)(void *context); ///< counts up, wraps at 2^32, never stops
    /// Keeps interrupts away while a time is taken. Optional.
    void (*quiet)(void *context, bool on);
    /// Moves the pin that marks a window for meters. Optional.
    void (*window)(void *context, bool on);
    /// Is the board to start in energy mode (PROTOCOL.md, section "Text")? As a strap or a switch says it,
    /// asked once at the start. Then set_baud() is called with RSL_ENERGY_BAUD. Optional.
    bool (*energy_mode)(void *context);

    // Memory.
    uint8_t *arena; ///< for input, outputs and scratch; at a multiple of 16
    uint32_t arena_bytes;
    uint8_t slots;       ///< 0..RSL_MAX_SLOTS; two keep the old model until the new one is good
    uint32_t slot_bytes; ///< of each
    uint32_t write_unit; ///< 1, 2, 4, 8, 16 or 32: writes begin at and are as long as multiples of it
    const uint8_t *slot[RSL_MAX_SLOTS]; ///< where each can be read, at a multiple of 16
    /// Makes the first @p length bytes, or more, read 0xFF; in order of addresses. May take long.
    bool (*erase)(void *context, uint8_t slot, uint32_t length);
    /// Writes units that read 0xFF, and were not written since they were erased.
    bool (*program)(void *context, uint8_t slot, uint32_t offset, const uint8_t *bytes, uint32_t length);

    /// Copies bytes of a slot. False where one cannot be read, as a unit that power was lost in on a part
    /// with error correction: what would be a fault elsewhere. Optional: without it, all of a slot can be
    /// read.
    bool (*fetch)(void *context, uint8_t slot, uint32_t offset, uint8_t *bytes, uint32_t length);
    /// RSL_PORT_KEY bytes that outlive loss of power, for the key that models need a tag of (PROTOCOL.md,
    /// section "Trust"), and how they are written, once. Optional, both.
    const uint8_t *key;
    bool (*keep_key)(void *context, const uint8_t *bytes, uint32_t length);

    /// Bytes of stack used at most so far, of how many. Optional.
    uint32_t (*stack_used)(void *context, uint32_t *of);
    /// Starts anew; does not come back on a board.
    void (*reset)(void *context);
} rsl_port;

#ifdef __cplusplus
}
#endif

#endif
