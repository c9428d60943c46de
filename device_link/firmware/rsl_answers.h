// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_ANSWERS_H
#define RSL_ANSWERS_H

#include "device_link/firmware/rsl_device.h"

/// Answers to requests.

/// Answers the frame that the decoder holds.
void rsl_answer(rsl_device *device);

#endif
