// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/common/mps_timer.h"

// The SSE-300's system counter: control frame, and the timer's read-only view of it.

void rsl_mps_start_timer(void)
{
    RSL_REGISTER(RSL_TIMER + 0x100000) = 1;
}

uint32_t rsl_mps_ticks(void)
{
    return RSL_REGISTER(RSL_TIMER);
}
