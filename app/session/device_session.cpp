// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/device_session.h"

#include <algorithm>
#include <stop_token>
#include <utility>

#include "app/session/job_thread.h"
#include "core/base/quantity_text.h"
#include "device_link/host/links/twin_link.h"

namespace rosler {

namespace {

QList<QPair<QString, QString>> cardOf(const OpenBoard &board)
{
    const BoardInfo &info = board.client->info();
    const auto text = [](const std::string &value) { return QString::fromStdString(value); };
    QStringList has;
    if (info.fpu)
        has << DeviceSession::tr("floating point");
    if (info.dsp)
        has << DeviceSession::tr("DSP instructions");
    if (info.helium)
        has << DeviceSession::tr("Helium");
    QList<QPair<QString, QString>> rows {
        {DeviceSession::tr("Board"), text(board.profile.title)},
        {DeviceSession::tr("Kind"),
         board.emulated    ? DeviceSession::tr("emulated: counts instructions; times are modelled")
             : info.isTwin ? DeviceSession::tr("twin: computes as a board does, measures nothing")
                           : DeviceSession::tr("real: measures")},
        {DeviceSession::tr("Core"),
         text(info.core)
             + (has.isEmpty() ? QString() : QStringLiteral(", ") + has.join(QStringLiteral(", ")))},
        {DeviceSession::tr("Clock"), DeviceSession::tr("%1 MHz").arg(info.clockHz / 1e6)},
        {DeviceSession::tr("RAM for a model"), text(bytesText(info.ramBytes))},
        {DeviceSession::tr("Firmware"), text(info.firmware)},
        {DeviceSession::tr("Cycles per instruction"),
         DeviceSession::tr("%1 (%2)")
             .arg(board.profile.cyclesPerInstruction.value)
             .arg(text(board.profile.cyclesPerInstruction.source))},
    };
    if (board.profile.activeWatts)
        rows << QPair {DeviceSession::tr("Active power"),
                       DeviceSession::tr("%1 mW (%2)")
                           .arg(1e3 * board.profile.activeWatts->value)
                           .arg(text(board.profile.activeWatts->source))};
    int number = 0;
    for (const SlotInfo &slot : info.slots)
        rows << QPair {DeviceSession::tr("Slot %1").arg(number++),
                       slot.state == SlotInfo::State::Valid
                           ? DeviceSession::tr("%1, %2%3")
                                 .arg(text(slot.name), text(bytesText(slot.bytes)),
                                      slot.active ? DeviceSession::tr(", active") : QString())
                           : DeviceSession::tr("no model; takes %1").arg(text(bytesText(slot.capacity)))};
    return rows;
}

} // namespace

class DeviceSession::Private
{
public:
    Private(DeviceSession *session, std::shared_ptr<RunStore> runs)
        : q(session)
        , store(std::move(runs))
        , thread([this](const Error &error) { post([this, error] { end(error); }); })
    {
    }
    ~Private() { stopping.request_stop(); }

    template <typename F>
    void post(F f)
    {
        QMetaObject::invokeMethod(q, std::move(f), Qt::QueuedConnection);
    }
    void end(const Error &error)
    {
        working = false;
        if (error.code != ErrorCode::Cancelled)
            Q_EMIT q->failed(error);
        Q_EMIT q->finished();
    }

    // On the worker thread.
    Result<void> work(const DeviceOrder &order, const Dataset &data, const std::stop_token &stop);
    Result<void> measureRun(OpenBoard &board, const std::string &run, const DeviceOrder &order,
                            const Dataset &data, int first, int all, const std::stop_token &stop);

