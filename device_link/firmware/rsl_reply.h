// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_REPLY_H
#define RSL_REPLY_H

#include "device_link/firmware/rsl_device.h"

/// What the board says in frames.

/// Sends device->payload as the reply of that type to request reply_seq.
void rsl_reply(rsl_device *device, uint8_t type, size_t length);
void rsl_reply_error(rsl_device *device, const rsl_error *error);
/// An error that says no more than this.
void rsl_refuse(rsl_device *device, rsl_status status, uint32_t value);
/// The same to a host of version 1, in its form.
void rsl_reply_old_host(rsl_device *device);
/// Tells the host how long nothing will be heard.
void rsl_tell_busy(rsl_device *device, uint32_t milliseconds);
/// The same, when it is long enough to be worth a frame.
void rsl_tell_expected(rsl_device *device, uint32_t milliseconds);
/// RUN's, OUTPUT's and COMMIT's reply from the outputs that are ready.
/// @param first  byte offset of the outputs that are told
void rsl_reply_output(rsl_device *device, uint8_t type, rsl_status status, uint32_t value, uint32_t first);

#endif
