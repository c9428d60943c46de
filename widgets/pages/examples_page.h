// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QList>

#include "core/base/result.h"
#include "core/data/data_summary.h"
#include "core/data/dataset.h"
#include "widgets/models/examples_model.h"
#include "widgets/pages/figure_source.h"

namespace rosler {

/// A run whose answers may be asked for.
struct AnsweringRun {
    QString id;
    QString name;

    friend bool operator==(const AnsweringRun &, const AnsweringRun &) = default;
};

/// The Examples page: the three parts of the data example by example, those that a run's model is wrong
/// about, one of them large, the mean of what is trained on with the features that the model's sketch keeps,
/// and how many of each class every part has. Computes nothing that takes long: it asks by signals. GUI
/// thread only.
class ExamplesPage : public FigureSource
{
    Q_OBJECT

public:
    explicit ExamplesPage(QWidget *parent = nullptr);
    ~ExamplesPage() override;

    /// Both or none. Answers that were shown are gone.
    void setData(std::shared_ptr<const Dataset> dataset, std::shared_ptr<const DataSummary> summary);
    /// The finished runs that were trained on these data, the newest first.
    void setRuns(const QList<AnsweringRun> &runs);
    void setAnswers(std::shared_ptr<const RunAnswers> answers);
    /// Asked answers do not come.
    void showProblem(const Error &error);

    [[nodiscard]] std::vector<NamedFigure> figures() const override;
    [[nodiscard]] FigureOrigin origin() const override;

Q_SIGNALS:
    void answersRequested(const QString &run);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
