// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>

#include "core/figure/figure.h"

namespace rosler {

/// The window's looks. System follows the desktop's palette at start.
enum class ThemeKind { System, Light, Dark, HighContrast };

/// Colours of everything that a chart draws.
struct ChartTheme {
    QColor background;
    QColor plotArea;
    QColor grid;
    QColor axis;
    QColor text;
    QColor crosshair;
    bool dark = false;

    /// A series' colour made readable on this background: at least 3:1 in contrast, 4.5:1 on
    /// black and white.
    [[nodiscard]] QColor seriesColour(const SeriesStyle &style) const;
};

[[nodiscard]] ChartTheme chartTheme(ThemeKind kind, const QPalette &system);
/// The whole palette of the window, all roles and groups; System gives @p system back.
[[nodiscard]] QPalette themePalette(ThemeKind kind, const QPalette &system);

/// W3C contrast ratio of two opaque colours, 1..21.
[[nodiscard]] double contrastRatio(const QColor &a, const QColor &b);

} // namespace rosler
