// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/examples_control.h"

#include "app/session/examples_session.h"
#include "app/session/run_library.h"
#include "core/base/quantity_text.h"
#include "widgets/pages/examples_page.h"

namespace rosler {

ExamplesControl::ExamplesControl(ExamplesPage *page, ExamplesSession *session, RunLibrary *library,
                                 QObject *parent)
    : QObject(parent)
    , m_page(page)
    , m_session(session)
{
    connect(library, &RunLibrary::listed, this, [this](const QList<RunSummary> &runs) {
        m_runs = runs;
        offerRuns();
    });
    connect(page, &ExamplesPage::answersRequested, this, [this](const QString &run) {
        if (!m_data)
            return;
        for (const RunSummary &summary : m_runs)
            if (summary.id == run.toStdString())
                m_session->answer(run, QString::fromStdString(summary.title), m_data);
    });
    connect(session, &ExamplesSession::summarised, this,
            [this](const std::shared_ptr<const Dataset> &data,
                   const std::shared_ptr<const DataSummary> &summary) {
                m_page->setData(data, summary);
                offerRuns();
            });
    connect(session, &ExamplesSession::summaryFailed, page, [page](const Error &error) {
        page->setData(nullptr, nullptr);
        page->showProblem(error);
    });
    connect(session, &ExamplesSession::answered, page, &ExamplesPage::setAnswers);
    connect(session, &ExamplesSession::answerFailed, page, &ExamplesPage::showProblem);
}

void ExamplesControl::setData(const std::shared_ptr<const Dataset> &data)
{
    if (data == m_data)
        return;
    m_data = data;
    m_page->setData(nullptr, nullptr);
    summarise();
}

void ExamplesControl::setValidation(const ValidationSpec &validation)
{
    if (validation == m_validation)
        return;
    m_validation = validation;
    summarise();
}

void ExamplesControl::summarise()
{
    if (m_data)
        m_session->summarise(m_data, m_validation);
}

void ExamplesControl::offerRuns()
{
    QList<AnsweringRun> runs;
    for (const RunSummary &run : m_runs)
        if (m_data && run.status == RunStatus::Finished && run.result
            && run.datasetDigest == m_data->digest())
            runs << AnsweringRun {QString::fromStdString(run.id),
                                  tr("%1, %2", "a run and its accuracy")
                                      .arg(QString::fromStdString(run.title),
                                           QString::fromStdString(percentText(run.testAccuracy)))};
    m_page->setRuns(runs);
}

} // namespace rosler
