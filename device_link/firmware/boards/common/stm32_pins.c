// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/boards/common/registers.h"
#include "device_link/firmware/boards/common/stm32.h"

#define RCC_AHB1ENR UINT32_C(0x40023830)
#define GPIO(port)  (UINT32_C(0x40020000) + UINT32_C(0x400) * (port))

enum { MODER = 0x00, OTYPER = 0x04, OSPEEDR = 0x08, PUPDR = 0x0C, IDR = 0x10, BSRR = 0x18, AFR = 0x20 };

enum { OUTPUT = 1, ALTERNATE = 2, MEDIUM = 1, UP = 1 };

static void start_port(uint32_t port)
{
    rsl_change(RCC_AHB1ENR, 0, UINT32_C(1) << port);
    (void)rsl_load(RCC_AHB1ENR); // the port answers two cycles later
}

static void set_pair(uint32_t address, uint32_t pin, uint32_t value)
{
    rsl_change(address, UINT32_C(3) << (2U * pin), value << (2U * pin));
}

void rsl_stm32_pin_function(rsl_stm32_pin pin)
{
    start_port(pin.port);
    const uint32_t at = 4U * (pin.number % 8U);
    rsl_change(GPIO(pin.port) + AFR + 4U * (pin.number / 8U), UINT32_C(15) << at,
               (uint32_t)pin.function << at);
    rsl_change(GPIO(pin.port) + OTYPER, UINT32_C(1) << pin.number, 0);
    set_pair(GPIO(pin.port) + OSPEEDR, pin.number, MEDIUM);
    set_pair(GPIO(pin.port) + PUPDR, pin.number, UP); // an open receiver stays silent
    set_pair(GPIO(pin.port) + MODER, pin.number, ALTERNATE);
}

void rsl_stm32_pin_input(rsl_stm32_pin pin)
{
    start_port(pin.port);
    set_pair(GPIO(pin.port) + MODER, pin.number, 0);
    set_pair(GPIO(pin.port) + PUPDR, pin.number, UP);
}

bool rsl_stm32_pin_is_low(rsl_stm32_pin pin)
{
    return (rsl_load(GPIO(pin.port) + IDR) >> pin.number & 1U) == 0U;
}

void rsl_stm32_pin_output(rsl_stm32_pin pin, bool high)
{
    start_port(pin.port);
    rsl_stm32_pin_write(pin, high);
    rsl_change(GPIO(pin.port) + OTYPER, UINT32_C(1) << pin.number, 0);
    set_pair(GPIO(pin.port) + OSPEEDR, pin.number, MEDIUM);
    set_pair(GPIO(pin.port) + PUPDR, pin.number, 0);
    set_pair(GPIO(pin.port) + MODER, pin.number, OUTPUT);
}

void rsl_stm32_pin_write(rsl_stm32_pin pin, bool high)
{
    rsl_store(GPIO(pin.port) + BSRR, UINT32_C(1) << (high ? pin.number : pin.number + 16U));
}
