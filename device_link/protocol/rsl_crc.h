// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_CRC_H
#define RSL_CRC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// CRC-32 of IEEE 802.3 (reflected, polynomial 0xEDB88320, initial value and final xor 0xFFFFFFFF): the CRC
/// of zlib, PNG and Ethernet. Of "123456789" it is 0xCBF43926.
///
/// To go on with a sum, hand in what the last call returned; the first call is handed 0.
uint32_t rsl_crc32(uint32_t crc, const void *bytes, size_t length);

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
typedef struct rsl_sha256 {
    uint32_t state[8];
    uint64_t length; ///< bytes so far
    uint8_t block[64];
} rsl_sha256;

enum { RSL_SHA256_BYTES = 32 };

void rsl_sha256_start(rsl_sha256 *sha);
void rsl_sha256_add(rsl_sha256 *sha, const void *bytes, size_t length);
/// Writes the digest; the sum has to be started anew before it is used again.
void rsl_sha256_finish(rsl_sha256 *sha, uint8_t digest[RSL_SHA256_BYTES]);

/// A pseudo-random bit sequence for testing a line: PRBS-31, x^31 + x^28 + 1, eight bits a call, the first
/// in bit 0. @p state is any number but 0 in its lower 31 bits, and is advanced.
uint8_t rsl_prbs31(uint32_t *state);

#ifdef __cplusplus
}
#endif

#endif
