// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_RISCV_H
#define RSL_RISCV_H

#include <stdint.h>

/// What all RISC-V harts have, in machine mode.

#define RSL_REGISTER(address)  (*(volatile uint32_t *)(uintptr_t)(address))
#define RSL_REGISTER8(address) (*(volatile uint8_t *)(uintptr_t)(address))

#define RSL_READ_CSR(name)                                                                                   \
    __extension__({                                                                                          \
        uint32_t value_;                                                                                     \
        __asm__ volatile("csrr %0, " name : "=r"(value_)::"memory");                                         \
        value_;                                                                                              \
    })
#define RSL_WRITE_CSR(name, value) __asm__ volatile("csrw " name ", %0" ::"r"(value) : "memory")
#define RSL_SET_CSR(name, bits)    __asm__ volatile("csrs " name ", %0" ::"r"(bits) : "memory")

static inline void rsl_interrupts_off(void)
{
    __asm__ volatile("csrci mstatus, 8" ::: "memory");
}

static inline void rsl_interrupts_on(void)
{
    __asm__ volatile("csrsi mstatus, 8" ::: "memory");
}

/// One that is enabled in mie wakes it although all are off.
static inline void rsl_wait_for_interrupt(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

/// Bytes of the stack that were ever written, of all.
uint32_t rsl_stack_used(void *context, uint32_t *of);

/// Of the port: something has come, and to begin anew.
void rsl_external_interrupt(void);
_Noreturn void rsl_system_reset(void);

#endif
