// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/extraction.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>
#include <string>

#include "core/data/signal/signal_tables.h"

namespace rosler {

namespace {

Result<void> checkSizes(const SignalFeatures &f, Index frame)
{
    if (f.kind == SignalFeatureKind::Raw)
        return fail(ErrorCode::Unsupported, "the features are the samples themselves", "options/features");
    if (frame < 4 || !std::has_single_bit(static_cast<std::uint64_t>(frame)))
        return fail(ErrorCode::Unsupported,
                    "boards transform powers of two of samples, at least 4, not " + std::to_string(frame),
                    f.hasFrames() ? "options/frame" : "options/window");
    if (f.window > RSL_MAX_WIDTH || f.channels > RSL_MAX_WIDTH || f.hop > RSL_MAX_WIDTH
        || f.bands > RSL_MAX_WIDTH || f.channels * f.window > RSL_MAX_NUMBERS)
        return fail(ErrorCode::Unsupported,
                    "boards take windows of at most " + std::to_string(RSL_MAX_WIDTH) + " samples, not "
                        + std::to_string(f.window),
                    "options/window");
    return {};
}

class TableWriter
{
public:
    void put(double value)
    {
        const auto rounded = static_cast<float>(value);
        append(rounded);
    }
    void put(Index value) { append(static_cast<std::uint16_t>(value)); }

    std::vector<std::uint8_t> bytes;

private:
    template <typename T>
    void append(T value)
    {
        const std::size_t at = bytes.size();
        bytes.resize(at + sizeof value);
        std::memcpy(bytes.data() + at, &value, sizeof value);
    }
};

} // namespace

Result<Extraction> extractionOf(const SignalFeatures &features)
{
    const SignalFeatures &f = features;
    const Index frame = f.hasFrames() ? f.frame : f.window;
    if (const auto good = checkSizes(f, frame); !good)
        return tl::unexpected(good.error());
    const auto tables = signalTables(f);
    if (!tables)
        return tl::unexpected(tables.error());
    Extraction made;
    made.samples = {f.channels, 1, f.window};
    made.features = f.shape().size();
    made.record.frame = static_cast<std::uint16_t>(frame);
    made.record.hop = static_cast<std::uint16_t>(f.hasFrames() ? f.hop : f.window);
    made.record.bands = static_cast<std::uint16_t>(f.hasFrames() ? f.bands : 0);
    made.record.coefficients =
        static_cast<std::uint16_t>(f.kind == SignalFeatureKind::Mfcc ? f.coefficients : 0);
    TableWriter to;
    // Magnitudes come out right without another product; the half is that of taking two samples as one
    // number.
    for (Index n = 0; n <= frame / 2; ++n)
        to.put(tables->window[static_cast<std::size_t>(n)] * tables->scale / 2);
    for (Index k = 0; k <= frame / 4; ++k)
        to.put(k == frame / 4
                   ? 0.0
                   : std::cos(2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(frame)));
    for (const auto &band : tables->bands) {
        to.put(band.front().bin);
        to.put(static_cast<Index>(band.size()));
    }
    for (const auto &band : tables->bands)
        for (const SignalTables::Tooth &tooth : band)
            to.put(tooth.weight);
    for (const double cosine : tables->cosines)
        to.put(cosine);
    made.tables = std::move(to.bytes);
    return made;
}

} // namespace rosler
