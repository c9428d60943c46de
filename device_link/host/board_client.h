// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "device_link/host/board_info.h"
#include "device_link/host/link.h"
#include "device_link/host/model_image.h"
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

struct PushReport {
    bool wasThere = false;       ///< a slot held it already: nothing was sent
    std::uint64_t resumedAt = 0; ///< bytes that the board had from an earlier push
    std::uint64_t sentBytes = 0; ///< of the image, resent ones included
    std::uint64_t resentBytes = 0;
    double seconds = 0.0;
    std::uint8_t slot = 0;
    std::uint32_t generation = 0;
};

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
};

/// What the line was like.
struct LinkStatistics {
    std::uint64_t framesSent = 0;
    std::uint64_t framesReceived = 0;
    std::uint64_t resent = 0;
    std::uint64_t bad = 0; ///< frames that came damaged
    std::uint64_t bytesSent = 0;
    std::uint64_t bytesReceived = 0;
};

/// Questions to a board and its answers. Retries, sequence numbers and timeouts live here and nowhere else.
///
/// Synchronous: every function waits for its answer, resending what got lost (8 times, with patience that
/// doubles up to 2 s), and returns Cancelled within 0.1 s of a stop request. One thread at a time.
/// Common errors: Unreadable (the board is gone), TimedOut (it does not answer, or what answers is no board
/// of ours), Rejected (it said no: the reason in words), Cancelled.
class BoardClient
{
public:
    explicit BoardClient(std::unique_ptr<Link> link);
    ~BoardClient();

    [[nodiscard]] Link &link() noexcept { return *m_link; }

    /// Receives the board's text lines and LOG messages, as they come, without line ends.
    void setConsole(std::function<void(std::string_view)> console) { m_console = std::move(console); }

    /// Begins a session. First of all, and again after an error.
    /// @param tries  with patience that doubles from one to the next; 8 take eleven seconds at 115200 baud
    /// @return TimedOut     nobody answers; the text says what came instead: nothing, text, rubbish
    /// @return Unsupported  it speaks another version of the protocol
    [[nodiscard]] Result<BoardInfo> hello(const std::stop_token &stop = {}, int tries = 8);
    [[nodiscard]] const BoardInfo &info() const noexcept { return m_info; } ///< of the last hello()

    /// Sends a model, activates it and holds its outputs against the twin's. The old one answers until then,
    /// and goes on doing so whatever happens. An interrupted push goes on where it was.
    /// @return Rejected     it does not fit (before a byte is sent), or the board's outputs are not the
    ///                      twin's: then the old model is back
    /// @return Unsupported  of fitOn()
    [[nodiscard]] Result<PushReport> push(const ModelImage &image, const BoardProgressSink &progress = {},
                                          const std::stop_token &stop = {});

    /// One inference of the active model.
    [[nodiscard]] Result<RunReply> run(std::span<const std::uint8_t> inputBytes,
                                       const std::stop_token &stop = {});

    struct BenchRequest {
        std::uint32_t warmUp = 1;
        std::uint32_t runs = 10;
        bool layers = false;                         ///< a window for each layer instead
        bool useLastInput = false;                   ///< else the model's known-answer vector
        std::chrono::milliseconds patience {60'000}; ///< the board is silent while it computes
    };
    [[nodiscard]] Result<BenchReply> bench(const BenchRequest &request, const std::stop_token &stop = {});

    [[nodiscard]] Result<void> activate(std::uint8_t slot);
    [[nodiscard]] Result<void> reject(std::uint8_t slot); ///< the other slot takes over for good
    [[nodiscard]] Result<void> erase(std::uint8_t slot);
    [[nodiscard]] Result<void> reset(); ///< hello() afterwards

    /// Tries a faster line with 4 kB of PRBS-31 there and back, and keeps it when all is well; else both
    /// ends are back at the old rate.
    /// @return Unsupported, Rejected  the rate cannot be had
    [[nodiscard]] Result<void> raiseBaud(std::uint32_t rate, const std::stop_token &stop = {});

    /// A command of the MLPerf Tiny text API, without '%': the reply's lines before "m-ready".
    [[nodiscard]] Result<std::vector<std::string>> textCommand(std::string_view command,
                                                               std::chrono::milliseconds patience,
                                                               const std::stop_token &stop = {});

    [[nodiscard]] const LinkStatistics &statistics() const noexcept { return m_statistics; }

private:
    struct Reply {
        std::uint8_t type = 0;
        std::uint16_t seq = 0;
        std::vector<std::uint8_t> payload;
    };
    using Milliseconds = std::chrono::milliseconds;

    [[nodiscard]] Result<void> send(std::uint8_t type, std::uint16_t seq,
                                    std::span<const std::uint8_t> payload);
    /// The next frame of this session, or none within @p timeout.
    [[nodiscard]] Result<std::optional<Reply>> receive(Milliseconds timeout, const std::stop_token &stop);
    [[nodiscard]] Result<Reply> ask(std::uint8_t type, std::span<const std::uint8_t> payload,
                                    const std::stop_token &stop, Milliseconds patience = Milliseconds(0),
                                    int attempts = 8);
    [[nodiscard]] Result<void> command(std::uint8_t type, std::span<const std::uint8_t> payload,
                                       const std::stop_token &stop = {});
    /// Sends the chunks that are missing, several at a time.
    [[nodiscard]] Result<void> sendChunks(std::uint8_t type, std::span<const std::uint8_t> bytes,
                                          std::uint32_t nextOff, std::uint32_t bitmap, PushReport &report,
                                          const BoardProgressSink &progress, const std::stop_token &stop);
    [[nodiscard]] Result<RunReply> wholeOutput(const Reply &first, const std::stop_token &stop);
    [[nodiscard]] Result<void> slotCommand(std::uint8_t slot, std::uint8_t op);
    [[nodiscard]] Milliseconds patience() const;
    [[nodiscard]] tl::unexpected<Error> refusal(const rsl_error &error) const;
    void receive(std::span<const std::uint8_t> bytes);
    void hearText(std::uint8_t byte);

    std::unique_ptr<Link> m_link;
    BoardInfo m_info;
    LinkStatistics m_statistics;
    std::function<void(std::string_view)> m_console;
    std::uint16_t m_session = 0;
    std::uint16_t m_seq = 0;
    rsl_decoder m_decoder {};
    std::vector<Reply> m_inbox;       ///< frames of this session that nobody took yet
    std::vector<std::string> m_lines; ///< of text, since the last textCommand()
    std::string m_line;
    std::uint64_t m_foreign = 0; ///< frames of other sessions
    std::uint64_t m_textBytes = 0;
    std::uint64_t m_oddBytes = 0; ///< of these, those that no text has
};

} // namespace rosler
