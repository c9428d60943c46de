// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/figure/figure.h"
#include "core/figure/page_geometry.h"

namespace rosler {

/// All samples of one curve, ascending in x, over which the extremes of any stretch are found in
/// O(log n): a pyramid keeps the lowest and the highest sample of every 16, 256, 4096... samples. It grows
/// with append(), O(new samples), so a live curve of millions costs no more to draw than one of thousands.
/// Plain data; one thread at a time.
class SampleSeries
{
public:
    /// Where the lowest and the highest drawable sample of a stretch are.
    struct Extremes {
        std::size_t low = 0;
        std::size_t high = 0;
    };

    /// More samples at the end. A sample whose x is not finite becomes a gap after the one before it.
    /// Samples that are not ascending are put where they belong, at the cost of sorting all.
    void append(std::span<const FigurePoint> samples);
    void clear();
    /// Values of zero and less are then gaps, like those that are not finite. O(n) when it changes.
    void setPositiveOnly(bool on);

    [[nodiscard]] std::size_t size() const { return m_x.size(); }
    [[nodiscard]] double x(std::size_t i) const { return m_x[i]; }
    [[nodiscard]] double y(std::size_t i) const { return m_y[i]; }
    /// Whether the sample has a place on the chart; where it has none the line is broken.
    [[nodiscard]] bool isDrawable(std::size_t i) const;

    [[nodiscard]] std::size_t firstNotBelow(double x) const; ///< size() when all are below
    [[nodiscard]] std::size_t firstAbove(double x) const;    ///< size() when none is above
    /// Extremes of the samples first..last-1; none when no sample of them is drawable.
    [[nodiscard]] std::optional<Extremes> extremes(std::size_t first, std::size_t last) const;
    /// The drawable sample nearest to @p x; none when there is no drawable sample at all.
    [[nodiscard]] std::optional<std::size_t> nearest(double x) const;
    /// The first drawable sample at @p i or after it; the last one before @p i. O(log n) over gaps.
    [[nodiscard]] std::optional<std::size_t> drawableFrom(std::size_t i) const;
    [[nodiscard]] std::optional<std::size_t> drawableBefore(std::size_t i) const;

private:
    struct Block {
        std::uint32_t low;
        std::uint32_t high;
    };

    void growPyramid();
    void take(std::optional<Extremes> &into, std::size_t low, std::size_t high) const;

    std::vector<double> m_x;
    std::vector<double> m_y;
    std::vector<std::vector<Block>> m_levels; ///< m_levels[k]: whole blocks of 16^(k+1) samples
    bool m_positiveOnly = false;
};

/// The part of a curve between two x, thinned for the screen: the lowest and highest sample of every
/// bucket, in their order, so that no spike is lost. Buckets lie on an absolute grid (in x, or in log10 x),
/// so a curve that is panned or grows does not shimmer. At most 2 * (@p buckets + 3) points, whatever the
/// length, and a break between any two buckets; curves of up to 2 * @p buckets samples come back as they are.
/// The first and last sample in range, and one neighbour beyond either end, are always there. A point whose
/// y is NaN is a break of the line; gaps narrower than a bucket may be bridged.
///
/// Costs O(buckets * log n). Requires xLow < xHigh, and 0 < xLow for a logarithmic x.
[[nodiscard]] std::vector<FigurePoint> decimate(const SampleSeries &series, double xLow, double xHigh,
                                                std::size_t buckets, bool logarithmicX);

/// Up to @p wanted or a few more drawable samples between two x, evenly spread on an absolute grid that is
/// @p phase (0..1) of a step along: where the markers of a curve go. All samples when they are few.
[[nodiscard]] std::vector<std::size_t> markerSamples(const SampleSeries &series, double xLow, double xHigh,
                                                     std::size_t wanted, double phase, bool logarithmicX);

/// The parts of a broken line inside a rectangle, again as one broken line: segments end where they cross
/// its border, and points that stand alone stay when they are inside.
[[nodiscard]] std::vector<FigurePoint> clippedLine(std::span<const FigurePoint> line, const PageRect &rect);

} // namespace rosler
