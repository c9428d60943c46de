// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "device_link/firmware/rsl_port.h"

namespace rosler {

/// What one part has elsewhere, or more of, than another.
struct Stm32Part {
    std::uint32_t idcode;
    std::uint32_t usart;
    std::uint32_t usartEnable; ///< register and bit of its clock
    int usartBit;
    std::uint32_t stream;  ///< that receives
    std::uint32_t latency; ///< FLASH_ACR's field
    int dmaBit;            ///< in AHB1ENR
    std::uint32_t flashEnd;
    std::uint32_t lastSector;
    std::uint32_t scale; ///< PWR_CR's VOS for more than 144 MHz
    std::uint32_t mostHz;
    std::uint32_t overdriveAbove; ///< Hz
    std::uint32_t mostApb1Hz;
    std::uint32_t mostApb2Hz;
};

extern const Stm32Part stm32f405; ///< RM0090; USART1, DMA2 stream 2
extern const Stm32Part stm32f446; ///< RM0390; USART2, DMA1 stream 5

/// The registers of an STM32F405 or F446 as its port sees them, access by access: what its manual says
/// happens, as far as the port asks for it, and a list of what the manual forbids. One at a time; it is the
/// one made last.
class Stm32Simulator
{
public:
    explicit Stm32Simulator(const Stm32Part &part = stm32f405);
    ~Stm32Simulator();
    Stm32Simulator(const Stm32Simulator &) = delete;
    Stm32Simulator &operator=(const Stm32Simulator &) = delete;

    // What the part and its board are; set before the port starts.
    std::uint32_t idcode;
    std::uint32_t cpuid = 0x410FC241;
    std::uint32_t crystalHz = 8000000; ///< 0: none
    std::uint32_t millivolts = 3300;
    std::uint32_t resetFlags = 0; ///< RCC_CSR
    std::uint32_t fault = 0;      ///< of rsl_take_fault()
    bool pllLocks = true;
    bool adcAnswers = true;
    bool losesCaptures = false;
    bool flashSticks = false;   ///< busy for ever
    bool flashFails = false;    ///< each operation ends with an error
    bool uartSticks = false;    ///< never takes a byte
    std::uint32_t grounded = 0; ///< GPIO port (0 for A) * 16 + pin that lies at GND, and 0x100; 0: none

    /// As the boot loader leaves it before `:leave`: at 120 MHz from HSI by the PLL, flash unlocked.
    void startInBootLoader();

    /// What the part's receiver gets, by DMA.
    void receive(std::span<const std::uint8_t> bytes);
    /// The DMA stream meets an error and is off.
    void breakStream();

    [[nodiscard]] std::uint32_t coreHz() const;
    [[nodiscard]] std::uint32_t value(std::uint32_t address) const;
    [[nodiscard]] bool flashIsLocked() const { return m_locked; }
    /// 0xFF where nothing was written.
    [[nodiscard]] std::uint8_t flashAt(std::uint32_t address) const;

    std::vector<std::string> violations;
    std::vector<std::uint8_t> sent;
    std::vector<std::uint32_t> erased; ///< sectors, in their order
    std::vector<std::uint32_t> widths; ///< of each write to flash, bytes
    std::uint32_t eraseParallel = 0;   ///< PSIZE of the last erase
    int busResets = 0;                 ///< buses whose peripherals were reset, and let go
    int sleeps = 0;
    std::uint32_t longestSleep = 0;
    int feeds = 0;
    bool watchdogRuns = false;

    // For the functions that stand in for the core's.
    std::uint32_t load(std::uint32_t address);
    void store(std::uint32_t address, std::uint32_t value, std::uint32_t width);
    std::uint32_t cycles();

private:
    void violated(const std::string &what);
    void checkClock();
    void storeClock(std::uint32_t address, std::uint32_t value);
    void storeFlash(std::uint32_t address, std::uint32_t value);
    void storeCell(std::uint32_t address, std::uint32_t value, std::uint32_t width);
    void checkEnabled(std::uint32_t address);
    [[nodiscard]] std::uint32_t pllHz() const;
    [[nodiscard]] std::uint32_t hzPerWait() const;
    [[nodiscard]] std::uint32_t pinsOf(std::uint32_t gpio) const;

    const Stm32Part &m_part;
    std::map<std::uint32_t, std::uint32_t> m_registers;
    std::map<std::uint32_t, std::uint8_t> m_cells;
    std::uint32_t m_cycles = 0;
    bool m_locked = true;
    int m_keys = 0;
    int m_busy = 0; ///< loads of FLASH_SR until it is done
    int m_hse = 0;  ///< loads of RCC_CR until it is ready
    int m_pll = 0;
    double m_captured = 0.0;
};

} // namespace rosler
