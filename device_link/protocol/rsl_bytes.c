// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_bytes.h"

uint16_t rsl_read_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | ((uint32_t)p[1] << 8));
}

uint32_t rsl_read_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | ((uint32_t)p[1] << 8) | ((uint32_t)p[2] << 16) | ((uint32_t)p[3] << 24);
}

uint64_t rsl_read_u64(const uint8_t *p)
{
    return (uint64_t)rsl_read_u32(p) | ((uint64_t)rsl_read_u32(p + 4) << 32);
}

void rsl_write_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

void rsl_write_u32(uint8_t *p, uint32_t v)
{
    rsl_write_u16(p, (uint16_t)v);
    rsl_write_u16(p + 2, (uint16_t)(v >> 16));
}

void rsl_write_u64(uint8_t *p, uint64_t v)
{
    rsl_write_u32(p, (uint32_t)v);
    rsl_write_u32(p + 4, (uint32_t)(v >> 32));
}
