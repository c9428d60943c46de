// SPDX-License-Identifier: Apache-2.0
#include <stdint.h>

#include "device_link/firmware/boards/common/cortex_m.h"

// From reset to main(), or from a boot loader that did not clear up behind it: its vectors, interrupts and
// SysTick are put off first. A fault resets: the model that caused it was not committed.

extern uint32_t rsl_data_load[];
extern uint32_t rsl_data_begin[];
extern uint32_t rsl_data_end[];
extern uint32_t rsl_bss_begin[];
extern uint32_t rsl_bss_end[];
extern uint32_t rsl_stack_bottom[];
extern uint32_t rsl_stack_top[];

int main(void);
void rsl_receive_interrupt(void); ///< of the port, where it has one
void rsl_start(void);
void rsl_start_with_stack(void);

#ifdef RSL_RECEIVE_IRQ
enum { INTERRUPTS = RSL_RECEIVE_IRQ + 1 };
#else
enum { INTERRUPTS = 1 };
#endif

#if __ARM_ARCH >= 7
enum { MASKS = 8 }; ///< words of NVIC_ICER and NVIC_ICPR
#else
enum { MASKS = 1 };
#endif

enum { FAULT_MARK = 0x4641, EXCEPTIONS = 16 }; // "FA", above the exception's number

__attribute__((section(".noinit"))) static uint32_t fault_word;

#if defined(__ARM_FP)
static void start_fpu(void)
{
    RSL_REGISTER(0xE000ED88) |= UINT32_C(0xF) << 20; // CPACR
    rsl_barrier();
    uint32_t fpscr = 0;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr));
    fpscr &= ~(UINT32_C(0x1F) << 22 | UINT32_C(1) << 19); // AHP, DN, FZ, RMode, FZ16; not Helium's LTPSIZE
    __asm__ volatile("vmsr fpscr, %0" ::"r"(fpscr));
}
#else
static void start_fpu(void) { }
#endif

static void fault(void)
{
    uint32_t exception = 0;
    __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
    fault_word = (uint32_t)FAULT_MARK << 16 | (exception & 0xFFFFU);
    rsl_system_reset();
}

uint32_t rsl_take_fault(void)
{
    const uint32_t word = fault_word;
    fault_word = 0;
    return word >> 16 == FAULT_MARK ? word & 0xFFFFU : 0U;
}

typedef void (*handler)(void);

struct vectors {
    uint32_t *stack;
    handler system[EXCEPTIONS - 1];
    handler interrupt[INTERRUPTS];
};

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    .stack = rsl_stack_top,
    .system = {rsl_start, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
               fault, fault},
#ifdef RSL_RECEIVE_IRQ
    .interrupt = {[RSL_RECEIVE_IRQ] = rsl_receive_interrupt},
#endif
};

static void put_off_what_runs(void)
{
    RSL_REGISTER(0xE000E010) = 0; // SYST_CSR
    for (uint32_t i = 0; i < MASKS; ++i) {
        RSL_REGISTER(0xE000E180 + 4 * i) = UINT32_MAX; // NVIC_ICER
        RSL_REGISTER(0xE000E280 + 4 * i) = UINT32_MAX; // NVIC_ICPR
    }
    RSL_REGISTER(0xE000ED04) = UINT32_C(1) << 25 | UINT32_C(1) << 27; // ICSR: SysTick and PendSV
    RSL_REGISTER(0xE000ED08) = (uint32_t)(uintptr_t)&vectors;         // VTOR
    rsl_barrier();
}

__attribute__((used, noreturn)) void rsl_start_with_stack(void)
{
    put_off_what_runs();
    start_fpu();
    const uint32_t *from = rsl_data_load;
    for (uint32_t *to = rsl_data_begin; to != rsl_data_end;)
        *to++ = *from++;
    for (uint32_t *to = rsl_bss_begin; to != rsl_bss_end;)
        *to++ = 0;
    uint32_t *const here = __builtin_frame_address(0);
    for (uint32_t *to = rsl_stack_bottom; to < here - 16; ++to)
        *to = 0xC5C5C5C5U;
    rsl_interrupts_on();
    (void)main();
    rsl_system_reset();
}

/// Not always from reset: the main stack from its top, and no interrupt until all are known.
__attribute__((used, naked, noreturn)) void rsl_start(void)
{
    __asm__ volatile("cpsid i\n"
                     "movs r0, #0\n"
                     "msr control, r0\n"
                     "isb\n"
                     "ldr r0, =rsl_stack_top\n"
                     "msr msp, r0\n"
                     "bl rsl_start_with_stack\n"
                     ".ltorg\n");
}
