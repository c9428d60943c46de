// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>

#include "device_link/firmware/kernels/rsl_kernels.h"

// For Armv7E-M and Armv8-M with the DSP extension. Activations are int16, so that one kernel reads and writes
// both kinds of vectors.
//
// A word of weights is two columns of two rows, a and b. Each half of it, as stored, is the number
// 256 b + (a + 128), so that SMLAD adds both rows of two columns at once:
//
//     raw = sum(256 b + a + 128) x        SMLAD of the word as it is
//     sum(b x)                            SMLAD of its upper bytes, by SXTB16
//     sum(a x) = raw - 256 sum(b x) - 128 sum(x)
//
// Modulo 2^32 that is exact, whatever the weights and x are; sum(x) is one number for all rows. Three
// instructions do four multiply-adds.

const uint8_t rsl_s8_layouts = RSL_LAYOUT_BIT(RSL_LAYOUT_I8_2X2);
const uint8_t rsl_s8_preferred = RSL_LAYOUT_I8_2X2;
const uint8_t rsl_s8_load_type = RSL_TENSOR_I8_WIDE;

/// Four kept inputs a turn, turns > 0. @return behind what was written
static uint32_t *gather(uint32_t *to, const int8_t *input, const uint16_t *kept, uint32_t turns)
{
    __asm__ volatile("1:  ldrh r4, [%[kept]], #8\n"
                     "    ldrh r5, [%[kept], #-6]\n"
                     "    ldrh r6, [%[kept], #-4]\n"
                     "    ldrh r8, [%[kept], #-2]\n"
                     "    ldrsb r4, [%[input], r4]\n"
                     "    ldrsb r5, [%[input], r5]\n"
                     "    ldrsb r6, [%[input], r6]\n"
                     "    ldrsb r8, [%[input], r8]\n"
                     "    pkhbt r4, r4, r5, lsl #16\n"
                     "    pkhbt r5, r6, r8, lsl #16\n"
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

// Registers: r0 factor, r1 x, r2-r3 four activations, r4-r7 weights, r8 and r10 raw sums, r9 and r11 sums of
// the rows b, r12 turns left, lr y. Stack: +0 x, +4 turns of eight blocks, +8 where a group begins, +12 128
// sum(x), +16 zero, +20 y behind the last group of four, +24 how a group is stored, +28 where its blocks
// begin, +32 rows + 1, +36 pairs of columns.
__asm__(".syntax unified\n"
        ".macro rsl_pairs w, x, raw, b\n" // two columns of two rows
        "    smlad \\raw, \\w, \\x, \\raw\n"
        "    sxtb16 \\w, \\w, ror #8\n"
        "    smlad \\b, \\w, \\x, \\b\n"
        ".endm\n"
        ".macro rsl_block\n" // 4 rows x 4 columns in 14 instructions of 52 bytes
        "    ldmia r0!, {r4-r7}\n"
        "    ldmia r1!, {r2, r3}\n"
        "    rsl_pairs r4, r2, r8, r9\n"
        "    rsl_pairs r5, r2, r10, r11\n"
        "    rsl_pairs r6, r3, r8, r9\n"
        "    rsl_pairs r7, r3, r10, r11\n"
        ".endm\n"
        ".macro rsl_store bits\n" // four outputs, and the next group
        "    ssat r4, #\\bits, r4\n"
        "    ssat r5, #\\bits, r5\n"
        "    ssat r6, #\\bits, r6\n"
        "    ssat r7, #\\bits, r7\n"
        "    pkhbt r4, r4, r5, lsl #16\n"
        "    pkhbt r5, r6, r7, lsl #16\n"
        "    stmia lr!, {r4, r5}\n"
        "    cmp lr, r1\n"
        "    bne .Lgroup\n"
        "    b .Lrest\n"
        ".endm\n"
        ".macro rsl_entry name, store\n"
        "    .global \\name\n"
        "    .thumb_func\n"
        "    .type \\name, %function\n"
        "\\name:\n"
        "    adr.w r3, \\store + 1\n"
        "    b rsl_product\n"
        "    .size \\name, . - \\name\n"
        ".endm\n"
        "    .text\n"
        "    .balign 4\n"
        "    rsl_entry rsl_s8_wide_to_act, .Lact\n"
        "    rsl_entry rsl_s8_wide_to_wide, .Lwide\n"
        "    .global rsl_s8_act_to_act\n"
        "    .thumb_set rsl_s8_act_to_act, rsl_s8_wide_to_act\n"
        "    .global rsl_s8_act_to_wide\n"
        "    .thumb_set rsl_s8_act_to_wide, rsl_s8_wide_to_wide\n"
        "    .thumb_func\n"
        "    .type rsl_product, %function\n"
        "rsl_product:\n"
        "    push {r4-r11, lr}\n"
        "    sub sp, sp, #44\n"
        "    ldmia r0, {r0, r4-r6}\n" // factor, rows, cols, zero
        "    mov lr, r2\n"
        "    adds r4, r4, #1\n"
        "    adds r5, r5, #1\n"
        "    lsrs r2, r4, #2\n" // groups of four: three rows are one too
        "    lsrs r5, r5, #1\n"
        "    add r2, lr, r2, lsl #3\n"
        "    str r1, [sp]\n"
        "    strd r6, r2, [sp, #16]\n"
        "    str r3, [sp, #24]\n"
        "    strd r4, r5, [sp, #32]\n"
        // sum(x): eight pairs of columns a turn, then four, two and one.
        "    mov r12, #0x00010001\n"
        "    movs r2, #0\n"
        "    lsrs r3, r5, #3\n"
        "    beq 2f\n"
        "1:  ldmia r1!, {r4, r6-r11}\n"
        "    smlad r2, r4, r12, r2\n"
        "    ldr r4, [r1], #4\n"
        "    smlad r2, r6, r12, r2\n"
        "    smlad r2, r7, r12, r2\n"
        "    smlad r2, r8, r12, r2\n"
        "    smlad r2, r9, r12, r2\n"
        "    smlad r2, r10, r12, r2\n"
        "    smlad r2, r11, r12, r2\n"
        "    smlad r2, r4, r12, r2\n"
        "    subs r3, r3, #1\n"
        "    bne 1b\n"
        "2:  lsls r3, r5, #30\n" // carry: four are left; negative: two
        "    bcc 3f\n"
        "    ldmia r1!, {r4, r6-r8}\n"
        "    smlad r2, r4, r12, r2\n"
        "    smlad r2, r6, r12, r2\n"
        "    smlad r2, r7, r12, r2\n"
        "    smlad r2, r8, r12, r2\n"
        "3:  bpl 4f\n"
        "    ldmia r1!, {r4, r6}\n"
        "    smlad r2, r4, r12, r2\n"
        "    smlad r2, r6, r12, r2\n"
        "4:  lsls r3, r5, #31\n"
        "    beq 5f\n"
        "    ldr r4, [r1]\n"
        "    smlad r2, r4, r12, r2\n"
        "5:  lsls r2, r2, #7\n"
        // The blocks before the last whole turn are the first turn, entered in its midst.
        "    lsrs r4, r5, #1\n"
        "    adds r6, r4, #7\n"
        "    lsrs r6, r6, #3\n"
        "    negs r4, r4\n"
        "    ands r4, r4, #7\n" // of eight, so many are left out
        "    it eq\n"
        "    cmpeq r6, #0\n"
        "    it eq\n"
        "    moveq r4, #8\n" // no blocks
        "    movs r7, #52\n"
        "    adr.w r3, .Lblocks + 1\n"
        "    mla r3, r4, r7, r3\n"
        "    str r3, [sp, #28]\n"
        "    lsls r4, r5, #31\n"
        "    it ne\n"
        "    adrne.w r3, .Lhalf + 1\n"
        "    strd r6, r3, [sp, #4]\n"
        "    str r2, [sp, #12]\n"
        "    ldr r2, [sp, #20]\n"
        "    cmp lr, r2\n"
        "    beq .Lrest\n"
        // A group of four rows.
        ".Lgroup:\n"
        "    ldmia r0!, {r8-r11}\n"
        "    ldm sp, {r1, r12, pc}\n"
        ".Lhalf:\n" // 4 rows x 2 columns
        "    ldmia r0!, {r4, r5}\n"
        "    ldr r2, [r1], #4\n"
        "    rsl_pairs r4, r2, r8, r9\n"
        "    rsl_pairs r5, r2, r10, r11\n"
        "    ldr pc, [sp, #28]\n"
        ".Lblocks:\n"
        "    rsl_block\n"
        "    rsl_block\n"
        "    rsl_block\n"
        "    rsl_block\n"
        "    rsl_block\n"
        "    rsl_block\n"
        "    rsl_block\n"
        "    rsl_block\n"
        ".if . - .Lblocks != 8 * 52\n"
        "    .error \"a block of another size\"\n"
        ".endif\n"
        "    subs r12, r12, #1\n"
        "    bgt .Lblocks\n"
        "    ldmia r0!, {r4-r7}\n"
        "    ldrd r2, r3, [sp, #12]\n"
        "    sub r8, r8, r9, lsl #8\n"
        "    sub r10, r10, r11, lsl #8\n"
        "    sub r8, r8, r2\n"
        "    sub r10, r10, r2\n"
        "    smmlar r4, r8, r4, r3\n"
        "    smmlar r5, r9, r5, r3\n"
        "    smmlar r6, r10, r6, r3\n"
        "    smmlar r7, r11, r7, r3\n"
        "    ldr r1, [sp, #20]\n"
        "    ldr pc, [sp, #24]\n"
        ".Lact:\n"
        "    rsl_store 8\n"
        ".Lwide:\n"
        "    rsl_store 16\n"
        // One or two rows that are left.
        ".Lrest:\n"
        "    ldrd r4, r5, [sp, #32]\n"
        "    lsls r4, r4, #30\n"
        "    bpl 9f\n"
        "    ldmia r0!, {r8, r9}\n"
        "    ldr r1, [sp]\n"
        "    lsrs r12, r5, #1\n"
        "    beq 7f\n"
        "6:  ldmia r0!, {r4, r6}\n"
        "    ldmia r1!, {r2, r3}\n"
        "    rsl_pairs r4, r2, r8, r9\n"
        "    rsl_pairs r6, r3, r8, r9\n"
        "    subs r12, r12, #1\n"
        "    bne 6b\n"
        "7:  lsls r5, r5, #31\n"
        "    beq 8f\n"
        "    ldr r4, [r0], #4\n"
        "    ldr r2, [r1]\n"
        "    rsl_pairs r4, r2, r8, r9\n"
        "8:  ldmia r0!, {r4, r5}\n"
        "    ldrd r2, r3, [sp, #12]\n"
        "    sub r8, r8, r9, lsl #8\n"
        "    sub r8, r8, r2\n"
        "    smmlar r4, r8, r4, r3\n"
        "    smmlar r5, r9, r5, r3\n"
        "    ldr r6, [sp, #24]\n"
        "    adr.w r7, .Lact + 1\n"
        "    cmp r6, r7\n"
        "    ittee eq\n"
        "    ssateq r4, #8, r4\n"
        "    ssateq r5, #8, r5\n"
        "    ssatne r4, #16, r4\n"
        "    ssatne r5, #16, r5\n"
        "    pkhbt r4, r4, r5, lsl #16\n"
        "    str r4, [lr]\n"
        "9:  add sp, sp, #44\n"
        "    pop {r4-r11, pc}\n"
        "    .size rsl_product, . - rsl_product\n");
