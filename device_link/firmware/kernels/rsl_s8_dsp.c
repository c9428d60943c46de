// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>
#include <string.h>

#include "device_link/firmware/kernels/rsl_kernels.h"

// For Armv7E-M and Armv8-M with the DSP extension. Activations are int16, so that one kernel reads and writes
// both kinds of vectors, and SXTB16 turns four int8 weights into what SMLAD multiplies by them:
// (w0, w2) (w1, w3) as stored are columns (c0, c1) and (c2, c3).

const uint8_t rsl_s8_layouts = RSL_LAYOUT_BIT(RSL_LAYOUT_I8_4X4);
const uint8_t rsl_s8_preferred = RSL_LAYOUT_I8_4X4;
const uint8_t rsl_s8_load_type = RSL_TENSOR_I8_WIDE;

/// Four kept inputs a turn, turns > 0. @return behind what was written
static uint32_t *gather(uint32_t *to, const int8_t *input, const uint16_t *kept, uint32_t turns)
{
    __asm__ volatile("1:  ldmia %[kept]!, {r4, r5}\n"
                     "    uxth r6, r4\n"
                     "    lsrs r4, r4, #16\n"
                     "    uxth r8, r5\n"
                     "    lsrs r5, r5, #16\n"
                     "    ldrsb r6, [%[input], r6]\n"
                     "    ldrsb r4, [%[input], r4]\n"
                     "    ldrsb r8, [%[input], r8]\n"
                     "    ldrsb r5, [%[input], r5]\n"
                     "    pkhbt r4, r6, r4, lsl #16\n"
                     "    pkhbt r5, r8, r5, lsl #16\n"
                     "    stmia %[to]!, {r4, r5}\n"
                     "    subs %[turns], %[turns], #1\n"
                     "    bne 1b\n"
                     : [to] "+r"(to), [kept] "+r"(kept), [turns] "+r"(turns)
                     : [input] "r"(input)
                     : "r4", "r5", "r6", "r8", "cc", "memory");
    return to;
}

/// Four inputs a turn, turns > 0.
static uint32_t *widen(uint32_t *to, const int8_t *input, uint32_t turns)
{
    __asm__ volatile("1:  ldr r6, [%[input]], #4\n"
                     "    sxtb16 r4, r6\n"         // 0 and 2
                     "    sxtb16 r6, r6, ror #8\n" // 1 and 3
                     "    pkhtb r5, r6, r4, asr #16\n"
                     "    pkhbt r4, r4, r6, lsl #16\n"
                     "    stmia %[to]!, {r4, r5}\n"
                     "    subs %[turns], %[turns], #1\n"
                     "    bne 1b\n"
                     : [to] "+r"(to), [input] "+r"(input), [turns] "+r"(turns)
                     :
                     : "r4", "r5", "r6", "cc", "memory");
    return to;
}

void rsl_s8_load(void *act, const int8_t *input, const uint16_t *kept, uint32_t n)
{
    uint32_t *to = act;
    const uint32_t turns = n / 4U;
    if (turns != 0U)
        to = kept != NULL ? gather(to, input, kept, turns) : widen(to, input, turns);
    int16_t *rest = (int16_t *)(void *)to;
    uint32_t i = 4U * turns;
    for (; i < n; ++i)
        *rest++ = kept != NULL ? input[kept[i]] : input[i];
    for (; (i & 15U) != 0U; ++i)
        *rest++ = 0;
}

_Static_assert(offsetof(rsl_s8_product, rows) == 4 && offsetof(rsl_s8_product, cols) == 8
                   && offsetof(rsl_s8_product, zero) == 12,
               "the kernel below reads it so");

