// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_CORTEX_M_H
#define RSL_CORTEX_M_H

#include <stdbool.h>
#include <stdint.h>

#include "device_link/firmware/boards/common/registers.h"

/// What all Cortex-M have.

#define RSL_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

#ifdef __cplusplus
extern "C" {
#endif

#ifdef RSL_SIMULATED

void rsl_interrupts_off(void);
void rsl_interrupts_on(void);
void rsl_barrier(void);

#else

static inline void rsl_interrupts_off(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
}

static inline void rsl_interrupts_on(void)
{
    __asm__ volatile("cpsie i" ::: "memory");
}

/// All writes before it have been made, and what runs after it sees them.
static inline void rsl_barrier(void)
{
    __asm__ volatile("dsb\n isb" ::: "memory");
}

#endif

enum { RSL_SLEEP_MOST = 1 << 24 }; ///< cycles of one sleep, for SysTick has 24 bits

uint32_t rsl_cpuid(void);
void rsl_enable_interrupt(unsigned number);
/// Starts the cycle counter. False where it does not move, as in QEMU.
bool rsl_start_cycle_counter(void);
/// Cycles since then, those slept through included; wraps at 2^32.
uint32_t rsl_cycles(void);
/// Sleeps until an interrupt is pending, or @p cycles (2..RSL_SLEEP_MOST) are over. Interrupts have to be
/// off: none is answered here. SysTick is its own, and has to run on in sleep.
void rsl_sleep(uint32_t cycles);
__attribute__((noreturn)) void rsl_system_reset(void);
/// Why a fault reset the board: the number of the exception (3 HardFault), once; 0 when none did.
uint32_t rsl_take_fault(void);
/// Bytes of the stack that were ever written, of all.
uint32_t rsl_stack_used(void *context, uint32_t *of);

#ifdef __cplusplus
}
#endif

#endif
