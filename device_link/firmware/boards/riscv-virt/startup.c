// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>

#include "device_link/firmware/boards/riscv-virt/riscv.h"

// From reset to main(). A fault resets: the model that caused it was not committed.

enum {
    EXTERNAL_INTERRUPT = 11,
    FPU_INITIAL = 1 << 13, // mstatus.FS
    PAINT = 64,            // bytes below the frame of who paints the stack that it leaves alone
};

extern uint32_t rsl_data_load[];
extern uint32_t rsl_data_begin[];
extern uint32_t rsl_data_end[];
extern uint32_t rsl_bss_begin[];
extern uint32_t rsl_bss_end[];
extern uint32_t rsl_stack_bottom[];
extern uint32_t rsl_stack_top[];

static const uint32_t paint = 0xC5C5C5C5U;

int main(void);
void rsl_start(void);
void rsl_prepare(void);

/// The first instruction of the image. Other harts than the first have nothing to do.
__attribute__((naked, used, section(".vectors"))) void rsl_start(void)
{
    __asm__("   csrr t0, mhartid\n"
            "1: beqz t0, 2f\n"
            "   wfi\n"
            "   j 1b\n"
            "2: la sp, rsl_stack_top\n"
            "   .option push\n"
            "   .option norelax\n"
            "   la gp, __global_pointer$\n"
            "   .option pop\n"
            "   j rsl_prepare\n");
}

__attribute__((interrupt("machine"), aligned(4))) static void trap(void)
{
    if (RSL_READ_CSR("mcause") != (UINT32_C(1) << 31 | EXTERNAL_INTERRUPT))
        rsl_system_reset();
    rsl_external_interrupt();
}

__attribute__((used, noreturn)) void rsl_prepare(void)
{
    RSL_WRITE_CSR("mtvec", (uintptr_t)trap);
    RSL_SET_CSR("mstatus", FPU_INITIAL);
    RSL_WRITE_CSR("fcsr", 0); // to nearest, ties to even
    const uint32_t *from = rsl_data_load;
    for (uint32_t *to = rsl_data_begin; to != rsl_data_end;)
        *to++ = *from++;
    for (uint32_t *to = rsl_bss_begin; to != rsl_bss_end;)
        *to++ = 0;
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    for (uint32_t *to = rsl_stack_bottom; (uintptr_t)to < here - PAINT; ++to)
        *to = paint;
    (void)main();
    rsl_system_reset();
}

uint32_t rsl_stack_used(void *context, uint32_t *of)
{
    (void)context;
    const uint32_t *p = rsl_stack_bottom;
    while (p != rsl_stack_top && *p == paint)
        ++p;
    *of = (uint32_t)((uintptr_t)rsl_stack_top - (uintptr_t)rsl_stack_bottom);
    return (uint32_t)((uintptr_t)rsl_stack_top - (uintptr_t)p);
}
