// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_FRAME_H
#define RSL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Frames: how messages travel among text on a byte stream (PROTOCOL.md, section "Frames").
///
///     0x00  COBS( header  type  payload  CRC-32 )  0x00
///
/// A 0x00 never occurs in text nor inside of a frame, so that it opens a frame and ends it. COBS: S.
/// Cheshire, M. Baker, "Consistent overhead byte stuffing", IEEE/ACM Trans. Networking 7 (1999),
/// doi:10.1109/90.769765.

enum {
    RSL_PROTOCOL_VERSION = 2,
    RSL_HEADER_BYTES = 8, ///< the same in all versions
    RSL_MAX_PAYLOAD = 512,
    RSL_MAX_RAW_FRAME = RSL_HEADER_BYTES + 1 + RSL_MAX_PAYLOAD + 4,
    /// Of a whole frame on the wire: COBS adds a byte for each begun 254, and there are the two zeros.
    RSL_MAX_WIRE_FRAME = RSL_MAX_RAW_FRAME + RSL_MAX_RAW_FRAME / 254 + 1 + 2,
};

typedef struct rsl_frame {
    uint8_t version;  ///< 1..15; RSL_PROTOCOL_VERSION
    uint8_t type;     ///< rsl_type; of version 1, which had 16 types in the version's byte, 0..15
    uint8_t flags;    ///< rsl_flag bits
    uint16_t seq;     ///< a reply carries its request's
    uint16_t session; ///< chosen by the host in HELLO
    uint16_t length;  ///< of the payload, 0..RSL_MAX_PAYLOAD
} rsl_frame;

/// Writes a frame with both zeros.
/// @param payload  frame->length bytes
/// @return how many bytes were written; 0 when they do not fit in @p capacity, or the frame's fields are out
///         of range
size_t rsl_frame_encode(const rsl_frame *frame, const uint8_t *payload, uint8_t *wire, size_t capacity);

typedef enum rsl_feed {
    RSL_FEED_NOTHING, ///< more bytes are needed
    RSL_FEED_TEXT,    ///< the byte is not part of a frame
    RSL_FEED_FRAME,   ///< a whole frame: decoder->frame and decoder->payload are good until the next byte
    RSL_FEED_BAD,     ///< a frame ended that is none: its code, length or CRC is wrong. To be dropped.
} rsl_feed;

/// Finds frames in a stream, a byte at a time, whatever comes.
typedef struct rsl_decoder {
    rsl_frame frame;
    const uint8_t *payload; ///< points into raw
    bool inside;            ///< after an opening zero
    bool started;           ///< a byte came since the opening zero
    bool broken;            ///< this frame cannot become good any more
    uint8_t code;           ///< bytes left in the COBS block
    bool zero_follows;      ///< the block stands for a zero at its end
    size_t length;          ///< of raw so far
    uint32_t bad;           ///< frames dropped since the start
    uint8_t raw[RSL_MAX_RAW_FRAME];
} rsl_decoder;

void rsl_decoder_start(rsl_decoder *decoder);

/// After a good frame the stream is text again; after a bad one, the zero that ended it may be the next
/// one's opening zero, and is taken for it.
rsl_feed rsl_decoder_feed(rsl_decoder *decoder, uint8_t byte);

#ifdef __cplusplus
}
#endif

#endif
