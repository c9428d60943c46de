// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_log.h"

#include <string.h>

static size_t put(uint8_t *text, size_t at, const char *words)
{
    const size_t length = strlen(words);
    memcpy(text + at, words, length);
    return at + length;
}

static size_t put_number(uint8_t *text, size_t at, uint32_t number)
{
    uint32_t unit = 1;
    while (number / unit >= 10U)
        unit *= 10U;
    for (; unit > 0; unit /= 10U)
        text[at++] = (uint8_t)('0' + number / unit % 10U);
    return at;
}

static const char *cause_text(rsl_start_cause cause)
{
    switch (cause) {
    case RSL_START_POWER:
        return "power";
    case RSL_START_PIN:
        return "reset pin";
    case RSL_START_ASKED:
        return "software";
    case RSL_START_WATCHDOG:
        return "watchdog, the firmware hung";
    case RSL_START_BROWN_OUT:
        return "brown-out";
    case RSL_START_FAULT:
        return "fault of the firmware";
    case RSL_START_UNKNOWN:
        break;
    }
    return "cause unknown";
}

size_t rsl_log_start(const rsl_port *port, uint8_t *text)
{
    if (port->start_cause == RSL_START_UNKNOWN && port->clock_ppm == 0 && port->supply_mv == 0)
        return 0;
    size_t n = put(text, 0, "start: ");
    n = put(text, n, cause_text(port->start_cause));
    n = put(text, n, "; clock ");
    n = put_number(text, n, port->clock_hz);
    n = put(text, n, " Hz");
    if (port->clock_ppm != 0) {
        n = put(text, n, " +-");
        n = put_number(text, n, port->clock_ppm);
        n = put(text, n, " ppm");
    }
    if (port->supply_mv != 0) {
        n = put(text, n, "; supply ");
        n = put_number(text, n, port->supply_mv);
        n = put(text, n, " mV");
    }
    return n;
}

size_t rsl_log_stack(const rsl_port *port, uint8_t *text)
{
    if (port->stack_used == NULL)
        return 0;
    uint32_t of = 0;
    const uint32_t used = port->stack_used(port->context, &of);
    size_t n = put(text, 0, "stack: ");
    n = put_number(text, n, used);
    n = put(text, n, " of ");
    n = put_number(text, n, of);
    return put(text, n, " bytes");
}
