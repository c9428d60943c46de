// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_WINDOW_H
#define RSL_WINDOW_H

#include "device_link/firmware/rsl_device.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Time, and inferences in a window of it.

/// Ticks since start in 64 bits; has to be asked once in 2^32 ticks.
uint64_t rsl_device_time(rsl_device *device);
/// One inference, timed. Nothing else is in the window: what is said of the outputs is computed when it is.
/// @param input  ready.input, or the known-answer vector
/// @return its ticks
uint32_t rsl_device_infer(rsl_device *device, const void *input);
/// Milliseconds that an inference of the ready model takes: as the last one did and a quarter more; before
/// the first, a guess on the safe side from its multiply-adds, and the samples that become features.
uint32_t rsl_device_expects(const rsl_device *device);
/// Has all of the input vector of that number come?
bool rsl_device_has_input(const rsl_device *device, uint32_t vector);
/// The model's known-answer vector.
const void *rsl_device_known_input(const rsl_device *device);

#ifdef __cplusplus
}
#endif

#endif
