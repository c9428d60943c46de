// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/runs_page.h"

#include <algorithm>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "widgets/models/runs_model.h"
#include "widgets/pages/run_delegate.h"

namespace rosler {

namespace {

/// Runs of which title, kind, dataset or a tag holds every word of the filter.
class RunFilter : public QSortFilterProxyModel
{
public:
    RunFilter(const RunsModel *runs, QObject *parent)
        : QSortFilterProxyModel(parent)
        , m_runs(runs)
    {
        setSortRole(RunsModel::SortRole);
        setDynamicSortFilter(true);
    }

    void setWords(const QString &text)
    {
        m_words = text.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
        invalidateFilter();
    }

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex &parent) const override
    {
        if (m_words.isEmpty())
            return true;
        const auto cell = [&](int column) { return sourceModel()->index(row, column, parent); };
        QStringList fields;
        for (const int column : {RunsModel::Title, RunsModel::Kind, RunsModel::Dataset})
            fields << cell(column).data().toString();
        if (const RunSummary *run = m_runs->run(cell(RunsModel::Title).data(RunsModel::IdRole).toString())) {
            for (const std::string &tag : run->tags)
                fields << QString::fromStdString(tag);
        }
        return std::all_of(m_words.begin(), m_words.end(), [&](const QString &word) {
            return std::any_of(fields.begin(), fields.end(), [&](const QString &field) {
                return field.contains(word, Qt::CaseInsensitive);
            });
        });
    }

private:
    const RunsModel *m_runs;
    QStringList m_words;
};

} // namespace

class RunsPage::Private
{
public:
    enum View { Empty, List };

    Private(RunsPage *page, RunsModel *model)
        : q(page)
        , runs(model)
    {
    }

    void build();
    QWidget *buildEmpty();
    void buildTable();
    void buildActions();
    QAction *addAction(const QString &text, const std::function<void()> &act, const QKeySequence &key = {});
    [[nodiscard]] QString currentId() const;
    void updateActions();
    void updateView();
    void editTags();

    RunsPage *q;
    RunsModel *runs;
    RunFilter *filter = nullptr;
    RunDelegate *delegate = nullptr;
    QLineEdit *search = nullptr;
    QStackedWidget *views = nullptr;
    QTableView *table = nullptr;
    QAction *rename = nullptr;
    QAction *star = nullptr;
    QAction *tags = nullptr;
    QAction *resume = nullptr;
    QAction *exports = nullptr;
    QAction *folder = nullptr;
    QAction *copyId = nullptr;
    QAction *design = nullptr;
    QAction *remove = nullptr;
    bool themed = false;
};

void RunsPage::Private::build()
{
    q->setAccessibleName(tr("Runs"));
    search = new QLineEdit(q);
    search->setObjectName(QStringLiteral("filter"));
    search->setPlaceholderText(tr("Filter by name, kind, data or tag"));
    search->setAccessibleName(tr("Filter runs"));
    search->setClearButtonEnabled(true);
    filter = new RunFilter(runs, q);
    filter->setSourceModel(runs);
    connect(search, &QLineEdit::textChanged, q, [this](const QString &text) { filter->setWords(text); });

    buildTable();
    views = new QStackedWidget(q);
    views->insertWidget(Empty, buildEmpty());
    views->insertWidget(List, table);
    auto *layout = new QVBoxLayout(q);
    layout->addWidget(search);
    layout->addWidget(views, 1);
    buildActions();

    const auto changed = [this] { updateView(); };
    connect(runs, &QAbstractItemModel::rowsInserted, q, changed);
    connect(runs, &QAbstractItemModel::rowsRemoved, q, changed);
    connect(runs, &QAbstractItemModel::dataChanged, q, [this] { updateActions(); });
    connect(table->selectionModel(), &QItemSelectionModel::selectionChanged, q, [this] { updateActions(); });
    updateView();
}

QWidget *RunsPage::Private::buildEmpty()
{
    auto *page = new QWidget;
    auto *words = new QLabel(tr("No runs yet. Every training is kept here."), page);
    words->setAlignment(Qt::AlignCenter);
    words->setWordWrap(true);
    auto *train = new QPushButton(tr("Train"), page);
    train->setObjectName(QStringLiteral("train"));
    connect(train, &QPushButton::clicked, q, &RunsPage::trainRequested);
    auto *layout = new QVBoxLayout(page);
    layout->addStretch();
    layout->addWidget(words);
    layout->addWidget(train, 0, Qt::AlignCenter);
    layout->addStretch();
    return page;
}

