// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_regions.h"

#include <string.h>

#include "device_link/firmware/rsl_reply.h"
#include "device_link/firmware/rsl_slots.h"

typedef struct region {
    const uint8_t *bytes; ///< null: there is no such region
    uint32_t length;
    uint8_t *writable; ///< the same, where it may be written
} region;

/// What is there now: without a model, all but the slots are empty.
static region region_of(const rsl_device *d, uint8_t kind, uint8_t slot)
{
    const rsl_ready *r = &d->ready;
    const bool ready = r->model.bytes != NULL;
    const region empty = {d->port->arena, 0, NULL};
    rsl_slot_info info;
    switch (kind) {
    case RSL_REGION_SLOT:
        if (slot >= d->port->slots)
            return (region) {NULL, 0, NULL};
        rsl_slot_read(d->port, slot, &info);
        return (region) {rsl_slot_image(d->port, slot), info.state == RSL_SLOT_VALID ? info.length : 0, NULL};
    case RSL_REGION_INPUT:
        return ready ? (region) {r->input, rsl_model_input_bytes(&r->model), r->input} : empty;
    case RSL_REGION_OUTPUT:
        return ready && d->has_output ? (region) {r->output, rsl_model_output_bytes(&r->model), NULL} : empty;
    case RSL_REGION_SCRATCH:
        return ready ? (region) {d->port->arena, rsl_model_ram_bytes(&r->model), NULL} : empty;
    case RSL_REGION_STATE: // no model has any yet
        return empty;
    default:
        return (region) {NULL, 0, NULL};
    }
}

void rsl_describe_regions(const rsl_device *d, rsl_caps *caps)
{
    caps->regions = (uint8_t)(d->port->slots + RSL_REGION_STATE);
    for (uint8_t i = 0; i < caps->regions; ++i) {
        const bool is_slot = i < d->port->slots;
        rsl_region_info *info = &caps->region[i];
        info->kind = is_slot ? RSL_REGION_SLOT : (uint8_t)(i - d->port->slots + RSL_REGION_INPUT);
        info->slot = is_slot ? i : 0;
        const region at = region_of(d, info->kind, info->slot);
        info->bytes = at.length;
        info->flags = at.writable != NULL ? RSL_REGION_WRITABLE : 0;
    }
}

/// Are the bytes from offset on within the region? Answers when not.
static bool is_within(rsl_device *d, const region *at, uint32_t offset, uint32_t length)
{
    if (at->bytes != NULL && offset <= at->length && length <= at->length - offset)
        return true;
    rsl_refuse(d, RSL_NO_REGION, at->length);
    return false;
}

void rsl_answer_read(rsl_device *d, const rsl_request *request)
{
    const rsl_read *read = &request->read;
    if (read->flags > RSL_READ_CRC_ONLY) {
        rsl_refuse(d, RSL_BAD_PAYLOAD, 0);
        return;
    }
    const region at = region_of(d, read->kind, read->slot);
    if (!is_within(d, &at, read->offset, read->length))
        return;
    rsl_read_reply reply = {read->offset, 0, 0, at.bytes + read->offset};
    uint32_t summed = read->length;
    if (read->flags == 0) {
        if (summed > RSL_MAX_REGION_BYTES)
            summed = RSL_MAX_REGION_BYTES;
        reply.length = (uint16_t)summed;
    } else {
        rsl_tell_expected(d, summed / 512U);
    }
    reply.crc = rsl_crc32(0, reply.bytes, summed);
    rsl_reply(d, RSL_READ, rsl_encode_read_reply(&reply, d->payload));
}

/// What is written of the input makes it void, until all of it is there: then it is vector 0.
static void end_write(rsl_device *d, const region *at, const rsl_write *write)
{
    const uint32_t crc = rsl_crc32(0, at->bytes, write->extent);
    if (write->extent != at->length || crc != write->crc) {
        const rsl_error why = {.status = RSL_WRONG_CRC, .value = crc, .available = at->length};
        rsl_reply_error(d, &why);
        return;
    }
    d->has_input = true;
    d->input_ack = (rsl_ack) {.next_off = at->length, .credits = d->port->credits};
    rsl_reply(d, RSL_WRITE, 0);
}

void rsl_answer_write(rsl_device *d, const rsl_request *request)
{
    const rsl_write *write = &request->write;
    if (write->flags > RSL_WRITE_LAST || (write->flags != 0) != (write->length == 0)) {
        rsl_refuse(d, RSL_BAD_PAYLOAD, 0);
        return;
    }
    const region at = region_of(d, write->kind, write->slot);
    if (!is_within(d, &at, write->offset, write->flags != 0 ? write->extent : write->length))
        return;
    if (at.writable == NULL) {
        rsl_refuse(d, RSL_READ_ONLY, 0);
        return;
    }
    d->has_output = false;
    d->done.valid = false;
    if (write->flags != 0) {
        end_write(d, &at, write);
        return;
    }
    d->has_input = false;
    memcpy(at.writable + write->offset, write->bytes, write->length);
    rsl_reply(d, RSL_WRITE, 0);
}
