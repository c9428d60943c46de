// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_COMMIT_H
#define RSL_COMMIT_H

#include "device_link/firmware/rsl_device.h"

/// Pushing a model, and which one is ready.

/// Makes the committed, good model of the highest generation ready, or none.
void rsl_make_newest_ready(rsl_device *device);
/// Opens the slot's image and lays out the arena.
/// @return RSL_OK, RSL_INVALID_IMAGE, RSL_NEEDS_RAM, RSL_UNKNOWN_LAYOUT; the last model stays ready then
rsl_status rsl_make_ready(rsl_device *device, uint8_t slot, rsl_error *why);

void rsl_answer_begin(rsl_device *device, const rsl_request *request);
void rsl_answer_data(rsl_device *device, const rsl_request *request);
void rsl_answer_commit(rsl_device *device, const rsl_request *request);
void rsl_answer_slot(rsl_device *device, const rsl_request *request);
void rsl_commit_step(rsl_device *device);

#endif
