// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/device_control.h"

#include "app/session/device_session.h"
#include "app/session/run_library.h"
#include "core/base/quantity_text.h"
#include "widgets/pages/device_page.h"

namespace rosler {

DeviceControl::DeviceControl(DevicePage *page, DeviceSession *session, RunLibrary *library, Data data,
                             QObject *parent)
    : QObject(parent)
    , m_page(page)
    , m_session(session)
    , m_data(std::move(data))
{
    connect(library, &RunLibrary::listed, this, &DeviceControl::takeRuns);
    connect(page, &DevicePage::boardsRequested, session, &DeviceSession::list);
    connect(page, &DevicePage::stopRequested, session, &DeviceSession::stop);
    connect(page, &DevicePage::exportRequested, this, &DeviceControl::exportRequested);
    connect(page, &DevicePage::doctorRequested, this, [this] {
        QStringList findings;
        for (const BoardEntry &board : listBoards())
            findings << tr("%1: %2").arg(QString::fromStdString(board.title),
                                         board.reason.empty() ? tr("can be used")
                                                              : QString::fromStdString(board.reason));
        m_page->showDoctor(findings);
    });
    connect(page, &DevicePage::measureRequested, this, [this](const MeasureOrder &order) {
        if (const std::shared_ptr<const Dataset> loaded = m_data())
            m_session->measure({order.board, order.runs, order.types, order.samples}, loaded);
        else
            m_page->showError({ErrorCode::NotFound, tr("no data is loaded").toStdString(), {}});
    });

    connect(session, &DeviceSession::listed, this, [this](const QList<BoardEntry> &boards) {
        QList<BoardChoice> choices;
        for (const BoardEntry &board : boards)
            choices << BoardChoice {QString::fromStdString(board.id), QString::fromStdString(board.title),
                                    QString::fromStdString(board.reason)};
        m_page->setBoards(choices);
    });
    connect(session, &DeviceSession::began, page, &DevicePage::begin);
    connect(session, &DeviceSession::connected, page, &DevicePage::setCard);
    connect(session, &DeviceSession::current, page, &DevicePage::setCurrent);
    connect(session, &DeviceSession::stepped, this,
            [this](MeasureStep step, bool done, double fraction, const QString &note) {
                m_page->setStep(static_cast<DevicePage::Step>(step),
                                done ? StepStrip::State::Done : StepStrip::State::Running, fraction, note);
            });
    connect(session, &DeviceSession::stepFailed, this, [this](MeasureStep step, const QString &why) {
        m_page->setStep(static_cast<DevicePage::Step>(step), StepStrip::State::Failed, 0, why);
    });
    connect(session, &DeviceSession::measured, this,
            [this](const MeasuredModel &model) { m_page->addMeasurement(model.measurement); });
    connect(session, &DeviceSession::consoleLine, page, &DevicePage::appendConsole);
    connect(session, &DeviceSession::finished, page, &DevicePage::finish);
    connect(session, &DeviceSession::failed, this, [this](const Error &error) {
        m_page->showError(error);
        Q_EMIT problem(error);
    });
}

void DeviceControl::pageShown()
{
    if (m_listed)
        return;
    m_listed = true;
    m_session->list();
}

void DeviceControl::takeRuns(const QList<RunSummary> &runs)
{
    QList<PushableModel> models;
    for (const RunSummary &run : runs)
        if (run.status == RunStatus::Finished && run.result)
            models << PushableModel {QString::fromStdString(run.id), QString::fromStdString(run.title),
                                     tr("%1, %2").arg(QString::fromStdString(run.dataset),
                                                      QString::fromStdString(percentText(run.testAccuracy)))};
    m_page->setModels(models);
}

} // namespace rosler
