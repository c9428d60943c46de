// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/examples_model.h"

#include <utility>

#include <QLocale>

namespace rosler {

void ExamplesModel::setData(std::shared_ptr<const Dataset> data, std::shared_ptr<const DataSummary> summary)
{
    m_data = std::move(data);
    m_summary = m_data ? std::move(summary) : nullptr;
    m_answers = nullptr;
    if (m_filter.label && m_data && *m_filter.label >= m_data->classes())
        m_filter.label = std::nullopt;
    list();
}

void ExamplesModel::setAnswers(std::shared_ptr<const RunAnswers> answers)
{
    m_answers = std::move(answers);
    list();
}

void ExamplesModel::setFilter(const ExampleFilter &filter)
{
    if (filter == m_filter)
        return;
    m_filter = filter;
    list();
}

const Examples &ExamplesModel::examples() const
{
    return m_filter.part == DataPart::Test ? m_data->test() : m_data->train();
}

const std::vector<std::uint16_t> *ExamplesModel::answers() const
{
    if (!m_answers || !m_data)
        return nullptr;
    const std::vector<std::uint16_t> &all =
        m_filter.part == DataPart::Test ? m_answers->test : m_answers->train;
    return all.size() == examples().labels.size() ? &all : nullptr;
}

void ExamplesModel::list()
{
    beginResetModel();
    m_rows.clear();
    if (m_data && m_summary) {
        const std::vector<std::uint16_t> &labels = examples().labels;
        const std::vector<std::uint16_t> *taken = answers();
        m_rows = examplesOf(*m_data, m_summary->split, m_filter.part);
        std::erase_if(m_rows, [&](std::uint32_t row) {
            return (m_filter.label && labels[row] != *m_filter.label)
                || (m_filter.wrongOnly && (taken == nullptr || (*taken)[row] == labels[row]));
        });
    }
    endResetModel();
}

QString ExamplesModel::className(std::uint16_t label) const
{
    return label < m_data->classNames().size() ? QString::fromStdString(m_data->classNames()[label])
                                               : QString::number(label);
}

std::vector<float> ExamplesModel::featuresOf(int row) const
{
    std::vector<float> features(static_cast<std::size_t>(m_data->features()));
    examples().features.widen(static_cast<Index>(m_rows.at(static_cast<std::size_t>(row))), features.data());
    return features;
}

QString ExamplesModel::wordsOf(int row) const
{
    const std::uint32_t number = m_rows.at(static_cast<std::size_t>(row));
    QStringList words {
        tr("%1, example %2")
            .arg(className(examples().labels[number]), QLocale().toString(static_cast<qulonglong>(number)))};
    if (!examples().groups.empty())
        words << tr("group %1", "recording or source").arg(examples().groups[number]);
    if (const std::vector<std::uint16_t> *taken = answers()) {
        const std::uint16_t answer = (*taken)[number];
        words << (answer == examples().labels[number]
                      ? tr("%1 is right").arg(QString::fromStdString(m_answers->name))
                      : tr("%1 takes it for %2")
                            .arg(QString::fromStdString(m_answers->name), className(answer)));
    }
    return words.join(QStringLiteral("; "));
}

int ExamplesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant ExamplesModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const std::uint32_t number = m_rows[static_cast<std::size_t>(index.row())];
    const std::vector<std::uint16_t> *taken = answers();
    const QString label = className(examples().labels[number]);
    const QString answer = taken != nullptr ? className((*taken)[number]) : QString();
    switch (role) {
    case Qt::DisplayRole:
        return answer.isEmpty() || answer == label ? label : tr("%1 \u2192 %2").arg(label, answer);
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return wordsOf(index.row());
    case RowRole:
        return number;
    case LabelRole:
        return label;
    case AnswerRole:
        return answer;
    default:
        return {};
    }
}

} // namespace rosler