// Registers: r0 factor, r1 x, r2-r3 four activations, r4-r7 weights, r8-r11 sums of four rows, r12 unpacked
// weights, lr blocks left. Stack: +0 y, +4 y behind the last group of four, +8 zero, +12 x, +16 eights of
// columns, +20 (cols + 1) & 6, +24 rows + 1, +28 (cols + 1) / 4.
__asm__(".syntax unified\n"
        ".macro rsl_row w, sum\n" // four columns of a row
        "    sxtb16 r12, \\w\n"
        "    sxtb16 \\w, \\w, ror #8\n"
        "    smlad \\sum, r12, r2, \\sum\n"
        "    smlad \\sum, \\w, r3, \\sum\n"
        ".endm\n"
        ".macro rsl_pair w, a, b\n" // two columns of two rows
        "    sxtb16 r12, \\w\n"
        "    sxtb16 \\w, \\w, ror #8\n"
        "    smlad \\a, r12, r2, \\a\n"
        "    smlad \\b, \\w, r2, \\b\n"
        ".endm\n"
        ".macro rsl_block\n" // 4 rows x 4 columns in 18 instructions
        "    ldmia r0!, {r4-r7}\n"
        "    ldmia r1!, {r2, r3}\n"
        "    rsl_row r4, r8\n"
        "    rsl_row r5, r9\n"
        "    rsl_row r6, r10\n"
        "    rsl_row r7, r11\n"
        ".endm\n"
        ".macro rsl_half_block\n" // 4 rows x 2 columns
        "    ldmia r0!, {r4, r5}\n"
        "    ldr r2, [r1], #4\n"
        "    rsl_pair r4, r8, r9\n"
        "    rsl_pair r5, r10, r11\n"
        ".endm\n"
        // All groups of four rows. rest: 0 no columns beyond the eights, 2 two of them, 8 any number, and
        // perhaps no eights.
        ".macro rsl_groups bits, rest\n"
        "1:  ldmia r0!, {r8-r11}\n"
        "    ldrd r1, lr, [sp, #12]\n"
        ".if \\rest == 8\n"
        "    cmp lr, #0\n"
        "    beq 3f\n"
        ".endif\n"
        "2:  rsl_block\n"
        "    rsl_block\n"
        "    subs lr, lr, #1\n"
        "    bne 2b\n"
        ".if \\rest == 2\n"
        "    rsl_half_block\n"
        ".endif\n"
        ".if \\rest == 8\n"
        "3:  ldr r12, [sp, #20]\n"
        "    lsls r12, r12, #30\n" // carry: four columns are left; negative: two
        "    bcc 4f\n"
        "    rsl_block\n"
        "4:  bpl 5f\n"
        "    rsl_half_block\n"
        "5:\n"
        ".endif\n"
        "    ldmia r0!, {r4-r7}\n"
        "    ldm sp, {r2, r3, r12}\n"
        "    smmlar r4, r8, r4, r12\n"
        "    smmlar r5, r9, r5, r12\n"
        "    smmlar r6, r10, r6, r12\n"
        "    smmlar r7, r11, r7, r12\n"
        "    ssat r4, #\\bits, r4\n"
        "    ssat r5, #\\bits, r5\n"
        "    ssat r6, #\\bits, r6\n"
        "    ssat r7, #\\bits, r7\n"
        "    pkhbt r4, r4, r5, lsl #16\n"
        "    pkhbt r5, r6, r7, lsl #16\n"
        "    stmia r2!, {r4, r5}\n"
        "    str r2, [sp]\n"
        "    cmp r2, r3\n"
        "    bne 1b\n"
        ".endm\n"
        ".macro rsl_product name, bits\n"
        "    .text\n"
        "    .balign 4\n"
        "    .global \\name\n"
        "    .thumb_func\n"
        "    .type \\name, %function\n"
        "\\name:\n"
        "    push {r4-r11, lr}\n"
        "    sub sp, sp, #36\n"
        "    ldmia r0, {r3-r6}\n" // factor, rows, cols, zero
        "    mov r0, r3\n"
        "    adds r5, r5, #1\n"
        "    adds r4, r4, #1\n"
        "    lsrs r7, r5, #3\n"
        "    strd r1, r7, [sp, #12]\n"
        "    lsrs r3, r4, #2\n"
        "    add r3, r2, r3, lsl #3\n"
        "    strd r2, r3, [sp]\n"
        "    and r8, r5, #6\n"
        "    str r6, [sp, #8]\n"
        "    str r8, [sp, #20]\n"
        "    lsrs r5, r5, #2\n"
        "    strd r4, r5, [sp, #24]\n"
        "    cmp r2, r3\n"
        "    beq 9f\n"
        "    cmp r7, #0\n"
        "    beq 8f\n"
        "    cmp r8, #2\n"
        "    bhi 8f\n"
        "    beq 7f\n"
        "    rsl_groups \\bits, 0\n"
        "    b 9f\n"
        "7:  rsl_groups \\bits, 2\n"
        "    b 9f\n"
        "8:  rsl_groups \\bits, 8\n"
        // Two rows that are left.
        "9:  ldr r4, [sp, #24]\n"
        "    lsls r4, r4, #30\n"
        "    bpl 6f\n"
        "    ldmia r0!, {r8, r9}\n"
        "    ldr r1, [sp, #12]\n"
        "    ldr lr, [sp, #28]\n"
        "    cmp lr, #0\n"
        "    beq 3f\n"
        "2:  ldmia r0!, {r4, r5}\n"
        "    ldmia r1!, {r2, r3}\n"
        "    rsl_row r4, r8\n"
        "    rsl_row r5, r9\n"
        "    subs lr, lr, #1\n"
        "    bne 2b\n"
        "3:  ldr r12, [sp, #20]\n"
        "    lsls r12, r12, #30\n"
        "    bpl 4f\n"
        "    ldr r4, [r0], #4\n"
        "    ldr r2, [r1], #4\n"
        "    rsl_pair r4, r8, r9\n"
        "4:  ldmia r0!, {r4, r5}\n"
        "    ldr r12, [sp, #8]\n"
        "    smmlar r4, r8, r4, r12\n"
        "    smmlar r5, r9, r5, r12\n"
        "    ssat r4, #\\bits, r4\n"
        "    ssat r5, #\\bits, r5\n"
        "    pkhbt r2, r4, r5, lsl #16\n"
        "    ldr r4, [sp]\n"
        "    str r2, [r4]\n"
        "6:  add sp, sp, #36\n"
        "    pop {r4-r11, pc}\n"
        "    .size \\name, . - \\name\n"
        ".endm\n"
        "    rsl_product rsl_s8_wide_to_act, 8\n"
        "    rsl_product rsl_s8_wide_to_wide, 16\n"
        "    .global rsl_s8_act_to_act\n"
        "    .thumb_set rsl_s8_act_to_act, rsl_s8_wide_to_act\n"
        "    .global rsl_s8_act_to_wide\n"
        "    .thumb_set rsl_s8_act_to_wide, rsl_s8_wide_to_wide\n");
