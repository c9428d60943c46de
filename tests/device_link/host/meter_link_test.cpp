// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cmath>
#include <deque>

#include <QtTest>

#include "device_link/host/links/qt_runtime.h"
#include "device_link/host/links/serial_link.h"
#include "device_link/host/links/twin_link.h"
#include "device_link/host/measure_energy.h"
#include "device_link/host/model_image.h"
#include "device_link/host/model_push.h"
#include "device_link/protocol/rsl_frame.h"
#include "device_link/protocol/rsl_message.h"
#include "tests/device_link/host/pty_peer.h"
#include "tests/support/layers.h"

namespace meter_link_test {

using namespace rosler;

namespace {

using Bytes = PtyPeer::Bytes;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Whether the board computes now: its window pin, idle high.
using Pin = std::atomic<bool>;

void append(Bytes &to, std::string_view text)
{
    for (const char c : text)
        to.push_back(static_cast<std::uint8_t>(c));
}

/// A PPK2: 100,000 samples a second, each with the pin in D0; more current while it is low.
class EmulatedPpk2
{
public:
    bool staleBytes = false;    ///< a stream that somebody left running, into the metadata
    bool splitMetadata = false; ///< in pieces of a few bytes
    int dropEvery = 0;          ///< samples left out: every n-th
    int slipEvery = 0;          ///< bytes left out: one in every n-th sample

    static constexpr unsigned idle = 400; ///< ADC counts
    static constexpr unsigned busy = 1600;

    explicit EmulatedPpk2(const Pin &pin)
        : m_pin(pin)
    {
    }

    Bytes play(std::span<const std::uint8_t> heard)
    {
        Bytes said;
        for (const std::uint8_t byte : heard)
            command(byte);
        if (staleBytes && !m_stopped)
            for (int i = 0; i < 50; ++i)
                sample(said);
        if (m_streaming) {
            const auto due = static_cast<std::uint64_t>(
                std::chrono::duration<double>(Clock::now() - m_started).count() * 100'000.0);
            for (; m_sent < due; ++m_sent)
                sample(said);
        }
        const std::size_t piece = splitMetadata ? std::min<std::size_t>(7, m_text.size()) : m_text.size();
        append(said, std::string_view(m_text).substr(0, piece));
        m_text.erase(0, piece);
        return said;
    }

    std::atomic<bool> powered {false};
    std::atomic<unsigned> millivolts {0};

private:
    void command(std::uint8_t byte)
    {
        m_command.push_back(byte);
        const std::uint8_t first = m_command.front();
        const std::size_t length = first == 0x0D ? 3 : first == 0x0C || first == 0x11 ? 2 : 1;
        if (m_command.size() < length)
            return;
        if (first == 0x06) {
            m_streaming = true;
            m_started = Clock::now();
            m_sent = 0;
        } else if (first == 0x07) {
            m_streaming = false;
            m_stopped = true;
        } else if (first == 0x0C) {
            powered = m_command[1] == 1;
        } else if (first == 0x0D) {
            millivolts = m_command[1] * 256U + m_command[2];
        } else if (first == 0x19) {
            m_text = "Calibrated: 0\nR0: 1000.0\nR1: 100.0\nR2: 10.0\nR3: 1.0\nR4: 0.05\nGS0: 1.0\nGS1: 1.0\n"
                     "GS2: 1.0\nGS3: 1.0\nGS4: -nan\nGI0: 1.0\nO0: 0.0\nHW: 9173\nIA: 56\nNEW9: 3\nEND\n";
        }
        m_command.clear();
    }

    void sample(Bytes &to)
    {
        const bool high = m_pin;
        // GS r^2 is next to nothing in range 1.
        const std::uint32_t word =
            (high ? idle : busy) | (1U << 14) | ((m_counter & 63U) << 18) | ((high ? 1U : 0U) << 24);
        ++m_counter;
        ++m_made;
        if (dropEvery > 0 && m_streaming && m_made % static_cast<std::uint64_t>(dropEvery) == 0)
            return;
        for (int i = 0; i < 4; ++i)
            if (!(slipEvery > 0 && m_streaming && i == 2
                  && m_made % static_cast<std::uint64_t>(slipEvery) == 0))
                to.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
    }

    const Pin &m_pin;
    Bytes m_command;
    std::string m_text;
    bool m_streaming = false;
    bool m_stopped = false;
    Clock::time_point m_started;
    std::uint64_t m_sent = 0;
    std::uint64_t m_made = 0;
    std::uint32_t m_counter = 0;
};

/// Watts of so many counts at @p volts, in range 1 of the metadata above.
double ppk2Watts(unsigned counts, double volts)
{
    const double r = 4.0 * counts * (1.8 / 163840.0) / 100.0;
    return (r * r + r) * volts;
}

/// A PowerShield: text or binary, an event at each falling edge of the pin.
class EmulatedPowerShield
{
public:
    bool wasLeftStreaming = false;
    bool old = false;                   ///< firmware without "eventsrc"
    int dropEvery = 0;                  ///< samples, every n-th; time stamps tell
    std::int64_t overcurrentAfter = -1; ///< samples
    int slipAt = 0;                     ///< the n-th sample with the pin low lacks a byte
    bool endsInHalfALine = false;

