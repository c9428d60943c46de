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

/// Eight kept inputs a turn, turns > 0.
static void gather(void *to, const int8_t *input, const uint16_t *kept, uint32_t turns)
{
    __asm__ volatile("1:  ldrh r4, [%[kept]], #16\n"
                     "    ldrh r5, [%[kept], #-14]\n"
                     "    ldrh r6, [%[kept], #-12]\n"
                     "    ldrh r8, [%[kept], #-10]\n"
                     "    ldrh r9, [%[kept], #-8]\n"
                     "    ldrh r10, [%[kept], #-6]\n"
                     "    ldrh r11, [%[kept], #-4]\n"
                     "    ldrh r12, [%[kept], #-2]\n"
                     "    ldrsb r4, [%[input], r4]\n"
                     "    ldrsb r5, [%[input], r5]\n"
                     "    ldrsb r6, [%[input], r6]\n"
                     "    ldrsb r8, [%[input], r8]\n"
                     "    ldrsb r9, [%[input], r9]\n"
                     "    ldrsb r10, [%[input], r10]\n"
                     "    ldrsb r11, [%[input], r11]\n"
                     "    ldrsb r12, [%[input], r12]\n"
                     "    pkhbt r4, r4, r5, lsl #16\n"
                     "    pkhbt r5, r6, r8, lsl #16\n"
                     "    pkhbt r6, r9, r10, lsl #16\n"
                     "    pkhbt r8, r11, r12, lsl #16\n"
                     "    stmia %[to]!, {r4, r5, r6, r8}\n"
                     "    subs %[turns], %[turns], #1\n"
                     "    bne 1b\n"
                     : [to] "+r"(to), [kept] "+r"(kept), [turns] "+r"(turns)
                     : [input] "r"(input)
                     : "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "cc", "memory");
}

/// Four inputs a turn, turns > 0.
static void widen(void *to, const int8_t *input, uint32_t turns)
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
}

void rsl_s8_load(void *act, const int8_t *input, const uint16_t *kept, uint32_t n)
{
    uint32_t i = n & ~7U;
    if (i != 0U) {
        if (kept != NULL)
            gather(act, input, kept, i / 8U);
        else
            widen(act, input, i / 4U);
    }
    int16_t *to = act;
    for (; i < ((n + 15U) & ~15U); ++i)
        to[i] = i >= n ? 0 : input[kept != NULL ? kept[i] : i];
}

_Static_assert(offsetof(rsl_s8_product, rows) == 4 && offsetof(rsl_s8_product, cols) == 8
                   && offsetof(rsl_s8_product, zero) == 12,
               "the kernel below reads it so");

