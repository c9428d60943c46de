// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QList>
#include <QObject>
#include <QTimer>

#include "app/session/open_data.h"
#include "core/store/run_store.h"
#include "widgets/pages/device_page.h"

namespace rosler {

class DeviceSession;
class RunLibrary;

/// Keeps the Device page in step with the boards, the stored runs and the measuring that runs.
class DeviceControl : public QObject
{
    Q_OBJECT

public:
    /// None of them is owned; all outlive this.
    DeviceControl(DevicePage *page, DeviceSession *session, RunLibrary *library, QObject *parent = nullptr);

    /// The data that models are measured on; models that were trained on others cannot be.
    void setData(const OpenData &open);

    /// While the page is shown, what is plugged in and out shows by itself.
    void setPageShown(bool shown);

Q_SIGNALS:
    void problem(const rosler::Error &error);
    /// A queue of measurements has come to its end: how, in a sentence.
    void queueEnded(const QString &summary, bool allDone);
    /// What a board that is handed samples makes of them; none: it is handed features.
    void featuresMadeChanged(const std::optional<rosler::SignalFeatures> &made);

private:
    void saveTable();
    void chooseKey();
    void offerModels();
    void tellFeaturesMade();

    DevicePage *m_page;
    DeviceSession *m_session;
    OpenData m_open;
    QList<RunSummary> m_runs; ///< as listed last
    QTimer m_hotPlug;
    QList<BoardChoice> m_boards; ///< as the page has them
    QList<BoardChoice> m_meters;
};

} // namespace rosler
