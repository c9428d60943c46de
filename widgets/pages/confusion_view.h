// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

#include "device_link/host/measured_model.h"

class QComboBox;
class QLabel;
class QTableWidget;

namespace rosler {

/// Which classes a board took for which: rows are true classes, columns answers; the board's, the twin's, or
/// where they differ. GUI thread only.
class ConfusionView : public QWidget
{
    Q_OBJECT

public:
    enum Shown { Board, Twin, Difference };

    explicit ConfusionView(QWidget *parent = nullptr);

    void setModels(const std::vector<MeasuredModel> &models); ///< the chosen one stays chosen

private:
    void refresh();

    std::vector<MeasuredModel> m_models;
    QComboBox *m_model;
    QComboBox *m_shown;
    QLabel *m_words;
    QTableWidget *m_table;
};

} // namespace rosler
