// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/doctor_table.h"

#include <utility>

#include <QHeaderView>

#include "widgets/controls/plain_table.h"

namespace rosler {

DoctorTable::DoctorTable(QWidget *parent)
    : QTableWidget(parent)
{
    setObjectName(QStringLiteral("findings"));
    makePlain(this, tr("What the doctor found"), {QString(), tr("Looked at"), tr("Found"), tr("What helps")});
    horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    horizontalHeader()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
}

void DoctorTable::setFindings(const QList<DoctorFinding> &all)
{
    setRowCount(static_cast<int>(all.size()));
    for (int row = 0; row < all.size(); ++row) {
        const DoctorFinding &finding = all[row];
        const auto [mark, word] = finding.state == DoctorFinding::State::Ok
            ? std::pair {QStringLiteral("✓"), tr("in order")}
            : finding.state == DoctorFinding::State::Warning ? std::pair {QStringLiteral("⚠"), tr("warning")}
                                                             : std::pair {QStringLiteral("✗"), tr("problem")};
        int column = 0;
        for (const QString &text : {mark, finding.what, finding.found, finding.remedy}) {
            auto *item = new QTableWidgetItem(text);
            item->setToolTip(text);
            if (column == 0)
                item->setData(Qt::AccessibleTextRole, word);
            setItem(row, column++, item);
        }
    }
}

} // namespace rosler
