// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_BOARD_START_H
#define RSL_BOARD_START_H

#include "device_link/firmware/rsl_port.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What a board gives main.c: clocks, pins and receiver started, and the port to all of it.
const rsl_port *rsl_board_start(void);

#ifdef __cplusplus
}
#endif

#endif
