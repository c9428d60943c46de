// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>

#include <QObject>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/dataset_request.h"

namespace rosler {

/// Loads datasets on a worker thread, one at a time: a new load() cancels the one before.
/// GUI thread only; its signals come on the GUI thread.
class DatasetSession : public QObject
{
    Q_OBJECT

public:
    explicit DatasetSession(QObject *parent = nullptr);
    ~DatasetSession() override;

    /// What the reader of the data that were loaded last may be told.
    [[nodiscard]] std::span<const ReaderOption> options() const noexcept;

public Q_SLOTS:
    void load(const rosler::DatasetRequest &request);
    void cancel();

Q_SIGNALS:
    void started(const QString &source);
    void progressed(double fraction);
    void loaded(std::shared_ptr<const rosler::Dataset> data);
    void failed(const rosler::Error &error);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
