// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_CORTEX_M7_CACHES_H
#define RSL_CORTEX_M7_CACHES_H

/// Turns the caches of a Cortex-M7 on, empty; those that are on already stay as they are.
void rsl_start_caches(void);

#endif