    DeviceSession *q;
    std::shared_ptr<RunStore> store;
    bool working = false;
    std::stop_source stopping;
    JobThread thread; ///< last: ends before the rest is gone
};

Result<void> DeviceSession::Private::work(const DeviceOrder &order, const Dataset &data,
                                          const std::stop_token &stop)
{
    const auto console = [this](std::string_view line) {
        post([this, text = QString::fromUtf8(line.data(), static_cast<qsizetype>(line.size()))] {
            Q_EMIT q->consoleLine(text);
        });
    };
    Result<OpenBoard> board = openBoard(order.board.toStdString(), console, stop);
    if (!board)
        return tl::unexpected(board.error());
    post([this, card = cardOf(*board)] { Q_EMIT q->connected(card); });
    const int types = static_cast<int>(order.types.size());
    const int all = static_cast<int>(order.runs.size()) * types;
    for (int i = 0; i < order.runs.size(); ++i)
        if (Result<void> done =
                measureRun(*board, order.runs[i].toStdString(), order, data, i * types, all, stop);
            !done)
            return done;
    if (const Result<BoardInfo> now = board->client->hello(stop))
        post([this, card = cardOf(*board)] { Q_EMIT q->connected(card); });
    return {};
}

Result<void> DeviceSession::Private::measureRun(OpenBoard &board, const std::string &run,
                                                const DeviceOrder &order, const Dataset &data, int first,
                                                int all, const std::stop_token &stop)
{
    const Result<RunRecord> record = store->load(run);
    if (!record)
        return tl::unexpected(record.error());
    const Result<Network> network = store->loadModel(run);
    if (!network)
        return tl::unexpected(network.error());
    if (record->summary.datasetDigest != data.digest())
        return fail(ErrorCode::OutOfRange,
                    "it was trained on " + record->summary.dataset + ", loaded is " + data.name()
                        + "; load its data to measure it",
                    record->summary.title);
    const ConstMatrixView calibration = calibrationOf(data);
    const ReferenceInference reference = twinInference();
    for (const QString &typeName : order.types) {
        const QString what = DeviceSession::tr("%1 %2 (%3 of %4)")
                                 .arg(QString::fromStdString(record->summary.title), typeName)
                                 .arg(++first)
                                 .arg(all);
        post([this, what] { Q_EMIT q->current(what); });
        const Result<rsl_number> type = numberType(typeName.toStdString());
        if (!type)
            return tl::unexpected(type.error());
        PackOptions options;
        options.type = *type;
        options.int8Layout = board.client->info().preferred;
        options.name = record->summary.title;
        const Result<ModelImage> image = packModel(*network, options, calibration, reference);
        if (!image)
            return tl::unexpected(image.error());
        MeasureRequest request;
        request.model = record->summary.title;
        request.emulated = board.emulated;
        request.samples = order.samples;
        MeasureStep at = MeasureStep::Send;
        double told = -1;
        const Result<MeasuredModel> measured = measureModel(
            *board.client, board.profile, *image, data.test(), request, reference,
            [&](MeasureStep step, double fraction, const std::string &note) {
                const bool done = fraction >= 1;
                if (step == at && !done && fraction >= 0 && fraction - told < 0.01)
                    return; // at most a hundred events a step
                at = step;
                told = fraction;
                post([this, step, done, fraction, text = QString::fromStdString(note)] {
                    Q_EMIT q->stepped(step, done, fraction, text);
                });
            },
            stop);
        if (!measured) {
            post([this, at, why = QString::fromStdString(measured.error().what)] {
                Q_EMIT q->stepFailed(at, why);
            });
            return tl::unexpected(measured.error());
        }
        post([this, model = *measured] { Q_EMIT q->measured(model); });
    }
    return {};
}

DeviceSession::DeviceSession(std::shared_ptr<RunStore> store, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, std::move(store)))
{
}

DeviceSession::~DeviceSession() = default;

bool DeviceSession::isWorking() const
{
    return d->working;
}

void DeviceSession::list()
{
    d->thread.post([this] {
        const std::vector<BoardEntry> boards = listBoards();
        d->post([this, list = QList<BoardEntry>(boards.begin(), boards.end())] { Q_EMIT listed(list); });
    });
}

void DeviceSession::measure(const DeviceOrder &order, std::shared_ptr<const Dataset> data)
{
    if (d->working)
        return;
    d->working = true;
    d->stopping = std::stop_source();
    Q_EMIT began();
    d->thread.post([this, order, data = std::move(data), stop = d->stopping.get_token()] {
        const Result<void> done = d->work(order, *data, stop);
        d->post([this, done] {
            if (!done) {
                d->end(done.error());
                return;
            }
            d->working = false;
            Q_EMIT finished();
        });
    });
}

void DeviceSession::stop()
{
    d->stopping.request_stop();
}

} // namespace rosler
