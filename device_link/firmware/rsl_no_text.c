// SPDX-License-Identifier: Apache-2.0
// In the place of rsl_text.c: a firmware that speaks frames only.
#include "device_link/firmware/rsl_text.h"

void rsl_text_start(rsl_text *text, const rsl_text_host *host)
{
    (void)text;
    (void)host;
}

void rsl_text_feed(rsl_text *text, uint8_t byte)
{
    (void)text;
    (void)byte;
}

bool rsl_text_overhear(rsl_text *text, uint8_t byte, bool busy)
{
    (void)text;
    (void)byte;
    (void)busy;
    return false;
}
