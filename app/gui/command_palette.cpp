// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/command_palette.h"

#include <algorithm>
#include <vector>

#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "app/gui/command_registry.h"
#include "app/gui/fuzzy_match.h"

namespace rosler {

namespace {
constexpr int idRole = Qt::UserRole;
}

CommandPalette::CommandPalette(const CommandRegistry *registry, QWidget *parent)
    : QDialog(parent, Qt::Popup | Qt::FramelessWindowHint)
    , m_registry(registry)
    , m_search(new QLineEdit)
    , m_list(new QTreeWidget)
{
    setWindowTitle(tr("Commands"));
    setAccessibleName(tr("Commands"));
    m_search->setPlaceholderText(tr("Type a few letters of a command"));
    m_search->setAccessibleName(tr("Search commands"));
    m_search->setObjectName(QStringLiteral("paletteSearch"));
    m_list->setAccessibleName(tr("Commands found"));
    m_list->setObjectName(QStringLiteral("paletteList"));
    m_list->setColumnCount(3);
    m_list->setHeaderHidden(true);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAllColumnsShowFocus(true);
    m_list->setFocusPolicy(Qt::NoFocus); // the search keeps the keyboard
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_list->header()->setSectionResizeMode(2, QHeaderView::ResizeToContents);

    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_search);
    layout->addWidget(m_list);
    m_search->installEventFilter(this);
    connect(m_search, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_list, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem *item) { run(item); });
}

void CommandPalette::popUp()
{
    m_search->clear();
    filter({});
    const QWidget *window = parentWidget();
    const int em = fontMetrics().height();
    resize(std::min(em * 34, window->width() - 2 * em), std::min(em * 24, window->height() * 2 / 3));
    move(window->mapToGlobal(QPoint((window->width() - width()) / 2, em * 3)));
    show();
    m_search->setFocus();
}

void CommandPalette::filter(const QString &pattern)
{
    struct Found {
        int score;
        const CommandRegistry::Command *command;
    };
    std::vector<Found> found;
    for (const CommandRegistry::Command &command : m_registry->commands()) {
        if (!command.action->isVisible())
            continue;
        const QString text = CommandRegistry::plainText(*command.action);
        if (const std::optional<int> score = fuzzyScore(pattern, text))
            found.push_back({*score * 2, &command});
        else if (const std::optional<int> wide = fuzzyScore(pattern, command.group + QLatin1Char(' ') + text))
            found.push_back({*wide, &command});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Found &a, const Found &b) { return a.score > b.score; });

    m_list->clear();
    for (const Found &hit : found) {
        const QAction *action = hit.command->action;
        auto *item = new QTreeWidgetItem(m_list);
        item->setText(0, CommandRegistry::plainText(*action));
        item->setIcon(0, action->icon());
        item->setText(1, hit.command->group);
        item->setForeground(1, palette().placeholderText());
        item->setText(2, action->shortcut().toString(QKeySequence::NativeText));
        item->setData(0, idRole, hit.command->id);
        item->setDisabled(!action->isEnabled());
    }
    for (int i = 0; i < m_list->topLevelItemCount(); ++i) {
        if (!m_list->topLevelItem(i)->isDisabled()) {
            m_list->setCurrentItem(m_list->topLevelItem(i));
            break;
        }
    }
}

void CommandPalette::run(QTreeWidgetItem *item)
{
    if (item == nullptr || item->isDisabled())
        return;
    QAction *action = m_registry->action(item->data(0, idRole).toString());
    hide();
    // After the popup is gone: the action may open a dialog.
    QTimer::singleShot(0, action, &QAction::trigger);
}

bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_search || event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    const auto *key = static_cast<QKeyEvent *>(event);
    const int count = m_list->topLevelItemCount();
    const auto step = [&](int by) {
        const int row = m_list->indexOfTopLevelItem(m_list->currentItem());
        if (count > 0)
            m_list->setCurrentItem(m_list->topLevelItem(std::clamp(row + by, 0, count - 1)));
    };
    switch (key->key()) {
    case Qt::Key_Up:
        step(-1);
        return true;
    case Qt::Key_Down:
        step(1);
        return true;
    case Qt::Key_PageUp:
        step(-10);
        return true;
    case Qt::Key_PageDown:
        step(10);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        run(m_list->currentItem());
        return true;
    default:
        return false;
    }
}

} // namespace rosler
