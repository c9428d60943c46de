// SPDX-License-Identifier: Apache-2.0
#include "core/data/signal/signal_extractor.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/contract.h"

namespace rosler {

namespace {

constexpr double leastEnergy = 1e-10;

} // namespace

Result<SignalExtractor> SignalExtractor::make(const SignalFeatures &features)
{
    Result<SignalTables> tables = signalTables(features);
    if (!tables)
        return tl::unexpected(tables.error());
    return SignalExtractor(features, std::move(*tables));
}

SignalExtractor::SignalExtractor(const SignalFeatures &features, SignalTables tables)
    : m_features(features)
    , m_tables(std::move(tables))
    , m_windowed(m_tables.window.size())
    , m_energies(m_tables.bands.size())
    , m_values(features.kind == SignalFeatureKind::Mfcc ? static_cast<std::size_t>(features.coefficients)
                                                        : m_tables.bands.size())
{
    m_fft.SetFlag(Eigen::FFT<double>::HalfSpectrum);
}

void SignalExtractor::transform(const float *samples)
{
    for (std::size_t n = 0; n < m_tables.window.size(); ++n)
        m_windowed[n] = m_tables.window[n] * static_cast<double>(samples[n]);
    m_fft.fwd(m_spectrum, m_windowed);
    m_magnitudes.resize(m_tables.window.size() / 2 + 1);
    for (std::size_t k = 0; k < m_magnitudes.size(); ++k)
        m_magnitudes[k] = m_tables.scale * std::sqrt(std::norm(m_spectrum[k]));
}

void SignalExtractor::extractFrame(const float *samples)
{
    transform(samples);
    for (std::size_t b = 0; b < m_tables.bands.size(); ++b) {
        double energy = 0;
        for (const SignalTables::Tooth &tooth : m_tables.bands[b]) {
            const double magnitude = m_magnitudes[static_cast<std::size_t>(tooth.bin)];
            energy += tooth.weight * magnitude * magnitude;
        }
        m_energies[b] = std::log(std::max(leastEnergy, energy));
    }
    if (m_features.kind == SignalFeatureKind::LogMel) {
        m_values = m_energies;
        return;
    }
    const double *cosine = m_tables.cosines.data();
    for (double &value : m_values) {
        value = 0;
        for (const double energy : m_energies)
            value += *cosine++ * energy;
    }
}

void SignalExtractor::extract(std::span<const std::span<const float>> channels, float *to)
{
    const SignalFeatures &f = m_features;
    ROSLER_EXPECTS(std::cmp_equal(channels.size(), f.channels));
    const Index apart = f.channels;
    for (Index c = 0; c < f.channels; ++c) {
        const std::span<const float> samples = channels[static_cast<std::size_t>(c)];
        ROSLER_EXPECTS(std::cmp_equal(samples.size(), f.window));
        float *place = to + c;
        const auto put = [&](double value) {
            *place = static_cast<float>(value);
            place += apart;
        };
        switch (f.kind) {
        case SignalFeatureKind::Raw:
            for (const float sample : samples)
                put(static_cast<double>(sample));
            break;
        case SignalFeatureKind::Fft:
            transform(samples.data());
            for (std::size_t k = 1; k < m_magnitudes.size(); ++k)
                put(m_magnitudes[k]);
            break;
        case SignalFeatureKind::LogMel:
        case SignalFeatureKind::Mfcc:
            for (Index first = 0; first + f.frame <= f.window; first += f.hop) {
                extractFrame(samples.data() + first);
                for (const double value : m_values)
                    put(value);
            }
            break;
        }
    }
}

} // namespace rosler
