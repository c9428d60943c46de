// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/meters/ppk2.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "device_link/host/meters/ppk2_stream.h"
#include "device_link/host/meters/trace_recorder.h"

namespace rosler {

namespace {

using std::chrono::milliseconds;

enum Command : std::uint8_t {
    StreamStart = 0x06,
    StreamStop = 0x07,
    SetBoardPower = 0x0C,
    SetRegulator = 0x0D,
    SetPowerMode = 0x11,
    ReadMetadata = 0x19,
};
constexpr std::uint8_t ampereMode = 1;
constexpr std::uint8_t sourceMode = 2;

constexpr milliseconds quiet {60}; ///< nothing for so long: the stream has stopped
constexpr milliseconds quietAtLatest {2000};
constexpr milliseconds metadataAtLatest {2000};
constexpr int metadataTries = 3;
constexpr double clockSlack = 0.05; ///< seconds by which clock and samples may differ at either end

Result<void> send(Link &link, std::initializer_list<std::uint8_t> bytes)
{
    const std::vector<std::uint8_t> copy(bytes);
    return link.write(copy);
}

/// Reads until nothing comes any more; samples that were under way are in @p taken.
template <typename Take>
Result<void> drain(Link &link, Take take)
{
    std::vector<std::uint8_t> buffer(64 * 1024);
    const auto end = link.now() + quietAtLatest;
    while (link.now() < end) {
        const auto count = link.read(buffer, quiet);
        if (!count)
            return tl::unexpected(count.error());
        if (*count == 0)
            return {};
        take(std::span(buffer).first(*count));
    }
    return fail(ErrorCode::TimedOut, "the meter does not stop streaming", link.name());
}

Result<Ppk2Calibration> readMetadata(Link &link)
{
    Error last {ErrorCode::TimedOut, "no answer; is it a PPK2?", link.name()};
    std::vector<std::uint8_t> buffer(4096);
    for (int attempt = 0; attempt < metadataTries; ++attempt) {
        // Bytes of a stream that somebody left running come before the answer otherwise.
        if (auto sent = send(link, {StreamStop}); !sent)
            return tl::unexpected(sent.error());
        if (auto drained = drain(link, [](auto) {}); !drained)
            return tl::unexpected(drained.error());
        if (auto sent = send(link, {ReadMetadata}); !sent)
            return tl::unexpected(sent.error());
        std::string text;
        const auto end = link.now() + metadataAtLatest;
        while (link.now() < end && !ppk2MetadataIsWhole(text)) {
            const auto count = link.read(buffer, milliseconds(100));
            if (!count)
                return tl::unexpected(count.error());
            text.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
        }
        if (text.empty())
            continue;
        auto calibration = parsePpk2Metadata(text);
        if (calibration)
            return calibration;
        last = calibration.error();
        last.where = link.name();
    }
    return tl::unexpected(last);
}

class Ppk2 final : public Meter
{
public:
    Ppk2(std::unique_ptr<Link> link, const MeterSettings &settings, Ppk2Calibration calibration)
        : m_link(std::move(link))
        , m_settings(settings)
        , m_calibration(std::move(calibration))
    {
    }

    ~Ppk2() override { static_cast<void>(send(*m_link, {StreamStop})); }

    std::string_view kind() const noexcept override { return "ppk2"; }

    std::string description() const override
    {
        return std::string("Nordic PPK2")
            + (m_calibration.hardware.empty() ? "" : ", hardware " + m_calibration.hardware)
            + (m_calibration.calibrated ? "" : ", without calibration");
    }

    Result<void> setUp()
    {
        if (auto sent = send(*m_link, {SetPowerMode, m_settings.suppliesBoard ? sourceMode : ampereMode});
            !sent)
            return sent;
        const auto millivolts = static_cast<unsigned>(std::lround(m_settings.volts * 1000.0));
        return send(*m_link,
                    {SetRegulator, static_cast<std::uint8_t>(millivolts >> 8),
                     static_cast<std::uint8_t>(millivolts)});
    }

    Result<void> setPower(bool on) override
    {
        return send(*m_link, {SetBoardPower, static_cast<std::uint8_t>(on ? 1 : 0)});
    }

