// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <span>
#include <vector>

#include <unsupported/Eigen/FFT>

#include "core/base/result.h"
#include "core/data/signal/signal_features.h"

namespace rosler {

/// Makes the features of one window of samples (signal_features.h has the formulas). Used by one thread; a
/// copy serves another.
class SignalExtractor
{
public:
    /// @return OutOfRange  numbers that do not go together: a window too short, a frame longer than the
    /// window,
    ///                     more coefficients than bands, a band so narrow that no frequency falls into it, or
    ///                     mel bands of samples whose rate nobody said. `where` is "options/bands"
    [[nodiscard]] static Result<SignalExtractor> make(const SignalFeatures &features);

    [[nodiscard]] const SignalFeatures &features() const noexcept { return m_features; }

    /// @param channels  features().channels windows of features().window samples
    /// @param to        features().shape().size() floats
    void extract(std::span<const std::span<const float>> channels, float *to);

private:
    explicit SignalExtractor(const SignalFeatures &features);

    struct Tooth { ///< of a band's triangle
        Index bin;
        double weight;
    };

    /// m_k of @p samples, k = 0 .. half their number, into m_magnitudes.
    void transform(const float *samples);
    void extractFrame(const float *samples);

    SignalFeatures m_features;
    std::vector<double> m_window; ///< of a whole window, or of a frame
    double m_scale = 1;           ///< 2 / W
    std::vector<std::vector<Tooth>> m_bands;
    std::vector<double> m_cosines; ///< coefficients x bands
    Eigen::FFT<double> m_fft;
    // Room.
    std::vector<double> m_windowed;
    std::vector<std::complex<double>> m_spectrum;
    std::vector<double> m_magnitudes;
    std::vector<double> m_energies; ///< logarithms, of the bands
    std::vector<double> m_values;   ///< of a frame
};

} // namespace rosler
