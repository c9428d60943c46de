// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "device_link/host/link.h"
#include "device_link/protocol/rsl_message.h"

namespace rosler {

/// How often, of 1000 bytes or pieces, something goes wrong, each way.
struct LossRates {
    unsigned flips = 0;         ///< a bit of a byte
    unsigned drops = 0;         ///< a byte
    unsigned duplicates = 0;    ///< a byte comes twice
    unsigned lostPieces = 0;    ///< all of a write, or of a read
    unsigned delays = 0;        ///< pieces that come after a later one's
    unsigned flippedPieces = 0; ///< a bit of a write, or of a read
};

/// A link with faults, the same for the same seed; and one that is gone after so many bytes from the host.
class LossyLink final : public Link
{
public:
    LossyLink(Link &inner, const LossRates &rates, std::uint32_t seed,
              std::uint64_t cutAfter = std::numeric_limits<std::uint64_t>::max())
        : m_inner(inner)
        , m_rates(rates)
        , m_random(seed)
        , m_left(cutAfter)
    {
    }

    std::string name() const override { return "lossy"; }

    Result<std::size_t> read(std::span<std::uint8_t> buffer, std::chrono::milliseconds timeout) override
    {
        if (m_left == 0)
            return fail(ErrorCode::Unreadable, "cut", name());
        if (m_ready.empty()) {
            std::vector<std::uint8_t> raw(4096);
            const auto count = m_inner.read(raw, timeout);
            if (!count)
                return count;
            raw.resize(*count);
            const auto damaged = spoil(raw);
            m_ready.insert(m_ready.end(), damaged.begin(), damaged.end());
        }
        const std::size_t count = std::min(buffer.size(), m_ready.size());
        std::copy_n(m_ready.begin(), count, buffer.begin());
        m_ready.erase(m_ready.begin(), m_ready.begin() + static_cast<std::ptrdiff_t>(count));
        return count;
    }

    Result<void> write(std::span<const std::uint8_t> bytes) override
    {
        const std::size_t passes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), m_left));
        m_left -= passes;
        std::vector<std::uint8_t> piece =
            spoil({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(passes)});
        if (happens(m_rates.delays) && m_held.empty()) {
            m_held = std::move(piece);
        } else {
            static_cast<void>(m_inner.write(piece));
            static_cast<void>(m_inner.write(std::exchange(m_held, {})));
        }
        if (passes < bytes.size() || m_left == 0)
            return fail(ErrorCode::Unreadable, "cut", name());
        return {};
    }

    Result<void> setBaud(std::uint32_t rate) override { return m_inner.setBaud(rate); }
    std::uint32_t baud() const override { return m_inner.baud(); }
    void discard() override { m_ready.clear(); }
    Clock::time_point now() const override { return m_inner.now(); }

private:
    bool happens(unsigned rate) { return rate != 0 && m_random() % 1000U < rate; }

    std::vector<std::uint8_t> spoil(const std::vector<std::uint8_t> &bytes)
    {
        if (happens(m_rates.lostPieces))
            return {};
        std::vector<std::uint8_t> out;
        const std::size_t flipped =
            !bytes.empty() && happens(m_rates.flippedPieces) ? m_random() % bytes.size() : bytes.size();
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            std::uint8_t byte = bytes[i];
            if (i == flipped)
                byte = static_cast<std::uint8_t>(byte ^ (1U << (m_random() % 8U)));
            if (happens(m_rates.drops))
                continue;
            if (happens(m_rates.flips))
                byte = static_cast<std::uint8_t>(byte ^ (1U << (m_random() % 8U)));
            out.push_back(byte);
            if (happens(m_rates.duplicates))
                out.push_back(byte);
        }
        return out;
    }

    Link &m_inner;
    LossRates m_rates;
    std::mt19937 m_random;
    std::uint64_t m_left;
    std::vector<std::uint8_t> m_held;
    std::deque<std::uint8_t> m_ready;
};

/// Watches what a host sends and hears: no byte of an image may be sent that was acknowledged before.
class AcknowledgeWatch final : public Link
{
public:
    struct Counts {
        std::uint64_t chunks = 0;           ///< DATA frames sent
        std::uint64_t sentAcknowledged = 0; ///< of them, after the board's word that it has them
    };

    AcknowledgeWatch(std::unique_ptr<Link> inner, Counts &counts)
        : m_inner(std::move(inner))
        , m_counts(counts)
    {
        rsl_decoder_start(&m_sent);
        rsl_decoder_start(&m_heard);
    }

    std::string name() const override { return m_inner->name(); }

    Result<std::size_t> read(std::span<std::uint8_t> buffer, std::chrono::milliseconds timeout) override
    {
        const auto count = m_inner->read(buffer, timeout);
        for (std::size_t i = 0; count && i < *count; ++i) {
            if (rsl_decoder_feed(&m_heard, buffer[i]) != RSL_FEED_FRAME)
                continue;
            const rsl_frame &frame = m_heard.frame;
            rsl_ack ack {};
            rsl_begin_reply begun {};
            if (frame.session != m_session)
                continue;
            if (frame.type == RSL_DATA && rsl_decode_ack(m_heard.payload, frame.length, &ack))
                take(ack.next_off, ack.bitmap);
            else if (frame.type == RSL_BEGIN && rsl_decode_begin_reply(m_heard.payload, frame.length, &begun)
                     && begun.status == RSL_OK)
                take(begun.next_off, begun.bitmap);
        }
        return count;
    }

    Result<void> write(std::span<const std::uint8_t> bytes) override
    {
        for (const std::uint8_t byte : bytes) {
            if (rsl_decoder_feed(&m_sent, byte) != RSL_FEED_FRAME)
                continue;
            m_session = m_sent.frame.session;
            rsl_data data {};
            if (m_sent.frame.type != RSL_DATA || !rsl_decode_data(m_sent.payload, m_sent.frame.length, &data))
                continue;
            ++m_counts.chunks;
            if (std::find(m_acknowledged.begin(), m_acknowledged.end(), data.offset) != m_acknowledged.end())
                ++m_counts.sentAcknowledged;
        }
        return m_inner->write(bytes);
    }

    Result<void> setBaud(std::uint32_t rate) override { return m_inner->setBaud(rate); }
    std::uint32_t baud() const override { return m_inner->baud(); }
    void discard() override { m_inner->discard(); }
    Clock::time_point now() const override { return m_inner->now(); }

private:
    void take(std::uint32_t nextOff, std::uint32_t bitmap)
    {
        for (std::uint32_t at = 0; at < nextOff; at += RSL_CHUNK)
            m_acknowledged.push_back(at);
        for (std::uint32_t bit = 0; bit < RSL_ACK_BITS; ++bit)
            if ((bitmap >> bit & 1U) != 0)
                m_acknowledged.push_back(nextOff + (bit + 1) * RSL_CHUNK);
    }

    std::unique_ptr<Link> m_inner;
    Counts &m_counts;
    rsl_decoder m_sent {};
    rsl_decoder m_heard {};
    std::uint16_t m_session = 0;
    std::vector<std::uint32_t> m_acknowledged;
};

} // namespace rosler
