// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_DIVIDE_H
#define RSL_DIVIDE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// n / divisor, rounded down, and what is left. In 64 steps: no time counts where it is used, and compilers'
/// own divisions of 64 bits take 750 bytes of a firmware, which hold nothing else that divides them.
/// @param divisor  not 0
/// @param rest  or null
uint64_t rsl_divide(uint64_t n, uint32_t divisor, uint32_t *rest);

#ifdef __cplusplus
}
#endif

#endif
