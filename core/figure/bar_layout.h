// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/figure/figure.h"
#include "core/figure/placed_figure.h"
#include "core/figure/text_metrics.h"

namespace rosler {

/// How the value of a bar is printed over it.
struct BarLabelStyle {
    bool shown = true;
    bool vertical = false;
    double size = 7;   ///< points
    double extent = 0; ///< room above the bar that the longest needs, points
};

/// The text over a bar: three significant digits, with a tilde when modelled.
[[nodiscard]] FigureText barLabel(const BarFigure &figure, double value);

/// The groups of @p figure across a plot: how wide each bar is, how labels fit.
class BarGroups
{
public:
    /// @param plot  its width counts, and in compact style its height
    BarGroups(const BarFigure &figure, const PageRect &plot, const PublicationStyle &style,
              const TextMetrics &metrics);

    [[nodiscard]] const BarLabelStyle &labels() const { return m_labels; }
    /// Each category's name in one or two lines; in compact style in one, made smaller before it is cut.
    [[nodiscard]] std::vector<std::vector<std::string>> categoryLines() const;
    [[nodiscard]] double categorySize() const; ///< of the names, points

    /// Adds bars, their labels and the categories' names to @p out, whose frame is known.
    /// @param categoriesTop  where the names' first line begins
    void place(double categoriesTop, FigureLayout &out) const;

private:
    [[nodiscard]] double categoryRoom() const;
    void placeLabel(const PageRect &bar, double value, FigureLayout &out) const;
    void placeCategories(double top, FigureLayout &out) const;

    const BarFigure &m_figure;
    const TextMetrics &m_metrics;
    double m_fontPt;
    bool m_compact;
    double m_group = 0; ///< from one category to the next
    double m_pitch = 0; ///< from one bar to the next
    BarLabelStyle m_labels;
};

/// The scale of the value axis: from 0, or on a logarithmic axis from the power of ten below the smallest
/// bar.
/// @param headroom  share of the axis that stays free for labels
[[nodiscard]] AxisScale barScale(const BarFigure &figure, double headroom);

} // namespace rosler
