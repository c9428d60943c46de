// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/scoreboard_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <QFont>

#include "core/base/quantity_text.h"

namespace rosler {

namespace {

constexpr std::size_t mostCompared = 3; ///< columns that a window still shows side by side
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A row's name, and how its figures are written.
struct RowText {
    const char *name;
    const char *tip;
    std::string (*text)(double);
    bool accuracy; ///< compared by difference in points, not by ratio
};

std::string accuracyText(double fraction)
{
    return percentText(fraction);
}

constexpr RowText rowTexts[ScoreboardModel::RowCount] = {
    {QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "Validation accuracy"),
     QT_TRANSLATE_NOOP(
         "rosler::ScoreboardModel",
         "Measured on the training examples that are held out, float32 weights: choose by this"),
     &accuracyText, true},
    {QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "Test accuracy"),
     QT_TRANSLATE_NOOP(
         "rosler::ScoreboardModel",
         "Measured on the whole test set, float32 weights: for the report, nothing is chosen by it"),
     &accuracyText, true},
    {QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "Accuracy, float16 weights"),
     QT_TRANSLATE_NOOP("rosler::ScoreboardModel",
                       "Measured on the whole test set, weights rounded to float16"),
     &accuracyText, true},
    {QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "Parameters"),
     QT_TRANSLATE_NOOP(
         "rosler::ScoreboardModel",
         "Stored numbers. Dense: m n + m a layer. Rosler: m r + r² + r s + m, and s kept indices"),
     &countText, false},
    {QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "Memory, float32"),
     QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "4 bytes a weight, 2 a kept index"), &bytesText, false},
    {QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "Memory, float16"),
     QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "2 bytes a weight, 2 a kept index"), &bytesText, false},
    {QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "Memory, int8"),
     QT_TRANSLATE_NOOP("rosler::ScoreboardModel",
                       "1 byte a weight, int32 biases, a float32 scale an output channel"),
     &bytesText, false},
    {QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "Inference"),
     QT_TRANSLATE_NOOP("rosler::ScoreboardModel",
                       "2 × multiply-adds of one example; biases and activations are not counted"),
     &flopsText, false},
    {QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "Training"),
     QT_TRANSLATE_NOOP("rosler::ScoreboardModel",
                       "Forward, backward and weight gradients of all steps, as executed in each stage"),
     &flopsText, false},
    {QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "Training memory"),
     QT_TRANSLATE_NOOP("rosler::ScoreboardModel",
                       "Parameters + gradients + optimiser state + stashed activations, peak"),
     &bytesText, false},
    {QT_TRANSLATE_NOOP("rosler::ScoreboardModel", "Training time"),
     QT_TRANSLATE_NOOP("rosler::ScoreboardModel",
                       "Measured here: training alone, without evaluation and pauses"),
     &durationText, false},
};

} // namespace

ScoreboardModel::ScoreboardModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void ScoreboardModel::setModels(std::vector<ScoredModel> models)
{
    beginResetModel();
    m_models = std::move(models);
    m_columns.clear();
    const std::vector<std::size_t> others = compared();
    for (const std::size_t i : others)
        m_columns.push_back({i, false});
    if (!m_models.empty())
        m_columns.push_back({reference(), false});
    for (const std::size_t i : others)
        m_columns.push_back({i, true});
    endResetModel();
}

void ScoreboardModel::updateLive(std::size_t i, double validationAccuracy, double testAccuracy,
                                 double trainSeconds)
{
    if (i >= m_models.size())
        return;
    m_models[i].validationAccuracy = validationAccuracy;
    m_models[i].testAccuracy = testAccuracy;
    m_models[i].trainSeconds = trainSeconds;
    Q_EMIT dataChanged(index(ValidationAccuracy, 1), index(TestAccuracy, columnCount() - 1));
    Q_EMIT dataChanged(index(TrainTime, 1), index(TrainTime, columnCount() - 1));
}

std::size_t ScoreboardModel::reference() const
{
    const auto isDense = [](const ScoredModel &m) { return !m.sketched; };
    // A dense net behind the newest sketched one, as a narrow one, is there to be compared with.
    const auto sketched = std::find_if_not(m_models.rbegin(), m_models.rend(), isDense);
    auto dense = std::find_if(sketched, m_models.rend(), isDense);
    if (dense == m_models.rend())
        dense = std::find_if(m_models.rbegin(), m_models.rend(), isDense);
    return dense == m_models.rend() ? 0 : static_cast<std::size_t>(m_models.rend() - dense) - 1;
}

std::vector<std::size_t> ScoreboardModel::compared() const
{
    std::vector<std::size_t> others;
    if (m_models.empty())
        return others;
    const std::size_t ref = reference();
    for (std::size_t i = m_models.size(); i-- > 0 && others.size() < mostCompared;) {
        const ScoredModel &model = m_models[i];
        const bool sameNet = !model.sketched && model.cost.parameters == m_models[ref].cost.parameters;
        if (i != ref && !sameNet)
            others.insert(others.begin(), i);
    }
    return others;
}

