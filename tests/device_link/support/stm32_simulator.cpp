// SPDX-License-Identifier: Apache-2.0
#include "tests/device_link/support/stm32_simulator.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "device_link/firmware/boards/common/cortex_m.h"

namespace rosler {

namespace {

constexpr std::uint32_t rccCr = 0x40023800;
constexpr std::uint32_t rccPllCfgr = 0x40023804;
constexpr std::uint32_t rccCfgr = 0x40023808;
constexpr std::uint32_t ahb1Enr = 0x40023830;
constexpr std::uint32_t apb1Enr = 0x40023840;
constexpr std::uint32_t apb2Enr = 0x40023844;
constexpr std::uint32_t rccCsr = 0x40023874;
constexpr std::uint32_t powerCr = 0x40007000;
constexpr std::uint32_t flashAcr = 0x40023C00;
constexpr std::uint32_t flashKeyr = 0x40023C04;
constexpr std::uint32_t flashSr = 0x40023C0C;
constexpr std::uint32_t flashCr = 0x40023C10;
constexpr std::uint32_t adcSr = 0x40012000;
constexpr std::uint32_t adcCr2 = 0x40012008;
constexpr std::uint32_t adcDr = 0x4001204C;
constexpr std::uint32_t adcCcr = 0x40012304;
constexpr std::uint32_t tim11Sr = 0x40014810;
constexpr std::uint32_t tim11Ccr = 0x40014834;
constexpr std::uint32_t iwdgKr = 0x40003000;
constexpr std::uint32_t flashBegin = 0x08000000;
constexpr std::uint32_t powerCsr = 0x40007004;
constexpr std::uint32_t bit(int n)
{
    return std::uint32_t {1} << n;
}

Stm32Simulator *current = nullptr;
char near; // a static of this program: addresses of its others are the same in their upper half

/// The whole of an address that was cut to 32 bits for DMA.
std::uint8_t *wholeAddress(std::uint32_t low)
{
    const auto here = reinterpret_cast<std::uintptr_t>(&near);
    const auto distance = static_cast<std::int32_t>(low - static_cast<std::uint32_t>(here));
    return reinterpret_cast<std::uint8_t *>(here + static_cast<std::uintptr_t>(std::intptr_t {distance}));
}

} // namespace

const Stm32Part stm32f405 {0x10070413, 0x40011000, apb2Enr, 4,         0x40026440, 7,        22,
                           0x08100000, 11,         1,       168000000, UINT32_MAX, 42000000, 84000000};
const Stm32Part stm32f446 {0x10000421, 0x40004400, apb1Enr, 17,        0x40026088, 15,       21,
                           0x08080000, 7,          3,       180000000, 168000000,  45000000, 90000000};

Stm32Simulator::Stm32Simulator(const Stm32Part &part)
    : idcode(part.idcode)
    , m_part(part)
{
    current = this;
    m_registers[rccCr] = 0x83;
    m_registers[rccPllCfgr] = 0x24003010;
    m_registers[powerCr] = m_part.scale << 14;
    m_registers[ahb1Enr] = 0x100000;
    m_registers[m_part.usart] = 0xC0;
    m_registers[0x1FFF7A28] = 1502U << 16 | 0xFFFFU;
}

Stm32Simulator::~Stm32Simulator()
{
    current = nullptr;
}

void Stm32Simulator::startInBootLoader()
{
    m_registers[rccCr] = 0x83U | bit(24) | bit(25);
    m_registers[rccPllCfgr] = 16U | 240U << 6 | 5U << 24;
    m_registers[rccCfgr] = 2U | 8U | 5U << 10 | 4U << 13;
    m_registers[flashAcr] = 3U | bit(9) | bit(10);
    m_registers[ahb1Enr] |= bit(0) | bit(m_part.dmaBit);
    m_registers[m_part.stream] = 1U; // it received by DMA, to somewhere
    m_locked = false;
}

void Stm32Simulator::violated(const std::string &what)
{
    violations.push_back(what);
}

std::uint32_t Stm32Simulator::value(std::uint32_t address) const
{
    const auto found = m_registers.find(address);
    return found != m_registers.end() ? found->second : 0;
}

std::uint8_t Stm32Simulator::flashAt(std::uint32_t address) const
{
    const auto found = m_cells.find(address);
    return found != m_cells.end() ? found->second : 0xFF;
}

std::uint32_t Stm32Simulator::pllHz() const
{
    const std::uint32_t plan = value(rccPllCfgr);
    const double input = ((plan & bit(22)) != 0 ? crystalHz : 16000000U) / static_cast<double>(plan & 0x3FU);
    return static_cast<std::uint32_t>(
        std::lround(input * (plan >> 6 & 0x1FFU) / (2.0 * ((plan >> 16 & 3U) + 1U))));
}

std::uint32_t Stm32Simulator::coreHz() const
{
    switch (value(rccCfgr) >> 2 & 3U) {
    case 0:
        return 16000000;
    case 1:
        return crystalHz;
    default:
        return pllHz();
    }
}

/// RM0090 3.5.1, table 10.
std::uint32_t Stm32Simulator::hzPerWait() const
{
    return millivolts >= 2700 ? 30000000
        : millivolts >= 2400  ? 24000000
        : millivolts >= 2100  ? 22000000
                              : 20000000;
}

void Stm32Simulator::checkClock()
{
    const std::uint32_t core = coreHz();
    const std::uint32_t config = value(rccCfgr);
    const auto divider = [&](int at) { return (config >> at & 4U) != 0 ? 2U << (config >> at & 3U) : 1U; };
    if ((value(flashAcr) & m_part.latency) < (core - 1U) / hzPerWait())
        violated("too few wait states for " + std::to_string(core) + " Hz");
    if (core > m_part.mostHz)
        violated("core at " + std::to_string(core) + " Hz");
    if (core / divider(10) > m_part.mostApb1Hz)
        violated("APB1 too fast");
    if (core / divider(13) > m_part.mostApb2Hz)
        violated("APB2 too fast");
    if (core > 144000000U && (value(powerCr) >> 14 & 3U) != m_part.scale)
        violated("regulator not at scale 1");
    if (core > m_part.overdriveAbove && (value(powerCsr) & (bit(16) | bit(17))) != (bit(16) | bit(17)))
        violated("this fast without over-drive");
}

void Stm32Simulator::storeClock(std::uint32_t address, std::uint32_t value)
{
    const std::uint32_t config = this->value(rccCfgr);
    const bool fromPll = (config & 12U) == 8U;
    const std::uint32_t before = this->value(address);
    if (address == rccCr) {
        if (fromPll && (value & bit(24)) == 0)
            violated("PLL switched off while the core runs from it");
        if ((config & 12U) == 0 && (value & 1U) == 0)
            violated("HSI switched off while the core runs from it");
        if ((value & bit(24)) != 0 && (value & bit(16)) == 0 && (this->value(rccPllCfgr) & bit(22)) != 0)
            violated("HSE switched off while the PLL runs from it");
        if ((before & bit(16)) != 0 && ((value ^ before) & bit(18)) != 0)
            violated("HSEBYP changed while HSE is on");
        if ((value & ~before & bit(16)) != 0)
            m_hse = 5;
        if ((value & ~before & bit(24)) != 0)
            m_pll = 5;
        const std::uint32_t ready = before & (bit(1) | bit(17) | bit(25));
        m_registers[rccCr] = (value & ~(bit(1) | bit(17) | bit(25))) | (ready & (value << 1));
        return;
    }
    if (address == rccPllCfgr) {
        if ((this->value(rccCr) & bit(24)) != 0)
            violated("PLLCFGR written while the PLL is on");
        const std::uint32_t m = value & 0x3FU;
        const std::uint32_t input = (value & bit(22)) != 0 ? crystalHz : 16000000U;
        if (m < 2 || input / m < 1000000U || input / m > 2000000U)
            violated("PLL input of " + std::to_string(m == 0 ? 0 : input / m) + " Hz");
        m_registers[rccPllCfgr] = value;
        const std::uint64_t vco = std::uint64_t {pllHz()} * 2U * ((value >> 16 & 3U) + 1U);
        if (vco < 100000000U || vco > 432000000U)
            violated("VCO at " + std::to_string(vco) + " Hz");
        return;
    }
    std::uint32_t source = value & 3U; // rccCfgr
    if (source == 2 && (this->value(rccCr) & bit(25)) == 0) {
        violated("switched to a PLL that is not ready");
        source = config >> 2 & 3U;
    }
    m_registers[rccCfgr] = (value & ~12U) | source << 2;
    checkClock();
}

void Stm32Simulator::storeFlash(std::uint32_t address, std::uint32_t value)
{
    if (address == flashAcr) {
        const std::uint32_t on = this->value(flashAcr);
        if ((value & bit(11)) != 0 && (on & bit(9)) != 0)
            violated("instruction cache reset while it is on");
        if ((value & bit(12)) != 0 && (on & bit(10)) != 0)
            violated("data cache reset while it is on");
        if ((value & bit(8)) != 0 && millivolts < 2100)
            violated("prefetch below 2.1 V");
        m_registers[flashAcr] = value;
        checkClock();
    } else if (address == flashKeyr) {
        if (!m_locked)
            violated("keys for flash that is not locked");
        m_keys = value == 0x45670123U ? 1 : m_keys == 1 && value == 0xCDEF89ABU ? 2 : 0;
        m_locked = m_locked && m_keys != 2;
    } else if (address == flashSr) {
        m_registers[flashSr] = this->value(flashSr) & ~value;
    } else if ((value & bit(31)) != 0) {
        m_locked = true;
        m_registers[flashCr] = value;
    } else {
        if (m_locked)
            violated("FLASH_CR written while locked");
        if (m_busy > 0)
            violated("FLASH_CR written while busy");
        m_registers[flashCr] = value & ~bit(16);
        if ((value & bit(16)) == 0)
            return;
        if ((value & 2U) == 0)
            violated("STRT without SER");
        eraseParallel = value >> 8 & 3U;
        const std::uint32_t most = millivolts >= 2700 ? 2 : millivolts >= 2100 ? 1 : 0;
        if (eraseParallel > most)
            violated("erase with PSIZE " + std::to_string(eraseParallel) + " at this voltage");
        const std::uint32_t sector = value >> 3 & 15U;
        erased.push_back(sector);
        if (sector < 5 || sector > m_part.lastSector)
            violated("sector " + std::to_string(sector) + " holds the firmware, or is none");
        else
            std::erase_if(m_cells, [&](const auto &cell) {
                return (cell.first - flashBegin) / 0x20000U + 4U == sector;
            });
        m_busy = 20;
        if (flashFails)
            m_registers[flashSr] |= bit(7);
    }
}

void Stm32Simulator::storeCell(std::uint32_t address, std::uint32_t value, std::uint32_t width)
{
    const std::uint32_t control = this->value(flashCr);
    if (m_locked || (control & 1U) == 0)
        violated("flash written without PG");
    if (m_busy > 0)
        violated("flash written while busy");
    if (1U << (control >> 8 & 3U) != width)
        violated("PSIZE is not the width of the write");
    const std::uint32_t most = millivolts >= 2700 ? 4 : millivolts >= 2100 ? 2 : 1;
    if (width > most)
        violated("too wide a write for this voltage");
    if (address % width != 0 || address < flashBegin + 0x20000U)
        violated("written where it may not be");
    for (std::uint32_t i = 0; i < width; ++i)
        m_cells[address + i] = flashAt(address + i) & static_cast<std::uint8_t>(value >> (8U * i));
    widths.push_back(width);
    m_busy = 3;
    if (flashFails)
        m_registers[flashSr] |= bit(6);
}

void Stm32Simulator::checkEnabled(std::uint32_t address)
{
    const auto need = [&](std::uint32_t base, std::uint32_t size, std::uint32_t enable, int n) {
        if (address >= base && address < base + size && (value(enable) & bit(n)) == 0)
            violated("peripheral without clock: " + std::to_string(base));
    };
    need(0x40020000, 0x400, ahb1Enr, 0);
    need(m_part.stream & ~0x3FFU, 0x400, ahb1Enr, m_part.dmaBit);
    need(m_part.usart, 0x400, m_part.usartEnable, m_part.usartBit);
    need(0x40012000, 0x400, apb2Enr, 8);
    need(0x40014800, 0x400, apb2Enr, 18);
    need(powerCr, 0x400, apb1Enr, 28);
}

/// Inputs that are pulled up, but for one at GND; others are low.
std::uint32_t Stm32Simulator::pinsOf(std::uint32_t gpio) const
{
    std::uint32_t pins = 0;
    for (std::uint32_t pin = 0; pin < 16; ++pin) {
        const bool isInput = (value(gpio) >> 2 * pin & 3U) == 0;
        const bool isUp = (value(gpio + 0xC) >> 2 * pin & 3U) == 1;
        const bool isGrounded = grounded == 0x100U + (gpio - 0x40020000U) / 0x400U * 16U + pin;
        if (isInput && isUp && !isGrounded)
            pins |= 1U << pin;
    }
    return pins;
}

std::uint32_t Stm32Simulator::load(std::uint32_t address)
{
    m_cycles += flashSticks && address == flashSr ? 1000000 : 20;
    checkEnabled(address);
    switch (address) {
    case 0xE0042000:
        return idcode;
    case rccCsr:
        return resetFlags;
    case rccCr:
        if ((value(rccCr) & bit(16)) != 0 && crystalHz != 0 && --m_hse <= 0)
            m_registers[rccCr] |= bit(17);
        if ((value(rccCr) & bit(24)) != 0 && pllLocks && --m_pll <= 0)
            m_registers[rccCr] |= bit(25);
        return value(rccCr);
    case flashSr: {
        const std::uint32_t busy = m_busy > 0 ? bit(16) : 0U;
        m_busy -= m_busy > 0 && !flashSticks ? 1 : 0;
        return value(flashSr) | busy;
    }
    case flashCr:
        return (value(flashCr) & ~bit(31)) | (m_locked ? bit(31) : 0U);
    case adcDr:
        if ((value(adcCcr) & bit(23)) == 0)
            violated("the reference is read without being on");
        if (coreHz() != 16000000U)
            violated("the reference is read at another clock than HSI");
        return 1502U * 3300U / millivolts;
    case tim11Sr: { // each look sees the next capture
        const std::uint32_t divide = value(rccCfgr) >> 16 & 31U;
        if ((value(rccCr) & bit(17)) == 0 || divide < 2)
            return 0;
        m_captured += 16e6 * 8.0 * divide / crystalHz * (losesCaptures ? 2.0 : 1.0);
        return 2U | (losesCaptures ? bit(9) : 0U);
    }
    case tim11Ccr:
        return static_cast<std::uint32_t>(static_cast<std::uint64_t>(m_captured)) & 0xFFFFU;
    default:
        if (address >= 0x40020000 && address < 0x40022400 && (address & 0x3FFU) == 0x10)
            return pinsOf(address - 0x10);
        return address == m_part.usart && uartSticks ? value(address) & ~0xC0U : value(address);
    }
}

void Stm32Simulator::store(std::uint32_t address, std::uint32_t value, std::uint32_t width)
{
    m_cycles += 5;
    checkEnabled(address);
    if (address >= flashBegin && address < m_part.flashEnd) {
        storeCell(address, value, width);
        return;
    }
    if (width != 4)
        violated("a register is not written as a word");
    if (address == m_part.usart + 4) {
        if (uartSticks)
            violated("a byte is given to a full transmitter");
        sent.push_back(static_cast<std::uint8_t>(value));
        return;
    }
    if (address == m_part.stream && (this->value(address) & 1U) != 0 && (value & 1U) != 0)
        violated("the stream is changed while it is on");
    switch (address) {
    case rccCr:
    case rccPllCfgr:
    case rccCfgr:
        storeClock(address, value);
        return;
    case rccCsr:
        if ((value & bit(24)) != 0)
            resetFlags = 0;
        return;
    case flashAcr:
    case flashKeyr:
    case flashSr:
    case flashCr:
        storeFlash(address, value);
        return;
    case adcCr2:
        if ((value & bit(30)) != 0 && (this->value(adcCr2) & 1U) != 0 && adcAnswers)
            m_registers[adcSr] |= 2U;
        m_registers[adcCr2] = value & ~bit(30);
        return;
    case powerCr: {
        const bool pllIsOn = (this->value(rccCr) & bit(24)) != 0;
        if (pllIsOn && ((value ^ this->value(powerCr)) >> 14 & 3U) != 0)
            violated("the regulator's scale is changed while the PLL is on");
        if ((value & bit(17)) != 0 && (this->value(powerCsr) & bit(16)) == 0)
            violated("over-drive is switched to before it is ready");
        if ((value & bit(16)) != 0 && (!pllIsOn || (this->value(rccCfgr) & 12U) == 8U))
            violated("over-drive is switched without the PLL, or while the core runs from it");
        m_registers[powerCsr] = (value & (bit(16) | bit(17))) | bit(14);
        break;
    }
    case 0x40023810:
    case 0x40023814:
    case 0x40023820:
    case 0x40023824: // peripherals in reset for as long as their bits are set
        if (this->value(address) == UINT32_MAX && value == 0)
            ++busResets;
        if (address == 0x40023810 && (value & bit(m_part.dmaBit)) != 0)
            m_registers[m_part.stream] = 0;
        break;
    case iwdgKr:
        watchdogRuns = watchdogRuns || value == 0xCCCCU;
        feeds += value == 0xAAAAU ? 1 : 0;
        return;
    default:
        break;
    }
    m_registers[address] = value;
}

std::uint32_t Stm32Simulator::cycles()
{
    return m_cycles += 10;
}

void Stm32Simulator::receive(std::span<const std::uint8_t> bytes)
{
    const std::uint32_t how = value(m_part.stream);
    const bool isOn = (how & 1U) != 0 && (value(m_part.usart + 0x14) & bit(6)) != 0
        && (value(m_part.usart + 0x0C) & 4U) != 0;
    const bool isRight = (how >> 25 & 7U) == 4U && (how & (bit(8) | bit(10))) == (bit(8) | bit(10))
        && (how & 0x7AC0U) == 0 && value(m_part.stream + 8) == m_part.usart + 4;
    if (!isOn || !isRight) {
        violated("the stream does not receive into a ring");
        return;
    }
    constexpr std::uint32_t all = 4096;
    std::uint8_t *ring = wholeAddress(value(m_part.stream + 12));
    for (const std::uint8_t byte : bytes) {
        std::uint32_t &left = m_registers[m_part.stream + 4];
        ring[all - left] = byte;
        left = left == 1 ? all : left - 1;
    }
}

void Stm32Simulator::breakStream()
{
    m_registers[m_part.stream] &= ~1U;
}

} // namespace rosler

