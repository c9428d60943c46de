// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/command_registry.h"

#include <algorithm>

#include "core/base/contract.h"

namespace rosler {

CommandRegistry::CommandRegistry(QObject *parent)
    : QObject(parent)
{
}

QAction *CommandRegistry::add(const QString &id, const QString &group, QAction *action)
{
    ROSLER_EXPECTS(action != nullptr);
    ROSLER_EXPECTS(std::none_of(m_commands.begin(), m_commands.end(),
                                [&](const Command &command) { return command.id == id; }));
    action->setObjectName(id);
    if (action->parent() == nullptr)
        action->setParent(this);
    m_commands.push_back({id, group, action});
    return action;
}

QAction *CommandRegistry::action(const QString &id) const
{
    const auto found = std::find_if(m_commands.begin(), m_commands.end(),
                                    [&](const Command &command) { return command.id == id; });
    ROSLER_EXPECTS(found != m_commands.end());
    return found->action;
}

QString CommandRegistry::plainText(const QAction &action)
{
    QString text = action.text();
    text.replace(QLatin1String("&&"), QString(QChar(1)));
    text.remove(QLatin1Char('&'));
    text.replace(QChar(1), QLatin1Char('&'));
    return text;
}

} // namespace rosler
