// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QList>
#include <QObject>
#include <QStringList>

#include "core/store/run_store.h"

namespace rosler {

/// Reads and changes the run store on a worker thread, in order. GUI thread only; its signals come on
/// the GUI thread.
class RunLibrary : public QObject
{
    Q_OBJECT

public:
    explicit RunLibrary(std::shared_ptr<RunStore> store, QObject *parent = nullptr);
    ~RunLibrary() override;

public Q_SLOTS:
    void refresh();               ///< answers listed()
    void load(const QString &id); ///< answers recordLoaded()
    void rename(const QString &id, const QString &title);
    void setStarred(const QString &id, bool starred);
    void setTags(const QString &id, const QStringList &tags);
    void remove(const QStringList &ids);
    void restore(const QStringList &ids);

Q_SIGNALS:
    void listed(const QList<rosler::RunSummary> &runs);
    void recordLoaded(std::shared_ptr<const rosler::RunRecord> record);
    void problem(const rosler::Error &error);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
