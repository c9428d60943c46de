// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/chunk_window.h"

#include <algorithm>

#include "device_link/protocol/rsl_message.h"

namespace rosler {

ChunkWindow::ChunkWindow(std::size_t bytes, unsigned credits)
    : m_bytes(bytes)
    , m_most(std::max(credits, 1U))
    , m_credits(m_most)
    , m_state((bytes + RSL_CHUNK - 1) / RSL_CHUNK, State::Unsent)
{
}

std::uint16_t ChunkWindow::lengthOf(std::size_t chunk) const
{
    return static_cast<std::uint16_t>(std::min<std::size_t>(RSL_CHUNK, m_bytes - chunk * RSL_CHUNK));
}

bool ChunkWindow::isPossible(std::uint32_t nextOff, std::uint32_t bitmap, State least) const
{
    if (nextOff > m_bytes || (nextOff % RSL_CHUNK != 0 && nextOff != m_bytes))
        return false;
    const std::size_t before = (std::size_t {nextOff} + RSL_CHUNK - 1) / RSL_CHUNK;
    for (std::size_t i = m_first; i < before; ++i)
        if (m_state[i] < least)
            return false;
    for (std::size_t bit = 0; bit < RSL_ACK_BITS; ++bit) {
        const std::size_t chunk = before + bit + 1;
        if ((bitmap >> bit & 1U) != 0 && (chunk >= m_state.size() || m_state[chunk] < least))
            return false;
    }
    return true;
}

void ChunkWindow::take(std::uint32_t nextOff, std::uint32_t bitmap)
{
    const auto one = [this](std::size_t chunk) {
        if (m_state[chunk] == State::Done)
            return;
        m_state[chunk] = State::Done;
        m_doneBytes += lengthOf(chunk);
    };
    const std::size_t before = (std::size_t {nextOff} + RSL_CHUNK - 1) / RSL_CHUNK;
    for (std::size_t i = m_first; i < before; ++i)
        one(i);
    for (std::size_t bit = 0; bit < RSL_ACK_BITS; ++bit)
        if ((bitmap >> bit & 1U) != 0)
            one(before + bit + 1);
    while (m_first < m_state.size() && m_state[m_first] == State::Done)
        ++m_first;
    std::erase_if(m_flights, [this](const Flight &f) { return m_state[f.chunk] == State::Done; });
}

bool ChunkWindow::resume(std::uint32_t nextOff, std::uint32_t bitmap)
{
    if (!isPossible(nextOff, bitmap, State::Unsent))
        return false;
    take(nextOff, bitmap);
    return true;
}

bool ChunkWindow::acknowledge(std::uint32_t nextOff, std::uint32_t bitmap)
{
    if (!isPossible(nextOff, bitmap, State::Sent))
        return false;
    take(nextOff, bitmap);
    return true;
}

bool ChunkWindow::answered(std::uint16_t seq)
{
    const auto flight =
        std::find_if(m_flights.begin(), m_flights.end(), [seq](const Flight &f) { return f.seq == seq; });
    if (flight == m_flights.end())
        return false;
    m_flights.erase(m_flights.begin(), flight + 1);
    return true;
}

void ChunkWindow::setCredits(unsigned credits)
{
    m_credits = std::clamp(credits, 1U, m_most);
}

std::optional<ChunkWindow::Chunk> ChunkWindow::next() const
{
    if (m_flights.size() >= m_credits)
        return std::nullopt;
    // No further ahead than an ACK can tell of.
    const std::size_t end = std::min(m_state.size(), m_first + RSL_ACK_BITS);
    for (std::size_t i = m_first; i < end; ++i) {
        const bool out =
            std::any_of(m_flights.begin(), m_flights.end(), [i](const Flight &f) { return f.chunk == i; });
        if (m_state[i] != State::Done && !out)
            return Chunk {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i * RSL_CHUNK),
                          lengthOf(i), m_state[i] == State::Sent};
    }
    return std::nullopt;
}

void ChunkWindow::sent(const Chunk &chunk, std::uint16_t seq, Link::Clock::time_point when)
{
    m_state[chunk.number] = State::Sent;
    m_flights.push_back({seq, chunk.number, when});
}

bool ChunkWindow::isOut(std::uint16_t seq) const
{
    return std::any_of(m_flights.begin(), m_flights.end(), [seq](const Flight &f) { return f.seq == seq; });
}

std::optional<Link::Clock::time_point> ChunkWindow::oldest() const
{
    return m_flights.empty() ? std::nullopt : std::optional(m_flights.front().sent);
}

void ChunkWindow::delay(Link::Clock::time_point until)
{
    for (Flight &f : m_flights)
        f.sent = std::max(f.sent, until);
}

std::uint64_t ChunkWindow::firstMissing() const
{
    return std::min<std::uint64_t>(std::uint64_t {m_first} * RSL_CHUNK, m_bytes);
}

} // namespace rosler
