// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/kernels/rsl_kernels.h"

// For cores whose FPU has single precision and converts from half precision: Cortex-M4F, M7, M33, M55. VCVTB
// and VCVTT widen the halves of a word exactly, subnormals too, as long as FPSCR's AHP and FZ16 are clear,
// which they are after reset. A quieted NaN is one still: outputs become one pattern (rsl_infer.c).
//
// Never VMLA or VFMA: products and sums are rounded each, and added in the order of the columns. The sums of
// four rows are in s0-s3, four inputs in s4-s7. A column's products are added after the next one's have
// begun, for FPUs take some cycles to have a result.

// clang-format off
#define MULTIPLY(x, a, b, c, d)      \
    "vmul.f32 " a ", " a ", " x "\n" \
    "vmul.f32 " b ", " b ", " x "\n" \
    "vmul.f32 " c ", " c ", " x "\n" \
    "vmul.f32 " d ", " d ", " x "\n"
#define ADD(a, b, c, d)        \
    "vadd.f32 s0, s0, " a "\n" \
    "vadd.f32 s1, s1, " b "\n" \
    "vadd.f32 s2, s2, " c "\n" \
    "vadd.f32 s3, s3, " d "\n"
#define WIDEN(word, a, b)             \
    "vcvtb.f32.f16 " a ", " word "\n" \
    "vcvtt.f32.f16 " b ", " word "\n"

#define CLOBBERED                                                                 \
    "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s16", "s17", "s18", "s19",   \
    "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30",  \
    "s31", "cc", "memory"

/// All columns of four rows: `columns` is four of them in one turn, `column` is one. Ends with the sums in y.
#define FOUR_ROWS(columns, column)                                            \
    __asm__ volatile("    vldmia %[w]!, {s0-s3}\n"                            \
                     "    lsrs %[turns], %[cols], #2\n"                       \
                     "    beq 2f\n"                                           \
                     "1:\n" columns                                           \
                     "    subs %[turns], %[turns], #1\n"                      \
                     "    bne 1b\n"                                           \
                     "2:  ands %[turns], %[cols], #3\n"                       \
                     "    beq 4f\n"                                           \
                     "3:\n" column                                            \
                     "    subs %[turns], %[turns], #1\n"                      \
                     "    bne 3b\n"                                           \
                     "4:  vstmia %[y], {s0-s3}\n"                             \
                     : [w] "+r"(w), [x] "+r"(x), [turns] "=&r"(turns)         \
                     : [cols] "r"(cols), [y] "r"(y)                           \
                     : CLOBBERED)

/// All columns, at least one, of the last rows, one to three, with their sums in `sums`. Free for halves: r.
#define LAST_ROWS(sums, column)                                               \
    __asm__ volatile("    vldmia %[w]!, " sums "\n"                           \
                     "1:  vldmia %[x]!, {s4}\n" column                        \
                     "    subs %[cols], %[cols], #1\n"                        \
                     "    bne 1b\n"                                           \
                     "    vstmia %[y], " sums "\n"                            \
                     : [w] "+r"(w), [x] "+r"(x), [cols] "+r"(cols),           \
                       [r] "=&r"(r)                                           \
                     : [y] "r"(y)                                             \
                     : CLOBBERED)
// clang-format on

static inline const uint8_t *four_f32(const uint8_t *w, uint32_t cols, const float *x, float *y)
{
    uint32_t turns;
    // clang-format off
    FOUR_ROWS("vldmia %[w]!, {s16-s31}\n" // 16 products in 36 instructions
              "vldmia %[x]!, {s4-s7}\n"
              MULTIPLY("s4", "s16", "s17", "s18", "s19")
              MULTIPLY("s5", "s20", "s21", "s22", "s23")
              ADD("s16", "s17", "s18", "s19")
              MULTIPLY("s6", "s24", "s25", "s26", "s27")
              ADD("s20", "s21", "s22", "s23")
              MULTIPLY("s7", "s28", "s29", "s30", "s31")
              ADD("s24", "s25", "s26", "s27")
              ADD("s28", "s29", "s30", "s31"),
              "vldmia %[w]!, {s16-s19}\n"
              "vldmia %[x]!, {s4}\n"
              MULTIPLY("s4", "s16", "s17", "s18", "s19")
              ADD("s16", "s17", "s18", "s19"));
    // clang-format on
    return w;
}

