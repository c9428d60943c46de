// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/frame_exchange.h"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "core/base/contract.h"
#include "device_link/host/model_key.h"
#include "device_link/protocol/rsl_model.h"

namespace rosler {

namespace {

constexpr std::chrono::milliseconds slice {50}; ///< a stop request is heard so often
constexpr std::size_t longestLine = 1024;
constexpr std::size_t mostLines = 4096;

/// No byte that a terminal would obey.
char printable(std::uint8_t byte)
{
    return (byte >= ' ' && byte <= '~') || byte == '\t' ? static_cast<char>(byte) : '?';
}

} // namespace

FrameExchange::FrameExchange(std::unique_ptr<Link> link)
    : m_link(std::move(link))
{
    ROSLER_EXPECTS(m_link != nullptr);
    rsl_decoder_start(&m_decoder);
}

void FrameExchange::beginSession()
{
    std::random_device random;
    m_session = static_cast<std::uint16_t>(random() % 65535U + 1U);
    m_otherVersion = 0;
}

FrameExchange::Milliseconds FrameExchange::patience(std::size_t frames) const
{
    // 3 x the time that they take on the line, and one more as long as an answer can be, + 50 ms.
    const double baud = m_link->baud() == 0 ? 115200.0 : static_cast<double>(m_link->baud());
    const double seconds = static_cast<double>((frames + 1) * RSL_MAX_WIRE_FRAME) * 10.0 / baud;
    return Milliseconds(50 + static_cast<long>(3000.0 * seconds));
}

tl::unexpected<Error> FrameExchange::refusal(const rsl_error &error) const
{
    std::string what = rsl_status_text(error.status);
    ErrorCode code = ErrorCode::Rejected;
    switch (error.status) {
    case RSL_NEEDS_RAM:
    case RSL_TOO_LONG:
        what +=
            ": needs " + std::to_string(error.value) + " bytes, there are " + std::to_string(error.available);
        break;
    case RSL_WRONG_SESSION:
        what += "; does another program use this port?";
        break;
    case RSL_WRONG_VERSION:
        what = "the firmware on the board speaks version " + std::to_string(error.value)
            + " of the protocol, this program " + std::to_string(RSL_PROTOCOL_VERSION)
            + "; flash the firmware that came with it";
        code = ErrorCode::Unsupported;
        break;
    case RSL_UNKNOWN_FORMAT:
    case RSL_UNKNOWN_ABI:
        what += ": the board has " + std::to_string(error.value);
        code = ErrorCode::Unsupported;
        break;
    case RSL_INVALID_IMAGE:
        what += std::string(": ")
            + (error.detail <= RSL_FAULT_ALIGNMENT ? rsl_fault_text(static_cast<rsl_fault>(error.detail))
                                                   : "a fault that this program does not know")
            + " at " + std::to_string(error.value);
        break;
    case RSL_INCOMPLETE:
    case RSL_STORAGE:
        what += " (at " + std::to_string(error.value) + ")";
        break;
    case RSL_NEEDS_TAG:
    case RSL_WRONG_TAG:
    case RSL_KEY_IS_SET:
        what += " (" + keyName(error.value) + ")";
        break;
    case RSL_KNOWN_ANSWER:
        what += " (output " + std::to_string(error.value) + ")";
        break;
    default:
        break;
    }
    what += " [status " + std::to_string(error.status) + "]";
    return fail(code, std::move(what), m_link->name());
}

tl::unexpected<Error> FrameExchange::impossible(std::string_view what) const
{
    return fail(ErrorCode::Malformed, "the board says what cannot be: " + std::string(what), m_link->name());
}

std::span<const std::uint8_t> FrameExchange::part(const Payload &payload, std::size_t length)
{
    ROSLER_EXPECTS(length > 0 && length <= payload.size());
    return std::span(payload).first(length);
}

Result<void> FrameExchange::send(std::uint8_t type, std::uint16_t seq, std::span<const std::uint8_t> payload)
{
    const rsl_frame frame {
        RSL_PROTOCOL_VERSION, type, 0, seq, m_session, static_cast<std::uint16_t>(payload.size())};
    std::array<std::uint8_t, RSL_MAX_WIRE_FRAME> wire {};
    const std::size_t length = rsl_frame_encode(&frame, payload.data(), wire.data(), wire.size());
    ROSLER_EXPECTS(length > 0);
    ++m_statistics.framesSent;
    m_statistics.bytesSent += length;
    return m_link->write(std::span(wire).first(length));
}

Result<std::uint16_t> FrameExchange::post(std::uint8_t type, std::span<const std::uint8_t> payload)
{
    const std::uint16_t seq = ++m_seq;
    if (auto sent = send(type, seq, payload); !sent)
        return tl::unexpected(sent.error());
    return seq;
}

void FrameExchange::hearText(std::uint8_t byte)
{
    ++m_heard.all;
    if ((byte < ' ' || byte > '~') && byte != '\n' && byte != '\r' && byte != '\t')
        ++m_heard.odd;
    if (byte != '\n' && byte != '\r') {
        if (m_line.size() < longestLine)
            m_line += printable(byte);
        return;
    }
    if (m_line.empty())
        return;
    if (m_console)
        m_console(m_line);
    if (m_lines.size() < mostLines)
        m_lines.push_back(m_line);
    m_line.clear();
}

void FrameExchange::receive(std::span<const std::uint8_t> bytes)
{
    m_statistics.bytesReceived += bytes.size();
    for (const std::uint8_t byte : bytes) {
        switch (rsl_decoder_feed(&m_decoder, byte)) {
        case RSL_FEED_NOTHING:
            continue;
        case RSL_FEED_TEXT:
            hearText(byte);
            continue;
        case RSL_FEED_BAD:
            ++m_statistics.bad;
            continue;
        case RSL_FEED_FRAME:
            break;
        }
        hearFrame();
    }
}

void FrameExchange::hearFrame()
{
    const rsl_frame &frame = m_decoder.frame;
    ++m_statistics.framesReceived;
    if (frame.version != RSL_PROTOCOL_VERSION) {
        if (frame.session == m_session)
            m_otherVersion = frame.version;
        return;
    }
    if (frame.type == RSL_LOG) {
        std::string text(frame.length, ' ');
        std::transform(m_decoder.payload, m_decoder.payload + frame.length, text.begin(), printable);
        if (m_console)
            m_console(text);
        return;
    }
    // Of other sessions, only the board's answer to a frame of ours when it is in one of them.
    if ((frame.session != m_session || (frame.flags & RSL_FLAG_REPLY) == 0) && frame.type != RSL_ERROR)
        return;
    m_inbox.push_back({frame.type, frame.seq, {m_decoder.payload, m_decoder.payload + frame.length}});
}

Result<std::optional<FrameExchange::Reply>> FrameExchange::receive(Milliseconds timeout,
                                                                   const std::stop_token &stop)
{
    const auto end = m_link->now() + timeout;
    std::array<std::uint8_t, 2048> buffer {};
    for (;;) {
        if (!m_inbox.empty()) {
            Reply reply = std::move(m_inbox.front());
            m_inbox.erase(m_inbox.begin());
            return reply;
        }
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "stopped", m_link->name());
        const auto left = std::chrono::ceil<Milliseconds>(end - m_link->now());
        if (left.count() <= 0)
            return std::nullopt;
        const auto count = m_link->read(buffer, std::min(left, slice));
        if (!count)
            return tl::unexpected(count.error());
        receive(std::span(buffer).first(*count));
    }
}

