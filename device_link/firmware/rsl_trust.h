// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_TRUST_H
#define RSL_TRUST_H

#include "device_link/firmware/rsl_device.h"

/// A key that models need a tag of (PROTOCOL.md, section "Trust"): set once, over the link where the port can
/// keep it, or at build by -DRSL_KEY=0x00,0x01,... (32 numbers).

/// 32 bytes, or null without a key.
const uint8_t *rsl_trust_key(const rsl_port *port);
/// Its number, 0 without one.
uint32_t rsl_trust_number(const rsl_port *port);

/// May an image with a tag of that kind be taken?
rsl_error rsl_trust_takes(const rsl_port *port, uint8_t tag_kind);
/// Is a slot's tag that of its image? Takes time in proportion to the image.
rsl_error rsl_trust_check(const rsl_port *port, uint8_t slot, const rsl_slot_info *info);

/// Answers KEY. A model without a tag is not ready any more then.
void rsl_answer_key(rsl_device *device, const rsl_request *request);

#endif
