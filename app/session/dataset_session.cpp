// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/dataset_session.h"

#include <cstdint>
#include <stop_token>
#include <utility>

#include "app/session/job_thread.h"
#include "core/data/dataset_reader.h"

namespace rosler {

class DatasetSession::Private
{
public:
    explicit Private(DatasetSession *session)
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

    void load(const DatasetRequest &request, std::uint64_t number, const std::stop_token &stop);

    DatasetSession *q;
    std::stop_source current;
    std::span<const ReaderOption> options; ///< of the newest; the catalogue's own
    std::uint64_t newest = 0;              ///< number of the last load(); answers to older ones are dropped
    JobThread thread;
};

void DatasetSession::Private::load(const DatasetRequest &request, std::uint64_t number,
                                   const std::stop_token &stop)
{
    if (stop.stop_requested())
        return;
    double told = 0;
    const ReadProgress progress {[&](double fraction) {
                                     if (fraction - told < 0.01) // at most a hundred events a load
                                         return;
                                     told = fraction;
                                     post([this, number, fraction] {
                                         if (number == newest)
                                             Q_EMIT q->progressed(fraction);
                                     });
                                 },
                                 stop};
    Result<std::shared_ptr<const Dataset>> answer = loadDataset(request, readLimits(), progress);
    if (!answer && answer.error().code == ErrorCode::Cancelled)
        return;
    const auto known = datasetOptions(request.source);
    post([this, number, known, answer = std::move(answer)] {
        if (number != newest)
            return;
        options = known;
        if (answer)
            Q_EMIT q->loaded(*answer);
        else
            Q_EMIT q->failed(answer.error());
    });
}

DatasetSession::DatasetSession(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this))
{
}

DatasetSession::~DatasetSession() = default;

void DatasetSession::load(const DatasetRequest &request)
{
    d->current.request_stop();
    d->current = std::stop_source();
    const std::uint64_t number = ++d->newest;
    Q_EMIT started(QString::fromStdString(request.source));
    d->thread.post(
        [this, request, number, stop = d->current.get_token()] { d->load(request, number, stop); });
}

std::span<const ReaderOption> DatasetSession::options() const noexcept
{
    return d->options;
}

void DatasetSession::cancel()
{
    d->current.request_stop();
    ++d->newest;
}

} // namespace rosler
