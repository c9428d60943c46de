// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_KERNELS_H
#define RSL_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "device_link/protocol/rsl_layout.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Products of a factor and a vector: what inference is made of. A board's list of files chooses the form:
///
///     rsl_s8_portable.c     C, every int8 layout      the reference; on boards RSL_LAYOUT_I8_4X4
///     rsl_s8_dsp.c          RSL_LAYOUT_I8_2X2         Cortex-M4, M7, M33: SXTB16, SMLAD, SMMLAR
///     rsl_s8_helium.c       RSL_LAYOUT_I8_4X16        Cortex-M55: MVE
///     rsl_float_portable.c  C, RSL_LAYOUT_F_4X1       the reference
///     rsl_float_fpu.c       RSL_LAYOUT_F_4X1          Cortex-M4F, M7, M33, M55 with FPU: VLDM, VCVTB, VCVTT
///
/// All forms give the same bits (PROTOCOL.md, section "Arithmetic").

/// Which int8 layouts the chosen form reads, a mask of RSL_LAYOUT_BIT(), and which it was made for.
extern const uint8_t rsl_s8_layouts;
extern const uint8_t rsl_s8_preferred;

/// An int8 factor, and what its product becomes.
typedef struct rsl_s8_product {
    const uint8_t *factor;
    uint32_t rows;
    uint32_t cols;
    int32_t zero; ///< added after scaling: zero point of int8 outputs, 0 of int16 ones
    uint32_t layout;
} rsl_s8_product;

/// Vectors: `act` holds int8 activations as rsl_act_type() of the layout says, one or two bytes each; `wide`
/// holds int16. Both begin at multiples of 16 bytes and have room for a multiple of 16 numbers; what lies
/// beyond the last may be read, and is multiplied by 0, and may be overwritten.

/// The rsl_tensor_type that rsl_s8_load() writes.
extern const uint8_t rsl_s8_load_type;
#define rsl_s8_load_bytes (rsl_s8_load_type == RSL_TENSOR_I8 ? 1U : 2U)

/// act[i] = input[i], or input[kept[i]] when kept is not null; 0 from n to the next multiple of 16.
void rsl_s8_load(void *act, const int8_t *input, const uint16_t *kept, uint32_t n);

/// y[i] = saturate(zero + (((bias[i] + sum w[i][j] x[j]) * multiplier[i] + 2^31) >> 32)), sums modulo 2^32;
/// to int8 when y is act, to int16 when it is wide.
void rsl_s8_act_to_act(const rsl_s8_product *p, const void *x, void *y);
void rsl_s8_act_to_wide(const rsl_s8_product *p, const void *x, int16_t *y);
void rsl_s8_wide_to_act(const rsl_s8_product *p, const int16_t *x, void *y);
void rsl_s8_wide_to_wide(const rsl_s8_product *p, const int16_t *x, int16_t *y);

/// y[i] = ((bias[i] + w[i][0] x[0]) + w[i][1] x[1]) + ..., each product and each sum rounded to float32;
/// then, with relu, y > 0 ? y : +0. x and y do not overlap.
void rsl_float_product(const rsl_factor *shape, const uint8_t *factor, const float *x, float *y, bool relu);

#ifdef __cplusplus
}
#endif

#endif
