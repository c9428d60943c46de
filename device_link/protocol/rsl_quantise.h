// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_QUANTISE_H
#define RSL_QUANTISE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The int8 that stands for @p x as a model's input (PROTOCOL.md, section "Arithmetic"): the integer nearest
/// to x / scale + zero, halves upwards, within -128..127. The same bits on every machine: quotient and sum
/// are rounded to binary32, nothing after them is.
/// @param scale  positive and finite
/// @param zero   -128..127; also what a NaN becomes
int8_t rsl_input_to_int8(float x, float scale, int32_t zero);

#ifdef __cplusplus
}
#endif

#endif
