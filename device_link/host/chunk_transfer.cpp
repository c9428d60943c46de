// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/chunk_transfer.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace rosler {

Result<SentBytes> sendChunks(FrameExchange &exchange, ChunkWindow &window, const ChunkTransfer &transfer,
                             const std::stop_token &stop)
{
    using Milliseconds = FrameExchange::Milliseconds;
    const Link &line = exchange.link();
    SentBytes sentBytes;
    int longer = 1; // times as patient as usual
    int silent = 0; // waits in a row that nothing new came of
    const auto begun = line.now();
    const auto tell = [&] {
        if (transfer.progress)
            transfer.progress(window.doneBytes());
    };
    tell();
    exchange.forgetReplies();
    while (!window.isDone()) {
        // Answers that are there already come first: what they acknowledge is not sent again.
        for (auto chunk = window.next(); chunk && !exchange.hasReply(); chunk = window.next()) {
            FrameExchange::Payload payload {};
            const auto seq =
                exchange.post(transfer.type, exchange.part(payload, transfer.encode(*chunk, payload.data())));
            if (!seq)
                return tl::unexpected(seq.error());
            sentBytes.all += chunk->length;
            if (chunk->again) {
                sentBytes.again += chunk->length;
                exchange.countResent();
            }
            window.sent(*chunk, *seq, line.now());
        }
        const Milliseconds wait =
            std::min(longer * exchange.patience(window.out()),
                     std::max(FrameExchange::longestPatience, exchange.patience(window.out())));
        const auto oldest = window.oldest().value_or(line.now() - wait) + wait;
        auto reply = exchange.receive(
            std::max(std::chrono::ceil<Milliseconds>(oldest - line.now()), Milliseconds(0)), stop);
        if (!reply)
            return tl::unexpected(reply.error());
        if (!*reply) {
            // The oldest got lost, or its answer.
            if (++silent >= FrameExchange::usualTries)
                return fail(ErrorCode::TimedOut, "the board does not answer any more",
                            line.name() + ":byte " + std::to_string(window.firstMissing()));
            longer *= 2;
            window.lose();
            continue;
        }
        const std::vector<std::uint8_t> &raw = (*reply)->payload;
        const bool isOut = window.isOut((*reply)->seq);
        if ((*reply)->type == RSL_BUSY) {
            rsl_busy busy {};
            if (line.now() - begun > FrameExchange::longestWork)
                return fail(ErrorCode::TimedOut, "the board says that it is busy, and comes to no end",
                            line.name());
            if (rsl_decode_busy(raw.data(), raw.size(), &busy))
                window.delay(
                    line.now()
                    + std::min<Milliseconds>(Milliseconds(busy.milliseconds), FrameExchange::longestWork));
            continue;
        }
        if ((*reply)->type == RSL_ERROR) {
            rsl_error error {};
            if (!isOut)
                continue; // of what counted as lost
            if (!rsl_decode_error(raw.data(), raw.size(), &error) || error.status == RSL_OK)
                return exchange.impossible("an error without a reason");
            return exchange.refusal(error);
        }
        rsl_ack ack {};
        if ((*reply)->type != transfer.type || !rsl_decode_ack(raw.data(), raw.size(), &ack)
            || ack.vector != transfer.vector)
            continue;
        const std::uint64_t had = window.doneBytes();
        window.answered((*reply)->seq);
        if (!window.acknowledge(ack.next_off, ack.bitmap))
            return exchange.impossible("it has bytes that were not sent");
        window.setCredits(ack.credits);
        tell();
        if (window.doneBytes() > had) {
            silent = 0;
            longer = 1;
        }
    }
    return sentBytes;
}

} // namespace rosler
