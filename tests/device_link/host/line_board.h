// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "device_link/firmware/rsl_device.h"
#include "device_link/host/link.h"

namespace rosler {

/// A board at the other end of a line that takes its time: the firmware on a port whose clock, receiver,
/// slots and rate are as asked for. All time is simulated; nothing waits.
class LineBoard final : public Link
{
public:
    struct Options {
        std::uint32_t baud = 115200; ///< of both ends at the start
        std::chrono::microseconds latency {1000};
        std::uint8_t credits = 8;
        std::uint8_t slots = 2;
        std::uint32_t clockHz = 100'000'000;
        std::chrono::microseconds inference {0};
        bool losesBytes = false; ///< of what comes while a time is taken, all but the first byte
        std::uint32_t mostBaud = 2'000'000;
    };

    explicit LineBoard(const Options &options)
        : m_options(options)
        , m_hostBaud(options.baud)
        , m_boardBaud(options.baud)
        , m_memory(std::make_unique<Memory>())
    {
        m_port.context = this;
        m_port.board = "line";
        m_port.vendor = "test";
        m_port.features = RSL_SETS_BAUD;
        m_port.clock_hz = options.clockHz;
        m_port.timer_hz = 1'000'000;
        m_port.baud = options.baud;
        m_port.credits = options.credits;
        m_port.read = [](void *c) { return self(c).readByte(); };
        m_port.write = [](void *c, const std::uint8_t *bytes, std::size_t n) { self(c).say(bytes, n); };
        m_port.set_baud = [](void *c, std::uint32_t rate) {
            self(c).m_boardBaud = rate;
            return true;
        };
        m_port.ticks = [](void *c) { return self(c).ticks(); };
        m_port.quiet = [](void *c, bool on) { self(c).quiet(on); };
        m_port.arena = m_memory->arena;
        m_port.arena_bytes = sizeof m_memory->arena;
        m_port.slots = options.slots;
        m_port.slot_bytes = slotBytes;
        m_port.write_unit = 1;
        std::memset(m_memory->slot, 0xFF, sizeof m_memory->slot);
        for (std::size_t i = 0; i < options.slots; ++i)
            m_port.slot[i] = m_memory->slot[i];
        m_port.erase = [](void *c, std::uint8_t slot, std::uint32_t n) {
            std::memset(self(c).m_memory->slot[slot], 0xFF, n);
            return true;
        };
        m_port.program = [](void *c, std::uint8_t slot, std::uint32_t at, const std::uint8_t *bytes,
                            std::uint32_t n) {
            std::copy_n(bytes, n, self(c).m_memory->slot[slot] + at);
            return true;
        };
        m_port.reset = [](void *c) { self(c).m_resets = true; };
        rsl_device_start(&m_device, &m_port);
    }

    std::string name() const override { return "line"; }

    Result<std::size_t> read(std::span<std::uint8_t> buffer, std::chrono::milliseconds timeout) override
    {
        constexpr std::chrono::microseconds quantum {100};
        const Time end = m_hostTime + timeout;
        for (;;) {
            std::size_t count = 0;
            for (; count < buffer.size() && !m_toHost.empty() && m_toHost.front().when <= m_hostTime;
                 ++count) {
                buffer[count] = onLine(m_toHost.front(), m_hostBaud);
                m_toHost.pop_front();
            }
            if (count > 0 || m_hostTime >= end)
                return count;
            m_hostTime = std::min(end, m_hostTime + quantum);
            work(m_hostTime);
        }
    }

    Result<void> write(std::span<const std::uint8_t> bytes) override
    {
        m_lineFree = std::max(m_lineFree, m_hostTime);
        for (const std::uint8_t byte : bytes) {
            m_lineFree += byteTime(m_hostBaud);
            m_toBoard.push_back({m_lineFree + m_options.latency, byte, m_hostBaud});
        }
        return {};
    }

    Result<void> setBaud(std::uint32_t rate) override
    {
        m_hostTime = std::max(m_hostTime, m_lineFree); // after all has been sent
        m_hostBaud = rate;
        return {};
    }
    std::uint32_t baud() const override { return m_hostBaud; }
    void discard() override { m_toHost.clear(); }
    Clock::time_point now() const override
    {
        return m_begin + std::chrono::duration_cast<Clock::duration>(m_hostTime);
    }

