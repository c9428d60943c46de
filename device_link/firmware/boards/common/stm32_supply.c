// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/cortex_m.h"
#include "device_link/firmware/boards/common/stm32.h"

// ADC1 reads the internal reference of 1.21 V on channel 17; the factory's reading at VDDA = 3.3 V is beside
// the part's identification. VREF+ below VDDA would make the supply look lower: slower, but never out of
// specification.

#define RCC_APB2ENR    UINT32_C(0x40023844)
#define ADC1_SR        UINT32_C(0x40012000)
#define ADC1_CR2       UINT32_C(0x40012008)
#define ADC1_SMPR1     UINT32_C(0x4001200C)
#define ADC1_SQR1      UINT32_C(0x4001202C)
#define ADC1_SQR3      UINT32_C(0x40012034)
#define ADC1_DR        UINT32_C(0x4001204C)
#define ADC_CCR        UINT32_C(0x40012304)
#define DBGMCU_IDCODE  UINT32_C(0xE0042000)
#define ADC1_CLOCK     (UINT32_C(1) << 8)
#define ADC_ON         UINT32_C(1)
#define ADC_START      (UINT32_C(1) << 30)
#define ADC_DONE       UINT32_C(2)
#define REFERENCE_ON   (UINT32_C(1) << 23) // TSVREFE
#define LONGEST_SAMPLE (UINT32_C(7) << 21) // SMP17: 480 cycles, at 8 MHz 60 us of the 10 us that it needs

enum {
    CHANNEL = 17,
    READINGS = 8,
    CALIBRATED_AT = 3300, ///< mV
    TYPICAL = 1502,       ///< reading of 1.21 V at 3.3 V, where the factory wrote none
    CONVERSION = 10000,   ///< turns: one takes 62 us
    SETTLE = 200,         ///< turns at 16 MHz: more than 10 us
};

uint32_t rsl_stm32_part(void)
{
    const uint32_t id = rsl_load(DBGMCU_IDCODE) & 0xFFFU;
    // The first F405 (revision A) call themselves F2, which is a Cortex-M3.
    return id == 0x411U && (rsl_cpuid() >> 4 & 0xFFFU) == 0xC24U ? 0x413U : id;
}

uint32_t rsl_stm32_revision(void)
{
    return rsl_load(DBGMCU_IDCODE) >> 16;
}

/// Sum of @p READINGS readings, 0 when one does not come.
static uint32_t read_reference(void)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < READINGS; ++i) {
        rsl_store(ADC1_SR, 0);
        rsl_change(ADC1_CR2, 0, ADC_START);
        if (!rsl_wait_for(ADC1_SR, ADC_DONE, ADC_DONE, CONVERSION))
            return 0;
        sum += rsl_load(ADC1_DR) & 0xFFFU;
    }
    return sum;
}

uint32_t rsl_stm32_supply(uint32_t calibration)
{
    rsl_change(RCC_APB2ENR, 0, ADC1_CLOCK);
    (void)rsl_load(RCC_APB2ENR);
    rsl_store(ADC_CCR, REFERENCE_ON); // the converter at half of APB2
    rsl_store(ADC1_SMPR1, LONGEST_SAMPLE);
    rsl_store(ADC1_SQR1, 0); // one conversion
    rsl_store(ADC1_SQR3, CHANNEL);
    rsl_store(ADC1_CR2, ADC_ON);
    (void)rsl_wait_for(ADC1_CR2, ADC_ON, 0, SETTLE); // it stays on: this is only time
    const uint32_t sum = read_reference();
    rsl_store(ADC1_CR2, 0);
    rsl_store(ADC_CCR, 0);
    rsl_change(RCC_APB2ENR, ADC1_CLOCK, 0);
    if (sum == 0)
        return 0;
    const uint32_t factory = rsl_load(calibration & ~UINT32_C(3)) >> ((calibration & 2U) * 8U) & 0xFFFFU;
    const uint32_t reading = factory >= 1000U && factory <= 2000U ? factory : TYPICAL;
    return (CALIBRATED_AT * reading * READINGS + sum / 2U) / sum;
}

rsl_stm32_limits rsl_stm32_limits_at(uint32_t millivolts)
{
    if (millivolts >= 2800)
        return (rsl_stm32_limits) {30000000, UINT32_MAX, 4, true};
    if (millivolts >= 2500)
        return (rsl_stm32_limits) {24000000, UINT32_MAX, 2, true};
    if (millivolts >= 2200)
        return (rsl_stm32_limits) {22000000, UINT32_MAX, 2, true};
    // Down to 1.7 V; also when the voltage is not known.
    return (rsl_stm32_limits) {20000000, 16000000, 1, false};
}
