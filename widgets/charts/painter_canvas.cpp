// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/painter_canvas.h"

#include <algorithm>
#include <cmath>

#include <QFontInfo>
#include <QFontMetricsF>
#include <QPaintDevice>
#include <QPainterPath>

#include "core/figure/text_metrics.h"

namespace rosler {

namespace {

constexpr double pointsPerInch = 72;
constexpr double mmPerInch = 25.4;
constexpr double screenLine = 1.0 / 9; ///< width of curves, of the font's size

QPointF pointOf(PagePoint p)
{
    return {p.x, p.y};
}

QPainterPath pathOf(const std::vector<PagePath> &pieces, bool closed)
{
    QPainterPath path;
    for (const PagePath &piece : pieces) {
        if (piece.empty())
            continue;
        path.moveTo(pointOf(piece.front()));
        for (std::size_t i = 1; i < piece.size(); ++i)
            path.lineTo(pointOf(piece[i]));
        if (closed)
            path.closeSubpath();
    }
    return path;
}

/// Puts the painter back as it was.
class Saved
{
public:
    explicit Saved(QPainter &painter)
        : m_painter(painter)
    {
        painter.save();
    }
    ~Saved() { m_painter.restore(); }
    Saved(const Saved &) = delete;
    Saved &operator=(const Saved &) = delete;

private:
    QPainter &m_painter;
};

} // namespace

QRectF rectOf(const PageRect &rect)
{
    return {rect.left, rect.top, rect.width(), rect.height()};
}

PublicationStyle screenStyle(const QSizeF &size, const QFont &font, double dpi)
{
    const double pixels =
        font.pixelSize() > 0 ? font.pixelSize() : QFontInfo(font).pointSizeF() * dpi / pointsPerInch;
    PublicationStyle style;
    style.widthMm = size.width() * mmPerInch / pointsPerInch;
    style.heightMm = size.height() * mmPerInch / pointsPerInch;
    style.fontPt = pixels;
    style.linePt = pixels * screenLine;
    style.fontFamily = QFontInfo(font).family().toStdString();
    style.legend = LegendPlace::Above;
    style.grid = true;
    style.boldTitle = true;
    style.compact = true;
    return style;
}

PainterCanvas::PainterCanvas(QPainter &painter, const ChartTheme &theme, const QFont &font)
    : m_painter(painter)
    , m_theme(theme)
    , m_font(font)
{
    // Widths as they are on paper, yet letters that stand on the pixels.
    m_font.setHintingPreference(QFont::PreferVerticalHinting);
    painter.save();
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
}

PainterCanvas::~PainterCanvas()
{
    m_painter.restore();
}

void PainterCanvas::beginGroup(const PartName & /*name*/) { }

void PainterCanvas::endGroup() { }

void PainterCanvas::line(PagePoint from, PagePoint to, const Pen &pen)
{
    m_painter.setPen(penOf(pen, seriesColour(pen.colour)));
    m_painter.drawLine(pointOf(from), pointOf(to));
}

void PainterCanvas::path(const std::vector<PagePath> &pieces, const Pen &pen, const PartName &name)
{
    if (name.kind == "grid")
        return strokeOnPixels(pieces, penOf(pen, m_theme.grid));
    if (name.kind == "axis" || name.kind == "ticks")
        return strokeOnPixels(pieces, penOf(pen, m_theme.axis));
    m_painter.setPen(penOf(pen, name.kind == "hatch" ? m_theme.plotArea : seriesColour(pen.colour)));
    m_painter.setBrush(Qt::NoBrush);
    m_painter.drawPath(pathOf(pieces, false));
}

void PainterCanvas::area(const PagePath &outline, FigureColour fill, double opacity,
                         const PartName & /*name*/)
{
    QColor colour = seriesColour(fill);
    colour.setAlphaF(static_cast<float>(opacity));
    m_painter.fillPath(pathOf({outline}, true), colour);
}

void PainterCanvas::rectangle(const PageRect &rect, FigureColour fill, const PartName &name)
{
    const QColor colour = name.kind == "page" ? m_theme.background
        : name.kind == "legend-box"           ? m_theme.plotArea
                                              : seriesColour(fill);
    m_painter.fillRect(rectOf(rect), colour);
}

void PainterCanvas::marker(PagePoint centre, MarkerShape shape, double radius, const Pen &pen)
{
    if (shape == MarkerShape::None)
        return;
    const QColor colour = seriesColour(pen.colour);
    const MarkerOutline outline = markerOutline(centre, shape, radius);
    if (!outline.filled) {
        m_painter.setPen(penOf({pen.colour, pen.width, DashStyle::Solid}, colour));
        m_painter.setBrush(Qt::NoBrush);
        m_painter.drawPath(pathOf(outline.pieces, false));
        return;
    }
    m_painter.setPen(penOf({pen.colour, pen.width / 2, DashStyle::Solid}, m_theme.plotArea));
    m_painter.setBrush(colour);
    if (shape == MarkerShape::Circle)
        m_painter.drawEllipse(pointOf(centre), radius, radius);
    else
        m_painter.drawPath(pathOf(outline.pieces, true));
}

void PainterCanvas::text(const PlacedText &text)
{
    const QFont font = fontOf(text.size, text.italic, text.bold);
    const QFont raised = fontOf(exponentSize * text.size, text.italic, text.bold);
    const QString body = QString::fromStdString(text.text.text);
    const QString exponent = QString::fromStdString(text.text.exponent);
    const double bodyWidth = QFontMetricsF(font, m_painter.device()).horizontalAdvance(body);
    const double width = bodyWidth + QFontMetricsF(raised, m_painter.device()).horizontalAdvance(exponent);
    const double share = text.anchor == TextAnchor::Start ? 0 : text.anchor == TextAnchor::Middle ? 0.5 : 1;
    const Saved saved(m_painter);
    m_painter.translate(pointOf(text.baseline));
    if (text.vertical)
        m_painter.rotate(-90);
    m_painter.setPen(m_theme.text);
    m_painter.setFont(font);
    m_painter.drawText(QPointF(-share * width, 0), body);
    if (exponent.isEmpty())
        return;
    m_painter.setFont(raised);
    m_painter.drawText(QPointF(bodyWidth - share * width, -exponentRise * text.size), exponent);
}

QColor PainterCanvas::seriesColour(FigureColour colour)
{
    const auto same = [&](const SeriesColour &known) {
        return known.own.red == colour.red && known.own.green == colour.green
            && known.own.blue == colour.blue;
    };
    const auto known = std::find_if(m_seriesColours.begin(), m_seriesColours.end(), same);
    if (known != m_seriesColours.end())
        return known->shown;
    m_seriesColours.push_back({colour, m_theme.seriesColour({.colour = colour})});
    return m_seriesColours.back().shown;
}

QPen PainterCanvas::penOf(const Pen &pen, const QColor &colour) const
{
    QPen out(colour, pen.width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
    QList<qreal> pattern; // Qt counts dashes in widths of the line
    for (const double length : dashLengths(pen.dash, pen.width))
        pattern.append(length / pen.width);
    if (!pattern.isEmpty())
        out.setDashPattern(pattern);
    return out;
}

QFont PainterCanvas::fontOf(double size, bool italic, bool bold) const
{
    QFont font = m_font;
    font.setPointSizeF(std::max(0.1, size * pointsPerInch / m_painter.device()->logicalDpiY()));
    if (italic)
        font.setItalic(true);
    if (bold)
        font.setBold(true);
    return font;
}

/// Lines along the axes would be smeared over two rows of pixels: they are as wide as whole pixels and lie on
/// them, whatever the ratio of the device's pixels to the page's.
void PainterCanvas::strokeOnPixels(const std::vector<PagePath> &pieces, const QPen &pen)
{
    const QTransform device = m_painter.deviceTransform();
    if (device.type() > QTransform::TxScale || !device.isInvertible()) {
        m_painter.setPen(pen);
        m_painter.drawPath(pathOf(pieces, false));
        return;
    }
    const double scale = device.m11();
    const double wide = std::max(1.0, std::round(pen.widthF() * scale));
    const double half = std::fmod(wide, 2.0) == 0.0 ? 0.0 : 0.5;
    const QTransform back = device.inverted();
    const auto onPixel = [half](double at) { return std::round(at - half) + half; };
    QPen whole = pen;
    whole.setWidthF(wide / scale);
    m_painter.setPen(whole);
    m_painter.setBrush(Qt::NoBrush);
    QPainterPath path;
    for (const PagePath &piece : pieces) {
        for (std::size_t i = 0; i < piece.size(); ++i) {
            const QPointF at = device.map(pointOf(piece[i]));
            const QPointF moved = back.map(QPointF(onPixel(at.x()), onPixel(at.y())));
            i == 0 ? path.moveTo(moved) : path.lineTo(moved);
        }
    }
    m_painter.drawPath(path);
}

} // namespace rosler
