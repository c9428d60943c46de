// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/measurement_table.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include <QFont>

#include "core/base/quantity_text.h"

namespace rosler {

namespace {

struct RowText {
    const char *name;
    const char *tip;
};

constexpr RowText rowTexts[] = {
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Accuracy on the board"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Share of the samples that the board itself got right")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Accuracy of the twin"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable",
                       "The same firmware inside this program, on the same samples")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Equal to the twin"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable", "All outputs of all samples, bit for bit")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Samples"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Test examples that were run")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Instructions"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Of one inference, median; counted in an emulator")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Cycles"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Of one inference, median; by the core's own counter")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Per multiply-add"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable",
                       "Instructions or cycles of the network for each multiply-add")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Latency"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Of one inference, median and 95th percentile")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Energy"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Of one inference")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Model in flash"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Bytes of the image, exact")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "RAM for the model"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Input, outputs and scratch, exact")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Multiply-adds"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable", "Of one inference, of the factors as they are stored")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "– making the features"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable", "What the board took to make features of samples")},
    {QT_TRANSLATE_NOOP("rosler::MeasurementTable", "– the network"),
     QT_TRANSLATE_NOOP("rosler::MeasurementTable", "What all the other operations took")},
};
static_assert(std::size(rowTexts) == MeasurementTable::NetworkPart + 1);

QString dash()
{
    return QStringLiteral("–");
}

} // namespace

MeasurementTable::MeasurementTable(QObject *parent)
    : QAbstractTableModel(parent)
{
    setMeasurements({});
}

void MeasurementTable::setMeasurements(std::vector<Measurement> measurements)
{
    beginResetModel();
    m_measurements = std::move(measurements);
    m_rows.resize(RowCount);
    std::iota(m_rows.begin(), m_rows.end(), 0);
    if (std::ranges::any_of(m_measurements, [](const Measurement &m) { return featureShare(m).has_value(); }))
        m_rows.insert(m_rows.begin() + Cycles + 1, {FeaturePart, NetworkPart});
    endResetModel();
}

int MeasurementTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int MeasurementTable::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : 1 + static_cast<int>(m_measurements.size());
}

MeasurementTable::Cell MeasurementTable::cell(int row, const Measurement &m) const
{
    const auto share = [](const std::optional<double> &accuracy) {
        return Cell {accuracy ? QString::fromStdString(percentText(*accuracy)) : dash(), {}, false};
    };
    const auto quantity = [this](const Quantity &value) {
        QString tip = tr("Source: %1").arg(QString::fromStdString(std::string(nameOf(value.source()))));
        if (value.isModelled())
            tip += tr("; assumed: %1").arg(QString::fromStdString(value.assumptions()));
        return Cell {QString::fromStdString(text(value)), tip, value.isModelled()};
    };
    const auto spread = [&](const std::optional<Spread> &value) {
        return value ? quantity(value->median) : Cell {dash(), {}, false};
    };
    switch (row) {
    case BoardAccuracy:
        return share(m.boardAccuracy);
    case TwinAccuracy:
        return share(m.twinAccuracy);
    case EqualTwin:
        if (!m.outputsEqualTwin)
            return {dash(), {}, false};
        return {*m.outputsEqualTwin ? tr("yes, all bits") : tr("no"), {}, false};
    case Samples:
        return {QString::number(m.samples), {}, false};
    case Instructions:
        return spread(m.instructions);
    case Cycles:
        return spread(m.cycles);
    case PerMac: {
        const std::optional<Spread> &counted = m.instructions ? m.instructions : m.cycles;
        if (!counted || m.macs == 0)
            return {dash(), {}, false};
        const std::optional<FeatureShare> parts = featureShare(m);
        const double features = parts ? parts->features.value() : 0; // are no multiply-adds of the network
        return {QString::number((counted->median.value() - features) / static_cast<double>(m.macs), 'f', 2),
                {},
                false};
    }
    case Latency: {
        Cell cell = spread(m.latency);
        if (m.latency && m.latency->count > 1 && m.latency->p95 != m.latency->median)
            cell.text = tr("%1 (p95 %2)").arg(cell.text, QString::fromStdString(text(m.latency->p95)));
        return cell;
    }
    case Energy:
        return spread(m.energy);
    case ImageBytes:
        return {QString::fromStdString(bytesText(static_cast<double>(m.imageBytes))), {}, false};
    case RamBytes:
        return {QString::fromStdString(bytesText(static_cast<double>(m.ramBytes))), {}, false};
    case Macs:
        return {QString::fromStdString(countText(static_cast<double>(m.macs))), {}, false};
    case FeaturePart:
    case NetworkPart: {
        const std::optional<FeatureShare> parts = featureShare(m);
        return parts ? quantity(row == FeaturePart ? parts->features : parts->network)
                     : Cell {dash(), {}, false};
    }
    default:
        return {};
    }
}

QVariant MeasurementTable::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const int row = m_rows[static_cast<std::size_t>(index.row())];
    if (index.column() == 0) {
        if (role == Qt::DisplayRole)
            return tr(rowTexts[row].name);
        return role == Qt::ToolTipRole ? tr(rowTexts[row].tip) : QVariant();
    }
    const Cell shown = cell(row, m_measurements[static_cast<std::size_t>(index.column() - 1)]);
    switch (role) {
    case Qt::DisplayRole:
        return shown.text;
    case Qt::ToolTipRole:
        return shown.tip.isEmpty() ? QVariant() : shown.tip;
    case Qt::TextAlignmentRole:
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    case Qt::FontRole: {
        QFont font;
        font.setItalic(shown.modelled);
        return font;
    }
    default:
        return {};
    }
}

QVariant MeasurementTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant((section == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    if (section == 0)
        return tr("On the board");
    const Measurement &m = m_measurements[static_cast<std::size_t>(section - 1)];
    return QStringLiteral("%1 %2").arg(QString::fromStdString(m.model), QString::fromStdString(m.type));
}

} // namespace rosler
