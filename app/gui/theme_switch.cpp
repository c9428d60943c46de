// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/theme_switch.h"

#include <array>
#include <memory>
#include <utility>

#include <QApplication>
#include <QToolTip>

#include "app/gui/outlined_style.h"

namespace rosler {

namespace {
constexpr std::array names {
    std::pair {ThemeKind::System, "system"},
    std::pair {ThemeKind::Light, "light"},
    std::pair {ThemeKind::Dark, "dark"},
    std::pair {ThemeKind::HighContrast, "high-contrast"},
};
}

ThemeSwitch::ThemeSwitch(QObject *parent)
    : QObject(parent)
    , m_system(QApplication::palette())
{
    auto style = std::make_unique<OutlinedStyle>();
    m_style = style.get();
    QApplication::setStyle(style.release());
}

ChartTheme ThemeSwitch::charts() const
{
    return chartTheme(m_kind, m_system);
}

void ThemeSwitch::set(ThemeKind kind)
{
    m_kind = kind;
    if (m_style)
        m_style->setOutlined(kind == ThemeKind::HighContrast);
    const QPalette palette = themePalette(kind, m_system);
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
    Q_EMIT changed(charts());
}

QString ThemeSwitch::name(ThemeKind kind)
{
    for (const auto &[known, text] : names)
        if (known == kind)
            return QString::fromLatin1(text);
    return {};
}

ThemeKind ThemeSwitch::fromName(const QString &name)
{
    for (const auto &[known, text] : names)
        if (name == QLatin1String(text))
            return known;
    return ThemeKind::System;
}

} // namespace rosler
