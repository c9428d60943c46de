// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/meters/power_shield.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "device_link/host/meters/power_shield_stream.h"
#include "device_link/host/meters/trace_recorder.h"

namespace rosler {

namespace {

using namespace power_shield;
using std::chrono::milliseconds;

constexpr milliseconds answerAtLatest {3000};
constexpr milliseconds calibrationAtLatest {15000}; ///< it calibrates itself after each "volt"
constexpr milliseconds endAtLatest {5000};
constexpr double fastestText = 5000.0; ///< samples a second as text, without limit of time

/// The rates it knows, as it calls them.
struct Rate {
    double hz;
    const char *name;
};
constexpr std::array rates {
    Rate {1, "1"},       Rate {2, "2"},       Rate {5, "5"},       Rate {10, "10"},
    Rate {20, "20"},     Rate {50, "50"},     Rate {100, "100"},   Rate {200, "200"},
    Rate {500, "500"},   Rate {1000, "1k"},   Rate {2000, "2k"},   Rate {5000, "5k"},
    Rate {10000, "10k"}, Rate {20000, "20k"}, Rate {50000, "50k"}, Rate {100000, "100k"}};

class PowerShield final : public Meter
{
public:
    PowerShield(std::unique_ptr<Link> link, const MeterSettings &settings, const Rate &rate)
        : m_link(std::move(link))
        , m_settings(settings)
        , m_rate(rate)
        , m_binary(rate.hz > fastestText)
    {
    }

    ~PowerShield() override
    {
        if (m_running)
            static_cast<void>(send("stop"));
        static_cast<void>(send("hrc"));
    }

    std::string_view kind() const noexcept override { return "powershield"; }

    std::string description() const override { return "ST PowerShield"; }

    Result<void> setUp()
    {
        // Whoever had it before may have left it streaming.
        if (auto sent = send("stop"); !sent)
            return sent;
        std::vector<std::uint8_t> buffer(4096);
        for (const auto end = m_link->now() + answerAtLatest; m_link->now() < end;) {
            const auto count = m_link->read(buffer, milliseconds(100));
            if (!count)
                return tl::unexpected(count.error());
            if (*count == 0)
                break;
        }
        const auto millivolts = std::lround(m_settings.volts * 1000.0);
        for (const std::string &command :
             {std::string("htc"), std::string("acqtime inf"), std::string("trigdelay 0"),
              std::string("trigsrc sw"), std::string("eventsrc d7 fal"),
              std::string(m_binary ? "output current" : "output energy"),
              std::string(m_binary ? "format bin_hexa" : "format ascii_dec"),
              std::string("freq ") + m_rate.name, "volt " + std::to_string(millivolts) + "m"})
            if (auto done = command.starts_with("volt") ? ask(command, calibrationAtLatest) : ask(command);
                !done)
                return done;
        return {};
    }

    Result<void> setPower(bool on) override { return ask(on ? "pwr on nostatus" : "pwr off"); }

    Result<void> start() override
    {
        m_recorder = TraceRecorder(1.0 / m_rate.hz, m_settings.volts, m_settings.longestSeconds);
        m_health = {};
        m_binaryStream = {};
        m_asciiStream = {};
        m_anchor = 0;
        m_slipped = false;
        m_firstStamp.reset();
        m_lastEvent.reset();
        m_ended = false;
        m_overcurrent = false;
        if (auto done = ask("start"); !done)
            return done;
        m_running = true;
        // Samples that came together with the acknowledgement.
        std::vector<std::uint8_t> rest;
        rest.swap(m_afterAnswer);
        take(rest);
        return {};
    }

    Result<void> collect(milliseconds timeout) override
    {
        m_buffer.resize(64 * 1024);
        const auto count = m_link->read(m_buffer, timeout);
        if (!count)
            return tl::unexpected(count.error());
        take(std::span(m_buffer).first(*count));
        if (m_overcurrent)
            return fail(ErrorCode::Rejected, "the meter met an overcurrent and stopped", m_link->name());
        if (m_ended)
            return fail(ErrorCode::Rejected, "the meter ended the acquisition by itself", m_link->name());
        return {};
    }

