// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QTableWidget>

namespace rosler {

/// One thing that the doctor looked at.
struct DoctorFinding {
    enum class State { Ok, Warning, Problem };
    State state = State::Ok;
    QString what;
    QString found;
    QString remedy; ///< empty when there is nothing to do
};

/// "Why is my board missing?": what was looked at, what was found, and what helps. GUI thread only.
class DoctorTable : public QTableWidget
{
    Q_OBJECT

public:
    explicit DoctorTable(QWidget *parent = nullptr);

    void setFindings(const QList<DoctorFinding> &all);
};

} // namespace rosler
