// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_LINE_H
#define RSL_LINE_H

#include <stdint.h>

#include "device_link/firmware/rsl_port.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A line of text in the making: sent in pieces, so that no line needs room.
typedef struct rsl_line {
    const rsl_port *port;
    char text[64];
    size_t length;
} rsl_line;

rsl_line rsl_line_to(const rsl_port *port);
void rsl_line_put_char(rsl_line *line, char c);
void rsl_line_put(rsl_line *line, const char *text);
void rsl_line_put_number(rsl_line *line, uint64_t n);
/// Below zero, too.
void rsl_line_put_signed(rsl_line *line, int32_t n);
/// Three decimals as C's "%.3f" has them: rounded once, to nearest, ties to even. Of 2^53 and more: what 64
/// bits of thousandths hold.
void rsl_line_put_decimal(rsl_line *line, float v);
/// Two digits, lower case.
void rsl_line_put_hex(rsl_line *line, uint8_t byte);
/// Sends what is left of it; @p ending is its last text.
void rsl_line_send(rsl_line *line, const char *ending);

#ifdef __cplusplus
}
#endif

#endif