void RunsPage::Private::buildTable()
{
    table = new QTableView(q);
    table->setObjectName(QStringLiteral("runs"));
    table->setAccessibleName(tr("Runs"));
    table->setAccessibleDescription(tr("Space plots a run, F2 renames it, Del deletes it"));
    table->setModel(filter);
    delegate = new RunDelegate(table);
    table->setItemDelegateForColumn(RunsModel::Title, delegate);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table->setEditTriggers(QAbstractItemView::EditKeyPressed);
    table->setTabKeyNavigation(false);
    table->setShowGrid(false);
    table->setAlternatingRowColors(true);
    table->setWordWrap(false);
    table->setSortingEnabled(true);
    table->setMouseTracking(true);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->verticalHeader()->hide();
    const int em = table->fontMetrics().averageCharWidth();
    table->verticalHeader()->setDefaultSectionSize(static_cast<int>(1.5 * table->fontMetrics().height()));
    QHeaderView *header = table->horizontalHeader();
    header->setHighlightSections(false);
    header->setSectionsMovable(true);
    header->moveSection(RunsModel::BestAccuracy, RunsModel::ValidationAccuracy); // it is what is compared
    header->moveSection(header->visualIndex(RunsModel::Kind), RunsModel::Dataset);
    header->setSortIndicator(RunsModel::Created, Qt::DescendingOrder);
    table->setColumnWidth(RunsModel::Title, 29 * em);
    table->setColumnWidth(RunsModel::Kind, 18 * em);
    table->setColumnWidth(RunsModel::ValidationAccuracy, 11 * em);
    table->setColumnWidth(RunsModel::TestAccuracy, 11 * em);
    table->setColumnWidth(RunsModel::BestAccuracy, 11 * em);
    table->setColumnWidth(RunsModel::Memory, 11 * em);
    table->setColumnWidth(RunsModel::Dataset, 9 * em);
    table->setColumnWidth(RunsModel::Epochs, 9 * em);
    table->setColumnWidth(RunsModel::Status, 12 * em);
    table->setColumnWidth(RunsModel::Created, 22 * em);
    connect(delegate, &RunDelegate::starClicked, q, [this](const QModelIndex &index) {
        Q_EMIT q->starRequested(index.data(RunsModel::IdRole).toString(),
                                !index.data(RunsModel::StarRole).toBool());
    });
}

QAction *RunsPage::Private::addAction(const QString &text, const std::function<void()> &act,
                                      const QKeySequence &key)
{
    auto *action = new QAction(text, table);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetShortcut);
    connect(action, &QAction::triggered, q, act);
    table->addAction(action);
    return action;
}

void RunsPage::Private::buildActions()
{
    table->setContextMenuPolicy(Qt::ActionsContextMenu);
    const auto separator = [this] {
        auto *line = new QAction(table);
        line->setSeparator(true);
        table->addAction(line);
    };
    rename = addAction(tr("Re&name"), [this] {
        const QModelIndex row = table->currentIndex();
        table->edit(row.siblingAtColumn(RunsModel::Title));
    });
    rename->setShortcut(Qt::Key_F2);
    star = addAction(tr("&Star"), [this] {
        const RunSummary *run = runs->run(currentId());
        if (run)
            Q_EMIT q->starRequested(currentId(), !run->starred);
    });
    tags = addAction(tr("&Tags\u2026"), [this] { editTags(); });
    separator();
    resume = addAction(tr("Res&ume training"), [this] { Q_EMIT q->resumeRequested(q->selectedIds()); });
    design = addAction(tr("&Load its design"), [this] { Q_EMIT q->designRequested(currentId()); });
    exports = addAction(tr("&Export figures\u2026"), [this] { Q_EMIT q->exportRequested(q->selectedIds()); });
    separator();
    folder = addAction(tr("Open f&older"), [this] { Q_EMIT q->folderRequested(currentId()); });
    copyId = addAction(
        tr("&Copy id"),
        [this] { QApplication::clipboard()->setText(q->selectedIds().join(QLatin1Char('\n'))); },
        QKeySequence::Copy);
    separator();
    remove = addAction(
        tr("&Delete"), [this] { Q_EMIT q->removeRequested(q->selectedIds()); }, Qt::Key_Delete);
    updateActions();
}

