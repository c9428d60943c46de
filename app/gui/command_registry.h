// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAction>
#include <QObject>
#include <QString>

namespace rosler {

/// Everything the user can ask of the window, once: menus, toolbar, palette and the list of shortcuts are
/// made from it.
class CommandRegistry : public QObject
{
    Q_OBJECT

public:
    struct Command {
        QString id;    ///< "train"; unique
        QString group; ///< heading in the list of shortcuts: the menu's name
        QAction *action;
    };

    explicit CommandRegistry(QObject *parent = nullptr);

    /// Adopts @p action under @p id, which nothing else may have. Its text and icon should be set.
    QAction *add(const QString &id, const QString &group, QAction *action);

    [[nodiscard]] const std::vector<Command> &commands() const noexcept { return m_commands; }
    /// The action of this id, which must be there.
    [[nodiscard]] QAction *action(const QString &id) const;

    /// An action's text without mnemonic marks.
    [[nodiscard]] static QString plainText(const QAction &action);

private:
    std::vector<Command> m_commands;
};

} // namespace rosler