QString ScoreboardModel::sentence() const
{
    const std::vector<std::size_t> others = compared();
    if (others.empty())
        return {};
    const ScoredModel &ref = m_models[reference()];
    const auto sketched =
        std::find_if(others.rbegin(), others.rend(), [this](std::size_t i) { return m_models[i].sketched; });
    const ScoredModel &other = m_models[sketched == others.rend() ? others.back() : *sketched];
    if (ref.result && other.result)
        return QString::fromStdString(scoreboardSentence(*ref.result, *other.result));
    const double memory = static_cast<double>(ref.cost.weightBytes(NumberType::Float32))
        / static_cast<double>(std::max<std::uint64_t>(1, other.cost.weightBytes(NumberType::Float16)));
    const double macs =
        static_cast<double>(ref.cost.macs) / static_cast<double>(std::max<std::uint64_t>(1, other.cost.macs));
    const QString costs =
        tr("~%1 less memory (float16 against float32) and ~%2 fewer multiply-adds")
            .arg(QString::fromStdString(ratioText(memory)), QString::fromStdString(ratioText(macs)));
    const auto soFar = [](const ScoredModel &model) {
        return std::isnan(model.validationAccuracy) ? model.testAccuracy : model.validationAccuracy;
    };
    if (std::isnan(soFar(ref)) || std::isnan(soFar(other)))
        return tr("%1 will need %2 than %3; train to see what it keeps.").arg(other.name, costs, ref.name);
    return tr("So far %1 has %2 (%3 %4) with %5; 1 seed.")
        .arg(other.name, QString::fromStdString(percentText(soFar(other))), ref.name,
             QString::fromStdString(percentText(soFar(ref))), costs);
}

int ScoreboardModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() || m_models.empty() ? 0 : static_cast<int>(RowCount);
}

int ScoreboardModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() || m_models.empty() ? 0 : 1 + static_cast<int>(m_columns.size());
}

ScoreboardModel::Figure ScoreboardModel::figure(int row, const ScoredModel &model) const
{
    const bool ended = model.result.has_value();
    const TrialCost &cost = ended ? model.result->cost : model.cost;
    // What is stored exists once the model is trained; operations are counted by formula even then.
    const auto stored = [&](std::uint64_t value) { return Figure {static_cast<double>(value), !ended}; };
    const auto counted = [](double value) { return Figure {value, true}; };
    switch (row) {
    case ValidationAccuracy:
        return {ended ? model.result->validationAccuracy : model.validationAccuracy, false};
    case TestAccuracy:
        return {ended ? model.result->testAccuracy : model.testAccuracy, false};
    case TestAccuracyF16:
        return {ended ? model.result->testAccuracyF16 : unknown, false};
    case Parameters:
        return stored(cost.parameters);
    case MemoryF32:
        return stored(cost.weightBytes(NumberType::Float32));
    case MemoryF16:
        return stored(cost.weightBytes(NumberType::Float16));
    case MemoryI8:
        return stored(cost.weightBytes(NumberType::Int8));
    case InferenceFlops:
        return counted(2 * static_cast<double>(cost.macs));
    case TrainFlops:
        return counted(ended ? model.result->trainFlops : static_cast<double>(cost.trainFlops));
    case TrainMemory:
        return counted(static_cast<double>(cost.trainMemoryBytes));
    default:
        return {ended ? model.result->trainSeconds : model.trainSeconds, false};
    }
}

QString ScoreboardModel::cellText(int row, const Column &column) const
{
    const ScoredModel &model = m_models[column.model];
    if (column.saving)
        return savingText(row, model);
    const Figure shown = figure(row, model);
    if (std::isnan(shown.value))
        return tr("–", "a figure that is not known yet");
    const QString text = QString::fromStdString(rowTexts[row].text(shown.value));
    return shown.modelled ? tr("~%1", "a modelled figure").arg(text) : text;
}

QString ScoreboardModel::savingText(int row, const ScoredModel &model) const
{
    const Figure own = figure(row, model);
    const Figure ref = figure(row, m_models[reference()]);
    if (std::isnan(own.value) || std::isnan(ref.value))
        return tr("–", "a figure that is not known yet");
    if (rowTexts[row].accuracy) {
        const double points = 100 * (own.value - ref.value);
        const QString sign = points < 0 ? QStringLiteral("−") : QStringLiteral("+");
        return tr("%1%2 pt", "difference in percentage points, with its sign")
            .arg(sign, QString::number(std::abs(points), 'f', 2));
    }
    if (own.value <= 0)
        return tr("–", "a figure that is not known yet");
    const QString text = QString::fromStdString(ratioText(ref.value / own.value));
    return own.modelled || ref.modelled ? tr("~%1", "a modelled figure").arg(text) : text;
}

QVariant ScoreboardModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    if (index.column() == 0) {
        if (role == Qt::DisplayRole)
            return tr(rowTexts[index.row()].name);
        return role == Qt::ToolTipRole ? tr(rowTexts[index.row()].tip) : QVariant();
    }
    const Column &column = m_columns[static_cast<std::size_t>(index.column() - 1)];
    switch (role) {
    case Qt::DisplayRole:
        return cellText(index.row(), column);
    case Qt::TextAlignmentRole:
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    case Qt::FontRole: {
        QFont font;
        const bool modelled = figure(index.row(), m_models[column.model]).modelled
            || (column.saving && figure(index.row(), m_models[reference()]).modelled);
        font.setItalic(modelled);
        font.setBold(column.saving);
        return font;
    }
    case Qt::ToolTipRole:
        return tr(rowTexts[index.row()].tip);
    case Qt::AccessibleTextRole:
        return tr("%1, %2: %3")
            .arg(headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString(),
                 tr(rowTexts[index.row()].name), cellText(index.row(), column));
    default:
        return {};
    }
}

QVariant ScoreboardModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section > static_cast<int>(m_columns.size()))
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant((section == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    if (section == 0)
        return tr("Scoreboard");
    const Column &column = m_columns[static_cast<std::size_t>(section - 1)];
    const QString &name = m_models[column.model].name;
    if (!column.saving)
        return name;
    return compared().size() == 1 ? tr("Saving") : tr("Saving of %1").arg(name);
}

} // namespace rosler