Result<FrameExchange::Reply> FrameExchange::exchange(std::uint8_t type, std::span<const std::uint8_t> payload,
                                                     const std::stop_token &stop, const Patience &limits)
{
    const std::uint16_t seq = ++m_seq;
    m_inbox.clear();
    Milliseconds wait = patience(1);
    const auto begun = m_link->now();
    Milliseconds expected {0}; // since begun, as the board says
    auto heard = begun;
    for (int attempt = 0; attempt < limits.tries || m_link->now() < heard + limits.silent; ++attempt) {
        if (attempt > 0)
            ++m_statistics.resent;
        if (auto sent = send(type, seq, payload); !sent)
            return tl::unexpected(sent.error());
        auto end = m_link->now() + wait;
        while (m_link->now() < end) {
            const auto left = std::chrono::ceil<Milliseconds>(end - m_link->now());
            auto reply = receive(expected.count() > 0 ? std::min(left, 5 * slice) : left, stop);
            if (!reply)
                return tl::unexpected(reply.error());
            if (m_otherVersion != 0)
                return refusal({RSL_WRONG_VERSION, 0, m_otherVersion, 0});
            const auto waited = std::chrono::floor<Milliseconds>(m_link->now() - begun);
            if (!*reply) {
                if (expected.count() > 0 && m_waiting)
                    m_waiting(waited, expected);
                continue;
            }
            if ((*reply)->seq != seq)
                continue;
            if ((*reply)->type == RSL_BUSY) {
                rsl_busy busy {};
                if (!rsl_decode_busy((*reply)->payload.data(), (*reply)->payload.size(), &busy))
                    continue;
                if (waited >= limits.busy)
                    return fail(ErrorCode::TimedOut, "the board says that it is busy, and comes to no end",
                                m_link->name() + ":seq " + std::to_string(seq));
                // Its clock and ours may differ, above all in an emulator: half as long again, and some more.
                const Milliseconds more = std::min(Milliseconds(busy.milliseconds), limits.busy);
                expected = waited + more;
                end = std::max(end, m_link->now() + more + more / 2 + wait);
                heard = end;
                attempt = 0;
                continue;
            }
            if ((*reply)->type == RSL_ERROR || (*reply)->type == type)
                return std::move(**reply);
        }
        wait = std::min(2 * wait, longestPatience);
    }
    return fail(ErrorCode::TimedOut, "the board does not answer",
                m_link->name() + ":seq " + std::to_string(seq));
}

