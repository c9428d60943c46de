// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_device.h"

#include <string.h>

#include "device_link/firmware/rsl_answers.h"
#include "device_link/firmware/rsl_bench.h"
#include "device_link/firmware/rsl_commit.h"
#include "device_link/firmware/rsl_slots.h"
#include "device_link/firmware/rsl_text_attach.h"
#include "device_link/firmware/rsl_window.h"

/// While a rate is on trial, goes back when nobody is heard.
static void watch_baud(rsl_device *d)
{
    if (d->baud_before == 0)
        return;
    const uint64_t seconds = d->baud_heard ? 5 : 1;
    if (rsl_device_time(d) - d->baud_since < seconds * d->port->timer_hz)
        return;
    (void)d->port->set_baud(d->port->context, d->baud_before);
    d->baud = d->baud_before;
    d->baud_before = 0;
    rsl_decoder_start(&d->decoder);
}

void rsl_device_start(rsl_device *d, const rsl_port *port)
{
    memset(d, 0, sizeof *d);
    d->port = port;
    d->baud = port->baud;
    d->last_ticks = port->ticks(port->context);
    rsl_decoder_start(&d->decoder);
    rsl_slots_settle(port);
    rsl_make_newest_ready(d);
    const bool energy = port->energy_mode != NULL && port->energy_mode(port->context);
    if (energy && port->set_baud != NULL && port->set_baud(port->context, RSL_ENERGY_BAUD))
        d->baud = RSL_ENERGY_BAUD;
    rsl_text_attach(d, energy);
}

bool rsl_device_step(rsl_device *d)
{
    // At most two frames' worth a step, so that a flood does not keep work from going on.
    for (uint32_t i = 0; i < 2U * RSL_MAX_WIRE_FRAME; ++i) {
        const int byte = d->port->read(d->port->context);
        if (byte < 0)
            break;
        if (d->work == RSL_WORK_BENCH)
            rsl_bench_hear(d);
        switch (rsl_decoder_feed(&d->decoder, (uint8_t)byte)) {
        case RSL_FEED_TEXT:
            if (d->work == RSL_WORK_NONE)
                rsl_text_feed(&d->text, (uint8_t)byte);
            break;
        case RSL_FEED_FRAME:
            d->baud_heard = true;
            rsl_answer(d);
            break;
        case RSL_FEED_NOTHING:
        case RSL_FEED_BAD:
            if (rsl_text_overhear(&d->text, (uint8_t)byte, d->work != RSL_WORK_NONE))
                rsl_decoder_start(&d->decoder);
            break;
        }
    }
    watch_baud(d);
    switch (d->work) {
    case RSL_WORK_HASH:
    case RSL_WORK_CHECK:
        rsl_commit_step(d);
        break;
    case RSL_WORK_BENCH:
        rsl_bench_step(d);
        break;
    case RSL_WORK_NONE:
        break;
    }
    return d->work != RSL_WORK_NONE || d->baud_before != 0;
}

void rsl_device_run(rsl_device *d)
{
    for (;;)
        if (!rsl_device_step(d) && d->port->idle != NULL) {
            d->port->idle(d->port->context);
            (void)rsl_device_time(d); // idle for longer than 2^32 ticks loses none
        }
}
