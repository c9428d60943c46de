// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "device_link/host/board_info.h"
#include "device_link/host/chunk_transfer.h"
#include "device_link/host/frame_exchange.h"
#include "device_link/host/link.h"
#include "device_link/host/model_key.h"
#include "device_link/protocol/rsl_message.h"

namespace rosler {

/// The four steps, and how far the one is.
struct BoardProgress {
    enum class Step { Push, Verify, KnownAnswer, Run, Bench };
    Step step = Step::Push;
    std::uint64_t done = 0;
    std::uint64_t total = 0; ///< bytes when pushing, examples or runs otherwise
};
using BoardProgressSink = std::function<void(const BoardProgress &)>;

struct RunReply {
    std::vector<std::uint8_t> outputBytes;
    std::uint16_t classIndex = 0;
    std::uint64_t ticks = 0;
    std::uint32_t generation = 0; ///< of the model that answered
};

struct BenchReply {
    std::uint32_t runs = 0;
    double timerHz = 0.0;
    std::uint64_t totalTicks = 0;
    std::uint32_t emptyTicks = 0;
    std::uint32_t minTicks = 0;
    std::uint32_t maxTicks = 0;
    std::uint32_t outputCrc = 0;
    std::vector<std::uint32_t> layerTicks;
    std::vector<std::uint32_t> ticks; ///< of the first runs, at most 64
    /// Times that the board stopped between runs because bytes came: then a meter saw more than inferences.
    std::uint32_t pauses = 0;
};

/// Questions to a board and its answers. How frames are exchanged is FrameExchange's.
///
/// Synchronous: every function waits for its answer, resending what got lost (8 times, with patience that
/// doubles up to 2 s), and returns Cancelled within 0.1 s of a stop request, within 1 s where the board has
/// to be stopped as well. A board that says that it is busy is waited for, but not for ever. One thread at a
/// time.
/// Common errors: Unreadable (the board is gone), TimedOut (it does not answer, or what answers is no board
/// of ours), Rejected (it said no: the reason in words, and the number of its status), Malformed (it says
/// what cannot be), Cancelled.
class BoardClient
{
public:
    using Milliseconds = FrameExchange::Milliseconds;

    explicit BoardClient(std::unique_ptr<Link> link);
    ~BoardClient();

    [[nodiscard]] Link &link() noexcept { return m_exchange.link(); }

    /// Receives the board's text lines and LOG messages, as they come, without line ends.
    /// No byte of them is one that a terminal obeys.
    void setConsole(std::function<void(std::string_view)> console)
    {
        m_exchange.setConsole(std::move(console));
    }
    /// Is told several times a second while the board has said how long it will be busy, and is.
    void setWaiting(std::function<void(Milliseconds waited, Milliseconds expected)> waiting)
    {
        m_exchange.setWaiting(std::move(waiting));
    }

    /// Begins a session. First of all, and again after an error.
    /// @param tries  with patience that doubles from one to the next; 8 take eleven seconds at 115200 baud
    /// @return TimedOut     nobody answers; the text says what came instead: nothing, text, rubbish
    /// @return Unsupported  it speaks another version of the protocol
    [[nodiscard]] Result<BoardInfo> hello(const std::stop_token &stop = {}, int tries = 8);
    [[nodiscard]] const BoardInfo &info() const noexcept { return m_info; } ///< of the last hello()

    // The steps of a push (model_push.h makes them).

    /// Announces an image.
    /// @return Rejected  why it does not fit
    [[nodiscard]] Result<rsl_begin_reply> begin(const rsl_begin &announcement,
                                                const std::stop_token &stop = {});
    /// Sends what the board lacks.
    /// @param begun  what begin() returned
    [[nodiscard]] Result<SentBytes> sendImage(std::span<const std::uint8_t> image,
                                              const rsl_begin_reply &begun,
                                              const BoardProgressSink &progress = {},
                                              const std::stop_token &stop = {});
    /// Has the image checked and activated.
    /// @return its known answer, as the board computes it
    [[nodiscard]] Result<RunReply> commit(std::span<const std::uint8_t, 32> sha256,
                                          const std::stop_token &stop = {});

    /// One inference of the active model.
    [[nodiscard]] Result<RunReply> run(std::span<const std::uint8_t> inputBytes,
                                       const std::stop_token &stop = {});

    struct BenchRequest {
        std::uint32_t warmUp = 1;
        std::uint32_t runs = 10;
        bool layers = false;            ///< a window for each layer instead
        bool useLastInput = false;      ///< else the model's known-answer vector
        Milliseconds patience {60'000}; ///< beyond the time that the board says it takes
    };
    [[nodiscard]] Result<BenchReply> bench(const BenchRequest &request, const std::stop_token &stop = {});

    [[nodiscard]] Result<void> activate(std::uint8_t slot);
    [[nodiscard]] Result<void> reject(std::uint8_t slot); ///< the other slot takes over for good
    [[nodiscard]] Result<void> erase(std::uint8_t slot);
    [[nodiscard]] Result<void> reset(); ///< hello() afterwards

    /// Bytes of a region, all from one moment: it is read again when it changed meanwhile.
    /// @param length  from @p offset on; they have to be in it
    /// @return Unsupported  the board's firmware knows no regions
    [[nodiscard]] Result<std::vector<std::uint8_t>> readRegion(rsl_region_kind kind, std::uint8_t slot,
                                                               std::uint32_t offset, std::uint32_t length,
                                                               const std::stop_token &stop = {});
    /// Writes all of a region; valid when all has come.
    /// @return Rejected  it cannot be written, or has another length
    [[nodiscard]] Result<void> writeRegion(rsl_region_kind kind, std::uint8_t slot,
                                           std::span<const std::uint8_t> bytes,
                                           const std::stop_token &stop = {});

    /// Gives the board the key that models need a tag of, for good. Twice the same is once.
    /// @return Rejected  it has another one, or cannot keep one
    [[nodiscard]] Result<void> setKey(const ModelKey &key, const std::stop_token &stop = {});

    /// Tries a faster line with 4 kB of PRBS-31 there and back, and keeps it when all is well; else both
    /// ends are back at the old rate.
    /// @return Unsupported, Rejected  the rate cannot be had
    [[nodiscard]] Result<void> raiseBaud(std::uint32_t rate, const std::stop_token &stop = {});

    /// A command of the MLPerf Tiny text API, without '%': the reply's lines before "m-ready".
    [[nodiscard]] Result<std::vector<std::string>>
    textCommand(std::string_view command, Milliseconds patience, const std::stop_token &stop = {})
    {
        return m_exchange.textCommand(command, patience, stop);
    }

    [[nodiscard]] const LinkStatistics &statistics() const noexcept { return m_exchange.statistics(); }

private:
    [[nodiscard]] Result<void> sendInput(std::span<const std::uint8_t> bytes, const std::stop_token &stop);
    [[nodiscard]] Result<RunReply> wholeOutput(const FrameExchange::Reply &first, std::uint32_t vector,
                                               const std::stop_token &stop);
    [[nodiscard]] Result<void> slotCommand(std::uint8_t slot, std::uint8_t op);
    /// Says ABORT until it is heard, for a second at most.
    void stopWork();

    FrameExchange m_exchange;
    BoardInfo m_info;
    std::uint32_t m_vector = 0; ///< number of the last input
};

} // namespace rosler