    [[nodiscard]] std::uint32_t boardBaud() const { return m_boardBaud; }
    [[nodiscard]] rsl_work work() const { return m_device.work; }
    [[nodiscard]] std::uint64_t lostBytes() const { return m_lost; }
    [[nodiscard]] std::uint64_t inferences() const { return m_inferences; }

private:
    using Time = std::chrono::nanoseconds; ///< since the start
    static constexpr std::uint32_t slotBytes = 1U << 18;

    struct Memory {
        alignas(16) std::uint8_t arena[1 << 16];
        alignas(16) std::uint8_t slot[2][slotBytes];
    };
    struct Byte {
        Time when;
        std::uint8_t value;
        std::uint32_t baud;
    };

    /// A time in which the receiver is not served: it can hold one byte.
    struct Deaf {
        Time from;
        Time until;
        bool holds;
    };

    static LineBoard &self(void *context) { return *static_cast<LineBoard *>(context); }
    static Time byteTime(std::uint32_t baud) { return Time(10'000'000'000LL / baud); }

    /// Beyond what the receiver can do, or at another rate than its own, a byte is another.
    [[nodiscard]] std::uint8_t onLine(const Byte &byte, std::uint32_t rate) const
    {
        const bool clear = byte.baud == rate && rate <= m_options.mostBaud;
        return clear ? byte.value : static_cast<std::uint8_t>(byte.value * 37U + 101U);
    }

    void work(Time until)
    {
        while (m_boardTime < until) {
            if (!m_busy && (m_toBoard.empty() || m_toBoard.front().when > m_boardTime)) {
                m_boardTime = m_toBoard.empty() ? until : std::min(until, m_toBoard.front().when);
                continue;
            }
            m_busy = rsl_device_step(&m_device);
            if (m_busy && m_device.work == RSL_WORK_NONE)
                m_boardTime += std::chrono::microseconds(50); // it waits: a rate is on trial
            if (m_resets) {
                m_resets = false;
                rsl_device_start(&m_device, &m_port);
            }
        }
    }

    int readByte()
    {
        while (!m_toBoard.empty() && m_toBoard.front().when <= m_boardTime) {
            const Byte byte = m_toBoard.front();
            m_toBoard.pop_front();
            if (!isLost(byte.when))
                return onLine(byte, m_boardBaud);
            ++m_lost;
        }
        return -1;
    }

    /// It came while the receiver could not be served, and was not the first to do so.
    bool isLost(Time when)
    {
        while (!m_deaf.empty() && m_deaf.front().until < when)
            m_deaf.pop_front();
        return m_options.losesBytes && !m_deaf.empty() && when > m_deaf.front().from
            && std::exchange(m_deaf.front().holds, true);
    }

    void say(const std::uint8_t *bytes, std::size_t n)
    {
        for (std::size_t i = 0; i < n; ++i) {
            m_boardTime += byteTime(m_boardBaud);
            m_toHost.push_back({m_boardTime + m_options.latency, bytes[i], m_boardBaud});
        }
    }

    std::uint32_t ticks()
    {
        m_boardTime += std::chrono::microseconds(1); // a look at the clock
        const rsl_bench_state &b = m_device.bench;
        const bool ended = m_device.work == RSL_WORK_BENCH
            && b.done == b.request.warm_up + b.request.runs; // an empty window
        if (m_quiet && ++m_looks == 2 && !ended) {
            m_boardTime += m_options.inference;
            ++m_inferences;
        }
        return static_cast<std::uint32_t>(m_boardTime.count() / 1000);
    }

    void quiet(bool on)
    {
        m_quiet = on;
        m_looks = 0;
        if (on)
            m_deaf.push_back({m_boardTime, m_boardTime, false});
        else
            m_deaf.back().until = m_boardTime;
    }

    Options m_options;
    rsl_port m_port {};
    rsl_device m_device {};
    std::uint32_t m_hostBaud;
    std::uint32_t m_boardBaud;
    std::unique_ptr<Memory> m_memory;
    Clock::time_point m_begin = Clock::now();
    Time m_hostTime {0};
    Time m_boardTime {0};
    Time m_lineFree {0};
    std::deque<Deaf> m_deaf;
    std::deque<Byte> m_toBoard;
    std::deque<Byte> m_toHost;
    bool m_quiet = false;
    bool m_busy = false;
    bool m_resets = false;
    int m_looks = 0;
    std::uint64_t m_lost = 0;
    std::uint64_t m_inferences = 0;
};

} // namespace rosler
