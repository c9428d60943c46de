// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/common/mps_timer.h"

void rsl_mps_start_timer(void)
{
    RSL_REGISTER(RSL_TIMER + 0x8) = UINT32_MAX; // reload
    RSL_REGISTER(RSL_TIMER + 0x4) = UINT32_MAX;
    RSL_REGISTER(RSL_TIMER + 0x0) = 1;
}

uint32_t rsl_mps_ticks(void)
{
    return ~RSL_REGISTER(RSL_TIMER + 0x4); // it counts down
}
