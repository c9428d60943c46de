// SPDX-License-Identifier: Apache-2.0
#include <stdint.h>

#include "device_link/firmware/boards/common/cortex_m.h"

// From reset to main(). A fault resets: the model that caused it was not committed.

extern uint32_t rsl_data_load[];
extern uint32_t rsl_data_begin[];
extern uint32_t rsl_data_end[];
extern uint32_t rsl_bss_begin[];
extern uint32_t rsl_bss_end[];
extern uint32_t rsl_stack_bottom[];
extern uint32_t rsl_stack_top[];

int main(void);
void rsl_receive_interrupt(void); ///< of the port
void rsl_start(void);

#if defined(__ARM_FP)
static void enable_fpu(void)
{
    RSL_REGISTER(0xE000ED88) |= UINT32_C(0xF) << 20; // CPACR
    __asm__ volatile("dsb\n isb" ::: "memory");
}
#else
static void enable_fpu(void) { }
#endif

__attribute__((used, noreturn)) void rsl_start(void)
{
    enable_fpu();
    const uint32_t *from = rsl_data_load;
    for (uint32_t *to = rsl_data_begin; to != rsl_data_end;)
        *to++ = *from++;
    for (uint32_t *to = rsl_bss_begin; to != rsl_bss_end;)
        *to++ = 0;
    uint32_t *const here = __builtin_frame_address(0);
    for (uint32_t *to = rsl_stack_bottom; to < here - 16; ++to)
        *to = 0xC5C5C5C5U;
    (void)main();
    rsl_system_reset();
}

static void fault(void)
{
    rsl_system_reset();
}

typedef void (*handler)(void);

struct vectors {
    uint32_t *stack;
    handler system[15];
    handler interrupt[RSL_RECEIVE_IRQ + 1];
};

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    .stack = rsl_stack_top,
    .system = {rsl_start, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
               fault, fault},
    .interrupt = {[RSL_RECEIVE_IRQ] = rsl_receive_interrupt},
};