    Result<void> stop() override
    {
        if (auto sent = send("stop"); !sent)
            return sent;
        m_running = false;
        const auto end = m_link->now() + endAtLatest;
        while (!m_ended) {
            if (m_link->now() >= end)
                return fail(ErrorCode::TimedOut, "the meter does not stop", m_link->name());
            const auto count = m_link->read(m_buffer, milliseconds(100));
            if (!count)
                return tl::unexpected(count.error());
            take(std::span(m_buffer).first(*count));
        }
        anchor(0);
        m_link->discard();
        return {};
    }

    const PowerTrace &trace() const noexcept override { return m_recorder.trace; }

    MeterHealth health() const override { return m_health; }

    WindowSignal signal() const noexcept override { return WindowSignal::Pulses; }

private:
    Result<void> send(const std::string &command)
    {
        const std::string line = command + "\r\n";
        const std::vector<std::uint8_t> bytes(line.begin(), line.end());
        return m_link->write(bytes);
    }

    /// Sends a command and waits for its "ack".
    Result<void> ask(const std::string &command, milliseconds patience = answerAtLatest)
    {
        if (auto sent = send(command); !sent)
            return sent;
        const std::string word = command.substr(0, command.find(' '));
        const auto end = m_link->now() + patience;
        std::string text;
        std::array<std::uint8_t, 512> buffer {};
        for (;;) {
            std::size_t newline = 0;
            while ((newline = text.find('\n')) != std::string::npos) {
                const std::string line = text.substr(0, newline);
                text.erase(0, newline + 1);
                if (line.find("ack " + word) != std::string::npos) {
                    m_afterAnswer.assign(text.begin(), text.end());
                    return {};
                }
                if (line.find("error") != std::string::npos && line.find(word) != std::string::npos)
                    return refused(command, text);
            }
            if (m_link->now() >= end)
                return fail(ErrorCode::TimedOut, "no answer to \"" + command + "\"; is it a PowerShield?",
                            m_link->name());
            const auto count = m_link->read(buffer, milliseconds(100));
            if (!count)
                return tl::unexpected(count.error());
            text.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
        }
    }

    /// "Error detail: .." comes in a line of its own.
    Result<void> refused(const std::string &command, std::string text)
    {
        std::array<std::uint8_t, 512> buffer {};
        for (int i = 0; i < 3 && text.find('\n') == std::string::npos; ++i) {
            const auto count = m_link->read(buffer, milliseconds(100));
            if (!count)
                return tl::unexpected(count.error());
            text.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
        }
        const std::string detail = text.substr(0, text.find_first_of("\r\n"));
        std::string what = "the meter refuses \"" + command + '"';
        if (!detail.empty())
            what += ": " + detail;
        if (command.starts_with("eventsrc") || command.starts_with("pwr"))
            what += " (its firmware must be 1.0.6 or later)";
        return fail(ErrorCode::Rejected, std::move(what), m_link->name());
    }

    void take(std::span<const std::uint8_t> bytes)
    {
        m_items.clear();
        if (m_binary)
            m_binaryStream.feed(bytes, m_items);
        else
            m_asciiStream.feed(bytes, m_items);
        for (const Item &item : m_items)
            std::visit([this](const auto &i) { take(i); }, item);
    }

    void take(const Sample &sample)
    {
        m_recorder.add(m_binary ? sample.value * m_settings.volts : sample.value * m_rate.hz);
        ++m_health.samples;
    }

