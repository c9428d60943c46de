// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QLineEdit;
class QTreeWidget;
class QTreeWidgetItem;

namespace rosler {

class CommandRegistry;

/// All commands by name: a few letters find them, arrows choose, Enter runs. Opens over the window's top.
class CommandPalette : public QDialog
{
    Q_OBJECT

public:
    /// @param registry  not owned; outlives the palette
    explicit CommandPalette(const CommandRegistry *registry, QWidget *parent);

    /// Empties the search and shows itself.
    void popUp();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void filter(const QString &pattern);
    void run(QTreeWidgetItem *item);

    const CommandRegistry *m_registry;
    QLineEdit *m_search;
    QTreeWidget *m_list;
};

} // namespace rosler
