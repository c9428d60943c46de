// SPDX-License-Identifier: Apache-2.0
#include "core/data/signal/resample.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <string>

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include "core/base/text_number.h"
#include "core/data/loading_stopped.h"

namespace rosler {

namespace {

constexpr double attenuation = 80; // dB
constexpr double transition = 0.1; // of half the lower rate
constexpr double steepest = 1e6;   // rates further apart are a mistake
constexpr std::int64_t mostPhases = 4096;
constexpr Index outputsAtOnce = 4096; // between looks at the stop

} // namespace

Resampler::Resampler(Index up, Index down)
    : m_up(up)
    , m_down(down)
{
    using std::numbers::pi;
    const double ratio = std::min(1.0, static_cast<double>(up) / static_cast<double>(down));
    const double width = transition * pi * ratio; // radians a sample of the input
    const double beta = 0.1102 * (attenuation - 8.7);
    const double reach = (attenuation - 7.95) / (2.285 * width) / 2;
    const double cutoff = (1 - transition / 2) * ratio; // of half the input's rate
    m_half = static_cast<Index>(std::ceil(reach)) + 1;
    m_taps.resize(static_cast<std::size_t>(m_up * 2 * m_half));
    for (Index phase = 0; phase < m_up; ++phase) {
        double *taps = m_taps.data() + phase * 2 * m_half;
        double sum = 0;
        for (Index j = 0; j < 2 * m_half; ++j) {
            // from the output's place, which lies phase / up after input m_half - 1
            const double t =
                static_cast<double>(j - m_half + 1) - static_cast<double>(phase) / static_cast<double>(m_up);
            const double inside = 1 - (t / reach) * (t / reach);
            if (inside > 0) {
                const double x = pi * cutoff * t;
                const double sinc = t == 0.0 ? 1.0 : std::sin(x) / x;
                taps[j] = sinc * std::cyl_bessel_i(0.0, beta * std::sqrt(inside));
            }
            sum += taps[j];
        }
        for (Index j = 0; j < 2 * m_half; ++j)
            taps[j] /= sum;
    }
}

Result<Resampler> Resampler::make(double from, double to)
{
    const auto refuse = [&](const std::string &why) {
        return fail(ErrorCode::OutOfRange,
                    "cannot resample from " + numberText(from) + " to " + numberText(to)
                        + " samples a second: " + why);
    };
    constexpr double finest = 1000; // parts of a Hz
    if (!(from > 0) || !(to > 0) || from > 1e9 || to > 1e9 || from / to > steepest || to / from > steepest)
        return refuse("rates are above 0 and at most 1e9");
    const auto a = static_cast<std::int64_t>(std::llround(from * finest));
    const auto b = static_cast<std::int64_t>(std::llround(to * finest));
    if (a == 0 || b == 0)
        return refuse("rates are at least 0.001");
    const std::int64_t common = std::gcd(a, b);
    if (b / common > mostPhases || a / common > mostPhases)
        return refuse("their ratio takes more than " + std::to_string(mostPhases) + " phases");
    return Resampler(b / common, a / common);
}

Index Resampler::outputs(Index count) const noexcept
{
    return count / m_down * m_up + count % m_down * m_up / m_down;
}

Index Resampler::reach() const noexcept
{
    return (m_half * m_up + m_down - 1) / m_down;
}

Result<std::vector<float>> Resampler::run(std::span<const float> samples, const std::stop_token &stop) const
{
    const auto count = static_cast<Index>(samples.size());
    std::vector<float> result(static_cast<std::size_t>(outputs(count)));
    tbb::parallel_for(
        tbb::blocked_range<Index>(0, static_cast<Index>(result.size()), outputsAtOnce),
        [&](const tbb::blocked_range<Index> &range) {
            if (stop.stop_requested())
                return;
            for (Index i = range.begin(); i < range.end(); ++i) {
                const Index place = i % m_up * m_down; // place = i down / up, without overflow
                const Index first = i / m_up * m_down + place / m_up - m_half + 1;
                const double *taps = m_taps.data() + place % m_up * 2 * m_half;
                const Index from = std::max(Index {0}, -first);
                const Index to = std::min(2 * m_half, count - first);
                double sum = 0;
                for (Index j = from; j < to; ++j)
                    sum += taps[j] * static_cast<double>(samples[static_cast<std::size_t>(first + j)]);
                result[static_cast<std::size_t>(i)] = static_cast<float>(sum);
            }
        },
        tbb::simple_partitioner {});
    if (stop.stop_requested())
        return loadingStopped();
    return result;
}

} // namespace rosler
