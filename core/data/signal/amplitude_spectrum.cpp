// SPDX-License-Identifier: Apache-2.0
#include "core/data/signal/amplitude_spectrum.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/contract.h"

namespace rosler {

namespace {

bool isQuick(Index length)
{
    for (const Index factor : {Index {2}, Index {3}, Index {5}, Index {7}})
        while (length % factor == 0)
            length /= factor;
    return length == 1;
}

} // namespace

Result<AmplitudeSpectrum> AmplitudeSpectrum::make(Index samples)
{
    SignalFeatures features;
    features.window = std::min(samples, mostTransformed);
    while (features.window > 1 && !isQuick(features.window))
        --features.window;
    return SignalExtractor::make(features).map(
        [&](SignalExtractor extractor) { return AmplitudeSpectrum(samples, std::move(extractor)); });
}

AmplitudeSpectrum::AmplitudeSpectrum(Index samples, SignalExtractor extractor)
    : m_samples(samples)
    , m_extractor(std::move(extractor))
{
}

std::vector<float> AmplitudeSpectrum::of(std::span<const float> x)
{
    ROSLER_EXPECTS(std::cmp_equal(x.size(), m_samples));
    const auto length = static_cast<std::size_t>(transformed());
    const std::span<const float> middle = x.subspan((x.size() - length) / 2, length);
    double mean = 0;
    for (const float value : middle)
        mean += static_cast<double>(value) / static_cast<double>(length);
    m_centred.resize(length);
    std::ranges::transform(middle, m_centred.begin(), [mean](float value) {
        return static_cast<float>(static_cast<double>(value) - mean);
    });
    std::vector<float> amplitudes(static_cast<std::size_t>(size()));
    const std::array<std::span<const float>, 1> channels {m_centred};
    m_extractor.extract(channels, amplitudes.data());
    return amplitudes;
}

} // namespace rosler
