// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/shortcut_sheet.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QMap>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "app/gui/command_registry.h"

namespace rosler {

ShortcutSheet::ShortcutSheet(const CommandRegistry &registry, QWidget *parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Keyboard shortcuts"));
    auto *tree = new QTreeWidget;
    tree->setObjectName(QStringLiteral("shortcutList"));
    tree->setAccessibleName(tr("Commands and their keys"));
    tree->setHeaderLabels({tr("Command"), tr("Keys")});
    tree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    tree->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    tree->header()->setStretchLastSection(false);
    tree->setUniformRowHeights(true);
    tree->setSelectionMode(QAbstractItemView::SingleSelection);

    QMap<QString, QTreeWidgetItem *> groups;
    const auto line = [&](const QString &group, const QString &text, const QString &keys) {
        QTreeWidgetItem *&parentItem = groups[group];
        if (parentItem == nullptr) {
            parentItem = new QTreeWidgetItem(tree, {group});
            QFont bold = parentItem->font(0);
            bold.setBold(true);
            parentItem->setFont(0, bold);
            parentItem->setFirstColumnSpanned(true);
        }
        new QTreeWidgetItem(parentItem, {text, keys});
    };
    for (const CommandRegistry::Command &command : registry.commands())
        if (!command.action->shortcut().isEmpty())
            line(command.group, CommandRegistry::plainText(*command.action),
                 QKeySequence::listToString(command.action->shortcuts(), QKeySequence::NativeText));
    const QString charts = tr("Charts");
    line(charts, tr("Move the crosshair"), tr("Left, Right"));
    line(charts, tr("Zoom in and out"), tr("Mouse wheel, or drag a rectangle"));
    line(charts, tr("Move the view"), tr("Shift or middle button and drag"));
    const QString sliders = tr("Sliders");
    line(sliders, tr("Next smaller or larger value"), tr("Left, Right"));
    line(sliders, tr("Back to the default"), tr("Double-click"));
    tree->expandAll();

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(tree);
    layout->addWidget(buttons);
    const int em = fontMetrics().height();
    resize(em * 32, em * 36);
}

} // namespace rosler
