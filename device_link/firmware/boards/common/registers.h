// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_REGISTERS_H
#define RSL_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

/// Registers, and cells of flash, by their address. With RSL_SIMULATED they are a test's, which sees each
/// access in its order.

#ifdef __cplusplus
extern "C" {
#endif

#ifdef RSL_SIMULATED

uint32_t rsl_load(uint32_t address);
void rsl_store(uint32_t address, uint32_t value);
void rsl_store16(uint32_t address, uint16_t value);
void rsl_store8(uint32_t address, uint8_t value);

#else

static inline uint32_t rsl_load(uint32_t address)
{
    return *(volatile uint32_t *)(uintptr_t)address;
}

static inline void rsl_store(uint32_t address, uint32_t value)
{
    *(volatile uint32_t *)(uintptr_t)address = value;
}

static inline void rsl_store16(uint32_t address, uint16_t value)
{
    *(volatile uint16_t *)(uintptr_t)address = value;
}

static inline void rsl_store8(uint32_t address, uint8_t value)
{
    *(volatile uint8_t *)(uintptr_t)address = value;
}

#endif

/// Clears the bits of @p clear, then sets those of @p set, in one write.
static inline void rsl_change(uint32_t address, uint32_t clear, uint32_t set)
{
    rsl_store(address, (rsl_load(address) & ~clear) | set);
}

/// Waits until the bits of @p mask are @p value, for @p turns of a loop of 5 cycles or more.
static inline bool rsl_wait_for(uint32_t address, uint32_t mask, uint32_t value, uint32_t turns)
{
    for (; turns > 0; --turns)
        if ((rsl_load(address) & mask) == value)
            return true;
    return false;
}

#ifdef __cplusplus
}
#endif

#endif
