// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/example_shape.h"
#include "core/base/matrix.h"

namespace rosler {

enum class SignalFeatureKind { Raw, Fft, LogMel, Mfcc };

/// What an example was made of: N samples of a recording, in each channel. Whoever has these numbers makes
/// the same features from raw samples x, up to rounding; the host computes in double and rounds at the end.
///
/// Window of N samples: w_n = 1/2 - 1/2 cos(2 pi n / N) (Hann), or 1. With W = sum of w_n,
///
///   Raw     y_n = x_n, without a window
///   Fft     y_k = m_k = 2 |X_k| / W, k = 1 .. N/2 (without the mean, k = 0), X_k = sum w_n x_n e^(-2 pi i k
///   n / N):
///           the amplitude of a sine at k rate / N
///   LogMel  of F = 1 + (N - L) / H frames of L samples, each H after the last and with its own window of L
///           samples: y_b = ln(max(1e-10, sum over k = 0 .. L/2 of T_b(k) m_k^2)), b = 0 .. B-1. T_b rises
///           from 0 at f_b to 1 at f_(b+1) and falls to 0 at f_(b+2), linearly in frequency; f_j = 700 (10^(j
///           M / (B+1) / 2595)
///           - 1) with M = 2595 log10(1 + rate / 1400), so that the bands lie evenly on the mel scale up to
///           rate / 2
///   Mfcc    of the same frames: y_i = sqrt((i = 0 ? 1 : 2) / B) sum over b of LogMel_b cos(pi i (b + 1/2) /
///   B),
///           i = 0 .. coefficients-1
struct SignalFeatures {
    double rate = 0;     ///< samples a second, after resampling; 0: nobody said
    Index channels = 1;  ///< side by side in each sample, bin or band
    Index window = 2048; ///< N; in a pipeline that has seen no recording yet 0: by windowFor()
    bool hann = true;
    SignalFeatureKind kind = SignalFeatureKind::Fft;
    // Of LogMel and Mfcc alone.
    Index frame = 512;       ///< L
    Index hop = 256;         ///< H
    Index bands = 40;        ///< B
    Index coefficients = 13; ///< of Mfcc

    [[nodiscard]] bool hasFrames() const noexcept
    {
        return kind == SignalFeatureKind::LogMel || kind == SignalFeatureKind::Mfcc;
    }
    [[nodiscard]] ExampleShape shape() const noexcept
    {
        if (kind == SignalFeatureKind::Raw)
            return {channels, 1, window};
        if (kind == SignalFeatureKind::Fft)
            return {channels, 1, window / 2};
        return {channels, 1 + (window - frame) / hop,
                kind == SignalFeatureKind::LogMel ? bands : coefficients};
    }
    friend bool operator==(const SignalFeatures &, const SignalFeatures &) = default;
};

} // namespace rosler