    explicit EmulatedPowerShield(const Pin &pin)
        : m_pin(pin)
    {
    }

    Bytes play(std::span<const std::uint8_t> heard)
    {
        Bytes said;
        if (wasLeftStreaming && !m_greeted)
            append(said, "6409-07\r\n6409-07\r\n");
        for (const std::uint8_t byte : heard) {
            if (byte == '\n')
                command(said);
            else if (byte != '\r')
                m_line += static_cast<char>(byte);
        }
        if (m_streaming)
            stream(said);
        return said;
    }

    std::atomic<bool> powered {false};

private:
    void command(Bytes &said)
    {
        const std::string line = std::exchange(m_line, {});
        m_greeted = true;
        if (line == "stop") {
            if (m_streaming && m_binary) {
                said.insert(said.end(), {0xF0, 0xF2});
                append(said, "Acquisition completed");
                said.insert(said.end(), {0xFF, 0xFF, 0xF0, 0xF4});
            } else {
                append(said, "Acquisition completed\r\n");
                if (endsInHalfALine && m_streaming)
                    append(said, "64");
            }
            m_streaming = false;
            return;
        }
        if (old && line.starts_with("eventsrc")) {
            append(said, "PowerShield > error eventsrc\r\nError detail: unknown command\r\n");
            return;
        }
        if (line.starts_with("format"))
            m_binary = line.ends_with("bin_hexa");
        if (line.starts_with("freq"))
            m_rate = std::stod(line.substr(5)) * (line.ends_with("k") ? 1000.0 : 1.0);
        if (line.starts_with("pwr"))
            powered = line.starts_with("pwr on");
        append(said, "PowerShield > ack " + line + "\r\n");
        if (line == "start") {
            m_streaming = true;
            m_started = Clock::now();
            m_sent = 0;
            m_stamps = 0;
            m_wasHigh = true;
        }
    }

    void info(Bytes &said, const std::string &text) const
    {
        if (m_binary)
            said.insert(said.end(), {0xF0, 0xF2});
        append(said, text);
        if (m_binary)
            said.insert(said.end(), {0xFF, 0xFF});
        else
            append(said, "\r\n");
    }

    void stream(Bytes &said)
    {
        const auto due = static_cast<std::uint64_t>(
            std::chrono::duration<double>(Clock::now() - m_started).count() * m_rate);
        for (; m_sent < due; ++m_sent) {
            const bool high = m_pin;
            if (m_wasHigh && !high)
                info(said, "event " + std::to_string(++m_events) + " ris");
            m_wasHigh = high;
            if (m_sent % static_cast<std::uint64_t>(m_rate / 10.0) == 0) { // a stamp each tenth of a second
                const auto ms = static_cast<std::uint32_t>(static_cast<double>(m_sent) * 1000.0 / m_rate);
                if (m_binary)
                    said.insert(said.end(),
                                {0xF0, 0xF3, 0, 0, static_cast<std::uint8_t>(ms >> 8),
                                 static_cast<std::uint8_t>(ms), 0, 0xFF, 0xFF});
                else
                    append(said, "TimeStamp: 000s " + std::to_string(ms) + "ms, buff 00%\r\n");
            }
            if (overcurrentAfter >= 0 && m_sent == static_cast<std::uint64_t>(overcurrentAfter)) {
                if (m_binary)
                    said.insert(said.end(), {0xF0, 0xF5});
                else
                    append(said, "Overcurrent detected\r\n");
            }
            if (dropEvery > 0 && m_sent % static_cast<std::uint64_t>(dropEvery) == 1)
                continue;
            if (slipAt > 0 && !high && --slipAt == 0) {
                if (m_binary)
                    said.push_back(0x40);
                else
                    append(said, "300-08\r\n");
                continue;
            }
            if (m_binary) { // 10 mA and 1 mA: 655 / 16^4, 1049 / 16^5
                const unsigned word = high ? 0x5000U + 1049U : 0x4000U + 655U;
                said.insert(said.end(),
                            {static_cast<std::uint8_t>(word >> 8), static_cast<std::uint8_t>(word)});
            } else { // joules a millisecond: 3 and 30 mW
                append(said, high ? "3000-09\r\n" : "3000-08\r\n");
            }
        }
    }