    Result<void> start() override
    {
        m_stream = {};
        m_filter = {};
        m_recorder = TraceRecorder(Ppk2Stream::sampleSeconds, m_settings.volts, m_settings.longestSeconds);
        m_health = {};
        m_level.reset();
        m_started = m_last = m_link->now();
        return send(*m_link, {StreamStart});
    }

    Result<void> collect(milliseconds timeout) override
    {
        m_buffer.resize(256 * 1024);
        const auto count = m_link->read(m_buffer, timeout);
        if (!count)
            return tl::unexpected(count.error());
        take(std::span(m_buffer).first(*count));
        return {};
    }

    Result<void> stop() override
    {
        if (auto sent = send(*m_link, {StreamStop}); !sent)
            return sent;
        const auto drained = drain(*m_link, [this](auto bytes) { take(bytes); });
        m_stream.finish([this](const Ppk2Stream::Sample &s) { add(s); });
        // The counter goes to 64: losses of many samples show in the clock alone.
        const double elapsed = std::chrono::duration<double>(m_last - m_started).count();
        const double missing =
            elapsed - static_cast<double>(m_health.samples + m_health.lost) * Ppk2Stream::sampleSeconds;
        if (missing > clockSlack) {
            m_recorder.trace.unaccountedSeconds = missing;
            m_health.lost += static_cast<std::size_t>(missing / Ppk2Stream::sampleSeconds);
            m_health.warning = "the meter sent fewer samples than time passed";
        }
        return drained;
    }

    const PowerTrace &trace() const noexcept override { return m_recorder.trace; }

    MeterHealth health() const override
    {
        MeterHealth health = m_health;
        health.slips = m_stream.slips();
        return health;
    }

    WindowSignal signal() const noexcept override { return WindowSignal::Level; }

private:
    void take(std::span<const std::uint8_t> bytes)
    {
        if (bytes.empty())
            return;
        m_last = m_link->now();
        m_stream.feed(
            bytes, [this](const Ppk2Stream::Sample &s) { add(s); },
            [this](std::size_t count) {
                m_recorder.addLost(count);
                m_health.lost += count;
            });
    }

    void add(const Ppk2Stream::Sample &s)
    {
        const bool level = (s.pins & 1U) != 0;
        if (m_level && level != *m_level)
            m_recorder.mark(level ? TraceMark::Edge::Rising : TraceMark::Edge::Falling);
        m_level = level;
        const double amperes =
            m_filter.filtered(m_calibration.amperes(s.adc, s.range, m_settings.volts), s.range);
        m_recorder.add(amperes * m_settings.volts);
        ++m_health.samples;
    }

    std::unique_ptr<Link> m_link;
    MeterSettings m_settings;
    Ppk2Calibration m_calibration;
    Ppk2Stream m_stream;
    Ppk2SpikeFilter m_filter;
    TraceRecorder m_recorder;
    MeterHealth m_health;
    std::optional<bool> m_level;
    Link::Clock::time_point m_started;
    Link::Clock::time_point m_last; ///< when bytes came last
    std::vector<std::uint8_t> m_buffer;
};

} // namespace

Result<std::unique_ptr<Meter>> openPpk2(std::unique_ptr<Link> link, const MeterSettings &settings)
{
    if (!(settings.volts >= 0.8 && settings.volts <= 5.0))
        return fail(ErrorCode::OutOfRange,
                    "a PPK2 works from 0.8 to 5 V, not at " + std::to_string(settings.volts) + " V");
    if (settings.samplesPerSecond != 0.0 && settings.samplesPerSecond != 100000.0)
        return fail(ErrorCode::OutOfRange, "a PPK2 takes 100,000 samples a second, and no others");
    auto calibration = readMetadata(*link);
    if (!calibration)
        return tl::unexpected(calibration.error());
    auto meter = std::make_unique<Ppk2>(std::move(link), settings, std::move(*calibration));
    if (auto done = meter->setUp(); !done)
        return tl::unexpected(done.error());
    return meter;
}

} // namespace rosler
