// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QString>

#include "widgets/pages/board_choice.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QGridLayout;

namespace rosler {

/// A row of choices: which energy meter looks at the board's supply, if any, and how. GUI thread only.
class MeterRow : public QObject
{
    Q_OBJECT

public:
    /// Puts its label and fields into the first three columns of that row.
    MeterRow(QGridLayout *grid, int row, QObject *parent);

    /// Meters that are plugged in; any other can be typed. What is chosen stays so.
    void setMeters(const QList<BoardChoice> &meters);
    [[nodiscard]] QString meter() const; ///< "ppk2:/dev/ttyACM1"; empty = none
    [[nodiscard]] double volts() const;  ///< of the supply, 0.8 to 5
    [[nodiscard]] bool suppliesBoard() const;

private:
    QComboBox *m_meter;
    QDoubleSpinBox *m_volts;
    QCheckBox *m_supplies;
};

} // namespace rosler
