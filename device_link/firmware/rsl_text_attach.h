// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_TEXT_ATTACH_H
#define RSL_TEXT_ATTACH_H

#include "device_link/firmware/rsl_device.h"

/// Starts device->text as a part of the firmware: what it asks of its rsl_text_host is the device's.
/// @param energy  the mode to start in
void rsl_text_attach(rsl_device *device, bool energy);

#endif
