// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/board_client.h"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "core/base/contract.h"
#include "device_link/protocol/rsl_crc.h"

namespace rosler {

namespace {

using Payload = std::array<std::uint8_t, RSL_MAX_PAYLOAD>;

constexpr int usualTries = 8;
constexpr std::chrono::milliseconds longestPatience {2000};
constexpr std::chrono::milliseconds slice {50}; ///< a stop request is heard so often
constexpr std::size_t longestLine = 1024;
constexpr std::size_t mostLines = 4096;

/// What the board may need to erase flash or to compute for long.
constexpr std::chrono::minutes longestWork {20};
constexpr std::chrono::seconds longestRun {10}; ///< of one inference in a benchmark

/// No byte that a terminal would obey.
char printable(std::uint8_t byte)
{
    return (byte >= ' ' && byte <= '~') || byte == '\t' ? static_cast<char>(byte) : '?';
}

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

BoardClient::Milliseconds BoardClient::patience(std::size_t frames) const
{
    // 3 x the time that they take on the line, and one more as long as an answer can be, + 50 ms.
    const double baud = m_link->baud() == 0 ? 115200.0 : static_cast<double>(m_link->baud());
    const double seconds = static_cast<double>((frames + 1) * RSL_MAX_WIRE_FRAME) * 10.0 / baud;
    return Milliseconds(50 + static_cast<long>(3000.0 * seconds));
}

tl::unexpected<Error> BoardClient::refusal(const rsl_error &error) const
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

tl::unexpected<Error> BoardClient::impossible(std::string_view what) const
{
    return fail(ErrorCode::Malformed, "the board says what cannot be: " + std::string(what), m_link->name());
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
        hearFrame();
    }
}

void BoardClient::hearFrame()
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
    if (frame.session != m_session || (frame.flags & RSL_FLAG_REPLY) == 0) {
        ++m_foreign;
        // The board's answer to a frame of ours, when it is in another's session.
        if (frame.type != RSL_ERROR)
            return;
    }
    m_inbox.push_back({frame.type, frame.seq, {m_decoder.payload, m_decoder.payload + frame.length}});
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

Result<BoardClient::Reply> BoardClient::exchange(std::uint8_t type, std::span<const std::uint8_t> payload,
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

Result<BoardClient::Reply> BoardClient::ask(std::uint8_t type, std::span<const std::uint8_t> payload,
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
    m_otherVersion = 0;
    Patience limits;
    limits.tries = tries;
    const auto reply = ask(RSL_HELLO, part(payload, rsl_encode_hello(&hello, payload.data())), stop, limits);
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

Result<rsl_begin_reply> BoardClient::begin(const rsl_begin &announcement, const std::stop_token &stop)
{
    Payload payload {};
    Patience limits;
    limits.busy = longestWork;
    const auto began =
        ask(RSL_BEGIN, part(payload, rsl_encode_begin(&announcement, payload.data())), stop, limits);
    if (!began)
        return tl::unexpected(began.error());
    rsl_begin_reply answer {};
    if (!rsl_decode_begin_reply(began->payload.data(), began->payload.size(), &answer))
        return impossible("an answer to BEGIN that is none");
    if (answer.status != RSL_OK)
        return refusal({answer.status, 0, answer.value, answer.available});
    if (answer.slot >= m_info.slots.size())
        return impossible("the model goes to slot " + std::to_string(answer.slot));
    return answer;
}

Result<SentBytes> BoardClient::sendImage(std::span<const std::uint8_t> image, const rsl_begin_reply &begun,
                                         const BoardProgressSink &progress, const std::stop_token &stop)
{
    ChunkWindow window(image.size(), m_info.credits);
    if (!window.resume(begun.next_off, begun.bitmap))
        return impossible("it has " + std::to_string(begun.next_off) + " of " + std::to_string(image.size())
                          + " bytes");
    const auto encode = [image](const ChunkWindow::Chunk &chunk, std::uint8_t *payload) {
        const rsl_data data {chunk.offset, chunk.length, image.data() + chunk.offset};
        return rsl_encode_data(&data, payload);
    };
    auto sent = sendChunks(RSL_DATA, window, encode, image.size(), 0, progress, stop);
    if (!sent && sent.error().code == ErrorCode::Cancelled)
        static_cast<void>(send(RSL_ABORT, ++m_seq, {})); // what came is kept
    return sent;
}

Result<RunReply> BoardClient::commit(std::span<const std::uint8_t, 32> sha256, const std::stop_token &stop)
{
    Payload payload {};
    rsl_commit commit {};
    std::copy(sha256.begin(), sha256.end(), commit.sha256);
    const auto reply = ask(RSL_COMMIT, part(payload, rsl_encode_commit(&commit, payload.data())), stop,
                           {Milliseconds(0), longestWork, usualTries});
    if (!reply)
        return tl::unexpected(reply.error());
    return wholeOutput(*reply, 0, stop);
}

Result<SentBytes> BoardClient::sendChunks(std::uint8_t type, ChunkWindow &window, const EncodeChunk &encode,
                                          std::uint64_t total, std::uint32_t vector,
                                          const BoardProgressSink &progress, const std::stop_token &stop)
{
    SentBytes sentBytes;
    int longer = 1; // times as patient as usual
    int silent = 0; // waits in a row that nothing new came of
    const auto begun = m_link->now();
    const auto tell = [&] {
        if (progress)
            progress({BoardProgress::Step::Push, window.doneBytes(), total});
    };
    tell();
    m_inbox.clear();
    while (!window.isDone()) {
        // Answers that are there already come first: what they acknowledge is not sent again.
        for (auto chunk = window.next(); chunk && m_inbox.empty(); chunk = window.next()) {
            Payload payload {};
            const std::uint16_t seq = ++m_seq;
            if (auto sent = send(type, seq, part(payload, encode(*chunk, payload.data()))); !sent)
                return tl::unexpected(sent.error());
            sentBytes.all += chunk->length;
            if (chunk->again) {
                sentBytes.again += chunk->length;
                ++m_statistics.resent;
            }
            window.sent(*chunk, seq, m_link->now());
        }
        const Milliseconds wait =
            std::min(longer * patience(window.out()), std::max(longestPatience, patience(window.out())));
        const auto oldest = window.oldest().value_or(m_link->now() - wait) + wait;
        auto reply =
            receive(std::max(std::chrono::ceil<Milliseconds>(oldest - m_link->now()), Milliseconds(0)), stop);
        if (!reply)
            return tl::unexpected(reply.error());
        if (!*reply) {
            // The oldest got lost, or its answer.
            if (++silent >= usualTries)
                return fail(ErrorCode::TimedOut, "the board does not answer any more",
                            m_link->name() + ":byte " + std::to_string(window.firstMissing()));
            longer *= 2;
            window.lose();
            continue;
        }
        const std::vector<std::uint8_t> &raw = (*reply)->payload;
        const bool isOut = window.isOut((*reply)->seq);
        if ((*reply)->type == RSL_BUSY) {
            rsl_busy busy {};
            if (m_link->now() - begun > longestWork)
                return fail(ErrorCode::TimedOut, "the board says that it is busy, and comes to no end",
                            m_link->name());
            if (rsl_decode_busy(raw.data(), raw.size(), &busy))
                window.delay(m_link->now()
                             + std::min<Milliseconds>(Milliseconds(busy.milliseconds), longestWork));
            continue;
        }
        if ((*reply)->type == RSL_ERROR) {
            rsl_error error {};
            if (!isOut)
                continue; // of what counted as lost
            if (!rsl_decode_error(raw.data(), raw.size(), &error) || error.status == RSL_OK)
                return impossible("an error without a reason");
            return refusal(error);
        }
        rsl_ack ack {};
        if ((*reply)->type != type || !rsl_decode_ack(raw.data(), raw.size(), &ack) || ack.vector != vector)
            continue;
        const std::uint64_t had = window.doneBytes();
        window.answered((*reply)->seq);
        if (!window.acknowledge(ack.next_off, ack.bitmap))
            return impossible("it has bytes that were not sent");
        window.setCredits(ack.credits);
        tell();
        if (window.doneBytes() > had) {
            silent = 0;
            longer = 1;
        }
    }
    return sentBytes;
}

Result<RunReply> BoardClient::wholeOutput(const Reply &first, std::uint32_t vector,
                                          const std::stop_token &stop)
{
    rsl_output output {};
    if (!rsl_decode_output(first.payload.data(), first.payload.size(), &output))
        return impossible("outputs that are none");
    if (output.status != RSL_OK) // the outputs that came are those from the first that is wrong
        return refusal({output.status, output.detail, output.value, 0});
    if (output.outputs == 0 || output.outputs > RSL_MAX_WIDTH || output.number > RSL_I8
        || output.class_index >= output.outputs)
        return impossible(std::to_string(output.outputs) + " outputs of type " + std::to_string(output.number)
                          + ", the largest number " + std::to_string(output.class_index));
    if (output.vector != vector)
        return impossible("outputs of another input");
    RunReply reply;
    reply.classIndex = output.class_index;
    reply.ticks = output.ticks;
    reply.generation = output.generation;
    const std::size_t total = std::size_t {output.outputs} * (output.number == RSL_I8 ? 2 : 4);
    const std::uint32_t crc = output.crc;
    if (output.first != 0 || output.length > total)
        return impossible("outputs that are not where they begin");
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
            || next.first != reply.outputBytes.size() || next.length == 0 || next.crc != crc
            || next.length > total - reply.outputBytes.size())
            return impossible("outputs that do not follow those before");
        reply.outputBytes.insert(reply.outputBytes.end(), next.bytes, next.bytes + next.length);
    }
    if (rsl_crc32(0, reply.outputBytes.data(), reply.outputBytes.size()) != crc)
        return impossible("outputs of which the CRC-32 is wrong");
    return reply;
}

Result<void> BoardClient::sendInput(std::span<const std::uint8_t> bytes, const std::stop_token &stop)
{
    const std::uint32_t vector = ++m_vector;
    ChunkWindow window(bytes.size(), m_info.credits);
    const auto encode = [&](const ChunkWindow::Chunk &chunk, std::uint8_t *payload) {
        const rsl_input input {vector, chunk.offset, chunk.length, bytes.data() + chunk.offset};
        return rsl_encode_input(&input, payload);
    };
    const auto sent = sendChunks(RSL_INPUT, window, encode, bytes.size(), vector, {}, stop);
    if (!sent)
        return tl::unexpected(sent.error());
    return {};
}

Result<RunReply> BoardClient::run(std::span<const std::uint8_t> inputBytes, const std::stop_token &stop)
{
    for (int attempt = 0;; ++attempt) {
        if (auto sent = sendInput(inputBytes, stop); !sent)
            return tl::unexpected(sent.error());
        Payload payload {};
        const rsl_run request {m_vector, static_cast<std::uint32_t>(inputBytes.size()),
                               rsl_crc32(0, inputBytes.data(), inputBytes.size())};
        const auto reply = exchange(RSL_RUN, part(payload, rsl_encode_run(&request, payload.data())), stop,
                                    {Milliseconds(0), longestWork, usualTries});
        if (!reply)
            return tl::unexpected(reply.error());
        if (reply->type == RSL_RUN)
            return wholeOutput(*reply, m_vector, stop);
        rsl_error error {};
        if (!rsl_decode_error(reply->payload.data(), reply->payload.size(), &error) || error.status == RSL_OK)
            return impossible("an error without a reason");
        // The input got lost after it was acknowledged: a command by hand has taken its place.
        if (error.status != RSL_BAD_INPUT || attempt >= usualTries || error.value != inputBytes.size())
            return refusal(error);
    }
}

Result<BenchReply> BoardClient::bench(const BenchRequest &request, const std::stop_token &stop)
{
    Payload payload {};
    const rsl_bench bench {request.warmUp, std::max<std::uint32_t>(request.runs, 1),
                           static_cast<std::uint16_t>((request.layers ? RSL_BENCH_LAYERS : 0)
                                                      | (request.useLastInput ? RSL_BENCH_USE_INPUT : 0)),
                           m_vector};
    const auto all = std::int64_t {bench.warm_up} + bench.runs; // longestRun each at most
    const auto reply = ask(RSL_BENCH, part(payload, rsl_encode_bench(&bench, payload.data())), stop,
                           {request.patience, longestWork + all * longestRun, usualTries});
    if (!reply) {
        if (reply.error().code == ErrorCode::Cancelled)
            stopWork();
        return tl::unexpected(reply.error());
    }
    rsl_result result {};
    if (!rsl_decode_result(reply->payload.data(), reply->payload.size(), &result))
        return impossible("times that are none");
    if (result.runs != bench.runs || result.timer_hz == 0 || result.min_ticks > result.max_ticks
        || result.total_ticks < result.max_ticks
        || result.samples != std::min<std::uint32_t>(bench.runs, RSL_MAX_SAMPLES)
        || (result.layers > 0) != request.layers)
        return impossible("times of " + std::to_string(result.runs) + " runs, " + std::to_string(bench.runs)
                          + " were asked for, or times that contradict each other");
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
    out.pauses = result.pauses;
    if (std::any_of(out.ticks.begin(), out.ticks.end(),
                    [&](std::uint32_t t) { return t < out.minTicks || t > out.maxTicks; }))
        return impossible("a run that is faster than the fastest, or slower than the slowest");
    return out;
}

void BoardClient::stopWork()
{
    // While it computes, the board may not hear: each frame that it misses makes it listen for a while.
    constexpr Milliseconds often {20};
    const auto end = m_link->now() + Milliseconds(1000);
    std::vector<std::uint16_t> asked;
    while (m_link->now() < end) {
        asked.push_back(++m_seq);
        if (!send(RSL_ABORT, m_seq, {}))
            return;
        auto reply = receive(std::max(often, patience(1) / 8), {});
        for (; reply && *reply; reply = receive(Milliseconds(0), {}))
            if ((*reply)->type == RSL_ABORT
                && std::find(asked.begin(), asked.end(), (*reply)->seq) != asked.end())
                return;
        if (!reply)
            return;
    }
}

Result<void> BoardClient::slotCommand(std::uint8_t slot, std::uint8_t op)
{
    Payload payload {};
    const rsl_slot_request request {slot, op};
    Patience limits;
    limits.busy = longestWork;
    const auto reply =
        ask(RSL_SLOT, part(payload, rsl_encode_slot_request(&request, payload.data())), {}, limits);
    if (!reply)
        return tl::unexpected(reply.error());
    return {};
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
    const auto reply = exchange(RSL_RESET, {}, {}, Patience());
    if (!reply)
        return tl::unexpected(reply.error());
    rsl_error error {};
    if (reply->type == RSL_ERROR && rsl_decode_error(reply->payload.data(), reply->payload.size(), &error)
        && error.status != RSL_WRONG_SESSION) // it has started anew, and its answer got lost
        return refusal(error);
    return {};
}

Result<std::vector<std::uint8_t>> BoardClient::readRegion(rsl_region_kind kind, std::uint8_t slot,
                                                          std::uint32_t offset, std::uint32_t length,
                                                          const std::stop_token &stop)
{
    if ((m_info.groups & (1U << RSL_GROUP_MEMORY)) == 0)
        return fail(ErrorCode::Unsupported, "the board's firmware cannot read its memory out",
                    m_link->name());
    const auto readAt = [&](std::uint8_t flags, std::uint32_t at, std::uint32_t count) -> Result<Reply> {
        Payload payload {};
        const rsl_read request {static_cast<std::uint8_t>(kind), slot, flags, at, count};
        return ask(RSL_READ, part(payload, rsl_encode_read(&request, payload.data())), stop,
                   {Milliseconds(0), longestWork, usualTries});
    };
    for (int attempt = 0; attempt < usualTries; ++attempt) {
        std::vector<std::uint8_t> bytes;
        while (bytes.size() < length) {
            const auto at = offset + static_cast<std::uint32_t>(bytes.size());
            const auto reply = readAt(0, at, length - static_cast<std::uint32_t>(bytes.size()));
            if (!reply)
                return tl::unexpected(reply.error());
            rsl_read_reply next {};
            if (!rsl_decode_read_reply(reply->payload.data(), reply->payload.size(), &next)
                || next.offset != at || next.length == 0 || next.length > length - bytes.size()
                || rsl_crc32(0, next.bytes, next.length) != next.crc)
                return impossible("memory that does not follow that before");
            bytes.insert(bytes.end(), next.bytes, next.bytes + next.length);
        }
        const auto reply = readAt(RSL_READ_CRC_ONLY, offset, length);
        if (!reply)
            return tl::unexpected(reply.error());
        rsl_read_reply whole {};
        if (!rsl_decode_read_reply(reply->payload.data(), reply->payload.size(), &whole))
            return impossible("a check sum that is none");
        if (whole.crc == rsl_crc32(0, bytes.data(), bytes.size()))
            return bytes;
    }
    return fail(ErrorCode::Rejected, "the board's memory changes while it is read", m_link->name());
}

Result<void> BoardClient::writeRegion(rsl_region_kind kind, std::uint8_t slot,
                                      std::span<const std::uint8_t> bytes, const std::stop_token &stop)
{
    if ((m_info.groups & (1U << RSL_GROUP_MEMORY)) == 0)
        return fail(ErrorCode::Unsupported, "the board's firmware cannot have its memory written",
                    m_link->name());
    Payload payload {};
    rsl_write write {};
    write.kind = static_cast<std::uint8_t>(kind);
    write.slot = slot;
    for (std::size_t at = 0; at < bytes.size(); at += write.length) {
        write.offset = static_cast<std::uint32_t>(at);
        write.length =
            static_cast<std::uint16_t>(std::min<std::size_t>(RSL_MAX_REGION_BYTES, bytes.size() - at));
        write.bytes = bytes.data() + at;
        if (auto done = command(RSL_WRITE, part(payload, rsl_encode_write(&write, payload.data())), stop);
            !done)
            return done;
    }
    write.flags = RSL_WRITE_LAST;
    write.offset = 0;
    write.length = 0;
    write.extent = static_cast<std::uint32_t>(bytes.size());
    write.crc = rsl_crc32(0, bytes.data(), bytes.size());
    return command(RSL_WRITE, part(payload, rsl_encode_write(&write, payload.data())), stop);
}

Result<void> BoardClient::setKey(const ModelKey &key, const std::stop_token &stop)
{
    Payload payload {};
    rsl_key request {};
    std::copy(key.bytes().begin(), key.bytes().end(), request.key);
    const auto reply = ask(RSL_KEY_SET, part(payload, rsl_encode_key(&request, payload.data())), stop);
    if (!reply)
        return tl::unexpected(reply.error());
    rsl_key_reply answer {};
    if (!rsl_decode_key_reply(reply->payload.data(), reply->payload.size(), &answer)
        || answer.number != key.number())
        return impossible("it has another key than it was given");
    m_info.key = answer.number;
    return {};
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