    void take(const TimeStamp &stamp)
    {
        if (stamp.bufferPercent >= 100)
            m_health.warning = "the meter's own buffer is full";
        const double had = static_cast<double>(m_health.samples + m_health.lost);
        if (!m_firstStamp) {
            m_firstStamp = {stamp.milliseconds, had};
            anchor(0);
            return;
        }
        const double seconds = static_cast<double>(stamp.milliseconds - m_firstStamp->first) / 1000.0;
        const double missing = seconds * m_rate.hz - (had - m_firstStamp->second);
        if (missing > 3600.0 * m_rate.hz)
            return; // no stamp
        // A stamp is rounded to a millisecond.
        if (missing < m_rate.hz * 0.001 + 1.0) {
            anchor(0);
            return;
        }
        const auto count = static_cast<std::size_t>(std::lround(missing));
        m_recorder.addLost(count);
        m_health.lost += count;
        m_health.warning = "the meter's time stamps tell of more samples than came";
        anchor(count);
    }

    /// Up to here the stream is known to be right again.
    /// @param lost  samples since the last anchor that did not come
    void anchor(std::size_t lost)
    {
        if (lost > 0 || m_slipped)
            m_recorder.doubt(m_anchor, lost, m_slipped);
        m_anchor = m_recorder.trace.watts.size();
        m_slipped = false;
    }

    void take(const Slip &)
    {
        m_slipped = true;
        ++m_health.slips;
        m_health.warning = "bytes of the meter's stream got lost";
    }

    void take(const Event &event)
    {
        if (m_lastEvent && event.number != *m_lastEvent + 1) {
            m_health.warning = "an edge of the window pin got lost";
            m_recorder.trace.unaccountedSeconds += m_recorder.trace.seconds();
        }
        m_lastEvent = event.number;
        m_recorder.mark(TraceMark::Edge::Pulse);
    }

    void take(const Line &line)
    {
        if (line.text.starts_with("error") || line.text.starts_with("Error"))
            m_health.warning = line.text;
        // Told while it streams in binary, too.
        if (line.text.find("Acquisition completed") != std::string::npos)
            m_ended = true;
    }

    void take(const Overcurrent &) { m_overcurrent = true; }
    void take(const End &) { m_ended = true; }

    std::unique_ptr<Link> m_link;
    MeterSettings m_settings;
    Rate m_rate;
    bool m_binary;
    AsciiStream m_asciiStream;
    BinaryStream m_binaryStream;
    std::vector<Item> m_items;
    TraceRecorder m_recorder;
    MeterHealth m_health;
    std::optional<std::pair<std::uint32_t, double>> m_firstStamp; ///< milliseconds, samples before it
    std::size_t m_anchor = 0;                                     ///< samples before the last time stamp
    bool m_slipped = false;                                       ///< since then
    std::optional<unsigned> m_lastEvent;
    bool m_running = false;
    bool m_ended = false;
    bool m_overcurrent = false;
    std::vector<std::uint8_t> m_afterAnswer;
    std::vector<std::uint8_t> m_buffer;
};

} // namespace

Result<std::unique_ptr<Meter>> openPowerShield(std::unique_ptr<Link> link, const MeterSettings &settings)
{
    if (!settings.suppliesBoard)
        return fail(ErrorCode::Unsupported, "a PowerShield measures only what it supplies itself");
    if (!(settings.volts >= 1.8 && settings.volts <= 3.3))
        return fail(ErrorCode::OutOfRange,
                    "a PowerShield supplies 1.8 to 3.3 V, not " + std::to_string(settings.volts) + " V");
    const double wanted = settings.samplesPerSecond == 0.0 ? 1000.0 : settings.samplesPerSecond;
    const auto *const rate =
        std::find_if(rates.begin(), rates.end(), [&](const Rate &r) { return r.hz == wanted; });
    if (rate == rates.end())
        return fail(ErrorCode::OutOfRange,
                    "a PowerShield takes 1, 2 or 5 times a power of ten samples a second, at most 100,000");
    auto meter = std::make_unique<PowerShield>(std::move(link), settings, *rate);
    if (auto done = meter->setUp(); !done)
        return tl::unexpected(done.error());
    return meter;
}

} // namespace rosler
