// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/run_library.h"

#include <utility>

#include "app/session/job_thread.h"

namespace rosler {

class RunLibrary::Private
{
public:
    Private(RunLibrary *library, std::shared_ptr<RunStore> runStore)
        : q(library)
        , store(std::move(runStore))
        , thread([this](const Error &error) { report(error); })
    {
    }

    template <typename F>
    void post(F f)
    {
        QMetaObject::invokeMethod(q, std::move(f), Qt::QueuedConnection);
    }
    void report(const Error &error)
    {
        post([this, error] { Q_EMIT q->problem(error); });
    }

    /// Does @p change on the thread, then lists again.
    template <typename F>
    void change(F f)
    {
        thread.post([this, f = std::move(f)] {
            if (const Result<void> done = f(*store); !done)
                report(done.error());
        });
        q->refresh();
    }

    RunLibrary *q;
    std::shared_ptr<RunStore> store;
    JobThread thread;
};

RunLibrary::RunLibrary(std::shared_ptr<RunStore> store, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, std::move(store)))
{
}

RunLibrary::~RunLibrary() = default;

void RunLibrary::refresh()
{
    d->thread.post([this] {
        std::vector<Error> problems;
        std::vector<RunSummary> runs = d->store->list(&problems);
        for (const Error &error : problems)
            d->report(error);
        d->post([this,
                 list = QList<RunSummary>(std::make_move_iterator(runs.begin()),
                                          std::make_move_iterator(runs.end()))] { Q_EMIT listed(list); });
    });
}

void RunLibrary::load(const QString &id)
{
    d->thread.post([this, id = id.toStdString()] {
        Result<RunRecord> record = d->store->load(id);
        if (!record) {
            d->report(record.error());
            return;
        }
        d->post([this, shared = std::make_shared<const RunRecord>(std::move(*record))] {
            Q_EMIT recordLoaded(shared);
        });
    });
}

void RunLibrary::rename(const QString &id, const QString &title)
{
    d->change([id = id.toStdString(), title = title.toStdString()](RunStore &store) {
        return store.rename(id, title);
    });
}

void RunLibrary::setStarred(const QString &id, bool starred)
{
    d->change([id = id.toStdString(), starred](RunStore &store) { return store.setStarred(id, starred); });
}

void RunLibrary::setTags(const QString &id, const QStringList &tags)
{
    std::vector<std::string> list;
    list.reserve(static_cast<std::size_t>(tags.size()));
    for (const QString &tag : tags)
        list.push_back(tag.toStdString());
    d->change(
        [id = id.toStdString(), list = std::move(list)](RunStore &store) { return store.setTags(id, list); });
}

void RunLibrary::remove(const QStringList &ids)
{
    for (const QString &id : ids)
        d->thread.post([this, key = id.toStdString()] {
            if (const Result<void> done = d->store->remove(key); !done)
                d->report(done.error());
        });
    refresh();
}

void RunLibrary::restore(const QStringList &ids)
{
    for (const QString &id : ids)
        d->thread.post([this, key = id.toStdString()] {
            if (const Result<void> done = d->store->restore(key); !done)
                d->report(done.error());
        });
    refresh();
}

} // namespace rosler
