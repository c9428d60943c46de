// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/examples_session.h"

#include <cstdint>
#include <stop_token>
#include <utility>

#include "app/session/job_thread.h"

namespace rosler {

class ExamplesSession::Private
{
public:
    Private(ExamplesSession *session, std::shared_ptr<RunStore> runStore)
        : q(session)
        , store(std::move(runStore))
        , thread([this](const Error &error) { post([this, error] { Q_EMIT q->answerFailed(error); }); })
    {
    }
    ~Private()
    {
        summary.stop.request_stop();
        answers.stop.request_stop();
    }

    template <typename F>
    void post(F f)
    {
        QMetaObject::invokeMethod(q, std::move(f), Qt::QueuedConnection);
    }

    /// One kind of question: a new one ends the one before.
    struct Question {
        std::stop_source stop;
        std::uint64_t number = 0;

        std::pair<std::uint64_t, std::stop_token> ask()
        {
            stop.request_stop();
            stop = std::stop_source();
            return {++number, stop.get_token()};
        }
    };

    Result<std::shared_ptr<const RunAnswers>> answersOf(const QString &run, const QString &name,
                                                        const Dataset &data, const std::stop_token &token);

    ExamplesSession *q;
    std::shared_ptr<RunStore> store;
    Question summary;
    Question answers;
    JobThread thread;
};

Result<std::shared_ptr<const RunAnswers>> ExamplesSession::Private::answersOf(const QString &run,
                                                                              const QString &name,
                                                                              const Dataset &data,
                                                                              const std::stop_token &token)
{
    const Result<Network> network = store->loadModel(run.toStdString());
    if (!network)
        return tl::unexpected(network.error());
    Result<std::vector<std::uint16_t>> test = rosler::answersOf(*network, data.test(), token);
    if (!test)
        return tl::unexpected(test.error());
    Result<std::vector<std::uint16_t>> train = rosler::answersOf(*network, data.train(), token);
    if (!train)
        return tl::unexpected(train.error());
    return std::make_shared<const RunAnswers>(RunAnswers {
        run.toStdString(), name.toStdString(), std::move(*train), std::move(*test), network->keptFeatures()});
}

ExamplesSession::ExamplesSession(std::shared_ptr<RunStore> store, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, std::move(store)))
{
}

ExamplesSession::~ExamplesSession() = default;

void ExamplesSession::summarise(const std::shared_ptr<const Dataset> &data, const ValidationSpec &validation)
{
    d->answers.ask(); // answers on other data are nobody's question any more
    const auto [number, token] = d->summary.ask();
    d->thread.post([this, data, validation, number = number, token = token] {
        if (token.stop_requested())
            return;
        Result<DataSummary> summary = rosler::summarise(*data, validation, token);
        if (!summary && summary.error().code == ErrorCode::Cancelled)
            return;
        d->post([this, data, number, summary = std::move(summary)]() mutable {
            if (number != d->summary.number)
                return;
            if (summary)
                Q_EMIT summarised(data, std::make_shared<const DataSummary>(std::move(*summary)));
            else
                Q_EMIT summaryFailed(summary.error());
        });
    });
}

void ExamplesSession::answer(const QString &run, const QString &name,
                             const std::shared_ptr<const Dataset> &data)
{
    const auto [number, token] = d->answers.ask();
    d->thread.post([this, run, name, data, number = number, token = token] {
        if (token.stop_requested())
            return;
        const auto answers = d->answersOf(run, name, *data, token);
        if (!answers && answers.error().code == ErrorCode::Cancelled)
            return;
        d->post([this, number, answers] {
            if (number != d->answers.number)
                return;
            if (answers)
                Q_EMIT answered(*answers);
            else
                Q_EMIT answerFailed(answers.error());
        });
    });
}

} // namespace rosler
