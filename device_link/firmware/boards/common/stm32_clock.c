// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/common/stm32.h"

// Clocks of STM32F4 and F7: PLL of 2 MHz input, VCO at twice the core's clock. Wait states go up before the
// clock does, and down after it.

#define RCC_CR       UINT32_C(0x40023800)
#define RCC_PLLCFGR  UINT32_C(0x40023804)
#define RCC_CFGR     UINT32_C(0x40023808)
#define RCC_CIR      UINT32_C(0x4002380C)
#define RCC_APB1ENR  UINT32_C(0x40023840)
#define RCC_APB2ENR  UINT32_C(0x40023844)
#define PWR_CR       UINT32_C(0x40007000)
#define PWR_CSR      UINT32_C(0x40007004)
#define FLASH_ACR    UINT32_C(0x40023C00)
#define TIM11_CR1    UINT32_C(0x40014800)
#define TIM11_SR     UINT32_C(0x40014810)
#define TIM11_EGR    UINT32_C(0x40014814)
#define TIM11_CCMR1  UINT32_C(0x40014818)
#define TIM11_CCER   UINT32_C(0x40014820)
#define TIM11_PSC    UINT32_C(0x40014828)
#define TIM11_ARR    UINT32_C(0x4001482C)
#define TIM11_CCR1   UINT32_C(0x40014834)
#define TIM11_OR     UINT32_C(0x40014850)
#define HSI_ON       UINT32_C(1)
#define HSI_READY    UINT32_C(2)
#define HSE_ON       (UINT32_C(1) << 16)
#define HSE_READY    (UINT32_C(1) << 17)
#define HSE_BYPASS   (UINT32_C(1) << 18)
#define HSE_WATCHED  (UINT32_C(1) << 19) // CSSON
#define PLL_ON       (UINT32_C(1) << 24)
#define PLL_READY    (UINT32_C(1) << 25)
#define PLL_FROM_HSE (UINT32_C(1) << 22)
#define POWER_CLOCK  (UINT32_C(1) << 28)
#define OD_ON        (UINT32_C(1) << 16) // ODEN, and ODRDY in CSR
#define OD_SWITCHED  (UINT32_C(1) << 17) // ODSWEN, and ODSWRDY
#define TIM11_CLOCK  (UINT32_C(1) << 18)
#define RTC_DIVIDER  (UINT32_C(0x1F) << 16) // RTCPRE
#define PREFETCH     (UINT32_C(1) << 8)
#define SCALE_READY  (UINT32_C(1) << 14) // VOSRDY
#define CAPTURED     UINT32_C(2)         // CC1IF
#define MISSED       (UINT32_C(1) << 9)  // CC1OF

enum {
    HSI_HZ = 16000000,
    HSI_PPM = 10000, ///< 1 % at 25 degrees, as the factory trims it
    CRYSTAL_PPM = 50,
    PLL_INPUT_HZ = 2000000,
    // Turns of rsl_wait_for(), at 16 MHz at least 0.3 us each.
    HSE_TURNS = 300000, ///< a crystal takes 2 ms, the slowest some 20
    PLL_TURNS = 20000,  ///< 0.3 ms
    SWITCH_TURNS = 20000,
    CAPTURE_TURNS = 2000,
    CAPTURES = 16,
    EDGES = 8,     ///< for each capture
    PRESCALE = 16, ///< of HSE, to TIM11
};

bool rsl_stm32_reset_clock(void)
{
    rsl_change(RCC_CR, 0, HSI_ON);
    (void)rsl_wait_for(RCC_CR, HSI_READY, HSI_READY, SWITCH_TURNS);
    rsl_change(RCC_CFGR, 3U, 0); // SW: HSI
    if (!rsl_wait_for(RCC_CFGR, 12U, 0, SWITCH_TURNS))
        return false;       // the PLL that the core runs from is left alone
    rsl_store(RCC_CFGR, 0); // no divider of AHB and APB
    rsl_change(RCC_CR, HSE_WATCHED | PLL_ON, 0);
    (void)rsl_wait_for(RCC_CR, PLL_READY, 0, PLL_TURNS);
    rsl_change(RCC_CR, HSE_ON, 0);
    (void)rsl_wait_for(RCC_CR, HSE_READY, 0, SWITCH_TURNS);
    rsl_change(RCC_CR, HSE_BYPASS, 0);
    rsl_store(RCC_CIR, UINT32_C(0xFF) << 16); // no interrupts, and none pending
    return true;
}

/// Ticks of HSI in CAPTURES * EDGES * PRESCALE periods of HSE, 0 when they are not seen.
static uint32_t count_outside(void)
{
    rsl_change(RCC_CFGR, RTC_DIVIDER, (uint32_t)PRESCALE << 16);
    rsl_change(RCC_APB2ENR, 0, TIM11_CLOCK);
    (void)rsl_load(RCC_APB2ENR);
    rsl_store(TIM11_OR, 2); // TI1 is HSE_RTC
    rsl_store(TIM11_PSC, 0);
    rsl_store(TIM11_ARR, 0xFFFF);
    rsl_store(TIM11_CCMR1, 1U | (3U << 2)); // input TI1, every eighth edge
    rsl_store(TIM11_CCER, 1);               // rising
    rsl_store(TIM11_EGR, 1);
    rsl_store(TIM11_CR1, 1);
    rsl_store(TIM11_SR, 0);
    uint32_t before = 0;
    uint32_t sum = 0;
    for (uint32_t i = 0; i <= CAPTURES; ++i) {
        if (!rsl_wait_for(TIM11_SR, CAPTURED, CAPTURED, CAPTURE_TURNS)) {
            sum = 0;
            break;
        }
        const uint32_t now = rsl_load(TIM11_CCR1); // clears CAPTURED
        sum += i > 0 ? (now - before) & 0xFFFFU : 0U;
        before = now;
    }
    if ((rsl_load(TIM11_SR) & MISSED) != 0)
        sum = 0; // a slow look would make it seem half as fast
    rsl_store(TIM11_CR1, 0);
    rsl_change(RCC_APB2ENR, TIM11_CLOCK, 0);
    rsl_change(RCC_CFGR, RTC_DIVIDER, 0);
    return sum;
}

