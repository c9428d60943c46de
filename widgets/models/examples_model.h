// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <QAbstractListModel>
#include <QString>

#include "core/data/data_summary.h"
#include "core/data/dataset.h"
#include "core/training/answers.h"

namespace rosler {

/// Which examples are listed.
struct ExampleFilter {
    DataPart part = DataPart::Test;
    std::optional<std::uint16_t> label; ///< none: of all classes
    bool wrongOnly = false;             ///< those that the run's model takes for another class

    friend bool operator==(const ExampleFilter &, const ExampleFilter &) = default;
};

/// The examples of loaded data, one a row, as many as pass the filter. GUI thread only.
class ExamplesModel : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role {
        RowRole = Qt::UserRole + 1, ///< in its part's examples (train or test)
        LabelRole,                  ///< name of its class
        AnswerRole                  ///< name of the class that the run takes it for; empty without a run
    };

    using QAbstractListModel::QAbstractListModel;

    /// Forgets answers; @p data and @p summary belong together, or both are none.
    void setData(std::shared_ptr<const Dataset> data, std::shared_ptr<const DataSummary> summary);
    void setAnswers(std::shared_ptr<const RunAnswers> answers); ///< may be none
    void setFilter(const ExampleFilter &filter);

    [[nodiscard]] const ExampleFilter &filter() const noexcept { return m_filter; }
    [[nodiscard]] const std::shared_ptr<const Dataset> &dataset() const noexcept { return m_data; }
    /// Features of the example in @p row, widened.
    [[nodiscard]] std::vector<float> featuresOf(int row) const;
    /// What is known of it: class, number, recording, answer.
    [[nodiscard]] QString wordsOf(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;

private:
    [[nodiscard]] const Examples &examples() const;
    [[nodiscard]] const std::vector<std::uint16_t> *answers() const;
    [[nodiscard]] QString className(std::uint16_t label) const;
    void list();

    std::shared_ptr<const Dataset> m_data;
    std::shared_ptr<const DataSummary> m_summary;
    std::shared_ptr<const RunAnswers> m_answers;
    ExampleFilter m_filter;
    std::vector<std::uint32_t> m_rows;
};

} // namespace rosler
