// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPalette>
#include <QPointer>
#include <QString>

#include "widgets/charts/chart_theme.h"

namespace rosler {

class OutlinedStyle;

/// The looks of the whole program: Fusion, one palette for all widgets and one theme for all charts.
class ThemeSwitch : public QObject
{
    Q_OBJECT

public:
    explicit ThemeSwitch(QObject *parent = nullptr);

    [[nodiscard]] ThemeKind kind() const noexcept { return m_kind; }
    [[nodiscard]] ChartTheme charts() const;
    void set(ThemeKind kind);

    /// "system", "light", "dark", "high-contrast": how the choice is stored.
    [[nodiscard]] static QString name(ThemeKind kind);
    /// The theme of that name; System for any other.
    [[nodiscard]] static ThemeKind fromName(const QString &name);

Q_SIGNALS:
    void changed(const rosler::ChartTheme &charts);

private:
    QPalette m_system;               ///< the desktop's, as it was at the start
    QPointer<OutlinedStyle> m_style; ///< owned by the application
    ThemeKind m_kind = ThemeKind::System;
};

} // namespace rosler
