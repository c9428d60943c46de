// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "device_link/protocol/rsl_message.h"
#include "tests/device_link/host/pty_peer.h"
#include "tests/device_link/host/twin_peer.h"

namespace rosler {

/// A board that says at the first benchmark that it works for about seven seconds, and takes one or two.
class BusyPeer
{
public:
    PtyPeer::Bytes play(std::span<const std::uint8_t> heard)
    {
        PtyPeer::Bytes said;
        const auto say = [&](const PtyPeer::Bytes &bytes) {
            said.insert(said.end(), bytes.begin(), bytes.end());
        };
        m_asked.feed(heard, [&](const rsl_frame &frame, const std::uint8_t *payload) {
            const PtyPeer::Bytes request = wireOf(frame, payload);
            if (frame.type != RSL_BENCH || m_until) {
                say(m_twin.answer(request));
                return;
            }
            m_until = Clock::now() + std::chrono::milliseconds(1800);
            m_held = request;
            const rsl_busy busy {7000};
            std::array<std::uint8_t, RSL_MAX_PAYLOAD> room {};
            const rsl_frame reply {
                RSL_PROTOCOL_VERSION, RSL_BUSY,
                RSL_FLAG_REPLY,       frame.seq,
                frame.session,        static_cast<std::uint16_t>(rsl_encode_busy(&busy, room.data()))};
            say(wireOf(reply, room.data()));
        });
        if (m_until && Clock::now() >= *m_until && !m_held.empty())
            say(m_twin.answer(std::exchange(m_held, {})));
        return said;
    }

private:
    using Clock = std::chrono::steady_clock;
    TwinPeer m_twin;
    FrameReader m_asked;
    std::optional<Clock::time_point> m_until;
    PtyPeer::Bytes m_held;
};

} // namespace rosler
