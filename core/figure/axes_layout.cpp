// SPDX-License-Identifier: Apache-2.0
#include "core/figure/axes_layout.h"

#include <algorithm>
#include <cmath>

namespace rosler {
namespace {

constexpr double pointsPerMm = 72.0 / 25.4;
constexpr int mostTicks = 8;
constexpr double narrowPage = 13; ///< font sizes: compact pages below it have no title beside the value axis

AxisTicks ticksOf(const AxisScale &scale, int atMost)
{
    return scale.logarithmic ? logarithmicTicks(scale.minimum, scale.maximum, atMost)
                             : linearTicks(scale.minimum, scale.maximum, atMost);
}

/// Places the axes of one figure; the steps are in the order in which each needs the one before.
class AxesLayouter
{
public:
    AxesLayouter(const AxesRequest &request, const PublicationStyle &style, const TextMetrics &metrics,
                 FigureLayout &out)
        : m_request(request)
        , m_style(style)
        , m_metrics(metrics)
        , m_font(style.fontPt)
        , m_spacing(style.fontPt)
        , m_out(out)
    {
        out.width = style.widthMm * pointsPerMm;
        out.height = style.heightMm * pointsPerMm;
        out.frame.x = request.x;
        out.frame.y = request.y;
        if (!style.compact || out.width >= narrowPage * m_font)
            m_yTitle = request.yTitle;
    }

    double run()
    {
        placeTopAndBottom();
        placeLeft();
        placeRight();
        emitTicks();
        emitTitles();
        return m_out.height - m_spacing.edge - m_request.below;
    }

private:
    [[nodiscard]] double titleHeight(const std::string &title) const
    {
        return title.empty() ? 0 : m_metrics.ascent(m_font) + m_metrics.descent(m_font) + m_spacing.gap;
    }

    [[nodiscard]] double labelHeight() const
    {
        if (!m_request.xTicks)
            return m_request.categoryHeight;
        const double raised = m_request.x.logarithmic ? exponentRise * m_font : 0;
        return m_metrics.digitHeight(m_font) + raised;
    }

    void placeTopAndBottom()
    {
        PageRect &rect = m_out.frame.rect;
        // Half a tick label may stand above the plot.
        rect.top = m_spacing.edge
            + std::max(titleHeight(m_request.title) + m_request.above, m_metrics.digitHeight(m_font) * 0.6);
        const double under = m_spacing.tick + m_spacing.gap + labelHeight() + titleHeight(m_request.xTitle);
        rect.bottom = m_out.height - m_spacing.edge - m_request.below - under;
        rect.bottom = std::max(rect.bottom, rect.top + 1); // a page too small for its texts
    }

    void placeLeft()
    {
        PageRect &rect = m_out.frame.rect;
        const int atMost = static_cast<int>(rect.height() / (2.3 * m_font)) + 1;
        // Asked for at most two, a linear axis may have one.
        m_yTicks = ticksOf(m_request.y, std::clamp(atMost, m_style.compact ? 3 : 2, mostTicks));
        double widest = 0;
        for (const FigureText &label : m_yTicks.labels)
            widest = std::max(widest, m_metrics.width(label, m_font));
        rect.left = m_spacing.edge + titleHeight(m_yTitle) + widest + m_spacing.gap + m_spacing.tick;
    }

    void placeRight()
    {
        PageRect &rect = m_out.frame.rect;
        rect.right = std::max(m_out.width - m_spacing.edge, rect.left + 1);
        if (!m_request.xTicks)
            return;
        for (int atMost = mostTicks; atMost >= 2; --atMost) {
            m_xTicks = ticksOf(m_request.x, atMost);
            // The last label may stand out to the right; that moves the plot's side, and the label a little.
            rect.right = std::max(m_out.width - m_spacing.edge, rect.left + 1);
            const double overhang = labelEnd(m_xTicks.labels.size()) - rect.right;
            rect.right = std::max(rect.right - std::max(0.0, overhang), rect.left + 1);
            if (labelsAreApart())
                return;
        }
    }

    [[nodiscard]] double xOf(double value) const
    {
        return m_out.frame.rect.left + m_out.frame.x.fraction(value) * m_out.frame.rect.width();
    }

    /// Right end of the label before @p number.
    [[nodiscard]] double labelEnd(std::size_t number) const
    {
        if (number == 0)
            return m_out.frame.rect.left;
        return xOf(m_xTicks.major[number - 1]) + m_metrics.width(m_xTicks.labels[number - 1], m_font) / 2;
    }

