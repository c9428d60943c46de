// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "device_link/host/link.h"

namespace rosler {

/// Which chunks of an image or an input are on their way to a board, which have come, and which is next: as
/// many at a time as the board has credits, none twice unless it got lost. No input or output of its own.
class ChunkWindow
{
public:
    struct Chunk {
        std::uint32_t number = 0;
        std::uint32_t offset = 0;
        std::uint16_t length = 0;
        bool again = false; ///< it was sent before
    };

    /// @param credits  of the board, 1 or more
    ChunkWindow(std::size_t bytes, unsigned credits);

    /// What the board had before: the end of BEGIN's reply.
    /// @return false  no board can say so: it lies beyond the end, or between chunks
    [[nodiscard]] bool resume(std::uint32_t nextOff, std::uint32_t bitmap);
    /// An ACK. A chunk that is acknowledged needs no answer any more.
    /// @return false  no board can say so: as resume(), or it has what was not sent
    [[nodiscard]] bool acknowledge(std::uint32_t nextOff, std::uint32_t bitmap);
    /// Frames do not overtake each other: what was sent before this one and is not answered is lost.
    /// @return false  no such frame is out
    bool answered(std::uint16_t seq);
    /// @param credits  as the last ACK says; at most those of the board
    void setCredits(unsigned credits);

    /// What to send now, if anything may be.
    [[nodiscard]] std::optional<Chunk> next() const;
    void sent(const Chunk &chunk, std::uint16_t seq, Link::Clock::time_point when);
    [[nodiscard]] bool isOut(std::uint16_t seq) const;
    [[nodiscard]] std::size_t out() const { return m_flights.size(); }

    /// When the oldest frame that is out was sent; nothing when none is.
    [[nodiscard]] std::optional<Link::Clock::time_point> oldest() const;
    /// The board asks for patience: as if all had been sent so much later.
    void delay(Link::Clock::time_point until);
    /// The oldest was not answered: all that is out counts as lost.
    void lose() { m_flights.clear(); }

    [[nodiscard]] bool isDone() const { return m_first == m_state.size(); }
    [[nodiscard]] std::uint64_t doneBytes() const { return m_doneBytes; }
    /// Offset of the first chunk that is not acknowledged.
    [[nodiscard]] std::uint64_t firstMissing() const;

private:
    enum class State : std::uint8_t { Unsent, Sent, Done };
    struct Flight {
        std::uint16_t seq;
        std::uint32_t chunk;
        Link::Clock::time_point sent;
    };

    [[nodiscard]] bool isPossible(std::uint32_t nextOff, std::uint32_t bitmap, State least) const;
    void take(std::uint32_t nextOff, std::uint32_t bitmap);
    [[nodiscard]] std::uint16_t lengthOf(std::size_t chunk) const;

    std::size_t m_bytes;
    unsigned m_most;
    unsigned m_credits;
    std::vector<State> m_state;
    std::size_t m_first = 0; ///< that is not acknowledged
    std::uint64_t m_doneBytes = 0;
    std::deque<Flight> m_flights;
};

} // namespace rosler
