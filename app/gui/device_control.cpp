// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/device_control.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>

#include "app/gui/flash_dialog.h"
#include "app/gui/samples_reason.h"
#include "app/gui/user_folder.h"
#include "app/session/device_session.h"
#include "app/session/run_library.h"
#include "core/base/quantity_text.h"
#include "device_link/host/measurement.h"
#include "widgets/pages/device_page.h"

namespace rosler {

namespace {

constexpr int hotPlugMilliseconds = 2000; ///< between looks at what is plugged in

} // namespace

DeviceControl::DeviceControl(DevicePage *page, DeviceSession *session, RunLibrary *library, QObject *parent)
    : QObject(parent)
    , m_page(page)
    , m_session(session)
{
    connect(library, &RunLibrary::listed, this, [this](const QList<RunSummary> &runs) {
        m_runs = runs;
        offerModels();
    });
    connect(page, &DevicePage::boardsRequested, session, &DeviceSession::list);
    connect(&m_hotPlug, &QTimer::timeout, session, &DeviceSession::list);
    connect(page, &DevicePage::stopRequested, session, &DeviceSession::stop);
    connect(page, &DevicePage::doctorRequested, session, &DeviceSession::diagnose);
    connect(page, &DevicePage::flashRequested, this, [this] {
        auto *dialog = new FlashDialog(m_session, m_page->window());
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    });
    connect(session, &DeviceSession::diagnosed, this, [this](const QList<BoardFinding> &all) {
        QList<DoctorFinding> findings;
        for (const BoardFinding &finding : all)
            findings << DoctorFinding {
                static_cast<DoctorFinding::State>(finding.state), QString::fromStdString(finding.what),
                QString::fromStdString(finding.found), QString::fromStdString(finding.remedy)};
        m_page->showDoctor(findings);
    });
    connect(page, &DevicePage::measureRequested, this, [this](const MeasureOrder &order) {
        if (m_open.data)
            m_session->measure({order.board, order.runs, order.types, order.samples, order.meter,
                                MeterSettings {.volts = order.volts, .suppliesBoard = order.meterSupplies},
                                order.keyFile, order.fromSamples},
                               m_open);
        else
            m_page->showError({ErrorCode::NotFound, tr("no data is loaded").toStdString(), {}});
    });

    connect(session, &DeviceSession::listed, this, [this](const QList<BoardEntry> &boards) {
        QList<BoardChoice> choices;
        QList<BoardChoice> meters;
        for (const BoardEntry &board : boards) {
            const bool isMeter = board.kind == BoardEntry::Kind::Meter;
            BoardChoice choice {QString::fromStdString(board.id), QString::fromStdString(board.title),
                                QString::fromStdString(board.reason)};
            if (isMeter) // "port:/dev/ttyACM1" to "ppk2:/dev/ttyACM1"
                choice.id =
                    QString::fromStdString(board.meter) + choice.id.mid(choice.id.indexOf(QLatin1Char(':')));
            (isMeter ? meters : choices) << choice;
        }
        if (choices == m_boards && meters == m_meters)
            return; // nothing was plugged in or out
        m_boards = choices;
        m_meters = meters;
        m_page->setBoards(choices);
        m_page->setMeters(meters);
    });
    connect(page, &DevicePage::connectRequested, session, &DeviceSession::connectBoard);
    connect(page, &DevicePage::disconnectRequested, session, &DeviceSession::disconnectBoard);
    connect(page, &DevicePage::commandEntered, session, &DeviceSession::command);
    connect(page, &DevicePage::tableRequested, this, &DeviceControl::saveTable);
    connect(page, &DevicePage::fromSamplesChanged, this, &DeviceControl::tellFeaturesMade);
    connect(page, &DevicePage::keyFileRequested, this, &DeviceControl::chooseKey);
    connect(page, &DevicePage::keyFileChanged, session, [session](const QString &path) {
        if (!path.isEmpty())
            session->findKey(path);
    });
    connect(session, &DeviceSession::keyFound, page, &DevicePage::showKey);
    connect(session, &DeviceSession::keyRefused, page, &DevicePage::showKeyProblem);
    connect(session, &DeviceSession::waiting, page, &DevicePage::setWaiting);
    connect(session, &DeviceSession::saved, page, [page](const QString &path) {
        const QString words = tr("Written: %1").arg(path);
        page->appendConsole(words);
        page->showSummary(words);
    });
    connect(session, &DeviceSession::began, page, &DevicePage::begin);
    connect(session, &DeviceSession::connectionChanged, page, &DevicePage::setConnection);
    connect(session, &DeviceSession::cardChanged, page, &DevicePage::setCard);
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
            [this](const MeasuredModel &model) { m_page->addMeasurement(model); });
    connect(session, &DeviceSession::itemFailed, this, [this](const QString &what, Error why) {
        why.where = what.toStdString();
        m_page->showError(why);
        Q_EMIT problem(why);
    });
    connect(session, &DeviceSession::queueEnded, this, [this](int done, int failed, int skipped) {
        QStringList parts {tr("%n measured", nullptr, done)};
        if (failed > 0)
            parts << tr("%n failed", nullptr, failed);
        if (skipped > 0)
            parts << tr("%n skipped", nullptr, skipped);
        const QString summary = parts.join(QStringLiteral(", "));
        m_page->showSummary(summary);
        m_page->appendConsole(summary);
        Q_EMIT queueEnded(summary, failed + skipped == 0);
    });
    connect(session, &DeviceSession::consoleLine, page, &DevicePage::appendConsole);
    connect(session, &DeviceSession::failed, this, [this](const Error &error) {
        m_page->showError(error);
        Q_EMIT problem(error);
    });
}

