// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_HMAC_H
#define RSL_HMAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device_link/protocol/rsl_crc.h"

#ifdef __cplusplus
extern "C" {
#endif

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1) with keys of 32 bytes, of bytes that come in pieces.
typedef struct rsl_hmac {
    rsl_sha256 inner;
    uint8_t outer[64];
} rsl_hmac;

/// @param key  32 bytes
void rsl_hmac_start(rsl_hmac *hmac, const uint8_t *key);
void rsl_hmac_add(rsl_hmac *hmac, const void *bytes, size_t length);
/// Writes the tag; the key has to be given anew before the next one.
/// @param tag  RSL_SHA256_BYTES
void rsl_hmac_finish(rsl_hmac *hmac, uint8_t *tag);

/// Whether two tags are equal, in a time that does not depend on where they differ.
bool rsl_equal_tags(const uint8_t *a, const uint8_t *b);

/// A number to tell keys apart by, which says nothing else of them: the first four bytes of the tag of
/// "rosler key"; 1 in place of 0.
/// @param key  32 bytes
uint32_t rsl_key_number(const uint8_t *key);

#ifdef __cplusplus
}
#endif

#endif
