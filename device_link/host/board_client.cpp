// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/board_client.h"

#include <algorithm>
#include <array>
#include <bit>
#include <deque>
#include <random>
#include <utility>

#include "core/base/contract.h"
#include "core/base/digest.h"
#include "device_link/protocol/rsl_crc.h"

namespace rosler {

namespace {

using Payload = std::array<std::uint8_t, RSL_MAX_PAYLOAD>;

constexpr int usualTries = 8;
constexpr std::chrono::milliseconds longestPatience {2000};
constexpr std::chrono::milliseconds slice {50}; ///< a stop request is heard so often
constexpr std::size_t longestLine = 1024;
constexpr std::size_t mostLines = 4096;

std::span<const std::uint8_t> part(const Payload &payload, std::size_t length)
{
    ROSLER_EXPECTS(length > 0 && length <= payload.size());
    return std::span(payload).first(length);
}

} // namespace

BoardClient::BoardClient(std::unique_ptr<Link> link)
    : m_link(std::move(link))
{
    ROSLER_EXPECTS(m_link != nullptr);
    rsl_decoder_start(&m_decoder);
    m_info.credits = 1;
}

BoardClient::~BoardClient() = default;

BoardClient::Milliseconds BoardClient::patience() const
{
    // 3 x the time that a window takes, + 50 ms.
    const double baud = m_link->baud() == 0 ? 115200.0 : static_cast<double>(m_link->baud());
    const double window = m_info.credits * static_cast<double>(RSL_MAX_WIRE_FRAME) * 10.0 / baud;
    return Milliseconds(50 + static_cast<long>(3000.0 * window));
}

tl::unexpected<Error> BoardClient::refusal(const rsl_error &error) const
{
    const auto status = static_cast<rsl_status>(error.status);
    std::string what = rsl_status_text(status);
    ErrorCode code = ErrorCode::Rejected;
    switch (status) {
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
        what += std::string(": ") + rsl_fault_text(static_cast<rsl_fault>(error.detail)) + " at "
            + std::to_string(error.value);
        break;
    case RSL_INCOMPLETE:
    case RSL_STORAGE:
        what += " (at " + std::to_string(error.value) + ")";
        break;
    case RSL_KNOWN_ANSWER:
        what += " (output " + std::to_string(error.value) + ")";
        break;
    default:
        break;
    }
    return fail(code, std::move(what), m_link->name());
}

Result<void> BoardClient::send(std::uint8_t type, std::uint16_t seq, std::span<const std::uint8_t> payload)
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

void BoardClient::hearText(std::uint8_t byte)
{
    ++m_textBytes;
    if ((byte < ' ' || byte > '~') && byte != '\n' && byte != '\r' && byte != '\t')
        ++m_oddBytes;
    if (byte != '\n' && byte != '\r') {
        if (m_line.size() < longestLine)
            m_line += static_cast<char>(byte);
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

void BoardClient::receive(std::span<const std::uint8_t> bytes)
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
        const rsl_frame &frame = m_decoder.frame;
        ++m_statistics.framesReceived;
        if (frame.type == RSL_LOG) {
            const std::string text(m_decoder.payload, m_decoder.payload + frame.length);
            if (m_console)
                m_console(text);
            continue;
        }
        if (frame.session != m_session || (frame.flags & RSL_FLAG_REPLY) == 0) {
            ++m_foreign;
            // The board's answer to a frame of ours, when it is in another's session.
            if (frame.type != RSL_ERROR)
                continue;
        }
        m_inbox.push_back({frame.type, frame.seq, {m_decoder.payload, m_decoder.payload + frame.length}});
    }
}

Result<std::optional<BoardClient::Reply>> BoardClient::receive(Milliseconds timeout,
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

Result<BoardClient::Reply> BoardClient::ask(std::uint8_t type, std::span<const std::uint8_t> payload,
                                            const std::stop_token &stop, Milliseconds longer, int attempts)
{
    const std::uint16_t seq = ++m_seq;
    m_inbox.clear();
    Milliseconds wait = std::max(patience(), longer);
    for (int attempt = 0; attempt < attempts; ++attempt) {
        if (attempt > 0)
            ++m_statistics.resent;
        if (auto sent = send(type, seq, payload); !sent)
            return tl::unexpected(sent.error());
        auto end = m_link->now() + wait;
        while (m_link->now() < end) {
            auto reply = receive(std::chrono::ceil<Milliseconds>(end - m_link->now()), stop);
            if (!reply)
                return tl::unexpected(reply.error());
            if (!*reply)
                break;
            if ((*reply)->seq != seq)
                continue;
            const std::vector<std::uint8_t> &bytes = (*reply)->payload;
            if ((*reply)->type == RSL_BUSY) {
                rsl_busy busy {};
                if (rsl_decode_busy(bytes.data(), bytes.size(), &busy))
                    end = std::max(end, m_link->now() + Milliseconds(busy.milliseconds) + wait);
                continue;
            }
            if ((*reply)->type == RSL_ERROR) {
                rsl_error error {};
                if (!rsl_decode_error(bytes.data(), bytes.size(), &error))
                    continue;
                return refusal(error);
            }
            if ((*reply)->type == type)
                return std::move(**reply);
        }
        wait = std::max(longer, std::min(2 * wait, longestPatience));
        // It is silent because it computes, not because a frame got lost: then a few tries are enough.
        if (longer.count() > 0 && attempt >= 2)
            break;
    }
    return fail(ErrorCode::TimedOut, "the board does not answer",
                m_link->name() + ":seq " + std::to_string(seq));
}

Result<void> BoardClient::command(std::uint8_t type, std::span<const std::uint8_t> payload,
                                  const std::stop_token &stop)
{
    const auto reply = ask(type, payload, stop);
    if (!reply)
        return tl::unexpected(reply.error());
    return {};
}

Result<BoardInfo> BoardClient::hello(const std::stop_token &stop, int tries)
{
    std::random_device random;
    m_session = static_cast<std::uint16_t>(random() % 65535U + 1U);
    const auto badBefore = m_statistics.bad;
    const auto textBefore = m_textBytes;
    const auto oddBefore = m_oddBytes;
    const auto bytesBefore = m_statistics.bytesReceived;
    Payload payload {};
    const rsl_hello hello {RSL_PROTOCOL_VERSION, RSL_PROTOCOL_VERSION};
    const auto reply =
        ask(RSL_HELLO, part(payload, rsl_encode_hello(&hello, payload.data())), stop, Milliseconds(0), tries);
    if (!reply) {
        Error error = reply.error();
        if (error.code == ErrorCode::TimedOut) {
            error.where = m_link->name();
            if (m_statistics.bytesReceived == bytesBefore)
                error.what = "nothing answers; is the firmware on the board, and is it this port?";
            else if (4 * (m_oddBytes - oddBefore) < m_textBytes - textBefore && m_statistics.bad == badBefore)
                error.what = "something answers, but not our firmware (it sends text or another protocol)";
            else
                error.what = "what comes is damaged or rubbish; is the baud rate right?";
        }
        return tl::unexpected(error);
    }
    rsl_caps caps {};
    if (!rsl_decode_caps(reply->payload.data(), reply->payload.size(), &caps))
        return fail(ErrorCode::Unsupported, "the board's greeting is of another version of the protocol",
                    m_link->name());
    if (caps.version_min > RSL_PROTOCOL_VERSION || caps.version_max < RSL_PROTOCOL_VERSION)
        return fail(ErrorCode::Unsupported,
                    "the firmware on the board speaks version " + std::to_string(caps.version_min) + " to "
                        + std::to_string(caps.version_max) + " of the protocol, this program "
                        + std::to_string(RSL_PROTOCOL_VERSION) + "; flash the firmware that came with it",
                    m_link->name());
    auto info = boardInfoOf(caps, m_link->name());
    if (info)
        m_info = *info;
    return info;
}

Result<void> BoardClient::sendChunks(std::uint8_t type, std::span<const std::uint8_t> bytes,
                                     std::uint32_t nextOff, std::uint32_t bitmap, PushReport &report,
                                     const BoardProgressSink &progress, const std::stop_token &stop)
{
    struct Flight {
        std::uint16_t seq;
        std::uint32_t chunk;
        Link::Clock::time_point sent;
    };
    const auto chunks = static_cast<std::uint32_t>((bytes.size() + RSL_CHUNK - 1) / RSL_CHUNK);
    std::vector<bool> acknowledged(chunks, false);
    std::vector<std::uint8_t> sentBefore(chunks, 0);
    std::uint64_t doneBytes = 0;
    const auto lengthOf = [&](std::uint32_t chunk) {
        return std::min<std::size_t>(RSL_CHUNK, bytes.size() - std::size_t {chunk} * RSL_CHUNK);
    };
    std::uint32_t first = 0; // the first that is not acknowledged
    const auto take = [&](std::uint32_t chunk) {
        if (chunk < chunks && !acknowledged[chunk]) {
            acknowledged[chunk] = true;
            doneBytes += lengthOf(chunk);
        }
    };
    const auto acknowledge = [&](std::uint32_t next, std::uint32_t bits) {
        const auto before = static_cast<std::uint32_t>(
            std::min<std::size_t>((std::size_t {next} + RSL_CHUNK - 1) / RSL_CHUNK, chunks));
        for (std::uint32_t i = first; i < before; ++i)
            take(i);
        for (std::uint32_t bit = 0; bit < RSL_ACK_BITS; ++bit)
            if ((bits >> bit & 1U) != 0)
                take(next / RSL_CHUNK + bit + 1);
        while (first < chunks && acknowledged[first])
            ++first;
        if (progress)
            progress({BoardProgress::Step::Push, doneBytes, bytes.size()});
    };
    acknowledge(nextOff, bitmap);
    std::deque<Flight> flights;
    unsigned credits = std::max<unsigned>(m_info.credits, 1);
    Milliseconds wait = patience();
    int silent = 0; // waits in a row that nothing new came of
    m_inbox.clear();
    while (first < chunks) {
        // What is missing and not under way, up to the credits and the 32 chunks ahead that an ACK can tell
        // of.
        // Answers that are there already come first: what they acknowledge is not sent again.
        for (std::uint32_t chunk = first;
             m_inbox.empty() && flights.size() < credits && chunk < std::min(chunks, first + RSL_ACK_BITS);
             ++chunk) {
            if (acknowledged[chunk] || std::any_of(flights.begin(), flights.end(), [&](const Flight &f) {
                    return f.chunk == chunk;
                }))
                continue;
            rsl_data data {chunk * RSL_CHUNK, static_cast<std::uint16_t>(lengthOf(chunk)),
                           bytes.data() + std::size_t {chunk} * RSL_CHUNK};
            Payload payload {};
            const std::size_t length = rsl_encode_data(&data, payload.data());
            const std::uint16_t seq = ++m_seq;
            if (auto sent = send(type, seq, part(payload, length)); !sent)
                return sent;
            report.sentBytes += data.length;
            if (sentBefore[chunk] != 0) {
                report.resentBytes += data.length;
                ++m_statistics.resent;
            }
            sentBefore[chunk] = 1;
            flights.push_back({seq, chunk, m_link->now()});
        }
        const auto oldest = flights.empty() ? m_link->now() : flights.front().sent + wait;
        auto reply =
            receive(std::max(std::chrono::ceil<Milliseconds>(oldest - m_link->now()), Milliseconds(0)), stop);
        if (!reply)
            return tl::unexpected(reply.error());
        if (!*reply) {
            // The oldest got lost, or its answer.
            if (++silent >= usualTries)
                return fail(ErrorCode::TimedOut, "the board does not answer any more",
                            m_link->name() + ":byte " + std::to_string(first * RSL_CHUNK));
            wait = std::min(2 * wait, longestPatience);
            flights.clear();
            continue;
        }
        const std::vector<std::uint8_t> &raw = (*reply)->payload;
        if ((*reply)->type == RSL_BUSY) {
            rsl_busy busy {};
            if (rsl_decode_busy(raw.data(), raw.size(), &busy))
                for (Flight &f : flights)
                    f.sent = m_link->now() + Milliseconds(busy.milliseconds);
            continue;
        }
        const auto flight = std::find_if(flights.begin(), flights.end(),
                                         [&](const Flight &f) { return f.seq == (*reply)->seq; });
        if ((*reply)->type == RSL_ERROR) {
            rsl_error error {};
            if (flight == flights.end() || !rsl_decode_error(raw.data(), raw.size(), &error))
                continue;
            return refusal(error);
        }
        rsl_ack ack {};
        if ((*reply)->type != type || !rsl_decode_ack(raw.data(), raw.size(), &ack))
            continue;
        const std::uint64_t had = doneBytes;
        acknowledge(ack.next_off, ack.bitmap);
        credits = std::clamp<unsigned>(ack.credits, 1, std::max<unsigned>(m_info.credits, 1));
        if (doneBytes > had) {
            silent = 0;
            wait = patience();
        }
        if (flight != flights.end()) {
            // Frames do not overtake each other: what was sent before this one and is not answered is lost.
            flights.erase(flights.begin(), flight + 1);
        }
        std::erase_if(flights, [&](const Flight &f) { return acknowledged[f.chunk]; });
    }
    return {};
}

Result<RunReply> BoardClient::wholeOutput(const Reply &first, const std::stop_token &stop)
{
    rsl_output output {};
    if (!rsl_decode_output(first.payload.data(), first.payload.size(), &output))
        return fail(ErrorCode::Malformed, "the board's answer makes no sense", m_link->name());
    if (output.status != RSL_OK && output.status != RSL_KNOWN_ANSWER)
        return refusal({output.status, output.detail, output.value, 0});
    RunReply reply;
    reply.classIndex = output.class_index;
    reply.ticks = output.ticks;
    reply.generation = output.generation;
    const std::size_t total = std::size_t {output.outputs} * (output.number == RSL_I8 ? 2 : 4);
    const std::uint32_t crc = output.crc;
    if (output.first != 0 || output.length > total)
        return fail(ErrorCode::Malformed, "the board's answer makes no sense", m_link->name());
    reply.outputBytes.assign(output.bytes, output.bytes + output.length);
    while (reply.outputBytes.size() < total) {
        Payload payload {};
        const rsl_output_request request {static_cast<std::uint32_t>(reply.outputBytes.size())};
        const auto more =
            ask(RSL_OUTPUT, part(payload, rsl_encode_output_request(&request, payload.data())), stop);
        if (!more)
            return tl::unexpected(more.error());
        rsl_output next {};
        if (!rsl_decode_output(more->payload.data(), more->payload.size(), &next)
            || next.first != reply.outputBytes.size() || next.length == 0
            || next.length > total - reply.outputBytes.size())
            return fail(ErrorCode::Malformed, "the board's answer makes no sense", m_link->name());
        reply.outputBytes.insert(reply.outputBytes.end(), next.bytes, next.bytes + next.length);
    }
    if (rsl_crc32(0, reply.outputBytes.data(), reply.outputBytes.size()) != crc)
        return fail(ErrorCode::Malformed, "the outputs' check sum is wrong", m_link->name());
    if (output.status == RSL_KNOWN_ANSWER)
        return refusal({output.status, output.detail, output.value, 0});
    return reply;
}

Result<PushReport> BoardClient::push(const ModelImage &image, const BoardProgressSink &progress,
                                     const std::stop_token &stop)
{
    const auto begun = m_link->now();
    PushReport report;
    // What the board holds now, not what it held once.
    if (auto info = hello(stop); !info)
        return tl::unexpected(info.error());
    const auto verdict = fitOn(m_info, image);
    if (!verdict)
        return tl::unexpected(verdict.error());
    const std::string sha = hexOf(image.sha256());
    const auto activeNumber = [this]() -> std::optional<std::uint8_t> {
        const SlotInfo *slot = m_info.activeSlot();
        return slot == nullptr ? std::nullopt
                               : std::optional(static_cast<std::uint8_t>(slot - m_info.slots.data()));
    };
    const auto holds = [&](const SlotInfo *slot) {
        return slot != nullptr && slot->state == SlotInfo::State::Valid && slot->sha256 == sha
            && slot->bytes == image.bytes().size();
    };
    const std::optional<std::uint8_t> before = activeNumber();
    // Two models that take turns stay on the board both.
    for (std::uint8_t i = 0; i < m_info.slots.size() && !holds(m_info.activeSlot()); ++i)
        if (holds(&m_info.slots[i]) && activate(i))
            if (auto info = hello(stop); !info)
                return tl::unexpected(info.error());
    const SlotInfo *active = m_info.activeSlot();
    report.wasThere = holds(active);
    if (!report.wasThere && !verdict->fits())
        return fail(ErrorCode::Rejected, "the model does not fit: " + verdict->text(), m_info.board);

    Payload payload {};
    if (!report.wasThere) {
        rsl_begin begin {};
        std::copy(image.sha256().begin(), image.sha256().end(), begin.sha256);
        begin.length = static_cast<std::uint32_t>(image.bytes().size());
        begin.ram_bytes = image.ramBytes();
        begin.format = RSL_MODEL_FORMAT;
        begin.kernel_abi = RSL_KERNEL_ABI;
        begin.number = static_cast<std::uint8_t>(image.type());
        begin.layout = static_cast<std::uint8_t>(std::countr_zero(image.needs().layouts));
        begin.layer_kinds = static_cast<std::uint8_t>(image.needs().kinds);
        begin.slot = RSL_ANY_SLOT;
        const auto began = ask(RSL_BEGIN, part(payload, rsl_encode_begin(&begin, payload.data())), stop);
        if (!began)
            return tl::unexpected(began.error());
        rsl_begin_reply answer {};
        if (!rsl_decode_begin_reply(began->payload.data(), began->payload.size(), &answer))
            return fail(ErrorCode::Malformed, "the board's answer makes no sense", m_link->name());
        if (answer.status != RSL_OK)
            return refusal({answer.status, 0, answer.value, answer.available});
        report.slot = answer.slot;
        report.resumedAt = answer.next_off;
        const auto sent =
            sendChunks(RSL_DATA, image.bytes(), answer.next_off, answer.bitmap, report, progress, stop);
        if (!sent) {
            if (sent.error().code == ErrorCode::Cancelled)
                static_cast<void>(send(RSL_ABORT, ++m_seq, {})); // what came is kept
            return tl::unexpected(sent.error());
        }
    }
    if (progress)
        progress({BoardProgress::Step::Verify, 0, 1});
    if (report.wasThere) {
        // It passed its test when it was activated; ask it again for its known answer.
        const auto answer = run(image.knownInput(), stop);
        if (!answer)
            return tl::unexpected(answer.error());
        report.generation = active->generation;
        report.slot = *activeNumber();
        if (!std::equal(answer->outputBytes.begin(), answer->outputBytes.end(), image.knownOutput().begin(),
                        image.knownOutput().end())) {
            if (before && *before != report.slot)
                static_cast<void>(activate(*before));
            return fail(ErrorCode::Rejected, "the board's outputs are not the twin's", m_info.board);
        }
    } else {
        rsl_commit commit {};
        std::copy(image.sha256().begin(), image.sha256().end(), commit.sha256);
        const auto committed = ask(RSL_COMMIT, part(payload, rsl_encode_commit(&commit, payload.data())),
                                   stop, Milliseconds(2000));
        if (!committed)
            return tl::unexpected(committed.error());
        const auto answer = wholeOutput(*committed, stop);
        if (!answer)
            return tl::unexpected(answer.error());
        if (progress)
            progress({BoardProgress::Step::KnownAnswer, 0, 1});
        const auto known = image.knownOutput();
        if (!std::equal(answer->outputBytes.begin(), answer->outputBytes.end(), known.begin(), known.end())) {
            static_cast<void>(reject(report.slot));
            return fail(ErrorCode::Rejected,
                        "the board's outputs are not the twin's; the model before is active again",
                        m_info.board);
        }
        report.generation = answer->generation;
        // What the board itself says it holds.
        if (auto info = hello(stop); !info)
            return tl::unexpected(info.error());
        const SlotInfo *now = m_info.activeSlot();
        if (now == nullptr || now->sha256 != sha)
            return fail(ErrorCode::Rejected, "the board took the model, but does not hold it", m_info.board);
    }
    if (progress)
        progress({BoardProgress::Step::KnownAnswer, 1, 1});
    report.seconds = std::chrono::duration<double>(m_link->now() - begun).count();
    return report;
}

Result<RunReply> BoardClient::run(std::span<const std::uint8_t> inputBytes, const std::stop_token &stop)
{
    PushReport ignored;
    Payload payload {};
    const rsl_run request {static_cast<std::uint32_t>(inputBytes.size()),
                           rsl_crc32(0, inputBytes.data(), inputBytes.size())};
    for (int attempt = 0;; ++attempt) {
        if (auto sent = sendChunks(RSL_INPUT, inputBytes, 0, 0, ignored, {}, stop); !sent)
            return tl::unexpected(sent.error());
        const auto reply =
            ask(RSL_RUN, part(payload, rsl_encode_run(&request, payload.data())), stop, Milliseconds(1000));
        if (!reply)
            return tl::unexpected(reply.error());
        rsl_output output {};
        // A chunk that was sent twice and came late begins the input anew.
        if (attempt < usualTries && rsl_decode_output(reply->payload.data(), reply->payload.size(), &output)
            && output.status == RSL_BAD_INPUT)
            continue;
        return wholeOutput(*reply, stop);
    }
}

Result<BenchReply> BoardClient::bench(const BenchRequest &request, const std::stop_token &stop)
{
    Payload payload {};
    const rsl_bench bench {request.warmUp, std::max<std::uint32_t>(request.runs, 1),
                           static_cast<std::uint16_t>((request.layers ? RSL_BENCH_LAYERS : 0)
                                                      | (request.useLastInput ? RSL_BENCH_USE_INPUT : 0))};
    const auto reply =
        ask(RSL_BENCH, part(payload, rsl_encode_bench(&bench, payload.data())), stop, request.patience);
    if (!reply) {
        if (reply.error().code == ErrorCode::Cancelled)
            static_cast<void>(send(RSL_ABORT, ++m_seq, {}));
        return tl::unexpected(reply.error());
    }
    rsl_result result {};
    if (!rsl_decode_result(reply->payload.data(), reply->payload.size(), &result))
        return fail(ErrorCode::Malformed, "the board's answer makes no sense", m_link->name());
    BenchReply out;
    out.runs = result.runs;
    out.timerHz = result.timer_hz;
    out.totalTicks = result.total_ticks;
    out.emptyTicks = result.empty_ticks;
    out.minTicks = result.min_ticks;
    out.maxTicks = result.max_ticks;
    out.outputCrc = result.output_crc;
    out.layerTicks.assign(result.layer_ticks, result.layer_ticks + result.layers);
    out.ticks.assign(result.ticks, result.ticks + result.samples);
    return out;
}

Result<void> BoardClient::slotCommand(std::uint8_t slot, std::uint8_t op)
{
    Payload payload {};
    const rsl_slot_request request {slot, op};
    return command(RSL_SLOT, part(payload, rsl_encode_slot_request(&request, payload.data())));
}

Result<void> BoardClient::activate(std::uint8_t slot)
{
    return slotCommand(slot, RSL_SLOT_ACTIVATE);
}

Result<void> BoardClient::reject(std::uint8_t slot)
{
    return slotCommand(slot, RSL_SLOT_REJECT);
}

Result<void> BoardClient::erase(std::uint8_t slot)
{
    return slotCommand(slot, RSL_SLOT_ERASE);
}

Result<void> BoardClient::reset()
{
    return command(RSL_RESET, {});
}

Result<void> BoardClient::raiseBaud(std::uint32_t rate, const std::stop_token &stop)
{
    constexpr std::size_t testBytes = 4096;
    const std::uint32_t before = m_link->baud();
    Payload payload {};
    const auto propose = [&](std::uint8_t step) {
        const rsl_baud baud {rate, step};
        return command(RSL_BAUD, part(payload, rsl_encode_baud(&baud, payload.data())), stop);
    };
    if (before == 0 || !m_info.setsBaud)
        return fail(ErrorCode::Unsupported, "this board has no baud rate to change", m_link->name());
    if (auto done = propose(RSL_BAUD_TRY); !done)
        return done;
    const auto goBack = [&](const Error &why) -> Result<void> {
        // The board goes back by itself when nothing comes for a second, or is not kept in five.
        static_cast<void>(m_link->setBaud(before));
        std::array<std::uint8_t, 256> rest {};
        const auto end = m_link->now() + Milliseconds(5200);
        while (m_link->now() < end)
            if (!m_link->read(rest, Milliseconds(100)))
                break;
        return tl::unexpected(why);
    };
    if (auto done = m_link->setBaud(rate); !done)
        return goBack(done.error());
    std::uint32_t prbs = 1;
    for (std::size_t sent = 0; sent < testBytes;) {
        const std::size_t length = std::min<std::size_t>(RSL_MAX_ECHO, testBytes - sent);
        for (std::size_t i = 0; i < length; ++i)
            payload[i] = rsl_prbs31(&prbs);
        const std::uint64_t resent = m_statistics.resent;
        const auto echo = ask(RSL_ECHO, part(payload, length), stop);
        if (!echo)
            return goBack(echo.error());
        if (m_statistics.resent != resent || echo->payload.size() != length
            || !std::equal(echo->payload.begin(), echo->payload.end(), payload.begin()))
            return goBack({ErrorCode::Rejected, "the line makes errors at " + std::to_string(rate) + " baud",
                           m_link->name()});
        sent += length;
    }
    if (auto done = propose(RSL_BAUD_KEEP); !done)
        return goBack(done.error());
    return {};
}

Result<std::vector<std::string>> BoardClient::textCommand(std::string_view command, Milliseconds wait,
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
