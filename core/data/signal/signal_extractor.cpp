// SPDX-License-Identifier: Apache-2.0
#include "core/data/signal/signal_extractor.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "core/base/contract.h"

namespace rosler {

namespace {

using std::numbers::pi;

constexpr double leastEnergy = 1e-10;

Result<void> refuse(const std::string &what, const char *option)
{
    return fail(ErrorCode::OutOfRange, what, std::string("options/") + option);
}

Result<void> checked(const SignalFeatures &f)
{
    if (f.window < 1 || (f.kind != SignalFeatureKind::Raw && f.window < 2))
        return refuse("a window of " + std::to_string(f.window) + " samples", "window");
    if (!f.hasFrames())
        return {};
    if (f.frame < 2 || f.frame > f.window)
        return refuse("a frame has 2 to " + std::to_string(f.window) + " samples, those of a window",
                      "frame");
    if (f.hop < 1)
        return refuse("frames are 1 sample or more apart", "hop");
    if (f.bands < 1
        || (f.kind == SignalFeatureKind::Mfcc && (f.coefficients < 1 || f.coefficients > f.bands)))
        return refuse(std::to_string(f.coefficients) + " coefficients of " + std::to_string(f.bands)
                          + " bands",
                      "coefficients");
    if (!(f.rate > 0))
        return refuse("mel bands need the rate of the samples, which nobody said", "recorded_rate");
    return {};
}

double frequencyOf(double mel)
{
    return 700 * (std::pow(10.0, mel / 2595) - 1);
}

} // namespace

Result<SignalExtractor> SignalExtractor::make(const SignalFeatures &features)
{
    if (auto good = checked(features); !good)
        return tl::unexpected(good.error());
    SignalExtractor extractor(features);
    for (const auto &band : extractor.m_bands)
        if (band.empty())
            return fail(ErrorCode::OutOfRange,
                        std::to_string(features.bands) + " bands are too narrow for a frame of "
                            + std::to_string(features.frame)
                            + " samples: no frequency falls into one of them",
                        "options/bands");
    return extractor;
}

SignalExtractor::SignalExtractor(const SignalFeatures &features)
    : m_features(features)
{
    const SignalFeatures &f = m_features;
    const Index size = f.hasFrames() ? f.frame : f.window;
    m_window.assign(static_cast<std::size_t>(size), 1.0);
    if (f.hann && f.kind != SignalFeatureKind::Raw)
        for (Index n = 0; n < size; ++n)
            m_window[static_cast<std::size_t>(n)] =
                0.5 - 0.5 * std::cos(2 * pi * static_cast<double>(n) / static_cast<double>(size));
    double sum = 0;
    for (const double w : m_window)
        sum += w;
    m_scale = 2 / sum;
    m_windowed.resize(m_window.size());
    m_fft.SetFlag(Eigen::FFT<double>::HalfSpectrum);
    if (!f.hasFrames())
        return;
    const double top = 2595 * std::log10(1 + f.rate / 1400);
    const auto edge = [&](Index j) {
        return frequencyOf(static_cast<double>(j) * top / static_cast<double>(f.bands + 1));
    };
    m_bands.resize(static_cast<std::size_t>(f.bands));
    for (Index b = 0; b < f.bands; ++b) {
        const double low = edge(b);
        const double middle = edge(b + 1);
        const double high = edge(b + 2);
        for (Index k = 0; k <= f.frame / 2; ++k) {
            const double at = static_cast<double>(k) * f.rate / static_cast<double>(f.frame);
            const double weight = std::min((at - low) / (middle - low), (high - at) / (high - middle));
            if (weight > 0)
                m_bands[static_cast<std::size_t>(b)].push_back({k, weight});
        }
    }
    m_energies.resize(m_bands.size());
    if (f.kind != SignalFeatureKind::Mfcc) {
        m_values.resize(m_bands.size());
        return;
    }
    m_values.resize(static_cast<std::size_t>(f.coefficients));
    const auto bands = static_cast<double>(f.bands);
    for (Index i = 0; i < f.coefficients; ++i)
        for (Index b = 0; b < f.bands; ++b)
            m_cosines.push_back(
                std::sqrt((i == 0 ? 1 : 2) / bands)
                * std::cos(pi * static_cast<double>(i) * (static_cast<double>(b) + 0.5) / bands));
}

void SignalExtractor::transform(const float *samples)
{
    for (std::size_t n = 0; n < m_window.size(); ++n)
        m_windowed[n] = m_window[n] * static_cast<double>(samples[n]);
    m_fft.fwd(m_spectrum, m_windowed);
    m_magnitudes.resize(m_window.size() / 2 + 1);
    for (std::size_t k = 0; k < m_magnitudes.size(); ++k)
        m_magnitudes[k] = m_scale * std::sqrt(std::norm(m_spectrum[k]));
}

void SignalExtractor::extractFrame(const float *samples)
{
    transform(samples);
    for (std::size_t b = 0; b < m_bands.size(); ++b) {
        double energy = 0;
        for (const Tooth &tooth : m_bands[b]) {
            const double magnitude = m_magnitudes[static_cast<std::size_t>(tooth.bin)];
            energy += tooth.weight * magnitude * magnitude;
        }
        m_energies[b] = std::log(std::max(leastEnergy, energy));
    }
    if (m_features.kind == SignalFeatureKind::LogMel) {
        m_values = m_energies;
        return;
    }
    const double *cosine = m_cosines.data();
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
