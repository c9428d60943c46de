// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QObject>

#include "core/data/data_summary.h"
#include "core/store/run_store.h"
#include "core/training/answers.h"

namespace rosler {

/// Summarises data and computes what runs take examples for, on a worker thread; only the newest of each
/// kind of question is answered. GUI thread only; its signals come on the GUI thread.
class ExamplesSession : public QObject
{
    Q_OBJECT

public:
    explicit ExamplesSession(std::shared_ptr<RunStore> store, QObject *parent = nullptr);
    ~ExamplesSession() override;

    /// Answers summarised(), or summaryFailed(). Answers to answer() of other data no longer come.
    void summarise(const std::shared_ptr<const Dataset> &data, const ValidationSpec &validation);
    /// Answers answered(), or answerFailed().
    void answer(const QString &run, const QString &name, const std::shared_ptr<const Dataset> &data);

Q_SIGNALS:
    void summarised(std::shared_ptr<const rosler::Dataset> data,
                    std::shared_ptr<const rosler::DataSummary> summary);
    void summaryFailed(const rosler::Error &error);
    void answered(std::shared_ptr<const rosler::RunAnswers> answers);
    void answerFailed(const rosler::Error &error);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
