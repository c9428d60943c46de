// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/chart_theme.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace rosler {

namespace {

/// The few colours a palette is made of; all roles follow from them.
struct PaletteInk {
    QColor window;
    QColor base;
    QColor alternateBase;
    QColor button;
    QColor text;
    QColor disabledText;
    QColor placeholder;
    QColor highlight;
    QColor highlightedText;
    QColor inactiveHighlight;
    QColor link;
    QColor visited;
    QColor bright;
    QColor toolTip;
    QColor toolTipText;
    QColor light;
    QColor midlight;
    QColor mid;
    QColor dark;
    QColor shadow;
};

QColor rgb(QRgb value)
{
    return QColor::fromRgb(value);
}

PaletteInk lightInk()
{
    return {.window = rgb(0xf3f4f6),
            .base = rgb(0xffffff),
            .alternateBase = rgb(0xf7f8fa),
            .button = rgb(0xe9ebee),
            .text = rgb(0x1d2126),
            .disabledText = rgb(0x858b93),
            .placeholder = rgb(0x6a7078),
            .highlight = rgb(0x1f6feb),
            .highlightedText = rgb(0xffffff),
            .inactiveHighlight = rgb(0x4d6a94),
            .link = rgb(0x0b57c4),
            .visited = rgb(0x6d3fa9),
            .bright = rgb(0xc01c28),
            .toolTip = rgb(0x24292f),
            .toolTipText = rgb(0xf3f4f6),
            .light = rgb(0xffffff),
            .midlight = rgb(0xf6f7f9),
            .mid = rgb(0xb6bcc4),
            .dark = rgb(0x969da6),
            .shadow = rgb(0x5b626b)};
}

PaletteInk darkInk()
{
    return {.window = rgb(0x24282d),
            .base = rgb(0x1b1e22),
            .alternateBase = rgb(0x212529),
            .button = rgb(0x32373d),
            .text = rgb(0xe3e6ea),
            .disabledText = rgb(0x7d858e),
            .placeholder = rgb(0x979fa8),
            .highlight = rgb(0x2f6fd0),
            .highlightedText = rgb(0xffffff),
            .inactiveHighlight = rgb(0x44597a),
            .link = rgb(0x6cb0ff),
            .visited = rgb(0xc09bf0),
            .bright = rgb(0xff7b72),
            .toolTip = rgb(0xe3e6ea),
            .toolTipText = rgb(0x1b1e22),
            .light = rgb(0x4a5159),
            .midlight = rgb(0x3d434a),
            .mid = rgb(0x171a1d),
            .dark = rgb(0x121416),
            .shadow = rgb(0x050506)};
}

PaletteInk highContrastInk()
{
    return {.window = rgb(0x000000),
            .base = rgb(0x000000),
            .alternateBase = rgb(0x1a1a1a),
            .button = rgb(0x000000),
            .text = rgb(0xffffff),
            .disabledText = rgb(0xa6a6a6),
            .placeholder = rgb(0xc8c8c8),
            .highlight = rgb(0xffd500),
            .highlightedText = rgb(0x000000),
            .inactiveHighlight = rgb(0xffd500),
            .link = rgb(0x7fd4ff),
            .visited = rgb(0xe0b0ff),
            .bright = rgb(0xff8f8f),
            .toolTip = rgb(0x000000),
            .toolTipText = rgb(0xffffff),
            .light = rgb(0xffffff),
            .midlight = rgb(0xbfbfbf),
            .mid = rgb(0x808080),
            .dark = rgb(0xbfbfbf),
            .shadow = rgb(0xffffff)};
}

QPalette paletteOf(const PaletteInk &ink)
{
    QPalette palette;
    const auto set = [&](QPalette::ColorGroup group, const QColor &text, const QColor &highlight,
                         const QColor &highlightedText) {
        const auto role = [&](QPalette::ColorRole r, const QColor &c) { palette.setColor(group, r, c); };
        role(QPalette::Window, ink.window);
        role(QPalette::WindowText, text);
        role(QPalette::Base, ink.base);
        role(QPalette::AlternateBase, ink.alternateBase);
        role(QPalette::Text, text);
        role(QPalette::Button, ink.button);
        role(QPalette::ButtonText, text);
        role(QPalette::BrightText, ink.bright);
        role(QPalette::PlaceholderText, ink.placeholder);
        role(QPalette::Highlight, highlight);
        role(QPalette::HighlightedText, highlightedText);
        role(QPalette::Link, ink.link);
        role(QPalette::LinkVisited, ink.visited);
        role(QPalette::ToolTipBase, ink.toolTip);
        role(QPalette::ToolTipText, ink.toolTipText);
        role(QPalette::Light, ink.light);
        role(QPalette::Midlight, ink.midlight);
        role(QPalette::Mid, ink.mid);
        role(QPalette::Dark, ink.dark);
        role(QPalette::Shadow, ink.shadow);
        role(QPalette::NoRole, ink.window);
    };
    set(QPalette::Active, ink.text, ink.highlight, ink.highlightedText);
    set(QPalette::Inactive, ink.text, ink.inactiveHighlight, ink.highlightedText);
    set(QPalette::Disabled, ink.disabledText, ink.mid, ink.text);
    palette.setColor(QPalette::Disabled, QPalette::PlaceholderText, ink.disabledText);
    return palette;
}

/// @p part of @p over laid on @p under; 0..1.
QColor mixed(const QColor &under, const QColor &over, double part)
{
    const auto channel = [part](int u, int o) { return static_cast<int>(std::lround(u + (o - u) * part)); };
    return QColor(channel(under.red(), over.red()), channel(under.green(), over.green()),
                  channel(under.blue(), over.blue()));
}

double linearChannel(int eightBit)
{
    const double c = eightBit / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double luminance(const QColor &colour)
{
    return 0.2126 * linearChannel(colour.red()) + 0.7152 * linearChannel(colour.green())
        + 0.0722 * linearChannel(colour.blue());
}

} // namespace

double contrastRatio(const QColor &a, const QColor &b)
{
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

QColor ChartTheme::seriesColour(const SeriesStyle &style) const
{
    // Black and white are chosen by people who need more than the usual contrast.
    const double wanted = contrastRatio(text, plotArea) > 18.0 ? 4.5 : 3.0;
    const QColor own = QColor::fromRgbF(static_cast<float>(std::clamp(style.colour.red, 0.0, 1.0)),
                                        static_cast<float>(std::clamp(style.colour.green, 0.0, 1.0)),
                                        static_cast<float>(std::clamp(style.colour.blue, 0.0, 1.0)))
                           .toRgb();
    const QColor goal = dark ? QColor(Qt::white) : QColor(Qt::black);
    // The hue stays; only as much black or white as the contrast needs.
    for (int percent = 0; percent < 100; ++percent) {
        const QColor colour = mixed(own, goal, percent / 100.0);
        if (std::min(contrastRatio(colour, plotArea), contrastRatio(colour, background)) >= wanted)
            return colour;
    }
    return goal;
}

ChartTheme chartTheme(ThemeKind kind, const QPalette &system)
{
    const QPalette palette = themePalette(kind, system);
    const QColor base = palette.color(QPalette::Active, QPalette::Base);
    const QColor text = palette.color(QPalette::Active, QPalette::Text);
    const bool strong = kind == ThemeKind::HighContrast;
    return {.background = base,
            .plotArea = base,
            .grid = mixed(base, text, strong ? 0.35 : 0.12),
            .axis = mixed(base, text, strong ? 1.0 : 0.5),
            .text = mixed(base, text, strong ? 1.0 : 0.86),
            .crosshair = mixed(base, text, strong ? 1.0 : 0.62),
            .dark = luminance(base) < 0.18};
}

QPalette themePalette(ThemeKind kind, const QPalette &system)
{
    switch (kind) {
    case ThemeKind::Light:
        return paletteOf(lightInk());
    case ThemeKind::Dark:
        return paletteOf(darkInk());
    case ThemeKind::HighContrast:
        return paletteOf(highContrastInk());
    case ThemeKind::System:
        break;
    }
    return system;
}

} // namespace rosler
