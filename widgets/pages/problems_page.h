// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "core/base/result.h"

class QTableWidget;
class QToolButton;

namespace rosler {

/// What went wrong since the start, newest first: when, how often, what, where. The same problem again
/// counts up and moves to the top; the last 500 are kept. Nothing here is modal.
class ProblemsPage : public QWidget
{
    Q_OBJECT

public:
    static constexpr int maxProblems = 500;

    explicit ProblemsPage(QWidget *parent = nullptr);

    /// Different problems in the list.
    [[nodiscard]] int count() const;
    /// Those selected, or all, as lines of "time TAB times TAB what TAB where".
    [[nodiscard]] QString asText() const;

public Q_SLOTS:
    /// Cancelled is no problem and is left out.
    void add(const rosler::Error &error);
    void clear();

Q_SIGNALS:
    void countChanged(int count);

private:
    enum Column { Time, Repeats, What, Where, ColumnCount };

    void copy();
    void updateButtons();

    QTableWidget *m_table;
    QToolButton *m_copy;
    QToolButton *m_clear;
};

} // namespace rosler
