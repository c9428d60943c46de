// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/decimate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "core/base/contract.h"

namespace rosler {

namespace {

constexpr std::size_t fan = 16;
constexpr auto none = std::numeric_limits<std::uint32_t>::max();
constexpr double broken = std::numeric_limits<double>::quiet_NaN();

/// Cells of equal width on an absolute axis: cell n spans n * width .. (n + 1) * width of x or of log10 x.
class CellGrid
{
public:
    /// About @p cells cells between the two; the width goes in eighths of an octave, so that it does not
    /// change with the last bits of the range while it is panned.
    CellGrid(double xLow, double xHigh, std::size_t cells, double phase, bool logarithmic)
        : m_logarithmic(logarithmic)
    {
        const double ideal = (place(xHigh) - place(xLow)) / static_cast<double>(cells);
        m_width = std::exp2(std::ceil(8.0 * std::log2(ideal) - 1e-6) / 8.0);
        m_offset = phase * m_width;
    }
    /// Where the cell that holds @p x ends.
    [[nodiscard]] double endOfCell(double x) const
    {
        const double end = (std::floor((place(x) - m_offset) / m_width) + 1.0) * m_width + m_offset;
        return m_logarithmic ? std::pow(10.0, end) : end;
    }

private:
    [[nodiscard]] double place(double x) const { return m_logarithmic ? std::log10(x) : x; }