    const Pin &m_pin;
    std::string m_line;
    bool m_greeted = false;
    bool m_binary = false;
    bool m_streaming = false;
    bool m_wasHigh = true;
    double m_rate = 1000.0;
    Clock::time_point m_started;
    std::uint64_t m_sent = 0;
    std::uint64_t m_stamps = 0;
    unsigned m_events = 0;
};

/// The twin as a board that takes its time: a benchmark lasts, and the pin is low for so long.
class SlowBoard final : public Link
{
public:
    /// @param interrupted  number of the benchmark in which bytes come, from 1; 0 = none
    SlowBoard(Pin &pin, milliseconds each, int interrupted = 0)
        : m_twin(*TwinLink::open())
        , m_pin(pin)
        , m_each(each)
        , m_interrupted(interrupted)
    {
        rsl_decoder_start(&m_asked);
        rsl_decoder_start(&m_answered);
    }

    std::string name() const override { return "slow"; }
    Result<std::size_t> read(std::span<std::uint8_t> buffer, milliseconds timeout) override
    {
        if (Clock::now() < m_until) {
            std::this_thread::sleep_for(std::min<Clock::duration>(
                std::min<Clock::duration>(timeout, milliseconds(1)), m_until - Clock::now()));
            return std::size_t {0};
        }
        m_pin = true;
        if (m_ready.empty()) {
            std::array<std::uint8_t, 2048> bytes {};
            const auto count = m_twin->read(bytes, milliseconds(0));
            if (!count)
                return count;
            for (std::size_t i = 0; i < *count; ++i)
                answer(bytes[i]);
        }
        if (m_ready.empty())
            std::this_thread::sleep_for(std::min(timeout, milliseconds(1)));
        const std::size_t count = std::min(buffer.size(), m_ready.size());
        std::copy_n(m_ready.begin(), count, buffer.begin());
        m_ready.erase(m_ready.begin(), m_ready.begin() + static_cast<std::ptrdiff_t>(count));
        return count;
    }
    Result<void> write(std::span<const std::uint8_t> bytes) override
    {
        for (const std::uint8_t byte : bytes)
            if (rsl_decoder_feed(&m_asked, byte) == RSL_FEED_FRAME && m_asked.frame.type == RSL_BENCH
                && m_asked.frame.seq != m_seq) { // sent again, it has the effect of once
                m_seq = m_asked.frame.seq;
                rsl_bench bench {};
                rsl_decode_bench(m_asked.payload, m_asked.frame.length, &bench);
                m_until = Clock::now() + m_each * bench.runs;
                m_pin = false;
            }
        return m_twin->write(bytes);
    }
    Result<void> setBaud(std::uint32_t rate) override { return m_twin->setBaud(rate); }
    std::uint32_t baud() const override { return 0; }
    void discard() override { m_twin->discard(); }

private:
    /// The twin has no window pin; this board has.
    void answer(std::uint8_t byte)
    {
        if (rsl_decoder_feed(&m_answered, byte) != RSL_FEED_FRAME)
            return;
        rsl_frame frame = m_answered.frame;
        std::array<std::uint8_t, RSL_MAX_PAYLOAD> payload {};
        std::copy_n(m_answered.payload, frame.length, payload.begin());
        rsl_caps caps {};
        if (frame.type == RSL_HELLO && rsl_decode_caps(payload.data(), frame.length, &caps)) {
            caps.features |= RSL_HAS_WINDOW_PIN;
            frame.length = static_cast<std::uint16_t>(rsl_encode_caps(&caps, payload.data()));
        }
        rsl_result result {};
        if (frame.type == RSL_BENCH && rsl_decode_result(payload.data(), frame.length, &result)) {
            result.pauses = ++m_benches == m_interrupted ? 2 : 0;
            frame.length = static_cast<std::uint16_t>(rsl_encode_result(&result, payload.data()));
        }
        std::array<std::uint8_t, RSL_MAX_WIRE_FRAME> wire {};
        const std::size_t length = rsl_frame_encode(&frame, payload.data(), wire.data(), wire.size());
        m_ready.insert(m_ready.end(), wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(length));
    }

