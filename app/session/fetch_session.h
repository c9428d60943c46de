// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QObject>
#include <QString>

#include "core/base/result.h"

namespace rosler {

/// Fetches published data on a worker thread, one at a time. GUI thread only; its signals come on the GUI
/// thread.
class FetchSession : public QObject
{
    Q_OBJECT

public:
    explicit FetchSession(QObject *parent = nullptr);
    ~FetchSession() override;

public Q_SLOTS:
    /// @param name  of publishedData(); a fetch that goes on is stopped, what came of it is kept
    void fetch(const QString &name);
    void cancel();

Q_SIGNALS:
    void started(const QString &name);
    void progressed(double fraction);
    void fetched(const QString &folder); ///< all files are there
    void failed(const rosler::Error &error);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
