// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_hmac.h"

#include <string.h>

#include "device_link/protocol/rsl_bytes.h"

enum { KEY = 32, BLOCK = 64, INNER = 0x36, OUTER = 0x5C };

void rsl_hmac_start(rsl_hmac *h, const uint8_t *key)
{
    uint8_t block[BLOCK];
    for (size_t i = 0; i < BLOCK; ++i) {
        const uint8_t byte = i < KEY ? key[i] : 0;
        block[i] = byte ^ INNER;
        h->outer[i] = byte ^ OUTER;
    }
    rsl_sha256_start(&h->inner);
    rsl_sha256_add(&h->inner, block, sizeof block);
}

void rsl_hmac_add(rsl_hmac *h, const void *bytes, size_t length)
{
    rsl_sha256_add(&h->inner, bytes, length);
}

void rsl_hmac_finish(rsl_hmac *h, uint8_t *tag)
{
    uint8_t digest[RSL_SHA256_BYTES];
    rsl_sha256_finish(&h->inner, digest);
    rsl_sha256_start(&h->inner);
    rsl_sha256_add(&h->inner, h->outer, sizeof h->outer);
    rsl_sha256_add(&h->inner, digest, sizeof digest);
    rsl_sha256_finish(&h->inner, tag);
    memset(h->outer, 0, sizeof h->outer);
}

bool rsl_equal_tags(const uint8_t *a, const uint8_t *b)
{
    volatile uint8_t differs = 0; // volatile: no compiler may leave the loop early
    for (size_t i = 0; i < RSL_SHA256_BYTES; ++i)
        differs = differs | (uint8_t)(a[i] ^ b[i]);
    return differs == 0;
}

uint32_t rsl_key_number(const uint8_t *key)
{
    rsl_hmac h;
    uint8_t tag[RSL_SHA256_BYTES];
    rsl_hmac_start(&h, key);
    rsl_hmac_add(&h, "rosler key", 10);
    rsl_hmac_finish(&h, tag);
    const uint32_t number = rsl_read_u32(tag);
    return number != 0 ? number : 1U;
}
