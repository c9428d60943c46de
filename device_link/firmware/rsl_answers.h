// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_ANSWERS_H
#define RSL_ANSWERS_H

#include "device_link/firmware/rsl_device.h"

/// Answers to requests.

/// Answers the frame that the decoder holds.
void rsl_answer(rsl_device *device);

/// One inference of a benchmark, and RESULT after the last.
void rsl_bench_step(rsl_device *device);

/// Sends device->payload as the reply of that type to request reply_seq.
void rsl_reply(rsl_device *device, uint8_t type, size_t length);
void rsl_reply_error(rsl_device *device, rsl_error error);
/// Tells the host how long nothing will be heard.
void rsl_tell_busy(rsl_device *device, uint32_t milliseconds);
void rsl_forget_input(rsl_device *device);
/// RUN's, OUTPUT's and COMMIT's reply from the outputs that are ready.
void rsl_reply_output(rsl_device *device, uint8_t type, rsl_output output, uint32_t first);

#endif
