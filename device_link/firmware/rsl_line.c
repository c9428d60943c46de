// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_line.h"

#include <string.h>

#include "device_link/firmware/rsl_divide.h"

static void send_piece(rsl_line *l)
{
    if (l->length > 0)
        l->port->write(l->port->context, (const uint8_t *)l->text, l->length);
    l->length = 0;
}

rsl_line rsl_line_to(const rsl_port *port)
{
    rsl_line l;
    l.port = port;
    l.length = 0;
    return l;
}

void rsl_line_put_char(rsl_line *l, char c)
{
    if (l->length == sizeof l->text)
        send_piece(l);
    l->text[l->length++] = c;
}

void rsl_line_put(rsl_line *l, const char *text)
{
    while (*text != 0)
        rsl_line_put_char(l, *text++);
}

void rsl_line_put_number(rsl_line *l, uint64_t n)
{
    char digits[20];
    size_t count = 0;
    do {
        uint32_t digit;
        n = rsl_divide(n, 10, &digit);
        digits[count++] = (char)('0' + (char)digit);
    } while (n != 0);
    while (count > 0)
        rsl_line_put_char(l, digits[--count]);
}

void rsl_line_put_signed(rsl_line *l, int32_t n)
{
    if (n < 0)
        rsl_line_put_char(l, '-');
    rsl_line_put_number(l, n < 0 ? 0U - (uint32_t)n : (uint32_t)n);
}

void rsl_line_put_decimal(rsl_line *l, float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (bits >> 31 != 0)
        rsl_line_put_char(l, '-');
    const uint32_t exponent = bits >> 23 & 0xFFU;
    if (exponent == 0xFFU) {
        rsl_line_put(l, (bits & 0x7FFFFFU) != 0 ? "nan" : "inf");
        return;
    }
    // Thousandths of mantissa / 2^(150 - exponent). A subnormal mantissa is nothing, whatever it is.
    uint64_t n = (uint64_t)((bits & 0x7FFFFFU) | 0x800000U) * 1000U; // 34 bits
    if (exponent >= 150U) {
        n = exponent < 180U ? n << (exponent - 150U) : UINT64_MAX;
    } else {
        const uint32_t shift = exponent > 114U ? 150U - exponent : 36U;
        n += (UINT64_C(1) << (shift - 1U)) - 1U + (n >> shift & 1U); // halves to even
        n >>= shift;
    }
    uint32_t rest;
    rsl_line_put_number(l, rsl_divide(n, 1000, &rest));
    rsl_line_put_char(l, '.');
    for (uint32_t unit = 100; unit > 0; unit /= 10U)
        rsl_line_put_char(l, (char)('0' + (char)(rest / unit % 10U)));
}

void rsl_line_put_hex(rsl_line *l, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    rsl_line_put_char(l, digits[byte >> 4]);
    rsl_line_put_char(l, digits[byte & 15U]);
}

void rsl_line_send(rsl_line *l, const char *ending)
{
    rsl_line_put(l, ending);
    send_piece(l);
}
