// SPDX-License-Identifier: Apache-2.0
#include "core/data/signal/signal_tables.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace rosler {

namespace {

using std::numbers::pi;

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

Result<SignalTables> signalTables(const SignalFeatures &f)
{
    if (auto good = checked(f); !good)
        return tl::unexpected(good.error());
    SignalTables tables;
    const Index size = f.hasFrames() ? f.frame : f.window;
    tables.window.assign(static_cast<std::size_t>(size), 1.0);
    if (f.hann && f.kind != SignalFeatureKind::Raw)
        for (Index n = 0; n < size; ++n)
            tables.window[static_cast<std::size_t>(n)] =
                0.5 - 0.5 * std::cos(2 * pi * static_cast<double>(n) / static_cast<double>(size));
    double sum = 0;
    for (const double w : tables.window)
        sum += w;
    tables.scale = 2 / sum;
    if (!f.hasFrames())
        return tables;
    const double top = 2595 * std::log10(1 + f.rate / 1400);
    const auto edge = [&](Index j) {
        return frequencyOf(static_cast<double>(j) * top / static_cast<double>(f.bands + 1));
    };
    tables.bands.resize(static_cast<std::size_t>(f.bands));
    for (Index b = 0; b < f.bands; ++b) {
        const double low = edge(b);
        const double middle = edge(b + 1);
        const double high = edge(b + 2);
        std::vector<SignalTables::Tooth> &band = tables.bands[static_cast<std::size_t>(b)];
        for (Index k = 0; k <= f.frame / 2; ++k) {
            const double at = static_cast<double>(k) * f.rate / static_cast<double>(f.frame);
            const double weight = std::min((at - low) / (middle - low), (high - at) / (high - middle));
            if (weight > 0)
                band.push_back({k, weight});
        }
        if (band.empty())
            return fail(ErrorCode::OutOfRange,
                        std::to_string(f.bands) + " bands are too narrow for a frame of "
                            + std::to_string(f.frame) + " samples: no frequency falls into one of them",
                        "options/bands");
    }
    if (f.kind != SignalFeatureKind::Mfcc)
        return tables;
    const auto bands = static_cast<double>(f.bands);
    for (Index i = 0; i < f.coefficients; ++i)
        for (Index b = 0; b < f.bands; ++b)
            tables.cosines.push_back(
                std::sqrt((i == 0 ? 1 : 2) / bands)
                * std::cos(pi * static_cast<double>(i) * (static_cast<double>(b) + 0.5) / bands));
    return tables;
}

} // namespace rosler
