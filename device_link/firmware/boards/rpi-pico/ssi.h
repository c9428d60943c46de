// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_PICO_SSI_H
#define RSL_PICO_SSI_H

/// Flash as memory (RP2040 data sheet, 4.10): command 03h, 24 bits of address, a bit a clock; each flash
/// knows it.

#define RSL_SSI           0x18000000
#define RSL_SSI_ON        0x08       // SSIENR
#define RSL_SSI_DIVIDER   0x14       // BAUDR
#define RSL_SSI_XIP       0xF4       // SPI_CTRLR0
#define RSL_SSI_DIVIDE_BY 4          // of 125 MHz: 31 MHz, where 03h goes to 50
#define RSL_SSI_FRAME     0x001F0300 // CTRLR0: 32 bits of data; read after command and address
#define RSL_SSI_COMMAND   0x03000218 // SPI_CTRLR0: 03h, of 8 bits, and 24 of address

#endif
