// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_BYTES_H
#define RSL_BYTES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Little-endian numbers in byte buffers of any alignment.
uint16_t rsl_read_u16(const uint8_t *p);
uint32_t rsl_read_u32(const uint8_t *p);
uint64_t rsl_read_u64(const uint8_t *p);
void rsl_write_u16(uint8_t *p, uint16_t v);
void rsl_write_u32(uint8_t *p, uint32_t v);
void rsl_write_u64(uint8_t *p, uint64_t v);

#ifdef __cplusplus
}
#endif

#endif
