// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/outlined_style.h"

#include <QAbstractSpinBox>
#include <QComboBox>
#include <QPainter>
#include <QStyleOption>

namespace rosler {

namespace {

void drawOutline(QPainter *painter, const QStyleOption &option)
{
    const bool enabled = option.state.testFlag(QStyle::State_Enabled);
    painter->save();
    painter->setPen(
        option.palette.color(enabled ? QPalette::Active : QPalette::Disabled, QPalette::WindowText));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    painter->restore();
}

} // namespace

OutlinedStyle::OutlinedStyle()
    : QProxyStyle(QStringLiteral("Fusion"))
{
}

void OutlinedStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                                  const QWidget *widget) const
{
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    // The field inside a spin box or combo box is inside that one's line.
    const QWidget *parent = widget != nullptr ? widget->parentWidget() : nullptr;
    if (!m_outlined || qobject_cast<const QAbstractSpinBox *>(parent) != nullptr
        || qobject_cast<const QComboBox *>(parent) != nullptr)
        return;
    switch (element) {
    case PE_PanelButtonCommand:
    case PE_IndicatorCheckBox:
    case PE_IndicatorRadioButton:
    case PE_IndicatorItemViewItemCheck:
    case PE_PanelLineEdit:
    case PE_FrameGroupBox:
    case PE_FrameMenu:
        drawOutline(painter, *option);
        break;
    default:
        break;
    }
}

void OutlinedStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option,
                                       QPainter *painter, const QWidget *widget) const
{
    QProxyStyle::drawComplexControl(control, option, painter, widget);
    if (!m_outlined)
        return;
    if (control == CC_SpinBox || control == CC_ComboBox) {
        drawOutline(painter, *option);
    } else if (control == CC_ScrollBar) {
        QStyleOption slider(*option);
        slider.rect = subControlRect(CC_ScrollBar, option, SC_ScrollBarSlider, widget).adjusted(2, 2, -2, -2);
        drawOutline(painter, slider);
    }
}

} // namespace rosler
