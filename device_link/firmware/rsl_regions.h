// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_REGIONS_H
#define RSL_REGIONS_H

#include "device_link/firmware/rsl_device.h"

/// The board's memory as a host may see it: READ and WRITE (PROTOCOL.md, section "Memory").

/// Fills in caps->region.
void rsl_describe_regions(const rsl_device *device, rsl_caps *caps);
void rsl_answer_read(rsl_device *device, const rsl_request *request);
void rsl_answer_write(rsl_device *device, const rsl_request *request);

#endif
