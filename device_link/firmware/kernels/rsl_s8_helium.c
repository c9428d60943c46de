// SPDX-License-Identifier: Apache-2.0
#include <arm_mve.h>
#include <stddef.h>

#include "device_link/firmware/kernels/rsl_kernels.h"

// For Armv8.1-M with MVE. Activations are int8, so that VMLADAVA multiplies sixteen at a time; intermediates
// are int16, eight at a time with the weights widened as they are loaded. Up to 32 of them stay in registers
// for all rows.

const uint8_t rsl_s8_layouts = RSL_LAYOUT_BIT(RSL_LAYOUT_I8_4X16);
const uint8_t rsl_s8_preferred = RSL_LAYOUT_I8_4X16;
const uint8_t rsl_s8_load_type = RSL_TENSOR_I8;

static void copy(int8_t *to, const int8_t *input, uint32_t n)
{
    for (; n >= 16U; n -= 16U, input += 16, to += 16)
        vstrbq_s8(to, vldrbq_s8(input));
    if (n != 0U)
        vstrbq_s8(to, vldrbq_z_s8(input, vctp8q(n))); // 0 in the others
}

static void gather(int8_t *to, const int8_t *input, const uint16_t *kept, uint32_t n)
{
    uint32_t left = n;
    for (; left >= 8U; left -= 8U, kept += 8, to += 8)
        vstrbq_s16(to, vldrbq_gather_offset_s16(input, vldrhq_u16(kept)));
    if (left != 0U) {
        const mve_pred16_t some = vctp16q(left);
        vstrbq_s16(to, vldrbq_gather_offset_z_s16(input, vldrhq_z_u16(kept, some), some));
        to += 8;
    }
    if (((n + 7U) & 8U) != 0U)
        vstrbq_s16(to, vdupq_n_s16(0));
}

void rsl_s8_load(void *act, const int8_t *input, const uint16_t *kept, uint32_t n)
{
    if (kept != NULL)
        gather(act, input, kept, n);
    else
        copy(act, input, n);
}

_Static_assert(offsetof(rsl_s8_product, rows) == 4 && offsetof(rsl_s8_product, cols) == 8
                   && offsetof(rsl_s8_product, zero) == 12,
               "the kernels below read it so");