/// The frequency at OSC_IN, of those that cannot be taken for each other by the error of HSI; 0 for any
/// other.
static uint32_t measure_outside(void)
{
    const uint32_t ticks = count_outside();
    if (ticks == 0)
        return 0;
    const uint32_t periods = (uint32_t)CAPTURES * EDGES * PRESCALE;
    const uint32_t khz = periods * (HSI_HZ / 1000U) / ticks;
    for (uint32_t known = 8000; known <= 16000; known += 4000)
        if (khz > known - known / 20U && khz < known + known / 20U)
            return known * 1000U;
    return 0;
}

/// The clock at OSC_IN, running, or 0.
static uint32_t start_outside(const rsl_stm32_plan *plan)
{
    if (plan->outside_is_clock)
        rsl_change(RCC_CR, 0, HSE_BYPASS);
    rsl_change(RCC_CR, 0, HSE_ON);
    if (rsl_wait_for(RCC_CR, HSE_READY, HSE_READY, HSE_TURNS)) {
        const uint32_t hz = plan->outside_hz != 0 ? plan->outside_hz : measure_outside();
        if (hz != 0)
            return hz;
    }
    rsl_change(RCC_CR, HSE_ON, 0);
    (void)rsl_wait_for(RCC_CR, HSE_READY, 0, SWITCH_TURNS);
    rsl_change(RCC_CR, HSE_BYPASS, 0);
    return 0;
}

static void set_wait_states(const rsl_stm32_plan *plan, const rsl_stm32_limits *limits, uint32_t hz)
{
    const uint32_t states = (hz - 1U) / limits->hz_per_wait;
    rsl_store(FLASH_ACR, states | (limits->prefetch ? PREFETCH : 0U));
    (void)rsl_wait_for(FLASH_ACR, 15U, states, SWITCH_TURNS);
    rsl_stm32_renew_caches(plan->accelerator);
}

void rsl_stm32_renew_caches(uint32_t accelerator)
{
    rsl_change(FLASH_ACR, accelerator, 0); // they can be cleared when they are off only
    rsl_change(FLASH_ACR, 0, accelerator << 2);
    rsl_change(FLASH_ACR, accelerator << 2, accelerator);
}

/// Over-drive lets the regulator feed more than 168 (F446) or 180 MHz (F746).
static bool start_overdrive(void)
{
    rsl_change(PWR_CR, 0, OD_ON);
    if (!rsl_wait_for(PWR_CSR, OD_ON, OD_ON, PLL_TURNS))
        return false;
    rsl_change(PWR_CR, 0, OD_SWITCHED);
    return rsl_wait_for(PWR_CSR, OD_SWITCHED, OD_SWITCHED, PLL_TURNS);
}

rsl_stm32_clock rsl_stm32_start_clock(const rsl_stm32_plan *plan, const rsl_stm32_limits *limits)
{
    const rsl_stm32_clock internal = {HSI_HZ, HSI_HZ, HSI_HZ, HSI_PPM};
    if (!rsl_stm32_reset_clock())
        return internal;
    set_wait_states(plan, limits, HSI_HZ);
    if (plan->core_hz > limits->most_hz)
        return internal;
    const uint32_t outside = start_outside(plan);
    const uint32_t input = outside != 0 ? outside : HSI_HZ;
    rsl_change(RCC_APB1ENR, 0, POWER_CLOCK);
    (void)rsl_load(RCC_APB1ENR);
    rsl_change(PWR_CR, UINT32_C(3) << 14, (uint32_t)plan->scale << 14);
    rsl_store(RCC_PLLCFGR,
              input / PLL_INPUT_HZ                              // M
                  | plan->core_hz / (PLL_INPUT_HZ / 2U) << 6    // N; P is 2
                  | (outside != 0 ? PLL_FROM_HSE : 0U)          //
                  | (UINT32_C(9) << 24) | (UINT32_C(2) << 28)); // Q and R: of no use here
    rsl_change(RCC_CR, 0, PLL_ON);
    (void)rsl_wait_for(PWR_CSR, SCALE_READY, SCALE_READY, PLL_TURNS);
    const bool has_power = !plan->overdrive || start_overdrive();
    if (!has_power || !rsl_wait_for(RCC_CR, PLL_READY, PLL_READY, PLL_TURNS)) {
        rsl_change(RCC_CR, PLL_ON, 0);
        return internal;
    }
    set_wait_states(plan, limits, plan->core_hz);
    rsl_change(RCC_CFGR, UINT32_C(0xFCF0), UINT32_C(5) << 10 | UINT32_C(4) << 13); // APB1 / 4, APB2 / 2
    rsl_change(RCC_CFGR, 3U, 2U);
    if (!rsl_wait_for(RCC_CFGR, 12U, 8U, SWITCH_TURNS)) {
        (void)rsl_stm32_reset_clock();
        set_wait_states(plan, limits, HSI_HZ);
        return internal;
    }
    return (rsl_stm32_clock) {plan->core_hz, plan->core_hz / 2U, plan->core_hz / 4U,
                              outside != 0 ? CRYSTAL_PPM : HSI_PPM};
}
