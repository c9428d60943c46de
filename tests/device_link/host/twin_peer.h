// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "device_link/firmware/twin/rsl_twin.h"
#include "device_link/protocol/rsl_frame.h"

namespace rosler {

/// A twin for whoever plays a board on a port, and the frames that go to and from it.
class TwinPeer
{
public:
    using Bytes = std::vector<std::uint8_t>;

    TwinPeer()
    {
        const rsl_twin_options options {};
        m_twin.reset(rsl_twin_create(&options));
    }

    /// What it says to that.
    Bytes answer(std::span<const std::uint8_t> heard)
    {
        if (!heard.empty())
            rsl_twin_feed(m_twin.get(), heard.data(), heard.size());
        std::array<std::uint8_t, 4096> out {};
        const std::size_t n = rsl_twin_take(m_twin.get(), out.data(), out.size());
        return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(n)};
    }

    [[nodiscard]] rsl_twin *get() const { return m_twin.get(); }

private:
    struct Deleter {
        void operator()(rsl_twin *twin) const { rsl_twin_destroy(twin); }
    };
    std::unique_ptr<rsl_twin, Deleter> m_twin;
};

/// A frame as it is on the line.
inline std::vector<std::uint8_t> wireOf(const rsl_frame &frame, const std::uint8_t *payload)
{
    std::vector<std::uint8_t> bytes(RSL_MAX_WIRE_FRAME);
    bytes.resize(rsl_frame_encode(&frame, payload, bytes.data(), bytes.size()));
    return bytes;
}

/// Calls @p each for every frame in what comes.
class FrameReader
{
public:
    FrameReader() { rsl_decoder_start(&m_decoder); }
    template <typename Each>
    void feed(std::span<const std::uint8_t> bytes, const Each &each)
    {
        for (const std::uint8_t byte : bytes)
            if (rsl_decoder_feed(&m_decoder, byte) == RSL_FEED_FRAME)
                each(m_decoder.frame, m_decoder.payload);
    }

private:
    rsl_decoder m_decoder {};
};

} // namespace rosler
