// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QTableView;

namespace rosler {

/// The cells of @p table as text: a line a row, its cells separated by tabs, the headings first. The selected
/// rectangle, or the whole table while no more than one cell is selected. Hidden columns are left out.
[[nodiscard]] QString tableText(const QTableView &table);

/// Puts tableText() on the clipboard by Ctrl+C and by an entry of the table's context menu. For tables
/// without a context menu of their own.
void makeCopyable(QTableView *table);

} // namespace rosler
