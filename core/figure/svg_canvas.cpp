// SPDX-License-Identifier: Apache-2.0
#include "core/figure/svg_canvas.h"

#include <array>
#include <cmath>
#include <string_view>

#include "core/figure/figure_text.h"
#include "core/figure/text_metrics.h"

namespace rosler {
namespace {

std::string colourText(FigureColour colour)
{
    std::string text = "#";
    for (const double part : {colour.red, colour.green, colour.blue}) {
        const auto byte = static_cast<unsigned>(std::lround(std::min(1.0, std::max(0.0, part)) * 255));
        text += "0123456789abcdef"[byte / 16];
        text += "0123456789abcdef"[byte % 16];
    }
    return text;
}

std::string attribute(const char *name, std::string_view value)
{
    return std::string(" ") + name + "=\"" + std::string(value) + '"';
}

std::string attribute(const char *name, double value)
{
    return attribute(name, coordinateText(value));
}

std::string pathData(const std::vector<PagePath> &pieces, const char *end)
{
    std::string data;
    for (const PagePath &piece : pieces) {
        std::string before = data.empty() ? "" : " ";
        for (std::size_t i = 0; i < piece.size(); ++i) {
            const std::string point = coordinateText(piece[i].x) + ',' + coordinateText(piece[i].y);
            data += (i == 0 ? before + "M" : i == 1 ? " L" : " ") + point;
        }
        data += end;
    }
    return data;
}

const char *genericFamily(const std::string &family)
{
    const auto names = [&](const char *part) { return family.find(part) != std::string::npos; };
    if (names("Mono") || names("Courier"))
        return "monospace";
    if (!names("Sans") && (names("Serif") || names("Times") || names("Roman") || names("Palatino")))
        return "serif";
    return "sans-serif";
}

const char *roleName(TextRole role)
{
    constexpr std::array names {"title", "axis-title", "tick-label", "category", "legend-label", "bar-label"};
    return names.at(static_cast<std::size_t>(role));
}

} // namespace

std::string xmlEscaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

SvgCanvas::SvgCanvas(const std::string &fontFamily)
{
    std::string quoted;
    for (const char c : printable(fontFamily))
        if (c != '\'' && c != '\\')
            quoted += c;
    m_family = xmlEscaped("'" + quoted + "', " + genericFamily(quoted));
}

void SvgCanvas::indent()
{
    m_out.append(static_cast<std::size_t>(m_depth), ' ');
}

void SvgCanvas::openElement(const char *element, const PartName &name)
{
    indent();
    m_out += '<';
    m_out += element;
    if (!name.id.empty())
        m_out += attribute("id", xmlEscaped(name.id));
    if (!name.kind.empty())
        m_out += attribute("class", xmlEscaped(name.kind));
}

void SvgCanvas::closeElement(const char *element, const PartName &name)
{
    if (name.title.empty())
        m_out += "/>\n";
    else
        m_out += "><title>" + xmlEscaped(printable(name.title)) + "</title></" + element + ">\n";
}

void SvgCanvas::addPen(const Pen &pen)
{
    m_out += attribute("fill", "none") + attribute("stroke", colourText(pen.colour))
        + attribute("stroke-width", pen.width);
    std::string dashes;
    for (const double length : dashLengths(pen.dash, pen.width))
        dashes += (dashes.empty() ? "" : ",") + coordinateText(length);
    if (!dashes.empty())
        m_out += attribute("stroke-dasharray", dashes);
}

void SvgCanvas::beginGroup(const PartName &name)
{
    openElement("g", name);
    m_out += ">\n";
    ++m_depth;
    if (name.title.empty())
        return;
    indent();
    m_out += "<title>" + xmlEscaped(printable(name.title)) + "</title>\n";
}

void SvgCanvas::endGroup()
{
    --m_depth;
    indent();
    m_out += "</g>\n";
}

void SvgCanvas::line(PagePoint from, PagePoint to, const Pen &pen)
{
    openElement("line", {});
    m_out +=
        attribute("x1", from.x) + attribute("y1", from.y) + attribute("x2", to.x) + attribute("y2", to.y);
    addPen(pen);
    closeElement("line", {});
}

void SvgCanvas::path(const std::vector<PagePath> &pieces, const Pen &pen, const PartName &name)
{
    openElement("path", name);
    m_out += attribute("d", pathData(pieces, ""));
    addPen(pen);
    m_out += attribute("stroke-linejoin", "round");
    closeElement("path", name);
}

void SvgCanvas::area(const PagePath &outline, FigureColour fill, double opacity, const PartName &name)
{
    openElement("path", name);
    m_out += attribute("d", pathData({outline}, " Z")) + attribute("fill", colourText(fill))
        + attribute("fill-opacity", opacity);
    closeElement("path", name);
}

void SvgCanvas::rectangle(const PageRect &rect, FigureColour fill, const PartName &name)
{
    openElement("rect", name);
    m_out += attribute("x", rect.left) + attribute("y", rect.top) + attribute("width", rect.width())
        + attribute("height", rect.height()) + attribute("fill", colourText(fill));
    closeElement("rect", name);
}

void SvgCanvas::marker(PagePoint centre, MarkerShape shape, double radius, const Pen &pen)
{
    if (shape == MarkerShape::None)
        return;
    const MarkerOutline outline = markerOutline(centre, shape, radius);
    const bool circle = shape == MarkerShape::Circle;
    const char *element = circle ? "circle" : "path";
    openElement(element, {{}, "marker", {}});
    if (circle)
        m_out += attribute("cx", centre.x) + attribute("cy", centre.y) + attribute("r", radius);
    else
        m_out += attribute("d", pathData(outline.pieces, outline.filled ? " Z" : ""));
    if (outline.filled)
        m_out += attribute("fill", colourText(pen.colour)) + attribute("stroke", "#ffffff")
            + attribute("stroke-width", pen.width / 2);
    else
        addPen({pen.colour, pen.width, DashStyle::Solid});
    closeElement(element, {});
}

void SvgCanvas::text(const PlacedText &text)
{
    openElement("text", {{}, roleName(text.role), {}});
    m_out += attribute("x", text.baseline.x) + attribute("y", text.baseline.y);
    if (text.vertical)
        m_out += attribute("transform",
                           "rotate(-90 " + coordinateText(text.baseline.x) + ' '
                               + coordinateText(text.baseline.y) + ')');
    m_out += attribute("font-family", m_family) + attribute("font-size", text.size);
    if (text.italic)
        m_out += attribute("font-style", "italic");
    if (text.bold)
        m_out += attribute("font-weight", "bold");
    if (text.anchor != TextAnchor::Start)
        m_out += attribute("text-anchor", text.anchor == TextAnchor::Middle ? "middle" : "end");
    m_out += '>' + xmlEscaped(text.text.text);
    if (!text.text.exponent.empty())
        m_out += "<tspan" + attribute("dy", -exponentRise * text.size)
            + attribute("font-size", exponentSize * text.size) + '>' + xmlEscaped(text.text.exponent)
            + "</tspan>";
    m_out += "</text>\n";
}

} // namespace rosler
