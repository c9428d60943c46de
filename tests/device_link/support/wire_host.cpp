// SPDX-License-Identifier: Apache-2.0
#include "tests/device_link/support/wire_host.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "device_link/protocol/rsl_crc.h"

namespace rosler {
namespace {

template <typename Message>
std::vector<std::uint8_t> encoded(std::size_t (*encode)(const Message *, std::uint8_t *),
                                  const Message &message)
{
    std::vector<std::uint8_t> payload(RSL_MAX_PAYLOAD);
    payload.resize(encode(&message, payload.data()));
    return payload;
}

template <typename Message>
std::optional<Message> decoded(bool (*decode)(const std::uint8_t *, std::size_t, Message *),
                               const std::optional<Reply> &reply, rsl_type type)
{
    Message message {};
    if (!reply || reply->frame.type != type
        || !decode(reply->payload.data(), reply->payload.size(), &message))
        return std::nullopt;
    return message;
}

} // namespace

WireHost::WireHost(Write write, Read read, std::uint16_t session)
    : m_write(std::move(write))
    , m_read(std::move(read))
    , m_session(session)
{
    rsl_decoder_start(&m_decoder);
}

std::optional<Reply> WireHost::nextFrame()
{
    for (;;) {
        while (m_at < m_pending.size()) {
            const std::uint8_t byte = m_pending[m_at++];
            const rsl_feed feed = rsl_decoder_feed(&m_decoder, byte);
            if (feed == RSL_FEED_TEXT)
                m_text.push_back(static_cast<char>(byte));
            if (feed == RSL_FEED_FRAME)
                return Reply {m_decoder.frame,
                              {m_decoder.payload, m_decoder.payload + m_decoder.frame.length}};
        }
        m_pending = m_read();
        m_at = 0;
        if (m_pending.empty())
            return std::nullopt;
    }
}

std::optional<Reply> WireHost::ask(rsl_type type, const std::vector<std::uint8_t> &payload, int tries)
{
    const rsl_frame frame {RSL_PROTOCOL_VERSION,
                           static_cast<std::uint8_t>(type),
                           0,
                           ++m_seq,
                           m_session,
                           static_cast<std::uint16_t>(payload.size())};
    std::vector<std::uint8_t> wire(RSL_MAX_WIRE_FRAME);
    wire.resize(rsl_frame_encode(&frame, payload.data(), wire.data(), wire.size()));
    for (int i = 0; i < tries; ++i) {
        m_write(wire);
        while (std::optional<Reply> reply = nextFrame()) {
            if (reply->frame.type == RSL_LOG)
                lastLog.assign(reply->payload.begin(), reply->payload.end());
            else if (reply->frame.seq == frame.seq && reply->frame.type != RSL_BUSY)
                return reply;
        }
    }
    return std::nullopt;
}

std::optional<rsl_caps> WireHost::hello()
{
    return decoded(&rsl_decode_caps, ask(RSL_HELLO, {RSL_PROTOCOL_VERSION, RSL_PROTOCOL_VERSION}, 20),
                   RSL_HELLO);
}

std::optional<rsl_begin_reply> WireHost::begin(const AlignedBytes &image, bool fresh)
{
    rsl_begin announced = announcement(image);
    announced.flags = fresh ? RSL_BEGIN_FRESH : 0;
    return decoded(&rsl_decode_begin_reply, ask(RSL_BEGIN, encoded(&rsl_encode_begin, announced), 3),
                   RSL_BEGIN);
}

std::optional<rsl_ack> WireHost::data(const AlignedBytes &image, std::uint32_t offset)
{
    const std::size_t length = std::min<std::size_t>(RSL_CHUNK, image.size() - offset);
    const rsl_data message {offset, static_cast<std::uint16_t>(length), image.data() + offset};
    ++dataFramesSent;
    return decoded(&rsl_decode_ack, ask(RSL_DATA, encoded(&rsl_encode_data, message), 3), RSL_DATA);
}

std::optional<Reply> WireHost::commit(const AlignedBytes &image)
{
    const rsl_begin announced = announcement(image);
    return ask(RSL_COMMIT, {announced.sha256, announced.sha256 + 32}, 3);
}

std::optional<Reply> WireHost::push(const AlignedBytes &image, bool fresh)
{
    rsl_begin announced = announcement(image);
    announced.flags = fresh ? RSL_BEGIN_FRESH : 0;
    return push(image, announced);
}

std::optional<Reply> WireHost::push(const AlignedBytes &image, const rsl_begin &announced)
{
    const auto begun =
        decoded(&rsl_decode_begin_reply, ask(RSL_BEGIN, encoded(&rsl_encode_begin, announced), 3), RSL_BEGIN);
    if (!begun || begun->status != RSL_OK)
        return std::nullopt;
    for (std::uint32_t offset = begun->next_off; offset < image.size();) {
        const std::optional<rsl_ack> ack = data(image, offset);
        if (!ack)
            return std::nullopt;
        offset = ack->next_off;
    }
    return commit(image);
}

std::optional<std::vector<std::uint8_t>> WireHost::run(const std::vector<std::uint8_t> &input,
                                                       std::uint16_t *classIndex)
{
    ++vector;
    for (std::uint32_t offset = 0; offset < input.size(); offset += RSL_CHUNK) {
        const std::size_t length = std::min<std::size_t>(RSL_CHUNK, input.size() - offset);
        const rsl_input message {vector, offset, static_cast<std::uint16_t>(length), input.data() + offset};
        if (!decoded(&rsl_decode_ack, ask(RSL_INPUT, encoded(&rsl_encode_input, message), 3), RSL_INPUT))
            return std::nullopt;
    }
    const rsl_run request {vector, static_cast<std::uint32_t>(input.size()),
                           rsl_crc32(0, input.data(), input.size())};
    std::optional<Reply> reply = ask(RSL_RUN, encoded(&rsl_encode_run, request), 3);
    std::optional<rsl_output> output = decoded(&rsl_decode_output, reply, RSL_RUN);
    if (!output)
        return std::nullopt;
    if (classIndex)
        *classIndex = output->class_index;
    std::vector<std::uint8_t> all(output->bytes, output->bytes + output->length);
    const std::size_t total = std::size_t {output->outputs} * (output->number == RSL_I8 ? 2 : 4);
    while (all.size() < total) {
        const rsl_output_request more {static_cast<std::uint32_t>(all.size())};
        reply = ask(RSL_OUTPUT, encoded(&rsl_encode_output_request, more), 3);
        output = decoded(&rsl_decode_output, reply, RSL_OUTPUT);
        if (!output || output->length == 0)
            return std::nullopt;
        all.insert(all.end(), output->bytes, output->bytes + output->length);
    }
    if (rsl_crc32(0, all.data(), all.size()) != output->crc)
        return std::nullopt;
    return all;
}

std::optional<rsl_result> WireHost::bench(std::uint32_t runs, std::uint16_t flags)
{
    const rsl_bench request {1, runs, flags, vector};
    return decoded(&rsl_decode_result, ask(RSL_BENCH, encoded(&rsl_encode_bench, request)), RSL_BENCH);
}

std::string WireHost::text(const std::string &command)
{
    m_text.clear();
    std::vector<std::uint8_t> bytes(command.begin(), command.end());
    bytes.push_back('%');
    m_write(bytes);
    return untilReady();
}

std::string WireHost::untilReady()
{
    static const std::string ready = "m-ready\r\n";
    while (m_text.size() < ready.size()
           || m_text.compare(m_text.size() - ready.size(), ready.size(), ready) != 0) {
        if (m_at == m_pending.size()) {
            m_pending = m_read();
            m_at = 0;
            if (m_pending.empty())
                break;
        }
        const std::uint8_t byte = m_pending[m_at++];
        if (rsl_decoder_feed(&m_decoder, byte) == RSL_FEED_TEXT)
            m_text.push_back(static_cast<char>(byte));
    }
    return std::exchange(m_text, {});
}

rsl_begin announcement(const AlignedBytes &image)
{
    rsl_begin begin {};
    rsl_sha256 sha;
    rsl_sha256_start(&sha);
    rsl_sha256_add(&sha, image.data(), image.size());
    rsl_sha256_finish(&sha, begin.sha256);
    begin.length = static_cast<std::uint32_t>(image.size());
    begin.format = RSL_MODEL_FORMAT;
    begin.kernel_abi = RSL_KERNEL_ABI;
    begin.slot = RSL_ANY_SLOT;
    rsl_model model;
    if (rsl_model_open(image.data(), image.size(), &model).fault != RSL_FAULT_NONE)
        return begin;
    begin.ram_bytes = rsl_model_ram_bytes(&model);
    const rsl_needs needs = rsl_model_needs(&model);
    begin.numbers = needs.numbers;
    begin.layouts = needs.layouts;
    begin.kinds = needs.kinds;
    return begin;
}

rsl_status statusOf(const Reply &reply)
{
    rsl_error error {};
    rsl_output output {};
    if (reply.frame.type == RSL_ERROR && rsl_decode_error(reply.payload.data(), reply.payload.size(), &error))
        return static_cast<rsl_status>(error.status);
    if ((reply.frame.type == RSL_COMMIT || reply.frame.type == RSL_RUN)
        && rsl_decode_output(reply.payload.data(), reply.payload.size(), &output))
        return static_cast<rsl_status>(output.status);
    return RSL_OK;
}

} // namespace rosler
