// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QAbstractTableModel>
#include <QList>
#include <QSet>

#include "core/store/run_store.h"

namespace rosler {

/// The runs list: a check mark = plotted, a swatch with the run's colour, marker and dash, best and last
/// accuracy, star, tags. QtCore values only; the view paints the swatch from StyleNumberRole.
class RunsModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column {
        Title,
        Kind,
        ValidationAccuracy,
        BestAccuracy, ///< on the validation part
        TestAccuracy,
        Memory,
        Dataset,
        Epochs,
        Status,
        Created,
        ColumnCount
    };
    enum Role { IdRole = Qt::UserRole + 1, StyleNumberRole, SortRole, StarRole };

    explicit RunsModel(QObject *parent = nullptr);
    ~RunsModel() override;

    /// Takes a new list; check marks and style numbers of runs that stay are kept.
    void setRuns(const QList<RunSummary> &runs);
    /// Live figures of a run that is training now.
    void updateLive(const QString &id, const MetricSample &evaluated);
    void setChecked(const QString &id, bool checked);
    [[nodiscard]] QStringList checkedIds() const; ///< in the order they were checked
    [[nodiscard]] const RunSummary *run(const QString &id) const;
    /// Which seriesStyle() a checked run is drawn in: the lowest free number when it is checked, kept until
    /// it is unchecked; -1 for runs that are not checked.
    [[nodiscard]] int styleNumber(const QString &id) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex &index) const override;

Q_SIGNALS:
    void checkedChanged(const QString &id, bool checked);
    void renameRequested(const QString &id, const QString &title);

private:
    [[nodiscard]] QString display(const RunSummary &run, int column) const;
    [[nodiscard]] QVariant sortKey(const RunSummary &run, int column) const;
    [[nodiscard]] QString accessibleTitle(const RunSummary &run) const;

    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
