// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QFont>
#include <QPainter>
#include <QRectF>
#include <QSizeF>

#include "core/figure/canvas.h"
#include "widgets/charts/chart_theme.h"

namespace rosler {

/// How a figure is laid out in a part of the window: a point of the page is a pixel, the texts are as large
/// as
/// @p font, its title and legend stand in one line, and small sizes are met by leaving out.
/// @param dpi  of the widget: QPaintDevice::logicalDpiY()
[[nodiscard]] PublicationStyle screenStyle(const QSizeF &size, const QFont &font, double dpi);

[[nodiscard]] QRectF rectOf(const PageRect &rect);

/// Paints figures with a QPainter, in the colours of a theme: each part has the colour that the theme gives
/// to its kind, and series keep their own where the theme can show them. Places are taken as they are; only
/// lines along the axes move, by less than a pixel, onto the pixels of the device.
class PainterCanvas final : public Canvas
{
public:
    /// @param font  family and weight; each text brings its size
    PainterCanvas(QPainter &painter, const ChartTheme &theme, const QFont &font);
    ~PainterCanvas() override;

    void beginGroup(const PartName &name) override;
    void endGroup() override;
    void line(PagePoint from, PagePoint to, const Pen &pen) override;
    void path(const std::vector<PagePath> &pieces, const Pen &pen, const PartName &name) override;
    void area(const PagePath &outline, FigureColour fill, double opacity, const PartName &name) override;
    void rectangle(const PageRect &rect, FigureColour fill, const PartName &name) override;
    void marker(PagePoint centre, MarkerShape shape, double radius, const Pen &pen) override;
    void text(const PlacedText &text) override;

private:
    [[nodiscard]] QColor seriesColour(FigureColour colour);
    [[nodiscard]] QPen penOf(const Pen &pen, const QColor &colour) const;
    [[nodiscard]] QFont fontOf(double size, bool italic, bool bold) const;
    void strokeOnPixels(const std::vector<PagePath> &pieces, const QPen &pen);

    struct SeriesColour {
        FigureColour own;
        QColor shown;
    };
    QPainter &m_painter;
    const ChartTheme &m_theme;
    QFont m_font;
    std::vector<SeriesColour> m_seriesColours; ///< made readable once each
};

} // namespace rosler
