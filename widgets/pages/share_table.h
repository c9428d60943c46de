// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QTableWidget>

#include "device_link/host/measured_model.h"

namespace rosler {

/// What each operation of each measured model took: a row each. Where a board made the features itself, a row
/// says so, and two more what the features and the network took together. GUI thread only.
class ShareTable : public QTableWidget
{
    Q_OBJECT

public:
    explicit ShareTable(QWidget *parent = nullptr);

    void setModels(const std::vector<MeasuredModel> &models);

private:
    void add(const QStringList &cells, bool sum);
    void addModel(const Measurement &measurement);
};

} // namespace rosler