extern "C" {

std::uint32_t rsl_load(std::uint32_t address)
{
    return rosler::current->load(address);
}

void rsl_store(std::uint32_t address, std::uint32_t value)
{
    rosler::current->store(address, value, 4);
}

void rsl_store16(std::uint32_t address, std::uint16_t value)
{
    rosler::current->store(address, value, 2);
}

void rsl_store8(std::uint32_t address, std::uint8_t value)
{
    rosler::current->store(address, value, 1);
}

void rsl_interrupts_off() { }
void rsl_interrupts_on() { }
void rsl_barrier() { }

std::uint32_t rsl_cpuid()
{
    return rosler::current->cpuid;
}

void rsl_enable_interrupt(unsigned /*number*/) { }

bool rsl_start_cycle_counter()
{
    return true;
}

std::uint32_t rsl_cycles()
{
    return rosler::current->cycles();
}

void rsl_sleep(std::uint32_t cycles)
{
    ++rosler::current->sleeps;
    rosler::current->longestSleep = std::max(rosler::current->longestSleep, cycles);
}

void rsl_system_reset()
{
    std::abort(); // no test asks for it
}

std::uint32_t rsl_take_fault()
{
    return std::exchange(rosler::current->fault, 0U);
}

std::uint32_t rsl_stack_used(void * /*context*/, std::uint32_t *of)
{
    *of = 4096;
    return 1000;
}
}
