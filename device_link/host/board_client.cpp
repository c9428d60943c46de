// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/board_client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "device_link/host/chunk_window.h"
#include "device_link/host/line_rate.h"
#include "device_link/host/memory_region.h"
#include "device_link/protocol/rsl_crc.h"

namespace rosler {

namespace {

using Payload = FrameExchange::Payload;

constexpr std::chrono::seconds longestRun {10}; ///< of one inference in a benchmark

/// Of what may erase flash or compute.
constexpr FrameExchange::Patience patient {.busy = FrameExchange::longestWork};

} // namespace

BoardClient::BoardClient(std::unique_ptr<Link> link)
    : m_exchange(std::move(link))
{
    m_info.credits = 1;
}

BoardClient::~BoardClient() = default;

Result<BoardInfo> BoardClient::hello(const std::stop_token &stop, int tries)
{
    m_exchange.beginSession();
    const LinkStatistics before = m_exchange.statistics();
    const FrameExchange::HeardText textBefore = m_exchange.heardText();
    Payload payload {};
    const rsl_hello hello {RSL_PROTOCOL_VERSION, RSL_PROTOCOL_VERSION};
    FrameExchange::Patience limits;
    limits.tries = tries;
    const auto reply = m_exchange.ask(
        RSL_HELLO, m_exchange.part(payload, rsl_encode_hello(&hello, payload.data())), stop, limits);
    if (!reply) {
        Error error = reply.error();
        if (error.code == ErrorCode::TimedOut) {
            error.where = link().name();
            const LinkStatistics &now = m_exchange.statistics();
            const FrameExchange::HeardText &text = m_exchange.heardText();
            if (now.bytesReceived == before.bytesReceived)
                error.what = "nothing answers; is the firmware on the board, and is it this port?";
            else if (4 * (text.odd - textBefore.odd) < text.all - textBefore.all && now.bad == before.bad)
                error.what = "something answers, but not our firmware (it sends text or another protocol)";
            else
                error.what = "what comes is damaged or rubbish; is the baud rate right?";
        }
        return tl::unexpected(error);
    }
    rsl_caps caps {};
    if (!rsl_decode_caps(reply->payload.data(), reply->payload.size(), &caps))
        return fail(ErrorCode::Unsupported, "the board's greeting is of another version of the protocol",
                    link().name());
    if (caps.version_min > RSL_PROTOCOL_VERSION || caps.version_max < RSL_PROTOCOL_VERSION)
        return fail(ErrorCode::Unsupported,
                    "the firmware on the board speaks version " + std::to_string(caps.version_min) + " to "
                        + std::to_string(caps.version_max) + " of the protocol, this program "
                        + std::to_string(RSL_PROTOCOL_VERSION) + "; flash the firmware that came with it",
                    link().name());
    auto info = boardInfoOf(caps, link().name());
    if (info)
        m_info = *info;
    return info;
}

Result<rsl_begin_reply> BoardClient::begin(const rsl_begin &announcement, const std::stop_token &stop)
{
    Payload payload {};
    const auto began = m_exchange.ask(
        RSL_BEGIN, m_exchange.part(payload, rsl_encode_begin(&announcement, payload.data())), stop, patient);
    if (!began)
        return tl::unexpected(began.error());
    rsl_begin_reply answer {};
    if (!rsl_decode_begin_reply(began->payload.data(), began->payload.size(), &answer))
        return m_exchange.impossible("an answer to BEGIN that is none");
    if (answer.status != RSL_OK)
        return m_exchange.refusal({answer.status, 0, answer.value, answer.available});
    if (answer.slot >= m_info.slots.size())
        return m_exchange.impossible("the model goes to slot " + std::to_string(answer.slot));
    return answer;
}

Result<SentBytes> BoardClient::sendImage(std::span<const std::uint8_t> image, const rsl_begin_reply &begun,
                                         const BoardProgressSink &progress, const std::stop_token &stop)
{
    ChunkWindow window(image.size(), m_info.credits);
    if (!window.resume(begun.next_off, begun.bitmap))
        return m_exchange.impossible("it has " + std::to_string(begun.next_off) + " of "
                                     + std::to_string(image.size()) + " bytes");
    const auto encode = [image](const ChunkWindow::Chunk &chunk, std::uint8_t *payload) {
        const rsl_data data {chunk.offset, chunk.length, image.data() + chunk.offset};
        return rsl_encode_data(&data, payload);
    };
    ChunkTransfer transfer {.type = RSL_DATA, .encode = encode};
    if (progress)
        transfer.progress = [&](std::uint64_t done) {
            progress({BoardProgress::Step::Push, done, image.size()});
        };
    auto sent = sendChunks(m_exchange, window, transfer, stop);
    if (!sent && sent.error().code == ErrorCode::Cancelled)
        static_cast<void>(m_exchange.post(RSL_ABORT, {})); // what came is kept
    return sent;
}

Result<RunReply> BoardClient::commit(std::span<const std::uint8_t, 32> sha256, const std::stop_token &stop)
{
    Payload payload {};
    rsl_commit commit {};
    std::copy(sha256.begin(), sha256.end(), commit.sha256);
    const auto reply = m_exchange.ask(
        RSL_COMMIT, m_exchange.part(payload, rsl_encode_commit(&commit, payload.data())), stop, patient);
    if (!reply)
        return tl::unexpected(reply.error());
    return wholeOutput(*reply, 0, stop);
}

Result<RunReply> BoardClient::wholeOutput(const FrameExchange::Reply &first, std::uint32_t vector,
                                          const std::stop_token &stop)
{
    rsl_output output {};
    if (!rsl_decode_output(first.payload.data(), first.payload.size(), &output))
        return m_exchange.impossible("outputs that are none");
    if (output.status != RSL_OK) // the outputs that came are those from the first that is wrong
        return m_exchange.refusal({output.status, output.detail, output.value, 0});
    if (output.outputs == 0 || output.outputs > RSL_MAX_WIDTH || output.number > RSL_I8
        || output.class_index >= output.outputs)
        return m_exchange.impossible(std::to_string(output.outputs) + " outputs of type "
                                     + std::to_string(output.number) + ", the largest number "
                                     + std::to_string(output.class_index));
    if (output.vector != vector)
        return m_exchange.impossible("outputs of another input");
    RunReply reply;
    reply.classIndex = output.class_index;
    reply.ticks = output.ticks;
    reply.generation = output.generation;
    const std::size_t total = std::size_t {output.outputs} * (output.number == RSL_I8 ? 2 : 4);
    const std::uint32_t crc = output.crc;
    if (output.first != 0 || output.length > total)
        return m_exchange.impossible("outputs that are not where they begin");
    reply.outputBytes.assign(output.bytes, output.bytes + output.length);
    while (reply.outputBytes.size() < total) {
        Payload payload {};
        const rsl_output_request request {static_cast<std::uint32_t>(reply.outputBytes.size())};
        const auto more = m_exchange.ask(
            RSL_OUTPUT, m_exchange.part(payload, rsl_encode_output_request(&request, payload.data())), stop);
        if (!more)
            return tl::unexpected(more.error());
        rsl_output next {};
        if (!rsl_decode_output(more->payload.data(), more->payload.size(), &next)
            || next.first != reply.outputBytes.size() || next.length == 0 || next.crc != crc
            || next.length > total - reply.outputBytes.size())
            return m_exchange.impossible("outputs that do not follow those before");
        reply.outputBytes.insert(reply.outputBytes.end(), next.bytes, next.bytes + next.length);
    }
    if (rsl_crc32(0, reply.outputBytes.data(), reply.outputBytes.size()) != crc)
        return m_exchange.impossible("outputs of which the CRC-32 is wrong");
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
    const auto sent =
        sendChunks(m_exchange, window, {.type = RSL_INPUT, .vector = vector, .encode = encode}, stop);
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
        const auto reply = m_exchange.exchange(
            RSL_RUN, m_exchange.part(payload, rsl_encode_run(&request, payload.data())), stop, patient);
        if (!reply)
            return tl::unexpected(reply.error());
        if (reply->type == RSL_RUN)
            return wholeOutput(*reply, m_vector, stop);
        rsl_error error {};
        if (!rsl_decode_error(reply->payload.data(), reply->payload.size(), &error) || error.status == RSL_OK)
            return m_exchange.impossible("an error without a reason");
        // The input got lost after it was acknowledged: a command by hand has taken its place.
        if (error.status != RSL_BAD_INPUT || attempt >= FrameExchange::usualTries
            || error.value != inputBytes.size())
            return m_exchange.refusal(error);
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
    const auto reply =
        m_exchange.ask(RSL_BENCH, m_exchange.part(payload, rsl_encode_bench(&bench, payload.data())), stop,
                       {request.patience, FrameExchange::longestWork + all * longestRun});
    if (!reply) {
        if (reply.error().code == ErrorCode::Cancelled)
            stopWork();
        return tl::unexpected(reply.error());
    }
    rsl_result result {};
    if (!rsl_decode_result(reply->payload.data(), reply->payload.size(), &result))
        return m_exchange.impossible("times that are none");
    if (result.runs != bench.runs || result.timer_hz == 0 || result.min_ticks > result.max_ticks
        || result.total_ticks < result.max_ticks
        || result.samples != std::min<std::uint32_t>(bench.runs, RSL_MAX_SAMPLES)
        || (result.layers > 0) != request.layers)
        return m_exchange.impossible("times of " + std::to_string(result.runs) + " runs, "
                                     + std::to_string(bench.runs)
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
        return m_exchange.impossible("a run that is faster than the fastest, or slower than the slowest");
    return out;
}

void BoardClient::stopWork()
{
    // While it computes, the board may not hear: each frame that it misses makes it listen for a while.
    constexpr Milliseconds often {20};
    const auto end = link().now() + Milliseconds(1000);
    std::vector<std::uint16_t> asked;
    while (link().now() < end) {
        const auto seq = m_exchange.post(RSL_ABORT, {});
        if (!seq)
            return;
        asked.push_back(*seq);
        auto reply = m_exchange.receive(std::max(often, m_exchange.patience(1) / 8), {});
        for (; reply && *reply; reply = m_exchange.receive(Milliseconds(0), {}))
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
    const auto reply = m_exchange.ask(
        RSL_SLOT, m_exchange.part(payload, rsl_encode_slot_request(&request, payload.data())), {}, patient);
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
    const auto reply = m_exchange.exchange(RSL_RESET, {}, {}, {});
    if (!reply)
        return tl::unexpected(reply.error());
    rsl_error error {};
    if (reply->type == RSL_ERROR && rsl_decode_error(reply->payload.data(), reply->payload.size(), &error)
        && error.status != RSL_WRONG_SESSION) // it has started anew, and its answer got lost
        return m_exchange.refusal(error);
    return {};
}

Result<std::vector<std::uint8_t>> BoardClient::readRegion(rsl_region_kind kind, std::uint8_t slot,
                                                          std::uint32_t offset, std::uint32_t length,
                                                          const std::stop_token &stop)
{
    if ((m_info.groups & (1U << RSL_GROUP_MEMORY)) == 0)
        return fail(ErrorCode::Unsupported, "the board's firmware cannot read its memory out", link().name());
    return rosler::readRegion(m_exchange, {kind, slot}, offset, length, stop);
}

Result<void> BoardClient::writeRegion(rsl_region_kind kind, std::uint8_t slot,
                                      std::span<const std::uint8_t> bytes, const std::stop_token &stop)
{
    if ((m_info.groups & (1U << RSL_GROUP_MEMORY)) == 0)
        return fail(ErrorCode::Unsupported, "the board's firmware cannot have its memory written",
                    link().name());
    return rosler::writeRegion(m_exchange, {kind, slot}, bytes, stop);
}

Result<void> BoardClient::setKey(const ModelKey &key, const std::stop_token &stop)
{
    Payload payload {};
    rsl_key request {};
    std::copy(key.bytes().begin(), key.bytes().end(), request.key);
    const auto reply =
        m_exchange.ask(RSL_KEY_SET, m_exchange.part(payload, rsl_encode_key(&request, payload.data())), stop);
    if (!reply)
        return tl::unexpected(reply.error());
    rsl_key_reply answer {};
    if (!rsl_decode_key_reply(reply->payload.data(), reply->payload.size(), &answer)
        || answer.number != key.number())
        return m_exchange.impossible("it has another key than it was given");
    m_info.key = answer.number;
    return {};
}

Result<void> BoardClient::raiseBaud(std::uint32_t rate, const std::stop_token &stop)
{
    if (link().baud() == 0 || !m_info.setsBaud)
        return fail(ErrorCode::Unsupported, "this board has no baud rate to change", link().name());
    return raiseLineRate(m_exchange, rate, stop);
}

} // namespace rosler
