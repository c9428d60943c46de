// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <span>
#include <vector>

#include <unsupported/Eigen/FFT>

#include "core/base/result.h"
#include "core/data/signal/signal_tables.h"

namespace rosler {

/// Makes the features of one window of samples (signal_features.h has the formulas). Used by one thread; a
/// copy serves another.
class SignalExtractor
{
public:
    /// @return the errors of signalTables()
    [[nodiscard]] static Result<SignalExtractor> make(const SignalFeatures &features);

    [[nodiscard]] const SignalFeatures &features() const noexcept { return m_features; }

    /// @param channels  features().channels windows of features().window samples
    /// @param to        features().shape().size() floats
    void extract(std::span<const std::span<const float>> channels, float *to);

private:
    SignalExtractor(const SignalFeatures &features, SignalTables tables);

    /// m_k of @p samples, k = 0 .. half their number, into m_magnitudes.
    void transform(const float *samples);
    void extractFrame(const float *samples);

    SignalFeatures m_features;
    SignalTables m_tables;
    Eigen::FFT<double> m_fft;
    // Room.
    std::vector<double> m_windowed;
    std::vector<std::complex<double>> m_spectrum;
    std::vector<double> m_magnitudes;
    std::vector<double> m_energies; ///< logarithms, of the bands
    std::vector<double> m_values;   ///< of a frame
};

} // namespace rosler
