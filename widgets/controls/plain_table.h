// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

class QTableWidget;

namespace rosler {

/// Makes @p table one that is read and copied: no grid, no frame, no editing.
void makePlain(QTableWidget *table, const QString &accessibleName, const QStringList &columns);

} // namespace rosler
