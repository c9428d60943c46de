// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/fetch_session.h"

#include <cstdint>
#include <stop_token>
#include <utility>

#include "app/fetch/data_fetch.h"
#include "app/session/job_thread.h"

namespace rosler {

class FetchSession::Private
{
public:
    explicit Private(FetchSession *session)
        : q(session)
        , thread([this](const Error &error) { post([this, error] { Q_EMIT q->failed(error); }); })
    {
    }
    ~Private() { current.request_stop(); }

    template <typename F>
    void post(F f)
    {
        QMetaObject::invokeMethod(q, std::move(f), Qt::QueuedConnection);
    }

    void fetch(const PublishedData &data, std::uint64_t number, const std::stop_token &stop);

    FetchSession *q;
    std::stop_source current;
    std::uint64_t newest = 0;
    JobThread thread;
};

void FetchSession::Private::fetch(const PublishedData &data, std::uint64_t number,
                                  const std::stop_token &stop)
{
    if (stop.stop_requested())
        return;
    double told = 0;
    const auto report = [&](std::uint64_t done, std::uint64_t total) {
        const double fraction = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
        if (fraction - told < 0.002)
            return;
        told = fraction;
        post([this, number, fraction] {
            if (number == newest)
                Q_EMIT q->progressed(fraction);
        });
    };
    const Result<FetchedData> fetched = fetchData(data, fetchedDataRoot(), {}, {report, stop});
    if (!fetched && fetched.error().code == ErrorCode::Cancelled)
        return;
    post([this, number, fetched] {
        if (number != newest)
            return;
        if (fetched)
            Q_EMIT q->fetched(QString::fromStdU16String(fetched->folder.u16string()));
        else
            Q_EMIT q->failed(fetched.error());
    });
}

FetchSession::FetchSession(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this))
{
}

FetchSession::~FetchSession() = default;

void FetchSession::fetch(const QString &name)
{
    const PublishedData *data = findPublishedData(name.toStdString());
    if (data == nullptr)
        return;
    cancel();
    d->current = std::stop_source();
    const std::uint64_t number = ++d->newest;
    Q_EMIT started(name);
    d->thread.post([this, data, number, stop = d->current.get_token()] { d->fetch(*data, number, stop); });
}

void FetchSession::cancel()
{
    d->current.request_stop();
    ++d->newest;
}

} // namespace rosler
