// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QGroupBox>

class QComboBox;
class QLabel;
class QSpinBox;
class QToolButton;
class QVBoxLayout;

namespace rosler {

class DesignModel;

/// The hidden layers: presets, a width for each, adding and removing.
class NetworkGroup : public QGroupBox
{
    Q_OBJECT

public:
    explicit NetworkGroup(DesignModel *model, QWidget *parent = nullptr);

private:
    struct Row {
        QWidget *line;
        QLabel *label;
        QSpinBox *width;
        QToolButton *remove;
    };

    void refresh();
    void addRow();
    void choosePreset(int index);

    DesignModel *m_model;
    QComboBox *m_presets;
    QLabel *m_shape;
    QVBoxLayout *m_lines;
    QToolButton *m_add;
    std::vector<Row> m_rows;
};

} // namespace rosler
