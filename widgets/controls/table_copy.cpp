// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/table_copy.h"

#include <algorithm>

#include <QAction>
#include <QClipboard>
#include <QCoreApplication>
#include <QGuiApplication>
#include <QHeaderView>
#include <QTableView>

namespace rosler {

namespace {

/// A cell's text in one line and without tabs, so that the table keeps its columns wherever it is pasted.
QString cellText(const QVariant &value)
{
    return value.toString().simplified();
}

} // namespace

QString tableText(const QTableView &table)
{
    const QAbstractItemModel *model = table.model();
    if (model == nullptr || model->rowCount() == 0)
        return {};
    int top = 0;
    int bottom = model->rowCount() - 1;
    int left = 0;
    int right = model->columnCount() - 1;
    if (const QModelIndexList selected = table.selectionModel()->selectedIndexes(); selected.size() > 1) {
        const auto [firstRow, lastRow] =
            std::minmax_element(selected.begin(), selected.end(),
                                [](const QModelIndex &a, const QModelIndex &b) { return a.row() < b.row(); });
        const auto [firstColumn, lastColumn] = std::minmax_element(
            selected.begin(), selected.end(),
            [](const QModelIndex &a, const QModelIndex &b) { return a.column() < b.column(); });
        top = firstRow->row();
        bottom = lastRow->row();
        left = firstColumn->column();
        right = lastColumn->column();
    }
    QStringList lines;
    const auto addLine = [&](auto cell) {
        QStringList cells;
        for (int column = left; column <= right; ++column)
            if (!table.isColumnHidden(column))
                cells << cellText(cell(column));
        lines << cells.join(QLatin1Char('\t'));
    };
    if (!table.horizontalHeader()->isHidden())
        addLine([&](int column) { return model->headerData(column, Qt::Horizontal); });
    for (int row = top; row <= bottom; ++row)
        addLine([&](int column) { return model->index(row, column).data(); });
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void makeCopyable(QTableView *table)
{
    auto *copy = new QAction(QCoreApplication::translate("rosler::TableCopy", "&Copy as table"), table);
    copy->setObjectName(QStringLiteral("copyTable"));
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    copy->setShortcutVisibleInContextMenu(true);
    QObject::connect(copy, &QAction::triggered, table, [table] {
        if (const QString text = tableText(*table); !text.isEmpty())
            QGuiApplication::clipboard()->setText(text);
    });
    table->addAction(copy);
    table->setContextMenuPolicy(Qt::ActionsContextMenu);
}

} // namespace rosler