// A group is four rows. Registers of most: r0 factor, r1 x, r2-r3 four activations, r4-r7 weights, r8 and r10
// raw sums, r9 and r11 sums of the rows b, r12 turns left, lr y. Stack: +0 x, +4 turns of eight blocks, +8
// where a group begins, +12 128 sum(x), +16 zero, +20 y behind the last group, +24 how a group is stored, +28
// where its blocks begin, +32 rows + 1, +36 pairs of columns; and what was pushed first: +40 y, +44 how a
// group is stored.
//
// A group of few columns, and with int8 results, is short: code without turns to count. Up to 10 columns are
// in registers, and 16, 24 and 32 come by eights. One LDM from the top of the stack begins a group: it loads
// the first activations, and jumps. Registers: r0 factor, lr y, r4 and r6 raw sums, r5 and r7 sums of the
// rows b. r1 points to the three words 128 sum(x), zero and y behind the last group, and the activations are
// in r2, r3, r10-r12, the last one in r12; or there are eight columns' in r2, r3, r11 and r12, and r1 points
// to a copy of the next ones, which those three words come after.
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
        // 4 rows x 8 columns. Three words of weights are there already; what comes after is loaded into next.
        ".macro rsl_eight next:vararg\n"
        "    rsl_pairs r8, r2, r4, r5\n"
        "    rsl_pairs r9, r2, r6, r7\n"
        "    rsl_pairs r10, r3, r4, r5\n"
        "    ldmia r0!, {r2, r8-r10}\n"
        "    rsl_pairs r2, r3, r6, r7\n"
        "    rsl_pairs r8, r11, r4, r5\n"
        "    rsl_pairs r9, r11, r6, r7\n"
        "    rsl_pairs r10, r12, r4, r5\n"
        "    ldmia r0!, {r2, \\next}\n"
        "    rsl_pairs r2, r12, r6, r7\n"
        ".endm\n"
        ".macro rsl_pack bits\n" // four outputs
        "    ssat r4, #\\bits, r4\n"
        "    ssat r5, #\\bits, r5\n"
        "    ssat r6, #\\bits, r6\n"
        "    ssat r7, #\\bits, r7\n"
        "    pkhbt r4, r4, r5, lsl #16\n"
        "    pkhbt r5, r6, r7, lsl #16\n"
        "    stmia lr!, {r4, r5}\n"
        ".endm\n"
        ".macro rsl_store bits\n" // and the next group
        "    rsl_pack \\bits\n"
        "    cmp lr, r1\n"
        "    bne .Lgroup\n"
        ".endm\n"
        ".macro rsl_short_end\n" // and the next group
        "    ldmia r1, {r2, r3, r12}\n"
        "    sub r4, r4, r5, lsl #8\n"
        "    sub r6, r6, r7, lsl #8\n"
        "    sub r4, r4, r2\n"
        "    sub r6, r6, r2\n"
        "    smmlar r4, r4, r8, r3\n"
        "    smmlar r5, r5, r9, r3\n"
        "    smmlar r6, r6, r10, r3\n"
        "    smmlar r7, r7, r11, r3\n"
        "    rsl_pack 8\n"
        "    cmp lr, r12\n"
        "    it ne\n"
        "    ldmne sp, {r1-r3, r10-r12, pc}\n"
        ".endm\n"
        ".macro rsl_two_rows\n" // 2 rows x 8 columns
        "    ldmia r0!, {r4, r6, r7, r10}\n"
        "    ldmia r1!, {r2, r3, r11, r12}\n"
        "    rsl_pairs r4, r2, r8, r9\n"
        "    rsl_pairs r6, r3, r8, r9\n"
        "    rsl_pairs r7, r11, r8, r9\n"
        "    rsl_pairs r10, r12, r8, r9\n"
        ".endm\n"
        ".macro rsl_eight_sums\n"
        "    ldmia r1!, {r4-r9, r11, lr}\n"
        ".irp x, r4, r5, r6, r7, r8, r9, r11, lr\n"
        "    smlad r2, \\x, r12, r2\n"
        ".endr\n"
        ".endm\n"
        ".macro rsl_entry name\n"
        "    .global \\name\n"
        "    .thumb_func\n"
        "    .type \\name, %function\n"
        "\\name:\n"
        ".endm\n"
        "    .text\n"
        "    .balign 4\n"
        "    rsl_entry rsl_s8_act_to_wide\n"
        "    rsl_entry rsl_s8_wide_to_wide\n"
        "    adr.w r3, .Lwide + 1\n"
        "    mov r12, #0\n" // pairs of columns that a short group may have
        "    b rsl_product\n"
        "    .size rsl_s8_act_to_wide, . - rsl_s8_act_to_wide\n"
        "    .size rsl_s8_wide_to_wide, . - rsl_s8_wide_to_wide\n"
        "    rsl_entry rsl_s8_act_to_act\n"
        "    rsl_entry rsl_s8_wide_to_act\n"
        "    adr.w r3, .Lact + 1\n"
        "    mov r12, #16\n"
        "    .size rsl_s8_act_to_act, . - rsl_s8_act_to_act\n"
        "    .size rsl_s8_wide_to_act, . - rsl_s8_wide_to_act\n"
        "    .thumb_func\n"
        "    .type rsl_product, %function\n"
        "rsl_product:\n"
        "    push {r2-r12, lr}\n"
        "    ldr r10, [r0, #8]\n"
        "    adds r10, r10, #1\n"
        "    lsrs r10, r10, #1\n"
        // sum(x): sixteen pairs of columns a turn, the first perhaps from its midst, then one by one.
        "    mov r12, #0x00010001\n"
        "    movs r2, #0\n"
        "    lsrs r3, r10, #4\n"
        "    adc r3, r3, #0\n"
        "    bcs 2f\n"
        "    cbz r3, 3f\n"
        "1:  rsl_eight_sums\n"
        "2:  rsl_eight_sums\n"
        "    subs r3, r3, #1\n"
        "    bne 1b\n"
        "3:  ands r3, r10, #7\n"
        "    beq 5f\n"
        "4:  ldr r4, [r1], #4\n"
        "    smlad r2, r4, r12, r2\n"
        "    subs r3, r3, #1\n"
        "    bne 4b\n"
        "5:  lsls r4, r2, #7\n"
        "    ldrd lr, r7, [sp]\n"
        "    ldr r12, [sp, #40]\n"
        "    ldmia r0, {r0, r2, r3, r5}\n" // factor, rows, cols, zero
        "    add r9, r2, #1\n"
        "    lsrs r2, r9, #2\n" // groups of four: three rows are one too
        "    add r6, lr, r2, lsl #3\n"
        "    sub r1, r1, r10, lsl #2\n"
        "    cmp r10, r12\n"
        "    bls .Lmaybe_short\n"
        // The blocks before the last whole turn are the first turn, entered in its midst.
        ".Llong:\n"
        "    lsrs r3, r10, #1\n"
        "    add r2, r3, #7\n"
        "    lsr r2, r2, #3\n"
        "    rsb r8, r3, r2, lsl #3\n" // of eight, so many are left out
        "    it eq\n"
        "    moveq r8, #8\n" // no blocks
        "    movs r3, #52\n"
        "    adr.w r11, .Lblocks + 1\n"
        "    mla r8, r8, r3, r11\n"
        "    mov r3, r8\n"
        "    lsls r11, r10, #31\n"
        "    it ne\n"
        "    adrne.w r3, .Lhalf + 1\n"
        "    push {r1-r10}\n"
        "    cmp lr, r6\n"
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
        ".Lscale:\n"
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
        "    b .Lrest\n"
        ".Lwide:\n"
        "    rsl_store 16\n"
        // One or two rows that are left.
        ".Lrest:\n"
        "    ldrd r4, r5, [sp, #32]\n"
        "    lsls r4, r4, #30\n"
        "    bpl 6f\n"
        "    ldmia r0!, {r8, r9}\n"
        "    ldr r1, [sp]\n"
        "    subs r5, r5, #4\n"
        "    bmi 3f\n"
        "    lsls r3, r5, #30\n" // no carry: there was one
        "    bcc 2f\n"
        "    subs r5, r5, #4\n"
        "1:  rsl_two_rows\n"
        "2:  rsl_two_rows\n"
        "    subs r5, r5, #8\n"
        "    bpl 1b\n"
        "3:  lsls r5, r5, #31\n" // carry: two are left; negative: one
        "    bcc 4f\n"
        "    ldmia r0!, {r4, r6}\n"
        "    ldmia r1!, {r2, r3}\n"
        "    rsl_pairs r4, r2, r8, r9\n"
        "    rsl_pairs r6, r3, r8, r9\n"
        "4:  bpl 5f\n"
        "    ldr r4, [r0], #4\n"
        "    ldr r2, [r1]\n"
        "    rsl_pairs r4, r2, r8, r9\n"
        "5:  ldmia r0!, {r4, r5}\n"
        "    movs r3, #0\n"
        "    add r2, lr, #8\n"
        "    str r3, [sp, #32]\n" // no more are left
        "    str r2, [sp, #20]\n"
        "    b .Lscale\n" // with whatever two rows more
        "6:  add sp, sp, #48\n"
        "    pop {r4-r12, pc}\n"
        // Short groups, where there are any and there is code for so many columns.
        ".Lmaybe_short:\n"
        "    cmp lr, r6\n"
        "    beq .Llong\n"
        "    adr.w r3, .Lbegins + 1\n"
        "    ldrb r8, [r3, r10]\n"
        "    cmp r8, #0\n"
        "    beq .Llong\n"
        "    push {r1-r10}\n"
        "    push {r4-r6}\n"
        "    add r8, r3, r8, lsl #1\n"
        "    cmp r10, #5\n"
        "    bls 2f\n"
        "    add r11, r1, r10, lsl #2\n"
        "    sub r9, r10, #4\n"
        "1:  ldmdb r11!, {r4-r7}\n"
        "    push {r4-r7}\n"
        "    subs r9, r9, #4\n"
        "    bne 1b\n"
        "    mov r2, sp\n"
        "    ldmia r1, {r3, r4, r6, r7}\n"
        "    push {r2-r8}\n"
        "    ldm sp, {r1-r3, r10-r12, pc}\n"
        "2:  mov r2, sp\n"
        "    ldmia r1, {r3-r7}\n"
        "    push {r3-r8}\n"
        "    rsb r3, r10, #6\n" // the last of them is always in r12
        "    sub sp, sp, r3, lsl #2\n"
        "    str r2, [sp]\n"
        "    str r8, [sp, #24]\n"
        "    ldm sp, {r1-r3, r10-r12, pc}\n"
        "    .balign 4\n"
        ".Lbegins:\n" // in halfwords, the one for n pairs in byte n + 1
        "    .byte 0\n"
        "    .macro rsl_begins to:vararg\n"
        "    .irp label, \\to\n"
        "    .byte (\\label - .Lbegins) / 2\n"
        "    .endr\n"
        "    .endm\n"
        "    rsl_begins .Lbegins, .Lpairs1, .Lpairs2, .Lpairs3, .Lpairs4, .Lpairs5\n"
        "    rsl_begins .Lbegins, .Lbegins, .Lpairs8\n"
        "    rsl_begins .Lbegins, .Lbegins, .Lbegins, .Lpairs12, .Lbegins, .Lbegins, .Lbegins, .Lpairs16\n"
        "    .balign 2\n"
        ".Lpairs1:\n"
        "    ldmia r0!, {r4-r7, r9}\n"
        "    b .Lfirst1\n"
        ".Lpairs2:\n"
        "    ldmia r0!, {r4-r7}\n"
        "    ldmia r0!, {r3, r8, r9}\n"
        "    b .Lfirst2\n"
        ".Lpairs3:\n"
        "    ldmia r0!, {r4-r7, r9}\n"
        "    b .Lfirst3\n"
        ".Lpairs4:\n"
        "    ldmia r0!, {r4-r7}\n"
        "    b .Lfirst4\n"
        ".Lpairs5:\n"
        "    ldmia r0!, {r4-r9}\n"
        "    rsl_pairs r8, r2, r4, r5\n"
        "    rsl_pairs r9, r2, r6, r7\n"
        ".Lfirst4:\n"
        "    ldmia r0!, {r2, r8, r9}\n"
        "    rsl_pairs r2, r3, r4, r5\n"
        "    rsl_pairs r8, r3, r6, r7\n"
        ".Lfirst3:\n"
        "    rsl_pairs r9, r10, r4, r5\n"
        "    ldmia r0!, {r2, r3, r8, r9}\n"
        "    rsl_pairs r2, r10, r6, r7\n"
        ".Lfirst2:\n"
        "    rsl_pairs r3, r11, r4, r5\n"
        "    rsl_pairs r8, r11, r6, r7\n"
        ".Lfirst1:\n"
        "    rsl_pairs r9, r12, r4, r5\n"
        "    ldmia r0!, {r2, r8-r11}\n"
        "    rsl_pairs r2, r12, r6, r7\n"
        "    rsl_short_end\n"
        "    b .Lshort_done\n"
        ".Lpairs8:\n"
        "    ldmia r0!, {r4-r10}\n"
        "    b .Lfirst8\n"
        ".Lpairs12:\n"
        "    ldmia r0!, {r4-r10}\n"
        "    b .Lfirst12\n"
        ".Lpairs16:\n"
        "    ldmia r0!, {r4-r10}\n"
        "    rsl_eight r8-r10\n"
        "    ldmia r1!, {r2, r3, r11, r12}\n"
        ".Lfirst12:\n"
        "    rsl_eight r8-r10\n"
        "    ldmia r1!, {r2, r3, r11, r12}\n"
        ".Lfirst8:\n"
        "    rsl_eight r8-r10\n"
        "    ldmia r1!, {r2, r3, r11, r12}\n"
        "    rsl_eight r8-r11\n"
        "    rsl_short_end\n"
        ".Lshort_done:\n"
        "    mov sp, r1\n"
        "    add sp, sp, #12\n"
        "    b .Lrest\n"
        "    .size rsl_product, . - rsl_product\n");