static inline const uint8_t *four_f16(const uint8_t *w, uint32_t cols, const float *x, float *y)
{
    uint32_t turns;
    // clang-format off
    FOUR_ROWS("vldmia %[w]!, {s16-s23}\n" // 16 products in 52 instructions
              "vldmia %[x]!, {s4-s7}\n"
              WIDEN("s16", "s24", "s25")
              WIDEN("s17", "s26", "s27")
              WIDEN("s18", "s28", "s29")
              WIDEN("s19", "s30", "s31")
              MULTIPLY("s4", "s24", "s25", "s26", "s27")
              MULTIPLY("s5", "s28", "s29", "s30", "s31")
              ADD("s24", "s25", "s26", "s27")
              WIDEN("s20", "s24", "s25")
              WIDEN("s21", "s26", "s27")
              ADD("s28", "s29", "s30", "s31")
              WIDEN("s22", "s28", "s29")
              WIDEN("s23", "s30", "s31")
              MULTIPLY("s6", "s24", "s25", "s26", "s27")
              MULTIPLY("s7", "s28", "s29", "s30", "s31")
              ADD("s24", "s25", "s26", "s27")
              ADD("s28", "s29", "s30", "s31"),
              "vldmia %[w]!, {s16-s17}\n"
              "vldmia %[x]!, {s4}\n"
              WIDEN("s16", "s24", "s25")
              WIDEN("s17", "s26", "s27")
              MULTIPLY("s4", "s24", "s25", "s26", "s27")
              ADD("s24", "s25", "s26", "s27"));
    // clang-format on
    return w;
}

static inline void last_f32(const uint8_t *w, uint32_t rows, uint32_t cols, const float *x, float *y)
{
    uint32_t r;
    if (rows == 1U)
        LAST_ROWS("{s0}",
                  "vldmia %[w]!, {s16}\n"
                  "vmul.f32 s16, s16, s4\n"
                  "vadd.f32 s0, s0, s16\n");
    else if (rows == 2U)
        LAST_ROWS("{s0-s1}",
                  "vldmia %[w]!, {s16-s17}\n"
                  "vmul.f32 s16, s16, s4\n"
                  "vmul.f32 s17, s17, s4\n"
                  "vadd.f32 s0, s0, s16\n"
                  "vadd.f32 s1, s1, s17\n");
    else
        LAST_ROWS("{s0-s2}",
                  "vldmia %[w]!, {s16-s18}\n"
                  "vmul.f32 s16, s16, s4\n"
                  "vmul.f32 s17, s17, s4\n"
                  "vmul.f32 s18, s18, s4\n"
                  "vadd.f32 s0, s0, s16\n"
                  "vadd.f32 s1, s1, s17\n"
                  "vadd.f32 s2, s2, s18\n");
}

static inline void last_f16(const uint8_t *w, uint32_t rows, uint32_t cols, const float *x, float *y)
{
    uint32_t r;
    if (rows == 1U)
        LAST_ROWS("{s0}",
                  "ldrh %[r], [%[w]], #2\n"
                  "vmov s16, %[r]\n"
                  "vcvtb.f32.f16 s16, s16\n"
                  "vmul.f32 s16, s16, s4\n"
                  "vadd.f32 s0, s0, s16\n");
    else if (rows == 2U)
        LAST_ROWS("{s0-s1}",
                  "vldmia %[w]!, {s18}\n" WIDEN("s18", "s16", "s17") //
                  "vmul.f32 s16, s16, s4\n"
                  "vmul.f32 s17, s17, s4\n"
                  "vadd.f32 s0, s0, s16\n"
                  "vadd.f32 s1, s1, s17\n");
    else
        LAST_ROWS("{s0-s2}",
                  "ldr %[r], [%[w]], #4\n" // at any multiple of two
                  "vmov s18, %[r]\n"
                  "ldrh %[r], [%[w]], #2\n"
                  "vmov s19, %[r]\n" WIDEN("s18", "s16", "s17") //
                  "vcvtb.f32.f16 s18, s19\n"
                  "vmul.f32 s16, s16, s4\n"
                  "vmul.f32 s17, s17, s4\n"
                  "vmul.f32 s18, s18, s4\n"
                  "vadd.f32 s0, s0, s16\n"
                  "vadd.f32 s1, s1, s17\n"
                  "vadd.f32 s2, s2, s18\n");
}

void rsl_float_product(const rsl_factor *shape, const uint8_t *factor, const float *x, float *y, bool relu)
{
    const uint8_t *w = factor;
    const bool f16 = shape->number == RSL_F16;
    const uint32_t cols = shape->cols;
    float *to = y;
    uint32_t left = shape->rows;
    for (; left >= 4U; left -= 4U, to += 4)
        w = f16 ? four_f16(w, cols, x, to) : four_f32(w, cols, x, to);
    if (left != 0U) {
        if (f16)
            last_f16(w, left, cols, x, to);
        else
            last_f32(w, left, cols, x, to);
    }
    if (relu)
        for (const float *const end = y + shape->rows; y != end; ++y)
            *y = *y > 0.0F ? *y : 0.0F;
}
