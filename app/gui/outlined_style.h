// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProxyStyle>

namespace rosler {

/// Fusion, which draws its outlines darker than the window: on black, none. Outlined, every button, check
/// box, field and frame has a line around it in the colour of the text.
class OutlinedStyle final : public QProxyStyle
{
public:
    OutlinedStyle();

    /// Takes effect when widgets are drawn next.
    void setOutlined(bool outlined) noexcept { m_outlined = outlined; }

    void drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                       const QWidget *widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter,
                            const QWidget *widget) const override;

private:
    bool m_outlined = false;
};

} // namespace rosler
