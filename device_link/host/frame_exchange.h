// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "device_link/host/link.h"
#include "device_link/protocol/rsl_frame.h"
#include "device_link/protocol/rsl_message.h"

namespace rosler {

/// What the line was like.
struct LinkStatistics {
    std::uint64_t framesSent = 0;
    std::uint64_t framesReceived = 0;
    std::uint64_t resent = 0;
    std::uint64_t bad = 0; ///< frames that came damaged
    std::uint64_t bytesSent = 0;
    std::uint64_t bytesReceived = 0;
};

/// Requests to a board and its replies, whatever they say: sessions, sequence numbers, resending and
/// patience; and the text that comes between frames. Not for many threads. Common errors: Unreadable (the
/// board is gone), TimedOut (no answer), Rejected and Unsupported (refusal()), Malformed (impossible()),
/// Cancelled.
class FrameExchange
{
public:
    using Milliseconds = std::chrono::milliseconds;
    /// Room for the fields of a request.
    using Payload = std::array<std::uint8_t, RSL_MAX_PAYLOAD>;

    static constexpr int usualTries = 8;
    static constexpr Milliseconds longestPatience {2000}; ///< for one answer of a board that is not busy
    /// What the board may need to erase flash or to compute for long.
    static constexpr std::chrono::minutes longestWork {20};

    struct Reply {
        std::uint8_t type = 0; ///< rsl_type
        std::uint16_t seq = 0;
        std::vector<std::uint8_t> payload;
    };
    /// How long an answer is waited for.
    struct Patience {
        Milliseconds silent {0};    ///< at least, though nothing is heard; asked again meanwhile
        Milliseconds busy {10'000}; ///< at most, while the board says that it is busy
        int tries = usualTries;
    };
    /// What came besides frames.
    struct HeardText {
        std::uint64_t all = 0; ///< bytes
        std::uint64_t odd = 0; ///< of these, those that no text has
    };

    /// @param link  not null
    explicit FrameExchange(std::unique_ptr<Link> link);

    [[nodiscard]] Link &link() noexcept { return *m_link; }
    [[nodiscard]] const LinkStatistics &statistics() const noexcept { return m_statistics; }
    [[nodiscard]] const HeardText &heardText() const noexcept { return m_heard; }

    void setConsole(std::function<void(std::string_view)> console) { m_console = std::move(console); }
    void setWaiting(std::function<void(Milliseconds waited, Milliseconds expected)> waiting)
    {
        m_waiting = std::move(waiting);
    }

    /// From now on frames are of another session, chosen at random.
    void beginSession();

    /// The first @p length bytes.
    /// @param length  1..RSL_MAX_PAYLOAD, as an encoder returns
    [[nodiscard]] static std::span<const std::uint8_t> part(const Payload &payload, std::size_t length);

    /// The reply to a request, which may be an error.
    [[nodiscard]] Result<Reply> exchange(std::uint8_t type, std::span<const std::uint8_t> payload,
                                         const std::stop_token &stop, const Patience &patience);
    /// The reply to a request; an error as refusal().
    [[nodiscard]] Result<Reply> ask(std::uint8_t type, std::span<const std::uint8_t> payload,
                                    const std::stop_token &stop, const Patience &patience);
    [[nodiscard]] Result<Reply> ask(std::uint8_t type, std::span<const std::uint8_t> payload,
                                    const std::stop_token &stop = {})
    {
        return ask(type, payload, stop, Patience());
    }
    /// A request whose reply says nothing else than that it was carried out.
    [[nodiscard]] Result<void> command(std::uint8_t type, std::span<const std::uint8_t> payload,
                                       const std::stop_token &stop = {});

    // For whoever has several requests out at a time.

    /// Sends a request and does not wait.
    /// @return its sequence number
    [[nodiscard]] Result<std::uint16_t> post(std::uint8_t type, std::span<const std::uint8_t> payload);
    /// The next frame of this session, or none within @p timeout.
    [[nodiscard]] Result<std::optional<Reply>> receive(Milliseconds timeout, const std::stop_token &stop);
    [[nodiscard]] bool hasReply() const noexcept { return !m_inbox.empty(); } ///< receive() need not wait
    void forgetReplies() { m_inbox.clear(); }
    void countResent() { ++m_statistics.resent; } ///< the request that was posted last
    /// How long so many frames and their answers take at most.
    [[nodiscard]] Milliseconds patience(std::size_t frames) const;

    /// A command of the MLPerf Tiny text API, without '%': the reply's lines before "m-ready".
    [[nodiscard]] Result<std::vector<std::string>> textCommand(std::string_view command, Milliseconds wait,
                                                               const std::stop_token &stop);

    /// What the board refuses, in words and with the number of its status.
    [[nodiscard]] tl::unexpected<Error> refusal(const rsl_error &error) const;
    /// Of an answer that no board can mean.
    [[nodiscard]] tl::unexpected<Error> impossible(std::string_view what) const;

private:
    [[nodiscard]] Result<void> send(std::uint8_t type, std::uint16_t seq,
                                    std::span<const std::uint8_t> payload);
    void receive(std::span<const std::uint8_t> bytes);
    void hearFrame();
    void hearText(std::uint8_t byte);

    std::unique_ptr<Link> m_link;
    LinkStatistics m_statistics;
    HeardText m_heard;
    std::function<void(std::string_view)> m_console;
    std::function<void(Milliseconds, Milliseconds)> m_waiting;
    std::uint16_t m_session = 0;
    std::uint16_t m_seq = 0;
    std::uint8_t m_otherVersion = 0; ///< of frames of this session that came in another; 0 = none
    rsl_decoder m_decoder {};
    std::vector<Reply> m_inbox;       ///< frames of this session that nobody took yet
    std::vector<std::string> m_lines; ///< of text, since the last textCommand()
    std::string m_line;
};

} // namespace rosler
