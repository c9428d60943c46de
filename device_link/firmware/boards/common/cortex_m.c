// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/cortex_m.h"

#define CPUID        RSL_REGISTER(0xE000ED00)
#define ICSR         RSL_REGISTER(0xE000ED04)
#define AIRCR        RSL_REGISTER(0xE000ED0C)
#define DEMCR        RSL_REGISTER(0xE000EDFC)
#define DWT_CTRL     RSL_REGISTER(0xE0001000)
#define DWT_CYCCNT   RSL_REGISTER(0xE0001004)
#define DWT_LAR      RSL_REGISTER(0xE0001FB0)
#define SYST_CSR     RSL_REGISTER(0xE000E010)
#define SYST_RVR     RSL_REGISTER(0xE000E014)
#define SYST_CVR     RSL_REGISTER(0xE000E018)
#define NVIC_ISER(n) RSL_REGISTER(0xE000E100 + 4 * (n))

extern uint32_t rsl_stack_bottom[];
extern uint32_t rsl_stack_top[];

static uint32_t slept; ///< cycles that the counter stood still for

uint32_t rsl_cpuid(void)
{
    return CPUID;
}

void rsl_enable_interrupt(unsigned number)
{
    NVIC_ISER(number / 32U) = UINT32_C(1) << (number % 32U);
}

#if __ARM_ARCH >= 7

bool rsl_start_cycle_counter(void)
{
    DEMCR |= UINT32_C(1) << 24; // TRCENA
    DWT_LAR = 0xC5ACCE55U;      // Cortex-M7 keeps it locked
    DWT_CYCCNT = 0;
    DWT_CTRL |= 1U;
    const uint32_t before = DWT_CYCCNT;
    for (volatile int i = 0; i < 16; ++i) { }
    return DWT_CYCCNT != before;
}

static uint32_t count(void)
{
    return DWT_CYCCNT;
}

#else

bool rsl_start_cycle_counter(void)
{
    return false;
}

static uint32_t count(void)
{
    return 0;
}

#endif

uint32_t rsl_cycles(void)
{
    return count() + slept;
}

void rsl_sleep(uint32_t cycles)
{
    const uint32_t before = count();
    SYST_RVR = cycles - 1U;
    SYST_CVR = 0;
    SYST_CSR = 7; // the core's clock; pends its interrupt; on
    __asm__ volatile("dsb\n wfi" ::: "memory");
    SYST_CSR = 0; // both of the following stand still now
    const uint32_t left = SYST_CVR;
    const uint32_t wrapped = ICSR & (UINT32_C(1) << 26); // PENDSTSET: it has been through once
    ICSR = UINT32_C(1) << 25;                            // PENDSTCLR
    // The cycle counter stops in sleep, SysTick does not; a part whose counter goes on is not counted twice.
    const uint32_t passed = (wrapped != 0 ? cycles : 0U) + (cycles - 1U - left) % cycles;
    const uint32_t counted = count() - before;
    if (passed > counted)
        slept += passed - counted;
}

void rsl_system_reset(void)
{
    __asm__ volatile("dsb" ::: "memory");
    AIRCR = 0x05FA0004U;
    for (;;) { }
}

uint32_t rsl_stack_used(void *context, uint32_t *of)
{
    (void)context;
    const uint32_t *p = rsl_stack_bottom;
    while (p != rsl_stack_top && *p == 0xC5C5C5C5U)
        ++p;
    *of = (uint32_t)((uintptr_t)rsl_stack_top - (uintptr_t)rsl_stack_bottom);
    return (uint32_t)((uintptr_t)rsl_stack_top - (uintptr_t)p);
}
