// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAbstractTableModel>

#include "device_link/host/measurement.h"

namespace rosler {

/// What models did on boards: a row a question, first its name, then a column a measurement. Modelled
/// figures are italic, with a tilde, and their tool tip tells what was assumed; every figure's tells its
/// source. Where a board made the features itself, what these and the network took have rows of their own.
class MeasurementTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Row {
        BoardAccuracy,
        TwinAccuracy,
        EqualTwin,
        Samples,
        Instructions,
        Cycles,
        PerMac,
        Latency,
        Energy,
        ImageBytes,
        RamBytes,
        Macs,
        RowCount,               ///< those that are always there, in this order
        FeaturePart = RowCount, ///< behind the cycles, where features were made on a board
        NetworkPart
    };

    explicit MeasurementTable(QObject *parent = nullptr);

    void setMeasurements(std::vector<Measurement> measurements);
    [[nodiscard]] const std::vector<Measurement> &measurements() const noexcept { return m_measurements; }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Cell {
        QString text;
        QString tip;
        bool modelled = false;
    };
    [[nodiscard]] Cell cell(int row, const Measurement &measurement) const;

    std::vector<Measurement> m_measurements;
    std::vector<int> m_rows; ///< a Row each, as shown
};

} // namespace rosler
