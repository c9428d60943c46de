// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/common/stm32.h"

#define RCC_AHB1RSTR   UINT32_C(0x40023810)
#define RCC_AHB2RSTR   UINT32_C(0x40023814)
#define RCC_APB1RSTR   UINT32_C(0x40023820)
#define RCC_APB2RSTR   UINT32_C(0x40023824)
#define RCC_CSR        UINT32_C(0x40023874)
#define IWDG_KR        UINT32_C(0x40003000)
#define IWDG_PR        UINT32_C(0x40003004)
#define IWDG_RLR       UINT32_C(0x40003008)
#define IWDG_SR        UINT32_C(0x4000300C)
#define DBGMCU_APB1_FZ UINT32_C(0xE0042008)

enum { SR_TURNS = 200000 }; ///< five of LSI's periods are 0.3 ms at most

void rsl_stm32_reset_peripherals(void)
{
    static const uint32_t buses[] = {RCC_AHB1RSTR, RCC_AHB2RSTR, RCC_APB1RSTR, RCC_APB2RSTR};
    for (uint32_t i = 0; i < sizeof buses / sizeof buses[0]; ++i) {
        rsl_store(buses[i], UINT32_MAX);
        rsl_store(buses[i], 0);
    }
}

rsl_start_cause rsl_stm32_reset_cause(void)
{
    const uint32_t flags = rsl_load(RCC_CSR);
    rsl_change(RCC_CSR, 0, UINT32_C(1) << 24); // RMVF: the next start sees its own
    const uint32_t fault = rsl_take_fault();
    if ((flags & (UINT32_C(3) << 29)) != 0) // WWDGRSTF, IWDGRSTF
        return RSL_START_WATCHDOG;
    if ((flags & (UINT32_C(1) << 28)) != 0) // SFTRSTF
        return fault != 0 ? RSL_START_FAULT : RSL_START_ASKED;
    if ((flags & (UINT32_C(1) << 27)) != 0) // PORRSTF
        return RSL_START_POWER;
    if ((flags & (UINT32_C(1) << 25)) != 0) // BORRSTF
        return RSL_START_BROWN_OUT;
    if ((flags & (UINT32_C(1) << 26)) != 0) // PINRSTF, which all others set too
        return RSL_START_PIN;
    return RSL_START_UNKNOWN;
}

void rsl_stm32_start_watchdog(void)
{
    rsl_change(DBGMCU_APB1_FZ, 0, UINT32_C(1) << 12); // it stands still while a debugger holds the core
    rsl_store(IWDG_KR, 0xCCCC);                       // on, and with it LSI
    rsl_store(IWDG_KR, 0x5555);
    rsl_store(IWDG_PR, 5);      // 32 kHz / 128
    rsl_store(IWDG_RLR, 0xFFF); // 4096 of those
    (void)rsl_wait_for(IWDG_SR, 3U, 0, SR_TURNS);
    rsl_store(IWDG_KR, 0xAAAA);
}

void rsl_stm32_feed_watchdog(void)
{
    rsl_store(IWDG_KR, 0xAAAA);
}
