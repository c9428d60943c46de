// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/cortex_m7_caches.h"

#include "device_link/firmware/boards/common/cortex_m.h"

#define CCR     UINT32_C(0xE000ED14)
#define CCSIDR  UINT32_C(0xE000ED80)
#define CSSELR  UINT32_C(0xE000ED84)
#define ICIALLU UINT32_C(0xE000EF50)
#define DCISW   UINT32_C(0xE000EF60)
#define DATA_ON (UINT32_C(1) << 16)
#define CODE_ON (UINT32_C(1) << 17)

enum { LINE = 5 }; ///< log2 of bytes

/// After a reset the data cache holds anything.
static void forget_data(void)
{
    rsl_store(CSSELR, 0);
    rsl_barrier();
    const uint32_t size = rsl_load(CCSIDR);
    const uint32_t sets = (size >> 13 & 0x7FFFU) + 1U;
    const uint32_t last_way = size >> 3 & 0x3FFU;
    const uint32_t shift = last_way != 0 ? (uint32_t)__builtin_clz(last_way) : 0U;
    for (uint32_t set = 0; set < sets; ++set)
        for (uint32_t way = 0; way <= last_way; ++way)
            rsl_store(DCISW, way << shift | set << LINE);
    rsl_barrier();
}

void rsl_start_caches(void)
{
    if ((rsl_load(CCR) & CODE_ON) == 0) {
        rsl_store(ICIALLU, 0);
        rsl_barrier();
        rsl_change(CCR, 0, CODE_ON);
    }
    if ((rsl_load(CCR) & DATA_ON) == 0) {
        forget_data();
        rsl_change(CCR, 0, DATA_ON);
    }
    rsl_barrier();
}
