// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_NRF52840_SERIAL_H
#define RSL_NRF52840_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// UARTE0 through the debugger: TX on P0.06, RX on P0.08. EasyDMA fills a ring for ever, whatever the core
/// does.

enum { RSL_NRF_RING = 4096 };

void rsl_nrf_start_serial(uint32_t baud);
int rsl_nrf_read(void);
void rsl_nrf_write(const uint8_t *bytes, size_t length);
/// Rates of the product specification alone, 9600 to 1,000,000.
bool rsl_nrf_set_baud(uint32_t rate);

#endif
