// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/problems_page.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QTableWidget>
#include <QTime>
#include <QToolButton>
#include <QVBoxLayout>

namespace rosler {

ProblemsPage::ProblemsPage(QWidget *parent)
    : QWidget(parent)
    , m_table(new QTableWidget(0, ColumnCount, this))
    , m_copy(new QToolButton(this))
    , m_clear(new QToolButton(this))
{
    setAccessibleName(tr("Problems"));
    m_table->setObjectName(QStringLiteral("problems"));
    m_table->setAccessibleName(tr("Problems"));
    m_table->setHorizontalHeaderLabels({tr("Time"), tr("Times"), tr("What"), tr("Where")});
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setTabKeyNavigation(false);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(static_cast<int>(1.5 * m_table->fontMetrics().height()));
    QHeaderView *header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    const int em = m_table->fontMetrics().averageCharWidth();
    m_table->setColumnWidth(Time, 11 * em);
    m_table->setColumnWidth(Repeats, 8 * em);
    m_table->setColumnWidth(What, 60 * em);
    header->setStretchLastSection(true);

    m_copy->setText(tr("Copy"));
    m_copy->setToolTip(tr("Copy the selected problems, or all"));
    m_clear->setText(tr("Clear"));
    auto *top = new QHBoxLayout;
    top->addStretch();
    top->addWidget(m_copy);
    top->addWidget(m_clear);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addWidget(m_table, 1);

    auto *shortcut = new QAction(tr("Copy"), m_table);
    shortcut->setShortcut(QKeySequence::Copy);
    shortcut->setShortcutContext(Qt::WidgetShortcut);
    m_table->addAction(shortcut);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(shortcut, &QAction::triggered, this, &ProblemsPage::copy);
    connect(m_copy, &QToolButton::clicked, this, &ProblemsPage::copy);
    connect(m_clear, &QToolButton::clicked, this, &ProblemsPage::clear);
    updateButtons();
}

int ProblemsPage::count() const
{
    return m_table->rowCount();
}

QString ProblemsPage::asText() const
{
    const QModelIndexList selected = m_table->selectionModel()->selectedRows();
    QStringList lines;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        if (!selected.isEmpty() && !m_table->selectionModel()->isRowSelected(row))
            continue;
        QStringList cells;
        for (int column = 0; column < ColumnCount; ++column)
            cells << m_table->item(row, column)->text();
        lines << cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n'));
}

void ProblemsPage::add(const Error &error)
{
    if (error.code == ErrorCode::Cancelled)
        return;
    const QString what = QString::fromStdString(error.what);
    const QString where = QString::fromStdString(error.where);
    int repeats = 1;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        if (m_table->item(row, What)->text() == what && m_table->item(row, Where)->text() == where) {
            repeats += m_table->item(row, Repeats)->text().toInt();
            m_table->removeRow(row);
            break;
        }
    }
    m_table->insertRow(0);
    const QStringList cells {QTime::currentTime().toString(QStringLiteral("HH:mm:ss")),
                             QString::number(repeats), what, where};
    for (int column = 0; column < ColumnCount; ++column) {
        auto *item = new QTableWidgetItem(cells.at(column));
        item->setToolTip(column >= What ? cells.at(column) : QString());
        m_table->setItem(0, column, item);
    }
    m_table->setRowCount(qMin(m_table->rowCount(), maxProblems));
    updateButtons();
    Q_EMIT countChanged(count());
}

void ProblemsPage::clear()
{
    m_table->setRowCount(0);
    updateButtons();
    Q_EMIT countChanged(0);
}

void ProblemsPage::copy()
{
    QApplication::clipboard()->setText(asText());
}

void ProblemsPage::updateButtons()
{
    m_copy->setEnabled(count() > 0);
    m_clear->setEnabled(count() > 0);
}

} // namespace rosler
