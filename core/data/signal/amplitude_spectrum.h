// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/data/signal/signal_extractor.h"

namespace rosler {

/// How strong the frequencies in some samples of a signal are, for people to look at: the amplitudes m_k of
/// signal_features.h, k = 1 .. L/2, in a Hann window, of samples whose mean was taken away.
///
/// L is the greatest number of samples up to N and mostTransformed that has no prime factor above 7, so that
/// a spectrum of any number of samples takes milliseconds; the L in the middle of the N are looked at.
class AmplitudeSpectrum
{
public:
    static constexpr Index mostTransformed = 65'536;

    /// @param samples  N
    /// @return OutOfRange  fewer than two samples
    [[nodiscard]] static Result<AmplitudeSpectrum> make(Index samples);

    [[nodiscard]] Index samples() const noexcept { return m_samples; }                         ///< N
    [[nodiscard]] Index transformed() const noexcept { return m_extractor.features().window; } ///< L
    [[nodiscard]] Index size() const noexcept { return transformed() / 2; }
    /// Of amplitude number @p i, in cycles a sample: (i + 1) / L.
    [[nodiscard]] double frequency(Index i) const noexcept
    {
        return static_cast<double>(i + 1) / static_cast<double>(transformed());
    }

    /// @param x  samples() of them
    /// @return size() amplitudes
    [[nodiscard]] std::vector<float> of(std::span<const float> x);

private:
    AmplitudeSpectrum(Index samples, SignalExtractor extractor);

    Index m_samples;
    SignalExtractor m_extractor;
    std::vector<float> m_centred; ///< room
};

} // namespace rosler
