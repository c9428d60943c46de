// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/figure/canvas.h"

namespace rosler {

/// Writes SVG 1.1 elements: a curve is one path, text is text in the font's family with a generic one
/// behind it, numbers have three decimals.
class SvgCanvas final : public Canvas
{
public:
    explicit SvgCanvas(const std::string &fontFamily);

    void beginGroup(const PartName &name) override;
    void endGroup() override;
    void line(PagePoint from, PagePoint to, const Pen &pen) override;
    void path(const std::vector<PagePath> &pieces, const Pen &pen, const PartName &name) override;
    void area(const PagePath &outline, FigureColour fill, double opacity, const PartName &name) override;
    void rectangle(const PageRect &rect, FigureColour fill, const PartName &name) override;
    void marker(PagePoint centre, MarkerShape shape, double radius, const Pen &pen) override;
    void text(const PlacedText &text) override;

    /// The elements painted so far, without the root.
    [[nodiscard]] const std::string &elements() const { return m_out; }
    /// The value of a font-family attribute, escaped.
    [[nodiscard]] const std::string &fontFamily() const { return m_family; }

private:
    void indent();
    void openElement(const char *element, const PartName &name);
    /// Ends the element that stands open, with its title inside when it has one.
    void closeElement(const char *element, const PartName &name);
    void addPen(const Pen &pen);

    std::string m_out;
    std::string m_family;
    int m_depth = 1;
};

/// @p text as XML character data or attribute value.
[[nodiscard]] std::string xmlEscaped(std::string_view text);

} // namespace rosler