// Registers: r0 factor, r1 x, r2 y, r3 zero, r4, r6, r8 and r10 sums of four rows (VMLADAVA adds to even
// ones), r5 blocks of sixteen columns, r7 the begin of x, r12 groups of rows left, lr turns of a loop.
__asm__(".syntax unified\n"
        ".macro rsl_begin\n"
        "    ldm r0, {r0, r4-r6}\n" // factor, rows, cols, zero
        "    mov r3, r6\n"
        "    adds r4, r4, #3\n"
        "    lsrs r4, r4, #2\n"
        "    mov r12, r4\n"
        "    adds r5, r5, #15\n"
        "    lsrs r5, r5, #4\n"
        "    mov r7, r1\n"
        ".endm\n"
        // Four sums become outputs of so many bits: scaled, rounded once, moved by the zero point, saturated.
        ".macro rsl_store q, multiplier, bits\n"
        "    vldrw.32 \\multiplier, [r0], #16\n"
        "    vmov \\q\\()[2], \\q\\()[0], r4, r8\n"
        "    vmov \\q\\()[3], \\q\\()[1], r6, r10\n"
        "    vrmulh.s32 \\q, \\q, \\multiplier\n"
        "    vadd.i32 \\q, \\q, r3\n"
        "    vqmovnb.s32 \\q, \\q\n"
        ".if \\bits == 8\n"
        "    vqmovnb.s16 \\q, \\q\n"
        "    vstrb.32 \\q, [r2], #4\n"
        ".else\n"
        "    vstrh.32 \\q, [r2], #8\n"
        ".endif\n"
        ".endm\n"
        ".macro rsl_act_block\n" // 4 rows x 16 columns
        "    vldrb.8 q0, [r1], #16\n"
        "    vldrb.8 q1, [r0], #16\n"
        "    vldrb.8 q2, [r0], #16\n"
        "    vmladava.s8 r4, q1, q0\n"
        "    vldrb.8 q3, [r0], #16\n"
        "    vmladava.s8 r6, q2, q0\n"
        "    vldrb.8 q1, [r0], #16\n"
        "    vmladava.s8 r8, q3, q0\n"
        "    vmladava.s8 r10, q1, q0\n"
        ".endm\n"
        ".macro rsl_wide_row sum, first, second\n" // 16 columns
        "    vldrb.s16 q4, [r0], #8\n"
        "    vldrb.s16 q5, [r0], #8\n"
        "    vmladava.s16 \\sum, q4, \\first\n"
        "    vmladava.s16 \\sum, q5, \\second\n"
        ".endm\n"
        ".macro rsl_wide_block first, second\n" // 4 rows x 16 columns
        "    rsl_wide_row r4, \\first, \\second\n"
        "    rsl_wide_row r6, \\first, \\second\n"
        "    rsl_wide_row r8, \\first, \\second\n"
        "    rsl_wide_row r10, \\first, \\second\n"
        ".endm\n"
        ".macro rsl_function name\n"
        "    .balign 4\n"
        "    .global \\name\n"
        "    .thumb_func\n"
        "    .type \\name, %function\n"
        "\\name:\n"
        ".endm\n"
        ".macro rsl_act_product name, bits\n"
        "    rsl_function \\name\n"
        "    push {r4-r10, lr}\n"
        "    rsl_begin\n"
        "    adds r5, r5, #1\n"
        "    lsrs r9, r5, #1\n" // turns of two blocks; the first one is entered in its midst when there is
                                // one more
        "1:  ldmia r0!, {r4, r6, r8, r10}\n"
        "    mov r1, r7\n"
        "    dls lr, r9\n"
        "    tst r5, #1\n"
        "    beq 3f\n"
        "2:  rsl_act_block\n"
        "3:  rsl_act_block\n"
        "    le lr, 2b\n"
        "    rsl_store q0, q1, \\bits\n"
        "    subs r12, r12, #1\n"
        "    bne 1b\n"
        "    pop {r4-r10, pc}\n"
        "    .size \\name, . - \\name\n"
        ".endm\n"
        ".macro rsl_wide_product name, bits\n"
        "    rsl_function \\name\n"
        "    push {r4-r8, r10, r11, lr}\n"
        "    vpush {d8-d11}\n"
        "    rsl_begin\n"
        "    cmp r5, #2\n"
        "    bhi 4f\n"
        "    vldrh.16 q0, [r1]\n"
        "    vldrh.16 q1, [r1, #16]\n"
        "    dls lr, r12\n"
        "    beq 2f\n"
        "1:  ldmia r0!, {r4, r6, r8, r10}\n"
        "    rsl_wide_block q0, q1\n"
        "    rsl_store q4, q5, \\bits\n"
        "    le lr, 1b\n"
        "    b 9f\n"
        "2:  vldrh.16 q2, [r1, #32]\n"
        "    vldrh.16 q3, [r1, #48]\n"
        "3:  ldmia r0!, {r4, r6, r8, r10}\n"
        "    rsl_wide_block q0, q1\n"
        "    rsl_wide_block q2, q3\n"
        "    rsl_store q4, q5, \\bits\n"
        "    le lr, 3b\n"
        "    b 9f\n"
        "4:  ldmia r0!, {r4, r6, r8, r10}\n"
        "    mov r1, r7\n"
        "    dls lr, r5\n"
        "5:  vldrh.16 q0, [r1], #16\n"
        "    vldrh.16 q1, [r1], #16\n"
        "    rsl_wide_block q0, q1\n"
        "    le lr, 5b\n"
        "    rsl_store q4, q5, \\bits\n"
        "    subs r12, r12, #1\n"
        "    bne 4b\n"
        "9:  vpop {d8-d11}\n"
        "    pop {r4-r8, r10, r11, pc}\n"
        "    .size \\name, . - \\name\n"
        ".endm\n"
        "    .text\n"
        "    rsl_act_product rsl_s8_act_to_act, 8\n"
        "    rsl_act_product rsl_s8_act_to_wide, 16\n"
        "    rsl_wide_product rsl_s8_wide_to_act, 8\n"
        "    rsl_wide_product rsl_s8_wide_to_wide, 16\n");
