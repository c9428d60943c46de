// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

namespace rosler {

class CommandRegistry;

/// Every command with its keys, grouped as in the menus, made from the registry; and the keys that charts
/// and sliders understand by themselves.
class ShortcutSheet : public QDialog
{
    Q_OBJECT

public:
    ShortcutSheet(const CommandRegistry &registry, QWidget *parent);
};

} // namespace rosler