    std::unique_ptr<TwinLink> m_twin;
    Pin &m_pin;
    milliseconds m_each;
    int m_interrupted;
    int m_benches = 0; ///< that were answered
    Clock::time_point m_until;
    std::uint16_t m_seq = 0; ///< of the last benchmark
    rsl_decoder m_asked {};
    rsl_decoder m_answered {};
    std::vector<std::uint8_t> m_ready;
};

ModelImage smallModel()
{
    Network net = networkOf({{.inputs = 12, .outputs = 5, .read = 12, .kept = 5}});
    net.initialise(1);
    return *packModel(net, {.name = "small"}, view(Matrix(Matrix::Constant(3, 12, 0.5F))), twinInference());
}

Result<std::unique_ptr<Meter>> openOn(const PtyPeer &peer, const char *kind, double rate = 0.0)
{
    auto link = SerialLink::open(peer.path());
    if (!link)
        return tl::unexpected(link.error());
    return openMeter(kind, std::move(*link),
                     {.volts = 3.0, .samplesPerSecond = rate, .longestSeconds = 30.0});
}

/// Records for a while.
Result<void> record(Meter &meter, milliseconds time)
{
    if (const auto started = meter.start(); !started)
        return started;
    for (const auto end = Clock::now() + time; Clock::now() < end;)
        if (const auto collected = meter.collect(milliseconds(20)); !collected)
            return collected;
    return meter.stop();
}

const EnergyRequest quick {
    .length = EnergyRequest::Length::Inferences, .inferences = 10, .pause = milliseconds(30)};

Result<MeasuredEnergy> measure(Meter &meter, Pin &pin, Measurement &measurement,
                               milliseconds each = milliseconds(6), int interrupted = 0)
{
    BoardClient client(std::make_unique<SlowBoard>(pin, each, interrupted));
    if (const auto info = client.hello(); !info)
        return tl::unexpected(info.error());
    if (const auto pushed = pushModel(client, smallModel()); !pushed)
        return tl::unexpected(pushed.error());
    return measureEnergy(client, meter, quick, measurement);
}

bool near(double a, double b, double tolerance)
{
    return std::abs(a - b) <= tolerance * std::abs(b);
}

} // namespace

/// Meters played by threads on ptys, with the faults of the real ones, and the whole way to an energy.
class MeterLinkTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!hasSerialPorts())
            QSKIP("built without Qt SerialPort");
    }

    void aPpk2IsOpenedWhateverComesBeforeItsMetadata_data()
    {
        QTest::addColumn<bool>("stale");
        QTest::addColumn<bool>("split");
        QTest::newRow("clean") << false << false;
        QTest::newRow("a stream left running") << true << false;
        QTest::newRow("metadata in pieces") << false << true;
        QTest::newRow("both") << true << true;
    }

    void aPpk2IsOpenedWhateverComesBeforeItsMetadata()
    {
        QFETCH(bool, stale);
        QFETCH(bool, split);
        const Pin pin {true};
        EmulatedPpk2 ppk2(pin);
        ppk2.staleBytes = stale;
        ppk2.splitMetadata = split;
        const PtyPeer peer([&](auto heard, auto) { return ppk2.play(heard); });
        auto meter = openOn(peer, "ppk2");
        QVERIFY2(meter, meter ? "" : message(meter.error()).c_str());
        QCOMPARE((*meter)->description(), std::string("Nordic PPK2, hardware 9173"));
        QVERIFY((*meter)->setPower(true));
        QTRY_VERIFY(ppk2.powered);
        QCOMPARE(ppk2.millivolts.load(), 3000U);
        QVERIFY(record(**meter, milliseconds(100)));
        const TraceStatistics all = (*meter)->trace().statistics();
        QVERIFY(all.samples > 5000 && all.lost == 0);
        // Calibrated: stale bytes that hid it would bias every sample.
        QVERIFY2(near(all.meanWatts, ppk2Watts(EmulatedPpk2::idle, 3.0), 1e-4),
                 qPrintable(QString::number(all.meanWatts)));
    }

    void slipsOfBytesAreAlignedAndLossesCounted()
    {
        const Pin pin {true};
        EmulatedPpk2 ppk2(pin);
        ppk2.slipEvery = 1500;
        const PtyPeer peer([&](auto heard, auto) { return ppk2.play(heard); });
        auto meter = openOn(peer, "ppk2");
        QVERIFY(meter);
        QVERIFY(record(**meter, milliseconds(150)));
        const MeterHealth health = (*meter)->health();
        QVERIFY2(health.slips >= 3 && health.slips <= 40, qPrintable(QString::number(health.slips)));
        QVERIFY(health.lost >= health.slips);
        // No sample of "933333333 mA".
        const TraceStatistics all = (*meter)->trace().statistics();
        QVERIFY(near(all.maxWatts, ppk2Watts(EmulatedPpk2::idle, 3.0), 1e-4));
        QVERIFY(near(all.minWatts, all.maxWatts, 1e-4));
    }

    void aPpk2MeasuresTheEnergyOfWindows()
    {
        Pin pin {true};
        EmulatedPpk2 ppk2(pin);
        const PtyPeer peer([&](auto heard, auto) { return ppk2.play(heard); });
        auto meter = openOn(peer, "ppk2");
        QVERIFY(meter);
        QVERIFY((*meter)->setPower(true));
        Measurement measurement;
        const auto measured = measure(**meter, pin, measurement);
        QVERIFY2(measured, measured ? "" : message(measured.error()).c_str());
        QVERIFY2(measured->energy, measured->reason.c_str());
        QCOMPARE(measured->windows.size(), std::size_t {5});
        QCOMPARE(measured->inferences, 10U);
        QVERIFY(measured->energy->shortWindows);
        QCOMPARE(measured->energy->joules.median.source(), Source::Instrument);
        QCOMPARE(*measurement.energy, measured->energy->joules);
        // 6 ms of the busy power each; the clock is this machine's.
        const TraceStatistics &window = measured->energy->windows.front();
        QVERIFY(near(window.meanWatts, ppk2Watts(EmulatedPpk2::busy, 3.0), 0.01));
        QVERIFY(
            near(measured->energy->joules.median.value(), 0.006 * ppk2Watts(EmulatedPpk2::busy, 3.0), 0.5));
    }

    void aPpk2ThatDropsHasNoEnergyButATrace()
    {
        Pin pin {true};
        EmulatedPpk2 ppk2(pin);
        ppk2.dropEvery = 500; // 0.2 %
        const PtyPeer peer([&](auto heard, auto) { return ppk2.play(heard); });
        auto meter = openOn(peer, "ppk2");
        QVERIFY(meter);
        Measurement measurement;
        measurement.energy = spreadOf(std::array {1.0}, Quantity::modelled(0, Unit::Joules, "stated"));
        const auto measured = measure(**meter, pin, measurement);
        QVERIFY2(measured, measured ? "" : message(measured.error()).c_str());
        QVERIFY(!measured->energy && !measurement.energy);
        QVERIFY2(measured->reason.find("no energy is stated") != std::string::npos, measured->reason.c_str());
        QVERIFY(measured->health.dropRate() > 0.0015 && measured->health.dropRate() < 0.01);
        QCOMPARE(measured->windows.size(), std::size_t {5});
    }

    /// The first benchmark says how long one takes; the windows are those after it.
    void aBoardThatWasInterruptedHasNoEnergyButATrace()
    {
        for (const int interrupted : {1, 3}) {
            Pin pin {true};
            EmulatedPpk2 ppk2(pin);
            const PtyPeer peer([&](auto heard, auto) { return ppk2.play(heard); });
            auto meter = openOn(peer, "ppk2");
            QVERIFY(meter);
            Measurement measurement;
            const auto measured = measure(**meter, pin, measurement, milliseconds(6), interrupted);
            QVERIFY2(measured, measured ? "" : message(measured.error()).c_str());
            QVERIFY(!measured->windows.empty() && measured->trace.seconds() > 0.1); // kept
            // A machine that has no time for the meter loses samples, which is another reason.
            QCOMPARE(measured->reason.find("window 2: the board was interrupted") == 0, interrupted == 3);
            QVERIFY(interrupted == 1 || (!measured->energy && !measurement.energy));
        }
    }

    void aPowerShieldIsNotBelievedWhereTheBoardWasInterrupted()
    {
        Pin pin {true};
        EmulatedPowerShield shield(pin);
        const PtyPeer peer([&](auto heard, auto) { return shield.play(heard); });
        auto meter = openOn(peer, "powershield", 10000.0);
        QVERIFY(meter);
        Measurement measurement;
        const auto measured = measure(**meter, pin, measurement, milliseconds(6), 6);
        QVERIFY2(measured, measured ? "" : message(measured.error()).c_str());
        QVERIFY(!measured->energy && !measurement.energy && measured->windows.empty());
        QVERIFY2(measured->reason.find("interrupted") != std::string::npos, measured->reason.c_str());
        QVERIFY(measured->trace.seconds() > 0.1);
    }

    void aPowerShieldMeasuresTheEnergyOfWindows_data()
    {
        QTest::addColumn<double>("rate");
        QTest::addColumn<double>("watts");
        QTest::newRow("text, energy") << 1000.0 << 0.030;
        QTest::newRow("binary, current") << 10000.0 << 655.0 / 65536.0 * 3.0;
    }

    void aPowerShieldMeasuresTheEnergyOfWindows()
    {
        QFETCH(double, rate);
        QFETCH(double, watts);
        Pin pin {true};
        EmulatedPowerShield shield(pin);
        shield.wasLeftStreaming = true;
        const PtyPeer peer([&](auto heard, auto) { return shield.play(heard); });
        auto meter = openOn(peer, "powershield", rate);
        QVERIFY2(meter, meter ? "" : message(meter.error()).c_str());
        QVERIFY((*meter)->setPower(true));
        QVERIFY(shield.powered);
        Measurement measurement;
        const auto measured = measure(**meter, pin, measurement, milliseconds(10));
        QVERIFY2(measured, measured ? "" : message(measured.error()).c_str());
        QVERIFY2(measured->energy, measured->reason.c_str());
        QCOMPARE(measured->windows.size(), std::size_t {5});
        // The window's length is the board's word: its last sample or two may be idle ones.
        QVERIFY2(near(measured->energy->windows.front().meanWatts, watts, 0.15),
                 qPrintable(QString::number(measured->energy->windows.front().meanWatts)));
        QVERIFY(near(measured->energy->joules.median.value(), 0.010 * watts, 0.3));
    }

    void aPowerShieldThatDropsHasNoEnergy()
    {
        Pin pin {true};
        EmulatedPowerShield shield(pin);
        shield.dropEvery = 40;
        const PtyPeer peer([&](auto heard, auto) { return shield.play(heard); });
        auto meter = openOn(peer, "powershield", 10000.0);
        QVERIFY(meter);
        Measurement measurement;
        const auto measured = measure(**meter, pin, measurement);
        QVERIFY2(measured, measured ? "" : message(measured.error()).c_str());
        QVERIFY(!measured->energy && !measurement.energy);
        QVERIFY(measured->health.lost > 50);
    }

    void aSlipOfAPowerShieldVoidsTheEnergy()
    {
        for (const double rate : {1000.0, 10000.0}) {
            Pin pin {true};
            EmulatedPowerShield shield(pin);
            shield.slipAt = static_cast<int>(rate / 20.0); // within the first window
            const PtyPeer peer([&](auto heard, auto) { return shield.play(heard); });
            auto meter = openOn(peer, "powershield", rate);
            QVERIFY(meter);
            Measurement measurement;
            const auto measured = measure(**meter, pin, measurement, milliseconds(30));
            QVERIFY2(measured, measured ? "" : message(measured.error()).c_str());
            QVERIFY(!measured->energy && !measurement.energy);
            QVERIFY(measured->health.slips > 0);
            QVERIFY2(!measured->reason.empty(), "no reason");
            QVERIFY(measured->trace.doubts.size() == 1 && measured->trace.doubts.front().slipped);
        }
    }

    void aRecordingBeginsAtABeginOfALine()
    {
        const Pin pin {true};
        EmulatedPowerShield shield(pin);
        shield.endsInHalfALine = true;
        const PtyPeer peer([&](auto heard, auto) { return shield.play(heard); });
        auto meter = openOn(peer, "powershield", 1000.0);
        QVERIFY(meter);
        for (int i = 0; i < 3; ++i) {
            QVERIFY(record(**meter, milliseconds(60)));
            QCOMPARE((*meter)->health().slips, std::size_t {0});
            QCOMPARE((*meter)->health().lost, std::size_t {0});
            QVERIFY((*meter)->health().samples > 20);
        }
    }

    void anOvercurrentEndsTheRecording()
    {
        for (const double rate : {1000.0, 10000.0}) {
            Pin pin {true};
            EmulatedPowerShield shield(pin);
            shield.overcurrentAfter = static_cast<std::int64_t>(rate / 20.0);
            const PtyPeer peer([&](auto heard, auto) { return shield.play(heard); });
            auto meter = openOn(peer, "powershield", rate);
            QVERIFY(meter);
            Measurement measurement;
            const auto measured = measure(**meter, pin, measurement);
            QVERIFY(!measured);
            QCOMPARE(measured.error().code, ErrorCode::Rejected);
            QVERIFY2(measured.error().what.find("overcurrent") != std::string::npos,
                     measured.error().what.c_str());
        }
    }

    void oldFirmwareOfAMeterIsNamed()
    {
        const Pin pin {true};
        EmulatedPowerShield shield(pin);
        shield.old = true;
        const PtyPeer peer([&](auto heard, auto) { return shield.play(heard); });
        const auto meter = openOn(peer, "powershield");
        QVERIFY(!meter);
        QCOMPARE(meter.error().code, ErrorCode::Rejected);
        QVERIFY2(meter.error().what.find("1.0.6") != std::string::npos, meter.error().what.c_str());
    }

    void aMeterThatIsUnpluggedEndsTheMeasurement()
    {
        Pin pin {true};
        EmulatedPpk2 ppk2(pin);
        PtyPeer peer([&](auto heard, auto) { return ppk2.play(heard); });
        auto meter = openOn(peer, "ppk2");
        QVERIFY(meter);
        QVERIFY((*meter)->start());
        peer.unplug();
        Result<void> collected;
        for (int i = 0; i < 100 && collected; ++i)
            collected = (*meter)->collect(milliseconds(20));
        QVERIFY(!collected);
        QCOMPARE(collected.error().code, ErrorCode::Unreadable);
    }

    void whatCannotBeMeasuredIsRefused()
    {
        Pin pin {true};
        EmulatedPpk2 ppk2(pin);
        const PtyPeer peer([&](auto heard, auto) { return ppk2.play(heard); });
        auto meter = openOn(peer, "ppk2");
        QVERIFY(meter);
        Measurement measurement;
        BoardClient twin(std::unique_ptr<Link>(std::move(*TwinLink::open())));
        QVERIFY(twin.hello());
        QCOMPARE(measureEnergy(twin, **meter, quick, measurement).error().code, ErrorCode::Unsupported);
        EnergyRequest few = quick;
        few.inferences = 9;
        QCOMPARE(measureEnergy(twin, **meter, few, measurement).error().code, ErrorCode::OutOfRange);
        std::stop_source source;
        source.request_stop();
        BoardClient slow(std::make_unique<SlowBoard>(pin, milliseconds(6)));
        QVERIFY(slow.hello());
        QVERIFY(pushModel(slow, smallModel()));
        QCOMPARE(measureEnergy(slow, **meter, quick, measurement, {}, source.get_token()).error().code,
                 ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(MeterLinkTest)

} // namespace meter_link_test

#include "meter_link_test.moc"