Result<FrameExchange::Reply> FrameExchange::ask(std::uint8_t type, std::span<const std::uint8_t> payload,
                                                const std::stop_token &stop, const Patience &limits)
{
    auto reply = exchange(type, payload, stop, limits);
    if (!reply || reply->type != RSL_ERROR)
        return reply;
    rsl_error error {};
    if (!rsl_decode_error(reply->payload.data(), reply->payload.size(), &error) || error.status == RSL_OK)
        return impossible("an error without a reason");
    return refusal(error);
}

Result<void> FrameExchange::command(std::uint8_t type, std::span<const std::uint8_t> payload,
                                    const std::stop_token &stop)
{
    const auto reply = ask(type, payload, stop);
    if (!reply)
        return tl::unexpected(reply.error());
    return {};
}

Result<std::vector<std::string>> FrameExchange::textCommand(std::string_view command, Milliseconds wait,
                                                            const std::stop_token &stop)
{
    // What was said before, a greeting after a start above all, is no answer.
    std::array<std::uint8_t, 1024> buffer {};
    for (;;) {
        const auto count = m_link->read(buffer, Milliseconds(0));
        if (!count)
            return tl::unexpected(count.error());
        if (*count == 0)
            break;
        receive(std::span(buffer).first(*count));
    }
    m_lines.clear();
    m_line.clear();
    std::string text(command);
    text += '%';
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    m_statistics.bytesSent += bytes.size();
    if (auto sent = m_link->write(bytes); !sent)
        return tl::unexpected(sent.error());
    const auto end = m_link->now() + wait;
    for (;;) {
        const auto ready = std::find(m_lines.begin(), m_lines.end(), "m-ready");
        if (ready != m_lines.end())
            return std::vector<std::string>(m_lines.begin(), ready);
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "stopped", m_link->name());
        const auto left = std::chrono::ceil<Milliseconds>(end - m_link->now());
        if (left.count() <= 0)
            return fail(ErrorCode::TimedOut, "no \"m-ready\" after \"" + std::string(command) + '"',
                        m_link->name());
        const auto count = m_link->read(buffer, std::min(left, slice));
        if (!count)
            return tl::unexpected(count.error());
        receive(std::span(buffer).first(*count));
    }
}

} // namespace rosler
