// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include <QList>
#include <QObject>
#include <QTimer>

#include "core/data/dataset.h"
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
    using Data = std::function<std::shared_ptr<const Dataset>()>;

    /// None of them is owned; all outlive this.
    DeviceControl(DevicePage *page, DeviceSession *session, RunLibrary *library, Data data,
                  QObject *parent = nullptr);

    /// While the page is shown, what is plugged in and out shows by itself.
    void setPageShown(bool shown);

Q_SIGNALS:
    void problem(const rosler::Error &error);

private:
    void saveTable();
    void takeRuns(const QList<RunSummary> &runs);

    DevicePage *m_page;
    DeviceSession *m_session;
    Data m_data;
    QTimer m_hotPlug;
    QList<BoardChoice> m_boards; ///< as the page has them
    QList<BoardChoice> m_meters;
};

} // namespace rosler
