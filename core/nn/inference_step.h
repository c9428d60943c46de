// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv_patches.h"

namespace rosler {

/// What a layer computes in inference, in words that every program has for it: files for other programs are
/// written and read by it, and networks put on boards, so that none of these names a kind of layer. The
/// layer's plan adds whether ReLU follows, its blocks the numbers.
struct InferenceStep {
    enum class Does {
        HandsOn,           ///< what it is given
        Multiplies,        ///< all inputs by Layer::products(), then adds block "b"
        Convolves,         ///< each window by Layer::products(), then adds block "b"
        ConvolvesChannels, ///< each channel of each window by block "W", a row a channel, then adds block "b"
        Largest,           ///< of each window, channel by channel
        Mean,              ///< of each window, channel by channel
        Adds,              ///< what the layers that it bypasses were given
        Standardises, ///< each number: (x - mean) / deviation, blocks of these names; 0 where the deviation
                      ///< is 0
        Normalises,   ///< each channel: gamma (x - mean) / sqrt(variance + epsilon) + beta, blocks of these
                      ///< names
    };

    Does does = Does::HandsOn;
    WindowGrid windows; ///< of Convolves, ConvolvesChannels, Largest and Mean; of others, what they read
    Index outputs = 0;  ///< of Multiplies: numbers; of Convolves, ConvolvesChannels and Normalises: channels
    double epsilon = 0; ///< of Normalises
    Index bypassed = 0; ///< of Adds: layers

    [[nodiscard]] bool handsOn() const noexcept { return does == Does::HandsOn; }
    [[nodiscard]] bool pools() const noexcept { return does == Does::Largest || does == Does::Mean; }
    /// Whether it does the same to each of its windows.
    [[nodiscard]] bool slides() const noexcept
    {
        return does == Does::Convolves || does == Does::ConvolvesChannels || pools();
    }
    /// Whether it scales and shifts, and nothing else but its activation: by Layer::channelMap().
    [[nodiscard]] bool maps() const noexcept
    {
        return does == Does::Standardises || does == Does::Normalises;
    }

    friend bool operator==(const InferenceStep &, const InferenceStep &) = default;
};

} // namespace rosler
