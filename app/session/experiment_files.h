// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QObject>
#include <QString>

#include "core/base/result.h"
#include "core/experiment/experiment_spec.h"

namespace rosler {

class JobThread;

/// Reads and writes experiment files on a worker thread, in order. GUI thread only; its signals come on
/// the GUI thread.
class ExperimentFiles : public QObject
{
    Q_OBJECT

public:
    explicit ExperimentFiles(QObject *parent = nullptr);
    ~ExperimentFiles() override;

public Q_SLOTS:
    void open(const QString &path);
    void save(const QString &path, const rosler::ExperimentSpec &spec);

Q_SIGNALS:
    void opened(const QString &path, const rosler::ExperimentSpec &spec);
    void saved(const QString &path);
    void failed(const rosler::Error &error);

private:
    std::unique_ptr<JobThread> m_thread;
};

} // namespace rosler
