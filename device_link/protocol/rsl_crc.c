// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_crc.h"

#include <string.h>

#include "device_link/protocol/rsl_bytes.h"

// Eight rounds of `v = v & 1 ? v >> 1 ^ 0xEDB88320 : v >> 1`, as constants.
#define RSL_ROUND(v)  (((v) >> 1) ^ (((v)&1U) != 0U ? 0xEDB88320U : 0U))
#define RSL_ROUND4(v) RSL_ROUND(RSL_ROUND(RSL_ROUND(RSL_ROUND(v))))

uint32_t rsl_crc32(uint32_t crc, const void *bytes, size_t length)
{
    // A table of 16: 64 bytes of flash, two look-ups a byte.
    static const uint32_t table[16] = {
        RSL_ROUND4(0U),  RSL_ROUND4(1U),  RSL_ROUND4(2U),  RSL_ROUND4(3U),  RSL_ROUND4(4U),  RSL_ROUND4(5U),
        RSL_ROUND4(6U),  RSL_ROUND4(7U),  RSL_ROUND4(8U),  RSL_ROUND4(9U),  RSL_ROUND4(10U), RSL_ROUND4(11U),
        RSL_ROUND4(12U), RSL_ROUND4(13U), RSL_ROUND4(14U), RSL_ROUND4(15U),
    };
    const uint8_t *p = bytes;
    crc = ~crc;
    for (size_t i = 0; i < length; ++i) {
        crc ^= p[i];
        crc = (crc >> 4) ^ table[crc & 15U];
        crc = (crc >> 4) ^ table[crc & 15U];
    }
    return ~crc;
}

static uint32_t rotate(uint32_t x, unsigned n)
{
    return (x >> n) | (x << (32U - n));
}

static uint32_t big_endian(const uint8_t *p)
{
    return ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
}

static void add_block(uint32_t state[8], const uint8_t *block)
{
    // The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    static const uint32_t k[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    };
    uint32_t w[16];
    for (unsigned i = 0; i < 16; ++i)
        w[i] = big_endian(block + 4 * i);
    uint32_t a = state[0];
    uint32_t b = state[1];
    uint32_t c = state[2];
    uint32_t d = state[3];
    uint32_t e = state[4];
    uint32_t f = state[5];
    uint32_t g = state[6];
    uint32_t h = state[7];
    for (unsigned i = 0; i < 64; ++i) {
        if (i >= 16) {
            const uint32_t x = w[(i + 1) & 15U];
            const uint32_t y = w[(i + 14) & 15U];
            w[i & 15U] += (rotate(x, 7) ^ rotate(x, 18) ^ (x >> 3)) + w[(i + 9) & 15U]
                + (rotate(y, 17) ^ rotate(y, 19) ^ (y >> 10));
        }
        const uint32_t t =
            h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i & 15U];
        const uint32_t u = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t;
        d = c;
        c = b;
        b = a;
        a = t + u;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

void rsl_sha256_start(rsl_sha256 *sha)
{
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(sha->state, initial, sizeof initial);
    sha->length = 0;
}

void rsl_sha256_add(rsl_sha256 *sha, const void *bytes, size_t length)
{
    const uint8_t *p = bytes;
    while (length > 0) {
        const size_t at = (size_t)(sha->length % 64U);
        size_t n = 64U - at;
        if (n > length)
            n = length;
        if (n == 64U) {
            add_block(sha->state, p);
        } else {
            memcpy(sha->block + at, p, n);
            if (at + n == 64U)
                add_block(sha->state, sha->block);
        }
        sha->length += n;
        p += n;
        length -= n;
    }
}

void rsl_sha256_finish(rsl_sha256 *sha, uint8_t digest[RSL_SHA256_BYTES])
{
    static const uint8_t padding[64] = {0x80};
    const uint64_t bits = sha->length * 8U;
    const size_t at = (size_t)(sha->length % 64U);
    rsl_sha256_add(sha, padding, at < 56U ? 56U - at : 120U - at);
    uint8_t tail[8];
    for (unsigned i = 0; i < 8; ++i)
        tail[i] = (uint8_t)(bits >> (56U - 8U * i));
    rsl_sha256_add(sha, tail, sizeof tail);
    for (unsigned i = 0; i < 8; ++i)
        for (unsigned j = 0; j < 4; ++j)
            digest[4 * i + j] = (uint8_t)(sha->state[i] >> (24U - 8U * j));
}

uint8_t rsl_prbs31(uint32_t *state)
{
    uint32_t s = *state;
    uint8_t out = 0;
    for (unsigned i = 0; i < 8; ++i) {
        const uint32_t bit = ((s >> 30) ^ (s >> 27)) & 1U;
        s = ((s << 1) | bit) & 0x7FFFFFFFU;
        out = (uint8_t)(out | (bit << i));
    }
    *state = s;
    return out;
}
