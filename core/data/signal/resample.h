// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <stop_token>
#include <vector>

#include "core/base/matrix.h"
#include "core/base/result.h"

namespace rosler {

/// Brings samples from one rate to another by a low-pass filter: a sinc in a Kaiser window [1] that passes
/// 0.9 of half the lower rate within 0.1 % and lets through less than 1e-4 from that half on. Before the
/// first and after the last sample there are zeros. Phases add up to exactly 1, in double; the result is
/// float.
///
/// [1] A. V. Oppenheim, R. W. Schafer, "Discrete-Time Signal Processing", 3rd ed. (2010), section 7.5.3.
class Resampler
{
public:
    /// @return OutOfRange  rates that are not above 0, or beyond 4096 phases after they are reduced in 1/1000
    /// Hz
    [[nodiscard]] static Result<Resampler> make(double from, double to);

    /// How many samples come of @p count.
    [[nodiscard]] Index outputs(Index count) const noexcept;
    /// How far a sample of the result looks to either side, in samples of the result, rounded up.
    [[nodiscard]] Index reach() const noexcept;

    /// The same for any number of threads. @return Cancelled  within milliseconds of a stop
    [[nodiscard]] Result<std::vector<float>> run(std::span<const float> samples,
                                                 const std::stop_token &stop) const;

private:
    Resampler(Index up, Index down);

    Index m_up; ///< to / from = up / down, in lowest terms
    Index m_down;
    Index m_half;               ///< samples that a phase reads to either side
    std::vector<double> m_taps; ///< up x 2 half
};

} // namespace rosler
