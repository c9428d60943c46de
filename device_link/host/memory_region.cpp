// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/memory_region.h"

#include <algorithm>

#include "device_link/protocol/rsl_crc.h"

namespace rosler {

Result<std::vector<std::uint8_t>> readRegion(FrameExchange &exchange, MemoryRegion region,
                                             std::uint32_t offset, std::uint32_t length,
                                             const std::stop_token &stop)
{
    const auto readAt = [&](std::uint8_t flags, std::uint32_t at,
                            std::uint32_t count) -> Result<FrameExchange::Reply> {
        FrameExchange::Payload payload {};
        const rsl_read request {static_cast<std::uint8_t>(region.kind), region.slot, flags, at, count};
        return exchange.ask(RSL_READ, exchange.part(payload, rsl_encode_read(&request, payload.data())), stop,
                            {.busy = FrameExchange::longestWork});
    };
    for (int attempt = 0; attempt < FrameExchange::usualTries; ++attempt) {
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
                return exchange.impossible("memory that does not follow that before");
            bytes.insert(bytes.end(), next.bytes, next.bytes + next.length);
        }
        const auto reply = readAt(RSL_READ_CRC_ONLY, offset, length);
        if (!reply)
            return tl::unexpected(reply.error());
        rsl_read_reply whole {};
        if (!rsl_decode_read_reply(reply->payload.data(), reply->payload.size(), &whole))
            return exchange.impossible("a check sum that is none");
        if (whole.crc == rsl_crc32(0, bytes.data(), bytes.size()))
            return bytes;
    }
    return fail(ErrorCode::Rejected, "the board's memory changes while it is read", exchange.link().name());
}

Result<void> writeRegion(FrameExchange &exchange, MemoryRegion region, std::span<const std::uint8_t> bytes,
                         const std::stop_token &stop)
{
    FrameExchange::Payload payload {};
    rsl_write write {};
    write.kind = static_cast<std::uint8_t>(region.kind);
    write.slot = region.slot;
    for (std::size_t at = 0; at < bytes.size(); at += write.length) {
        write.offset = static_cast<std::uint32_t>(at);
        write.length =
            static_cast<std::uint16_t>(std::min<std::size_t>(RSL_MAX_REGION_BYTES, bytes.size() - at));
        write.bytes = bytes.data() + at;
        if (auto done = exchange.command(
                RSL_WRITE, exchange.part(payload, rsl_encode_write(&write, payload.data())), stop);
            !done)
            return done;
    }
    write.flags = RSL_WRITE_LAST;
    write.offset = 0;
    write.length = 0;
    write.extent = static_cast<std::uint32_t>(bytes.size());
    write.crc = rsl_crc32(0, bytes.data(), bytes.size());
    return exchange.command(RSL_WRITE, exchange.part(payload, rsl_encode_write(&write, payload.data())),
                            stop);
}

} // namespace rosler
