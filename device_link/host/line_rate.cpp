// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/line_rate.h"

#include <algorithm>
#include <array>

#include "device_link/protocol/rsl_crc.h"

namespace rosler {

Result<void> raiseLineRate(FrameExchange &exchange, std::uint32_t rate, const std::stop_token &stop)
{
    constexpr std::size_t testBytes = 4096;
    using Milliseconds = FrameExchange::Milliseconds;
    Link &line = exchange.link();
    const std::uint32_t before = line.baud();
    FrameExchange::Payload payload {};
    const auto propose = [&](std::uint8_t step) {
        const rsl_baud baud {rate, step};
        return exchange.command(RSL_BAUD, exchange.part(payload, rsl_encode_baud(&baud, payload.data())),
                                stop);
    };
    if (auto done = propose(RSL_BAUD_TRY); !done)
        return done;
    const auto goBack = [&](const Error &why) -> Result<void> {
        // The board goes back by itself when nothing comes for a second, or is not kept in five.
        static_cast<void>(line.setBaud(before));
        std::array<std::uint8_t, 256> rest {};
        const auto end = line.now() + Milliseconds(5200);
        while (line.now() < end)
            if (!line.read(rest, Milliseconds(100)))
                break;
        return tl::unexpected(why);
    };
    if (auto done = line.setBaud(rate); !done)
        return goBack(done.error());
    std::uint32_t prbs = 1;
    for (std::size_t sent = 0; sent < testBytes;) {
        const std::size_t length = std::min<std::size_t>(RSL_MAX_ECHO, testBytes - sent);
        for (std::size_t i = 0; i < length; ++i)
            payload[i] = rsl_prbs31(&prbs);
        const std::uint64_t resent = exchange.statistics().resent;
        const auto echo = exchange.ask(RSL_ECHO, exchange.part(payload, length), stop);
        if (!echo)
            return goBack(echo.error());
        if (exchange.statistics().resent != resent || echo->payload.size() != length
            || !std::equal(echo->payload.begin(), echo->payload.end(), payload.begin()))
            return goBack({ErrorCode::Rejected, "the line makes errors at " + std::to_string(rate) + " baud",
                           line.name()});
        sent += length;
    }
    if (auto done = propose(RSL_BAUD_KEEP); !done)
        return goBack(done.error());
    return {};
}

} // namespace rosler
