// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_RING_H
#define RSL_RING_H

#include <stdbool.h>
#include <stdint.h>

/// Bytes from an interrupt to the loop: one writes, one reads. Room for four frames on the wire.
enum { RSL_RING = 4096 };

typedef struct rsl_ring {
    volatile uint32_t head;
    volatile uint32_t tail;
    uint8_t bytes[RSL_RING];
} rsl_ring;

static inline bool rsl_ring_is_full(const rsl_ring *ring)
{
    return ring->head - ring->tail == RSL_RING;
}

static inline void rsl_ring_put(rsl_ring *ring, uint8_t byte)
{
    ring->bytes[ring->head % RSL_RING] = byte;
    ++ring->head;
}

/// -1 when there is none.
static inline int rsl_ring_take(rsl_ring *ring)
{
    if (ring->head == ring->tail)
        return -1;
    const uint8_t byte = ring->bytes[ring->tail % RSL_RING];
    ++ring->tail;
    return byte;
}

#endif