void DeviceControl::setPageShown(bool shown)
{
    if (!shown) {
        m_hotPlug.stop();
        return;
    }
    m_session->list();
    m_hotPlug.start(hotPlugMilliseconds);
}

void DeviceControl::chooseKey()
{
    const QString path =
        QFileDialog::getOpenFileName(m_page->window(), tr("File with the board's key"),
                                     m_page->keyFile().isEmpty() ? userFolder() : m_page->keyFile());
    if (!path.isEmpty())
        m_page->setKeyFile(path);
}

void DeviceControl::saveTable()
{
    const QString path = QFileDialog::getSaveFileName(
        m_page->window(), tr("Save figures as a table"),
        QDir(userFolder()).filePath(QStringLiteral("device.csv")), tr("Tables (*.csv)"));
    if (path.isEmpty())
        return;
    std::vector<Measurement> all;
    for (const MeasuredModel &model : m_page->measured())
        all.push_back(model.measurement);
    m_session->save(path, QByteArray::fromStdString(measurementCsv(all)));
    const QFileInfo file(path);
    m_session->save(file.dir().filePath(file.completeBaseName() + QStringLiteral("-confusion.csv")),
                    QByteArray::fromStdString(confusionCsv(m_page->measured())));
}

void DeviceControl::setData(const OpenData &open)
{
    m_open = open;
    m_page->setSamplesReason(samplesReason(m_open.data.get()));
    tellFeaturesMade();
    offerModels();
}

void DeviceControl::tellFeaturesMade()
{
    Q_EMIT featuresMadeChanged(m_page->fromSamples() ? m_open.data->signal() : std::nullopt);
}

void DeviceControl::offerModels()
{
    QList<PushableModel> models;
    for (const RunSummary &run : m_runs) {
        if (run.status != RunStatus::Finished || !run.result)
            continue;
        QString reason;
        if (!m_open.data)
            reason = tr("No data is loaded.");
        else if (run.datasetDigest != m_open.data->digest())
            reason =
                tr("It was trained on other data (%1) than are loaded (%2). Load its data to measure it.")
                    .arg(QString::fromStdString(run.dataset), QString::fromStdString(m_open.data->name()));
        models << PushableModel {QString::fromStdString(run.id), QString::fromStdString(run.title),
                                 tr("%1, %2").arg(QString::fromStdString(run.dataset),
                                                  QString::fromStdString(percentText(run.testAccuracy))),
                                 reason};
    }
    m_page->setModels(models);
}

} // namespace rosler
