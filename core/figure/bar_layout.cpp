// SPDX-License-Identifier: Apache-2.0
#include "core/figure/bar_layout.h"

#include <algorithm>
#include <cmath>

namespace rosler {
namespace {

constexpr double groupFill = 0.84; ///< share of a group that bars fill
constexpr double barFill = 0.9;    ///< share of the pitch
constexpr double widestBar = 4.5;  ///< font sizes
constexpr double labelScale = 0.85;
constexpr double leastShrunk = 0.88;   ///< labels are made this much smaller rather than turned
constexpr double smallestLabel = 0.55; ///< below this share of the font no labels are printed
constexpr double categoryLine = 1.2;
constexpr double smallestCategory = 0.8; ///< share of the font that compact names may shrink to
constexpr double mostTurned = 0.5;       ///< share of a compact plot's height that turned labels may take

template <typename Function>
void forEachBar(const BarFigure &figure, Function function)
{
    for (std::size_t s = 0; s < figure.series.size(); ++s)
        for (std::size_t c = 0; c < std::min(figure.categories.size(), figure.series[s].values.size()); ++c)
            function(s, c, figure.series[s].values[c]);
}

/// @p text in two lines, at the space that makes them most alike, or in one when it has no space.
std::vector<std::string> brokenInTwo(const std::string &text)
{
    std::size_t best = std::string::npos;
    const auto unevenness = [&](std::size_t at) {
        return std::abs(static_cast<double>(text.size()) - 1 - 2 * static_cast<double>(at));
    };
    for (std::size_t at = text.find(' '); at != std::string::npos; at = text.find(' ', at + 1))
        if (best == std::string::npos || unevenness(at) < unevenness(best))
            best = at;
    if (best == std::string::npos)
        return {text};
    return {text.substr(0, best), text.substr(best + 1)};
}

} // namespace

FigureText barLabel(const BarFigure &figure, double value)
{
    FigureText text = significantText(value);
    if (figure.modelled)
        text.text = "~" + std::move(text.text);
    return text;
}

AxisScale barScale(const BarFigure &figure, double headroom)
{
    const AxisScale probe {0, 1, figure.value.logarithmic};
    ValueRange range;
    forEachBar(figure, [&](std::size_t, std::size_t, double value) {
        if (probe.canShow(value))
            range.add(value);
    });
    if (!range.empty() && figure.value.logarithmic)
        range.add(std::pow(10.0, std::floor(std::log10(range.smallest()) - 0.1)));
    else if (!range.empty() && (range.smallest() != 0 || range.largest() != 0))
        range.add(0);
    else
        range = {};
    const bool downwards = !range.empty() && range.smallest() < 0;
    return axisScale(figure.value, range, {downwards ? headroom : 0, headroom, 1});
}

BarGroups::BarGroups(const BarFigure &figure, const PageRect &plot, const PublicationStyle &style,
                     const TextMetrics &metrics)
    : m_figure(figure)
    , m_metrics(metrics)
    , m_fontPt(style.fontPt)
    , m_compact(style.compact)
    , m_group(plot.width() / static_cast<double>(std::max<std::size_t>(1, figure.categories.size())))
{
    const auto bars = static_cast<double>(std::max<std::size_t>(1, figure.series.size()));
    m_pitch = std::min(m_group * groupFill / bars, widestBar * m_fontPt);
    m_labels.shown = figure.labelBars;
    m_labels.size = labelScale * m_fontPt;
    double widest = 0;
    forEachBar(figure, [&](std::size_t, std::size_t, double value) {
        if (std::isfinite(value))
            widest = std::max(widest, metrics.width(barLabel(figure, value), m_labels.size, figure.modelled));
    });
    const double digit = metrics.digitHeight(m_labels.size);
    const double room = figure.series.size() > 1 ? m_pitch - 0.15 * m_fontPt : m_group * 0.95;
    if (widest * leastShrunk <= room) {
        const double shrink = std::min(1.0, room / std::max(widest, 1e-9));
        m_labels.size *= shrink;
        m_labels.extent = digit * shrink;
        return;
    }
    m_labels.vertical = true;
    const double shrink = std::min(1.0, m_pitch * 0.95 / digit);
    m_labels.size *= shrink;
    m_labels.extent = widest * shrink;
    m_labels.shown = m_labels.shown && m_labels.size >= smallestLabel * m_fontPt
        && !(m_compact && m_labels.extent > mostTurned * plot.height());
}

double BarGroups::categorySize() const
{
    if (!m_compact)
        return m_fontPt;
    double widest = 0;
    for (const std::string &category : m_figure.categories)
        widest = std::max(widest, m_metrics.width({printable(category), {}}, m_fontPt));
    return m_fontPt * std::clamp(categoryRoom() / std::max(widest, 1e-9), smallestCategory, 1.0);
}

double BarGroups::categoryRoom() const
{
    return m_group - (m_compact ? 0.2 : 0.4) * m_fontPt;
}

std::vector<std::vector<std::string>> BarGroups::categoryLines() const
{
    const double room = categoryRoom();
    const double size = categorySize();
    std::vector<std::vector<std::string>> all;
    for (const std::string &category : m_figure.categories) {
        const std::string text = printable(category);
        std::vector<std::string> lines {text};
        if (!m_compact && m_metrics.width({text, {}}, size) > room)
            lines = brokenInTwo(text);
        for (std::string &line : lines)
            line = m_metrics.fitted(line, size, room);
        all.push_back(std::move(lines));
    }
    return all;
}

void BarGroups::place(double categoriesTop, FigureLayout &out) const
{
    const PageRect &plot = out.frame.rect;
    const AxisScale &scale = out.frame.y;
    const auto yOf = [&](double value) {
        return std::clamp(plot.bottom - scale.fraction(value) * plot.height(), plot.top, plot.bottom);
    };
    const double base = scale.logarithmic ? plot.bottom : yOf(0);
    const auto bars = static_cast<double>(m_figure.series.size());
    forEachBar(m_figure, [&](std::size_t s, std::size_t c, double value) {
        if (!scale.canShow(value))
            return;
        const double middle = plot.left + (static_cast<double>(c) + 0.5) * m_group
            + (static_cast<double>(s) + 0.5 - bars / 2) * m_pitch;
        const double half = m_pitch * barFill / 2;
        const PageRect bar {middle - half, std::min(base, yOf(value)), middle + half,
                            std::max(base, yOf(value))};
        out.bars.push_back({s, bar, c, value});
        if (m_labels.shown)
            placeLabel(bar, value, out);
    });
    placeCategories(categoriesTop, out);
}

void BarGroups::placeLabel(const PageRect &bar, double value, FigureLayout &out) const
{
    const double gap = 0.25 * m_fontPt;
    const double digit = m_metrics.digitHeight(m_labels.size);
    const bool down = value < 0 && !m_figure.value.logarithmic;
    PlacedText label;
    label.text = barLabel(m_figure, value);
    label.role = TextRole::BarLabel;
    label.size = m_labels.size;
    label.italic = m_figure.modelled;
    label.vertical = m_labels.vertical;
    const double length = m_labels.vertical ? m_metrics.width(label.text, label.size, label.italic) : digit;
    // A bar that fixed limits cut is labelled just inside the plot.
    const double top = std::max(bar.top - gap - length, out.frame.rect.top);
    const double bottom = std::min(bar.bottom + gap + length, out.frame.rect.bottom);
    const double middle = (bar.left + bar.right) / 2;
    const double foot = down ? bottom : top + length;
    label.anchor = m_labels.vertical ? TextAnchor::Start : TextAnchor::Middle;
    label.baseline = {m_labels.vertical ? middle + digit / 2 : middle, foot};
    out.texts.push_back(std::move(label));
}

void BarGroups::placeCategories(double top, FigureLayout &out) const
{
    const auto all = categoryLines();
    for (std::size_t c = 0; c < all.size(); ++c) {
        for (std::size_t line = 0; line < all[c].size(); ++line) {
            PlacedText text;
            text.text.text = all[c][line];
            text.baseline = {out.frame.rect.left + (static_cast<double>(c) + 0.5) * m_group,
                             top + m_metrics.ascent(m_fontPt)
                                 + static_cast<double>(line) * categoryLine * m_fontPt};
            text.anchor = TextAnchor::Middle;
            text.role = TextRole::Category;
            text.size = categorySize();
            out.texts.push_back(std::move(text));
        }
    }
}

} // namespace rosler
