// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include <QObject>

#include "core/data/dataset.h"
#include "core/store/run_store.h"

namespace rosler {

class DevicePage;
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

    /// Looks for boards, the first time only.
    void pageShown();

Q_SIGNALS:
    void problem(const rosler::Error &error);
    void exportRequested();

private:
    void saveTable();
    void takeRuns(const QList<RunSummary> &runs);

    DevicePage *m_page;
    DeviceSession *m_session;
    Data m_data;
    bool m_listed = false;
};

} // namespace rosler
