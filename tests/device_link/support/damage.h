// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/device_link/support/wire_host.h"

namespace rosler {

/// Changes some bytes of an image, mostly of its structure, and mostly with a CRC that then is right again.
void damageImage(AlignedBytes &image, std::mt19937 &random);

/// Requests that make sense, or nearly, in and out of order, damaged before and after framing, among text and
/// noise: the same for the same seed.
class FrameStorm
{
public:
    /// @param calm  one thing at a time, and none that resets the board or changes its rate, so that two
    ///              boards can be held against each other
    /// @param layout  of the models that it pushes
    FrameStorm(std::uint32_t seed, bool calm, rsl_layout layout = RSL_LAYOUT_I8_4X4);

    /// What comes next on the line.
    [[nodiscard]] std::vector<std::uint8_t> next();
    /// The board has lost its power, or the like: next comes a HELLO.
    void startSession() { m_greets = true; }
    [[nodiscard]] std::uint16_t session() const { return m_session; }

private:
    [[nodiscard]] std::vector<std::uint8_t> frame();
    [[nodiscard]] unsigned chooseType();
    [[nodiscard]] std::vector<std::uint8_t> payloadOf(unsigned type);
    [[nodiscard]] std::vector<std::uint8_t> text();

    std::mt19937 m_random;
    bool m_calm;
    bool m_greets = true;
    AlignedBytes m_models[2];
    const AlignedBytes *m_model;
    std::vector<unsigned> m_script; ///< of a whole push
    std::size_t m_step = 0;
    bool m_follows = false;
    std::uint16_t m_seq = 0;
    std::uint16_t m_session = 1;
    std::uint8_t m_vector = 0;
};

} // namespace rosler
