// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_MPS_TIMER_H
#define RSL_MPS_TIMER_H

#include <stdint.h>

/// A timer of 32 bits that counts up at RSL_TIMER_HZ; which one is chosen by file.
void rsl_mps_start_timer(void);
uint32_t rsl_mps_ticks(void);

#endif
