// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_LOG_H
#define RSL_LOG_H

#include "device_link/firmware/rsl_port.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RSL_LOG_LINE = 128 }; ///< room for any of these lines

/// "start: power; clock 168000000 Hz +-50 ppm; supply 3290 mV": what the port knows of it.
/// @param text  RSL_LOG_LINE bytes
/// @return its length, 0 when the port knows nothing
size_t rsl_log_start(const rsl_port *port, uint8_t *text);
/// "stack: 912 of 8192 bytes".
/// @return its length, 0 when the port does not know
size_t rsl_log_stack(const rsl_port *port, uint8_t *text);

#ifdef __cplusplus
}
#endif

#endif
