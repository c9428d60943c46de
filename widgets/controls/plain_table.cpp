// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/plain_table.h"

#include <QHeaderView>
#include <QTableWidget>

#include "widgets/controls/table_copy.h"

namespace rosler {

void makePlain(QTableWidget *table, const QString &accessibleName, const QStringList &columns)
{
    table->setColumnCount(static_cast<int>(columns.size()));
    table->setHorizontalHeaderLabels(columns);
    table->setAccessibleName(accessibleName);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionMode(QAbstractItemView::ContiguousSelection);
    table->setTabKeyNavigation(false);
    table->setAlternatingRowColors(true);
    table->setShowGrid(false);
    table->setFrameShape(QFrame::NoFrame);
    table->verticalHeader()->hide();
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    makeCopyable(table);
}

} // namespace rosler