QString RunsPage::Private::currentId() const
{
    const QStringList ids = q->selectedIds();
    return ids.size() == 1 ? ids.first() : QString();
}

void RunsPage::Private::updateActions()
{
    const QStringList ids = q->selectedIds();
    const RunSummary *one = ids.size() == 1 ? runs->run(ids.first()) : nullptr;
    for (QAction *action : {rename, star, tags, folder, design})
        action->setEnabled(one != nullptr);
    for (QAction *action : {exports, copyId})
        action->setEnabled(!ids.isEmpty());
    star->setText(one && one->starred ? tr("Remove &star") : tr("&Star"));
    const auto all = [&](auto &&test) {
        return !ids.isEmpty() && std::all_of(ids.begin(), ids.end(), [&](const QString &id) {
            const RunSummary *run = runs->run(id);
            return run && test(*run);
        });
    };
    resume->setEnabled(all([&](const RunSummary &run) {
        const RunSummary *first = runs->run(ids.first());
        return (run.status == RunStatus::Stopped || run.status == RunStatus::Interrupted)
            && run.group == first->group;
    }));
    remove->setEnabled(all([](const RunSummary &run) { return run.status != RunStatus::Running; }));
    Q_EMIT q->selectionChanged();
}

void RunsPage::Private::updateView()
{
    views->setCurrentIndex(runs->rowCount() == 0 ? Empty : List);
    search->setEnabled(runs->rowCount() > 0);
    updateActions();
}

void RunsPage::Private::editTags()
{
    const QString id = currentId();
    const RunSummary *run = runs->run(id);
    if (!run)
        return;
    QStringList present;
    for (const std::string &tag : run->tags)
        present << QString::fromStdString(tag);
    bool accepted = false;
    const QString text =
        QInputDialog::getText(q->window(), tr("Tags"), tr("Tags, separated by commas:"), QLineEdit::Normal,
                              present.join(QStringLiteral(", ")), &accepted);
    if (!accepted)
        return;
    QStringList list;
    const QStringList parts = text.split(QLatin1Char(','), Qt::SkipEmptyParts);
    for (const QString &part : parts) {
        const QString tag = part.simplified();
        if (!tag.isEmpty() && !list.contains(tag))
            list << tag;
    }
    Q_EMIT q->tagsRequested(id, list);
}

RunsPage::RunsPage(RunsModel *model, QWidget *parent)
    : QWidget(parent)
    , d(std::make_unique<Private>(this, model))
{
    d->build();
    d->delegate->setTheme(chartTheme(ThemeKind::System, palette()));
}

RunsPage::~RunsPage() = default;

void RunsPage::setTheme(const ChartTheme &theme)
{
    d->themed = true;
    d->delegate->setTheme(theme);
    d->table->viewport()->update();
}

void RunsPage::addCommands(const QString &title, const QList<QAction *> &commands)
{
    auto *menu = new QMenu(title, d->table);
    menu->setToolTipsVisible(true);
    menu->addActions(commands);
    d->table->insertAction(d->folder, menu->menuAction());
}

QStringList RunsPage::selectedIds() const
{
    QModelIndexList rows = d->table->selectionModel()->selectedRows(RunsModel::Title);
    std::sort(rows.begin(), rows.end(),
              [](const QModelIndex &a, const QModelIndex &b) { return a.row() < b.row(); });
    QStringList ids;
    for (const QModelIndex &row : std::as_const(rows))
        ids << row.data(RunsModel::IdRole).toString();
    return ids;
}

void RunsPage::select(const QString &id)
{
    for (int row = 0; row < d->filter->rowCount(); ++row) {
        const QModelIndex index = d->filter->index(row, RunsModel::Title);
        if (index.data(RunsModel::IdRole).toString() != id)
            continue;
        d->table->setCurrentIndex(index);
        d->table->scrollTo(index);
        return;
    }
}

void RunsPage::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange && !d->themed) {
        d->delegate->setTheme(chartTheme(ThemeKind::System, palette()));
        d->table->viewport()->update();
    }
    QWidget::changeEvent(event);
}

} // namespace rosler
