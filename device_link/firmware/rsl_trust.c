// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_trust.h"

#include <string.h>

#include "device_link/firmware/rsl_commit.h"
#include "device_link/firmware/rsl_reply.h"
#include "device_link/firmware/rsl_slots.h"
#include "device_link/protocol/rsl_bytes.h"
#include "device_link/protocol/rsl_hmac.h"

#define KEY_MAGIC 0x4B4C5352U // "RSLK"

/// How a port keeps it: magic, key, CRC-32 of both, zeros.
enum { KEY_AT = 4, CRC_AT = KEY_AT + RSL_KEY_BYTES };

#ifdef RSL_KEY
static const uint8_t built_in[] = {RSL_KEY};
_Static_assert(sizeof built_in == RSL_KEY_BYTES, "RSL_KEY is 32 numbers");
#endif

const uint8_t *rsl_trust_key(const rsl_port *port)
{
#ifdef RSL_KEY
    (void)port;
    return built_in;
#else
    if (port->key == NULL || rsl_read_u32(port->key) != KEY_MAGIC
        || rsl_read_u32(port->key + CRC_AT) != rsl_crc32(0, port->key, CRC_AT))
        return NULL;
    return port->key + KEY_AT;
#endif
}

uint32_t rsl_trust_number(const rsl_port *port)
{
    const uint8_t *key = rsl_trust_key(port);
    return key != NULL ? rsl_key_number(key) : 0;
}

rsl_error rsl_trust_takes(const rsl_port *port, uint8_t tag_kind)
{
    const uint32_t number = rsl_trust_number(port);
    if (number == 0 && tag_kind != RSL_TAG_NONE)
        return (rsl_error) {.status = RSL_NO_KEY};
    if (number != 0 && tag_kind != RSL_TAG_HMAC)
        return (rsl_error) {.status = RSL_NEEDS_TAG, .value = number};
    return (rsl_error) {.status = RSL_OK};
}

rsl_error rsl_trust_check(const rsl_port *port, uint8_t slot, const rsl_slot_info *info)
{
    const uint8_t *key = rsl_trust_key(port);
    if (key == NULL)
        return (rsl_error) {.status = RSL_OK};
    const rsl_error why = rsl_trust_takes(port, info->tag_kind);
    if (why.status != RSL_OK)
        return why;
    rsl_hmac hmac;
    uint8_t tag[RSL_TAG_BYTES];
    rsl_hmac_start(&hmac, key);
    rsl_hmac_add(&hmac, rsl_slot_image(port, slot), info->length);
    rsl_hmac_finish(&hmac, tag);
    if (rsl_equal_tags(tag, rsl_slot_tag(port, slot)))
        return (rsl_error) {.status = RSL_OK};
    return (rsl_error) {.status = RSL_WRONG_TAG, .value = rsl_key_number(key)};
}

static bool keep(const rsl_port *p, const uint8_t *key)
{
    uint8_t bytes[RSL_PORT_KEY] = {0};
    rsl_write_u32(bytes, KEY_MAGIC);
    memcpy(bytes + KEY_AT, key, RSL_KEY_BYTES);
    rsl_write_u32(bytes + CRC_AT, rsl_crc32(0, bytes, CRC_AT));
    return p->keep_key(p->context, bytes, sizeof bytes) && rsl_trust_key(p) != NULL;
}

void rsl_answer_key(rsl_device *d, const rsl_request *request)
{
    const rsl_port *p = d->port;
    static const uint8_t no_key[RSL_KEY_BYTES] = {0};
    const uint8_t *key = request->key.key;
    if (memcmp(key, no_key, sizeof no_key) == 0) {
        rsl_refuse(d, RSL_BAD_PAYLOAD, 0);
        return;
    }
    const uint8_t *there = rsl_trust_key(p);
    if (there != NULL && !rsl_equal_tags(there, key)) {
        rsl_refuse(d, RSL_KEY_IS_SET, rsl_key_number(there));
        return;
    }
    if (there == NULL) {
        if (p->key == NULL || p->keep_key == NULL) {
            rsl_refuse(d, RSL_READ_ONLY, 0);
            return;
        }
        if (!keep(p, key)) {
            rsl_refuse(d, RSL_STORAGE, 0);
            return;
        }
        d->begun = false;
        rsl_make_newest_ready(d);
    }
    const rsl_key_reply reply = {rsl_trust_number(p)};
    rsl_reply(d, RSL_KEY_SET, rsl_encode_key_reply(&reply, d->payload));
}
