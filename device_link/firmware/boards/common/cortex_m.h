// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_CORTEX_M_H
#define RSL_CORTEX_M_H

#include <stdbool.h>
#include <stdint.h>

/// What all Cortex-M have.

#define RSL_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

static inline void rsl_interrupts_off(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
}

static inline void rsl_interrupts_on(void)
{
    __asm__ volatile("cpsie i" ::: "memory");
}

static inline void rsl_wait_for_interrupt(void)
{
    __asm__ volatile("dsb\n wfi" ::: "memory");
}

uint32_t rsl_cpuid(void);
void rsl_enable_interrupt(unsigned number);
/// Starts the cycle counter. False where it does not move, as in QEMU.
bool rsl_start_cycle_counter(void);
uint32_t rsl_cycles(void);
_Noreturn void rsl_system_reset(void);
/// Bytes of the stack that were ever written, of all.
uint32_t rsl_stack_used(void *context, uint32_t *of);

#endif
