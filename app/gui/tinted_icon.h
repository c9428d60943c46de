// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QPalette>
#include <QString>

namespace rosler {

/// The icon :/icons/@p name.svg in the palette's colour @p role, at any size; follows the palette when the
/// theme changes and is paler when disabled.
[[nodiscard]] QIcon tintedIcon(const QString &name, QPalette::ColorRole role = QPalette::ButtonText);

} // namespace rosler
