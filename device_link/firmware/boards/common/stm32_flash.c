// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/common/stm32.h"

// While flash is erased or written the core stands still at its next read from it; DMA goes on.

#define FLASH_KEYR UINT32_C(0x40023C04)
#define FLASH_SR   UINT32_C(0x40023C0C)
#define FLASH_CR   UINT32_C(0x40023C10)
#define PROGRAM    UINT32_C(1)
#define ERASE      UINT32_C(2)
#define START      (UINT32_C(1) << 16)
#define LOCKED     (UINT32_C(1) << 31)
#define BUSY       (UINT32_C(1) << 16)
#define ERRORS     UINT32_C(0x1F2) // RDERR, PGSERR, PGPERR, PGAERR, WRPERR, OPERR
#define DONE       UINT32_C(1)     // EOP

enum { LONGEST_SECONDS = 10 }; ///< 128 kB a byte at a time: 4 s at most; 256 kB twice that

static uint32_t parallel(const rsl_stm32_flash *flash)
{
    return (flash->write_bytes >> 1 & 3U) << 8; // PSIZE: 0 bytes, 1 halves, 2 words
}

static bool finish(const rsl_stm32_flash *flash)
{
    const uint32_t begin = rsl_cycles();
    const uint32_t most = flash->core_hz * LONGEST_SECONDS;
    while ((rsl_load(FLASH_SR) & BUSY) != 0)
        if (rsl_cycles() - begin > most)
            return false;
    return (rsl_load(FLASH_SR) & ERRORS) == 0;
}

/// Not while something goes on; the errors of before forgotten.
static bool unlock(const rsl_stm32_flash *flash)
{
    (void)finish(flash);
    if ((rsl_load(FLASH_SR) & BUSY) != 0)
        return false;
    if ((rsl_load(FLASH_CR) & LOCKED) != 0) { // keys that it does not wait for lock it until the next reset
        rsl_store(FLASH_KEYR, 0x45670123U);
        rsl_store(FLASH_KEYR, 0xCDEF89ABU);
    }
    rsl_store(FLASH_SR, ERRORS | DONE);
    return (rsl_load(FLASH_CR) & LOCKED) == 0;
}

static void lock(const rsl_stm32_flash *flash)
{
    rsl_store(FLASH_CR, LOCKED);
    rsl_stm32_renew_caches(flash->accelerator);
}

bool rsl_stm32_erase(const rsl_stm32_flash *flash, uint8_t slot, uint32_t length)
{
    const uint32_t sectors = (length + flash->sector - 1U) / flash->sector;
    bool good = unlock(flash);
    for (uint32_t i = 0; good && i < sectors; ++i) {
        rsl_stm32_feed_watchdog();
        const uint32_t what = ERASE | (flash->first[slot] + i) << 3 | parallel(flash);
        rsl_store(FLASH_CR, what);
        rsl_store(FLASH_CR, what | START);
        rsl_barrier();
        good = finish(flash);
    }
    lock(flash);
    rsl_stm32_feed_watchdog();
    return good;
}

bool rsl_stm32_program(const rsl_stm32_flash *flash, uint8_t slot, uint32_t offset, const uint8_t *bytes,
                       uint32_t length)
{
    const uint32_t to = flash->slot[slot] + offset;
    bool good = unlock(flash);
    if (good)
        rsl_store(FLASH_CR, PROGRAM | parallel(flash));
    for (uint32_t i = 0; good && i < length; i += flash->write_bytes) {
        uint32_t value = 0;
        memcpy(&value, bytes + i, flash->write_bytes);
        if (flash->write_bytes == 4)
            rsl_store(to + i, value);
        else if (flash->write_bytes == 2)
            rsl_store16(to + i, (uint16_t)value);
        else
            rsl_store8(to + i, (uint8_t)value);
        rsl_barrier();
        good = finish(flash);
    }
    lock(flash);
    return good;
}