    bool m_logarithmic;
    double m_width = 1;
    double m_offset = 0;
};

/// The samples between two x: first..last-1.
std::pair<std::size_t, std::size_t> samplesBetween(const SampleSeries &series, double xLow, double xHigh)
{
    const std::size_t first = series.firstNotBelow(xLow);
    return {first, std::max(first, series.firstAbove(xHigh))};
}

} // namespace

void SampleSeries::append(std::span<const FigurePoint> samples)
{
    ROSLER_EXPECTS(m_x.size() + samples.size() < none);
    const std::size_t before = m_x.size();
    bool ascending = true;
    for (const FigurePoint &sample : samples) {
        const bool placed = std::isfinite(sample.x);
        if (!placed && m_x.empty())
            continue; // a gap before anything is no gap
        const double x = placed ? sample.x : m_x.back();
        ascending = ascending && (m_x.empty() || x >= m_x.back());
        m_x.push_back(x);
        m_y.push_back(placed ? sample.y : broken);
    }
    if (!ascending) {
        std::vector<std::size_t> order(m_x.size());
        std::iota(order.begin(), order.end(), std::size_t {0});
        std::stable_sort(order.begin(), order.end(),
                         [this](std::size_t a, std::size_t b) { return m_x[a] < m_x[b]; });
        std::vector<double> xs(m_x.size());
        std::vector<double> ys(m_x.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            xs[i] = m_x[order[i]];
            ys[i] = m_y[order[i]];
        }
        m_x = std::move(xs);
        m_y = std::move(ys);
        m_levels.clear();
    }
    if (m_x.size() != before)
        growPyramid();
}

void SampleSeries::clear()
{
    m_x.clear();
    m_y.clear();
    m_levels.clear();
}

void SampleSeries::setPositiveOnly(bool on)
{
    if (m_positiveOnly == on)
        return;
    m_positiveOnly = on;
    m_levels.clear();
    growPyramid();
}

bool SampleSeries::isDrawable(std::size_t i) const
{
    return std::isfinite(m_y[i]) && (!m_positiveOnly || m_y[i] > 0.0);
}

std::size_t SampleSeries::firstNotBelow(double x) const
{
    return static_cast<std::size_t>(std::lower_bound(m_x.begin(), m_x.end(), x) - m_x.begin());
}

std::size_t SampleSeries::firstAbove(double x) const
{
    return static_cast<std::size_t>(std::upper_bound(m_x.begin(), m_x.end(), x) - m_x.begin());
}

void SampleSeries::take(std::optional<Extremes> &into, std::size_t low, std::size_t high) const
{
    if (!into) {
        into = Extremes {.low = low, .high = high};
        return;
    }
    if (m_y[low] < m_y[into->low] || (m_y[low] == m_y[into->low] && low < into->low))
        into->low = low;
    if (m_y[high] > m_y[into->high] || (m_y[high] == m_y[into->high] && high < into->high))
        into->high = high;
}

std::optional<SampleSeries::Extremes> SampleSeries::extremes(std::size_t first, std::size_t last) const
{
    std::optional<Extremes> found;
    // Ragged ends at this level, the even middle one level up.
    for (std::size_t level = 0; first < last; ++level) {
        const auto look = [&](std::size_t i) {
            if (level == 0) {
                if (isDrawable(i))
                    take(found, i, i);
            } else if (const Block &block = m_levels[level - 1][i]; block.low != none) {
                take(found, block.low, block.high);
            }
        };
        const bool top = level == m_levels.size();
        while (first < last && (top || first % fan != 0))
            look(first++);
        while (first < last && last % fan != 0)
            look(--last);
        first /= fan;
        last /= fan;
    }
    return found;
}

void SampleSeries::growPyramid()
{
    std::size_t below = m_x.size();
    for (std::size_t level = 0; below >= fan; ++level) {
        if (level == m_levels.size())
            m_levels.emplace_back();
        const std::size_t blocks = below / fan;
        for (std::size_t b = m_levels[level].size(); b < blocks; ++b) {
            std::optional<Extremes> found;
            for (std::size_t i = b * fan; i < (b + 1) * fan; ++i) {
                if (level == 0) {
                    if (isDrawable(i))
                        take(found, i, i);
                } else if (const Block &block = m_levels[level - 1][i]; block.low != none) {
                    take(found, block.low, block.high);
                }
            }
            m_levels[level].push_back(found ? Block {.low = static_cast<std::uint32_t>(found->low),
                                                     .high = static_cast<std::uint32_t>(found->high)}
                                            : Block {.low = none, .high = none});
        }
        below = blocks;
    }
}

std::optional<std::size_t> SampleSeries::drawableFrom(std::size_t i) const
{
    if (i < size() && isDrawable(i))
        return i;
    if (i >= size() || !extremes(i, size()))
        return std::nullopt;
    std::size_t without = i; // nothing drawable in i..without-1, something in i..with-1
    std::size_t with = size();
    while (with - without > 1) {
        const std::size_t middle = without + (with - without) / 2;
        (extremes(i, middle) ? with : without) = middle;
    }
    return without;
}

std::optional<std::size_t> SampleSeries::drawableBefore(std::size_t i) const
{
    i = std::min(i, size());
    if (i > 0 && isDrawable(i - 1))
        return i - 1;
    if (i == 0 || !extremes(0, i))
        return std::nullopt;
    std::size_t with = 0; // something drawable in with..i-1, nothing in without..i-1
    std::size_t without = i;
    while (without - with > 1) {
        const std::size_t middle = with + (without - with) / 2;
        (extremes(middle, i) ? with : without) = middle;
    }
    return with;
}

std::optional<std::size_t> SampleSeries::nearest(double x) const
{
    const std::size_t i = firstNotBelow(x);
    const std::optional<std::size_t> after = drawableFrom(i);
    const std::optional<std::size_t> before = drawableBefore(i);
    if (!after || !before)
        return after ? after : before;
    return m_x[*after] - x < x - m_x[*before] ? after : before;
}

std::vector<FigurePoint> decimate(const SampleSeries &series, double xLow, double xHigh, std::size_t buckets,
                                  bool logarithmicX)
{
    ROSLER_EXPECTS(buckets > 0 && xLow < xHigh && (!logarithmicX || xLow > 0.0));
    const auto [first, last] = samplesBetween(series, xLow, xHigh);
    const bool neighbourBefore = first > 0 && (!logarithmicX || series.x(first - 1) > 0.0);
    const bool neighbourAfter = last < series.size();

    std::vector<FigurePoint> line;
    const auto breakLine = [&] {
        if (!line.empty() && !std::isnan(line.back().y))
            line.push_back({.x = line.back().x, .y = broken});
    };
    std::size_t previous = series.size();
    const auto draw = [&](std::size_t i) {
        if (i == previous)
            return;
        previous = i;
        if (series.isDrawable(i))
            line.push_back({.x = series.x(i), .y = series.y(i)});
        else
            breakLine();
    };

    const std::size_t from = neighbourBefore ? first - 1 : first;
    const std::size_t to = neighbourAfter ? last + 1 : last;
    if (last - first <= 2 * buckets) {
        line.reserve(to - from);
        for (std::size_t i = from; i < to; ++i)
            draw(i);
        return line;
    }
    line.reserve(2 * buckets + 8);
    const CellGrid grid(xLow, xHigh, buckets, 0.0, logarithmicX);
    draw(from);
    draw(first);
    for (std::size_t i = first; i < last;) {
        const std::size_t end = std::clamp(series.firstNotBelow(grid.endOfCell(series.x(i))), i + 1, last);
        const std::optional<SampleSeries::Extremes> found = series.extremes(i, end);
        if (!series.isDrawable(i))
            breakLine();
        if (found) {
            draw(std::min(found->low, found->high));
            draw(std::max(found->low, found->high));
        }
        if (!series.isDrawable(end - 1))
            breakLine();
        i = end;
    }
    draw(last - 1);
    draw(to - 1);
    return line;
}

std::vector<std::size_t> markerSamples(const SampleSeries &series, double xLow, double xHigh,
                                       std::size_t wanted, double phase, bool logarithmicX)
{
    ROSLER_EXPECTS(wanted > 0 && xLow < xHigh && (!logarithmicX || xLow > 0.0));
    const auto [first, last] = samplesBetween(series, xLow, xHigh);
    std::vector<std::size_t> chosen;
    if (last - first <= wanted) {
        for (std::size_t i = first; i < last; ++i)
            if (series.isDrawable(i))
                chosen.push_back(i);
        return chosen;
    }
    const CellGrid grid(xLow, xHigh, wanted, phase, logarithmicX);
    for (std::size_t i = first; i < last;) {
        const std::size_t end = std::clamp(series.firstNotBelow(grid.endOfCell(series.x(i))), i + 1, last);
        // The cell that the left border cuts would have its marker slide along the border.
        const std::optional<std::size_t> sample = i == first && i > 0 ? std::nullopt : series.drawableFrom(i);
        if (sample && *sample < end)
            chosen.push_back(*sample);
        i = end;
    }
    return chosen;
}

std::vector<FigurePoint> clippedLine(std::span<const FigurePoint> line, const PageRect &rect)
{
    std::vector<FigurePoint> inside;
    inside.reserve(line.size() + 8);
    const auto breakLine = [&] {
        if (!inside.empty() && !std::isnan(inside.back().y))
            inside.push_back({.x = inside.back().x, .y = broken});
    };
    const auto isPoint = [&](std::size_t i) { return i < line.size() && !std::isnan(line[i].y); };
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (!isPoint(i)) {
            breakLine();
            continue;
        }
        PagePoint a {.x = line[i].x, .y = line[i].y};
        if (!isPoint(i + 1)) {
            // The end of a segment that is drawn already, unless the point stands alone.
            if ((i == 0 || !isPoint(i - 1)) && rect.holds(a))
                inside.push_back(line[i]);
            continue;
        }
        PagePoint b {.x = line[i + 1].x, .y = line[i + 1].y};
        const PagePoint wanted = b;
        if (!clipSegment(a, b, rect)) {
            breakLine();
            continue;
        }
        if (inside.empty() || std::isnan(inside.back().y))
            inside.push_back({.x = a.x, .y = a.y});
        inside.push_back({.x = b.x, .y = b.y});
        if (!(b == wanted))
            breakLine();
    }
    if (!inside.empty() && std::isnan(inside.back().y))
        inside.pop_back();
    return inside;
}

} // namespace rosler
