// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_divide.h"

#include <stdbool.h>
#include <stddef.h>

uint64_t rsl_divide(uint64_t n, uint32_t divisor, uint32_t *rest)
{
    uint32_t left = 0;
    for (int i = 0; i < 64; ++i) {
        const bool carries = left >> 31 != 0;
        left = left << 1 | (uint32_t)(n >> 63);
        n <<= 1;
        if (carries || left >= divisor) {
            left -= divisor;
            n |= 1U;
        }
    }
    if (rest != NULL)
        *rest = left;
    return n;
}