    [[nodiscard]] bool labelsAreApart() const
    {
        for (std::size_t i = 1; i < m_xTicks.major.size(); ++i) {
            const double start = xOf(m_xTicks.major[i]) - m_metrics.width(m_xTicks.labels[i], m_font) / 2;
            if (start - labelEnd(i) < 0.8 * m_font)
                return false;
        }
        return true;
    }

    void emitTicks()
    {
        const PageRect &rect = m_out.frame.rect;
        const double digit = m_metrics.digitHeight(m_font);
        for (const double value : m_yTicks.minor)
            m_out.yTicks.push_back({rect.bottom - m_out.frame.y.fraction(value) * rect.height(), false});
        for (std::size_t i = 0; i < m_yTicks.major.size(); ++i) {
            const double y = rect.bottom - m_out.frame.y.fraction(m_yTicks.major[i]) * rect.height();
            m_out.yTicks.push_back({y, true});
            emitText(m_yTicks.labels[i], {rect.left - m_spacing.tick - m_spacing.gap, y + digit / 2},
                     TextAnchor::End, TextRole::TickLabel);
        }
        for (const double value : m_xTicks.minor)
            m_out.xTicks.push_back({xOf(value), false});
        for (std::size_t i = 0; i < m_xTicks.major.size(); ++i) {
            m_out.xTicks.push_back({xOf(m_xTicks.major[i]), true});
            emitText(m_xTicks.labels[i],
                     {xOf(m_xTicks.major[i]), rect.bottom + m_spacing.tick + m_spacing.gap + labelHeight()},
                     TextAnchor::Middle, TextRole::TickLabel);
        }
    }

    void emitTitles()
    {
        const PageRect &rect = m_out.frame.rect;
        const double ascent = m_metrics.ascent(m_font);
        const double across = m_out.width - 2 * m_spacing.edge;
        // Title and legend at the left stand over the value axis' title, too.
        const double top = m_request.titleAtLeft ? rect.top : m_spacing.edge;
        const double along = m_out.height - m_spacing.edge - top;
        const auto centred = [](double middle, double length, double low, double high) {
            return std::clamp(middle, low + length / 2, std::max(low + length / 2, high - length / 2));
        };
        const auto emitAcross = [&](const std::string &title, double baseline, TextRole role, bool bold) {
            if (title.empty())
                return;
            const bool atLeft = role == TextRole::Title && m_request.titleAtLeft;
            const double room = atLeft ? m_request.titleRoom : across;
            const FigureText text {m_metrics.fitted(title, m_font, room, false, bold), {}};
            const double middle =
                centred((rect.left + rect.right) / 2, m_metrics.width(text, m_font, false, bold),
                        m_spacing.edge, m_out.width - m_spacing.edge);
            emitText(text, {atLeft ? m_spacing.edge : middle, baseline},
                     atLeft ? TextAnchor::Start : TextAnchor::Middle, role);
            m_out.texts.back().bold = bold;
        };
        emitAcross(m_request.title, m_spacing.edge + ascent, TextRole::Title, m_style.boldTitle);
        emitAcross(m_request.xTitle,
                   rect.bottom + m_spacing.tick + 2 * m_spacing.gap + labelHeight() + ascent,
                   TextRole::AxisTitle, false);
        if (m_yTitle.empty())
            return;
        const FigureText text {m_metrics.fitted(m_yTitle, m_font, along), {}};
        const double middle = centred((rect.top + rect.bottom) / 2, m_metrics.width(text, m_font), top,
                                      m_out.height - m_spacing.edge);
        emitText(text, {m_spacing.edge + ascent, middle}, TextAnchor::Middle, TextRole::AxisTitle);
        m_out.texts.back().vertical = true;
    }

    void emitText(const FigureText &text, PagePoint baseline, TextAnchor anchor, TextRole role)
    {
        PlacedText placed;
        placed.text = text;
        placed.baseline = baseline;
        placed.anchor = anchor;
        placed.role = role;
        placed.size = m_font;
        m_out.texts.push_back(std::move(placed));
    }

    const AxesRequest &m_request;
    const PublicationStyle &m_style;
    const TextMetrics &m_metrics;
    double m_font;
    FigureSpacing m_spacing;
    FigureLayout &m_out;
    std::string m_yTitle; ///< as printed
    AxisTicks m_xTicks;
    AxisTicks m_yTicks;
};

} // namespace

double layoutAxes(const AxesRequest &request, const PublicationStyle &style, const TextMetrics &metrics,
                  FigureLayout &out)
{
    return AxesLayouter(request, style, metrics, out).run();
}

} // namespace rosler
