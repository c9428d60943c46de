// SPDX-License-Identifier: Apache-2.0
#include "core/figure/text_metrics.h"

#include <array>

#include <cairo.h>

namespace rosler {
namespace {

constexpr double measuredSize = 100;

} // namespace

class TextMetrics::Private
{
public:
    explicit Private(const std::string &family)
        : m_surface(cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1))
        , m_contexts {context(family, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL),
                      context(family, CAIRO_FONT_SLANT_ITALIC, CAIRO_FONT_WEIGHT_NORMAL),
                      context(family, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD),
                      context(family, CAIRO_FONT_SLANT_ITALIC, CAIRO_FONT_WEIGHT_BOLD)}
    {
    }
    ~Private()
    {
        for (cairo_t *cairo : m_contexts)
            cairo_destroy(cairo);
        cairo_surface_destroy(m_surface);
    }
    Private(const Private &) = delete;
    Private &operator=(const Private &) = delete;

    [[nodiscard]] cairo_text_extents_t extents(const std::string &text, bool italic, bool bold) const
    {
        cairo_text_extents_t extents {};
        cairo_text_extents(m_contexts[(bold ? 2U : 0U) + (italic ? 1U : 0U)], text.c_str(), &extents);
        return extents;
    }
    [[nodiscard]] cairo_font_extents_t font() const
    {
        cairo_font_extents_t extents {};
        cairo_font_extents(m_contexts[0], &extents);
        return extents;
    }

private:
    cairo_t *context(const std::string &family, cairo_font_slant_t slant, cairo_font_weight_t weight)
    {
        cairo_t *cairo = cairo_create(m_surface);
        cairo_font_options_t *options = cairo_font_options_create();
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
        cairo_set_font_options(cairo, options);
        cairo_font_options_destroy(options);
        cairo_select_font_face(cairo, family.c_str(), slant, weight);
        cairo_set_font_size(cairo, measuredSize);
        return cairo;
    }

    cairo_surface_t *m_surface;
    std::array<cairo_t *, 4> m_contexts; ///< upright, italic, bold, both
};

TextMetrics::TextMetrics(const std::string &family)
    : d(std::make_unique<Private>(family))
{
}

TextMetrics::~TextMetrics() = default;

double TextMetrics::width(const FigureText &text, double size, bool italic, bool bold) const
{
    double advance = d->extents(text.text, italic, bold).x_advance;
    if (!text.exponent.empty())
        advance += exponentSize * d->extents(text.exponent, italic, bold).x_advance;
    return advance * size / measuredSize;
}

double TextMetrics::digitHeight(double size) const
{
    return -d->extents("0", false, false).y_bearing * size / measuredSize;
}

double TextMetrics::ascent(double size) const
{
    return d->font().ascent * size / measuredSize;
}

double TextMetrics::descent(double size) const
{
    return d->font().descent * size / measuredSize;
}

std::string TextMetrics::fitted(const std::string &text, double size, double room, bool italic,
                                bool bold) const
{
    std::string kept = text;
    std::string shown = text;
    while (!kept.empty() && width({shown, {}}, size, italic, bold) > room) {
        removeLastCharacter(kept);
        shown = kept + "\u2026";
    }
    return shown;
}

} // namespace rosler
