// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/rpi-pico/pico.h"

#define RESETS_RESET  UINT32_C(0x4000C000)
#define RESETS_DONE   UINT32_C(0x4000C008)
#define XOSC_CTRL     UINT32_C(0x40024000)
#define XOSC_STATUS   UINT32_C(0x40024004)
#define XOSC_STARTUP  UINT32_C(0x4002400C)
#define REF_CTRL      UINT32_C(0x40008030)
#define REF_DIV       UINT32_C(0x40008034)
#define REF_SELECTED  UINT32_C(0x40008038)
#define SYS_CTRL      UINT32_C(0x4000803C)
#define SYS_DIV       UINT32_C(0x40008040)
#define SYS_SELECTED  UINT32_C(0x40008044)
#define PERI_CTRL     UINT32_C(0x40008048)
#define RESUS_CTRL    UINT32_C(0x40008078)
#define PLL_CS        UINT32_C(0x40028000)
#define PLL_PWR       UINT32_C(0x40028004)
#define PLL_FBDIV     UINT32_C(0x40028008)
#define PLL_PRIM      UINT32_C(0x4002800C)
#define PSM_WDSEL     UINT32_C(0x40010008)
#define WATCHDOG_CTRL UINT32_C(0x40058000)
#define WATCHDOG_LOAD UINT32_C(0x40058004)
#define WATCHDOG_WHY  UINT32_C(0x40058008)
#define WATCHDOG_TICK UINT32_C(0x4005802C)
#define CHIP_RESET    UINT32_C(0x40064008)
#define TIMER_RAW     UINT32_C(0x40054028)
#define SYST_CSR      UINT32_C(0xE000E010)
#define SYST_RVR      UINT32_C(0xE000E014)
#define SYST_CVR      UINT32_C(0xE000E018)

enum {
    CRYSTAL_MHZ = 12,
    TURNS = 100000,
    BLOCK_PLL = 1 << 12,
    CYCLES_24 = 0xFFFFFF,
    MHZ = RSL_PICO_CLOCK / 1000000,
};

static uint32_t apart; ///< what SysTick counted more than the timer's time, modulo 2^24

void rsl_pico_start_blocks(uint32_t blocks)
{
    rsl_change(RESETS_RESET, 0, blocks);
    rsl_change(RESETS_RESET, blocks, 0);
    (void)rsl_wait_for(RESETS_DONE, blocks, blocks, TURNS);
}

bool rsl_pico_start_clock(void)
{
    rsl_store(RESUS_CTRL, 0);
    rsl_store(XOSC_STARTUP, 47); // 1 ms of 12 MHz, in units of 256
    rsl_store(XOSC_CTRL, UINT32_C(0xFAB) << 12 | 0xAA0U);
    if (!rsl_wait_for(XOSC_STATUS, UINT32_C(1) << 31, UINT32_C(1) << 31, TURNS))
        return false;
    rsl_change(SYS_CTRL, 1, 0); // to the reference, before the PLL is touched
    if (!rsl_wait_for(SYS_SELECTED, 1, 1, TURNS))
        return false;
    rsl_store(REF_DIV, 1U << 8);
    rsl_change(REF_CTRL, 3, 2); // the crystal
    if (!rsl_wait_for(REF_SELECTED, 4, 4, TURNS))
        return false;
    rsl_store(WATCHDOG_TICK, CRYSTAL_MHZ | 1U << 9); // a microsecond
    rsl_pico_start_blocks(BLOCK_PLL);
    rsl_store(PLL_CS, 1);      // reference undivided
    rsl_store(PLL_FBDIV, 125); // 1500 MHz
    rsl_change(PLL_PWR, 1U | 1U << 5, 0);
    if (!rsl_wait_for(PLL_CS, UINT32_C(1) << 31, UINT32_C(1) << 31, TURNS))
        return false;
    rsl_store(PLL_PRIM, UINT32_C(6) << 16 | UINT32_C(2) << 12); // / 6 / 2
    rsl_change(PLL_PWR, 1U << 3, 0);
    rsl_store(SYS_DIV, 1U << 8);
    rsl_change(SYS_CTRL, 7U << 5, 0); // its auxiliary source: the PLL
    rsl_change(SYS_CTRL, 0, 1);
    if (!rsl_wait_for(SYS_SELECTED, 2, 2, TURNS))
        return false;
    rsl_store(PERI_CTRL, 1U << 11); // peripherals from the core's clock
    return true;
}

static uint32_t count(void)
{
    return (CYCLES_24 - rsl_load(SYST_CVR)) & CYCLES_24; // it counts down
}

void rsl_pico_start_ticks(void)
{
    rsl_store(SYST_RVR, CYCLES_24);
    rsl_store(SYST_CVR, 0);
    rsl_store(SYST_CSR, 5); // the core's clock, no interrupt
    apart = count() - rsl_load(TIMER_RAW) * MHZ;
}

uint32_t rsl_pico_ticks(void)
{
    // Both count the same crystal: the timer's time to 125 cycles, and SysTick says which.
    const uint32_t about = rsl_load(TIMER_RAW) * MHZ;
    const uint32_t more = (count() - apart - about) & CYCLES_24;
    return about + (more < CYCLES_24 / 2 ? more : more - (CYCLES_24 + 1U));
}

void rsl_pico_start_watchdog(void)
{
    rsl_store(WATCHDOG_CTRL, 0);
    rsl_store(PSM_WDSEL, 0x1FFFC); // all but the oscillators
    rsl_pico_feed_watchdog();
    rsl_store(WATCHDOG_CTRL, UINT32_C(1) << 30 | UINT32_C(7) << 24); // on, but not under a debugger
}

void rsl_pico_feed_watchdog(void)
{
    rsl_store(WATCHDOG_LOAD, 0xFFFFFF); // 8.4 s: it counts down twice a microsecond (erratum RP2040-E1)
}

rsl_start_cause rsl_pico_reset_cause(void)
{
    const uint32_t why = rsl_load(WATCHDOG_WHY);
    const uint32_t chip = rsl_load(CHIP_RESET);
    if (rsl_take_fault() != 0) // resets the core alone
        return RSL_START_FAULT;
    if ((why & 1U) != 0)
        return RSL_START_WATCHDOG;
    if ((why & 2U) != 0)
        return RSL_START_ASKED;
    if ((chip & UINT32_C(1) << 16) != 0)
        return RSL_START_PIN;
    return (chip & UINT32_C(1) << 8) != 0 ? RSL_START_POWER : RSL_START_UNKNOWN;
}

void rsl_pico_reset(void)
{
    rsl_store(PSM_WDSEL, 0x1FFFC);
    rsl_change(WATCHDOG_CTRL, 0, UINT32_C(1) << 31);
    for (;;) { }
}
