// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/device_session.h"

#include <algorithm>
#include <optional>
#include <stop_token>
#include <utility>

#include <QSaveFile>
#include <QTimer>

#include "app/session/job_thread.h"
#include "core/base/quantity_text.h"
#include "device_link/host/links/meter_port.h"
#include "device_link/host/links/twin_link.h"

namespace rosler {

namespace {

constexpr int pingMilliseconds = 1000;
constexpr int returnMilliseconds = 1500; ///< between looks for a board that went
constexpr std::chrono::seconds commandPatience {30};

/// Whether the board itself is out of reach, and not only what was asked of it.
bool isLoss(const Error &error)
{
    return error.code == ErrorCode::Unreadable || error.code == ErrorCode::TimedOut;
}

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
        , side([this](const Error &error) { post([this, error] { Q_EMIT q->failed(error); }); })
        , thread([this](const Error &error) { post([this, error] { end(error); }); })
    {
        ping.setInterval(pingMilliseconds);
        QObject::connect(&ping, &QTimer::timeout, q, [this] { look(); });
    }
    ~Private()
    {
        stopping.request_stop();
        ending.request_stop();
        thread.post([this] { closeMeter(); });
    }

    template <typename F>
    void post(F f)
    {
        QMetaObject::invokeMethod(q, std::move(f), Qt::QueuedConnection);
    }

    // On the GUI thread.
    void end(const Error &error, bool boardIsLost = false);
    void finish();
    void look();
    void gone(const Error &why);
    void ask(const QString &board);

    // On the worker thread.
    Result<void> open(const std::string &id, const std::stop_token &stop);
    void close() { board.reset(); }
    void tellCard();
    struct Item {
        QString what; ///< "rosler i8 (2 of 6)"
        std::string run;
        std::string type;
    };
    struct Worked {
        Result<void> outcome;
        bool boardIsLost = false;
    };
    Worked work(const DeviceOrder &order, const Dataset &data, const std::stop_token &stop);
    Worked measureAll(const DeviceOrder &order, const Dataset &data, const std::stop_token &stop);
    Result<void> measureItem(const Item &item, const RunRecord &record, const Network &network,
                             const DeviceOrder &order, const Dataset &data, bool &boardIsLost,
                             const std::stop_token &stop);
    /// Switches off what the meter supplies, and lets go of it: with the board, or at the end.
    void closeMeter();

    DeviceSession *q;
    std::shared_ptr<RunStore> store;
    bool working = false;
    bool isOpen = false;  ///< as far as the GUI thread knows
    bool looking = false; ///< a ping or an attempt to open is on its way
    QString wanted;       ///< the board the user is connected to, or will be again; empty = none
    QTimer ping;
    std::stop_source stopping; ///< of what the user asked for
    std::stop_source ending;   ///< of everything

    std::optional<OpenBoard> board; ///< worker thread only
    std::string boardId;            ///< worker thread only
    std::unique_ptr<Meter> meter;   ///< worker thread only
    JobThread side;                 ///< what needs no board
    JobThread thread;               ///< last: ends before the rest is gone
};

void DeviceSession::Private::end(const Error &error, bool boardIsLost)
{
    if (error.code != ErrorCode::Cancelled)
        Q_EMIT q->failed(error);
    if (boardIsLost)
        gone(error);
    finish();
}

void DeviceSession::Private::finish()
{
    working = false;
    Q_EMIT q->finished();
}

void DeviceSession::Private::gone(const Error &why)
{
    const bool was = isOpen;
    isOpen = false;
    ping.setInterval(returnMilliseconds);
    if (was)
        Q_EMIT q->lost(why);
}

void DeviceSession::Private::look()
{
    if (working || looking || wanted.isEmpty())
        return;
    looking = true;
    thread.post([this, id = wanted.toStdString(), stop = ending.get_token()] {
        const bool wasOpen = board.has_value() && boardId == id;
        Error why;
        bool answers = false;
        if (wasOpen) {
            const Result<BoardInfo> info = board->client->hello(stop);
            answers = info.has_value();
            if (!answers) {
                why = info.error();
                close();
            }
        } else {
            const Result<void> opened = open(id, stop);
            answers = opened.has_value();
            if (!answers)
                why = opened.error();
        }
        post([this, answers, why] {
            looking = false;
            if (!answers)
                gone(why);
        });
    });
}

void DeviceSession::Private::ask(const QString &id)
{
    wanted = id;
    working = true;
    stopping = std::stop_source();
    isOpen = false;
    Q_EMIT q->connecting(id);
    ping.start(pingMilliseconds);
}

Result<void> DeviceSession::Private::open(const std::string &id, const std::stop_token &stop)
{
    if (board && boardId == id)
        return {};
    close();
    const auto console = [this](std::string_view line) {
        post([this, text = QString::fromUtf8(line.data(), static_cast<qsizetype>(line.size()))] {
            Q_EMIT q->consoleLine(text);
        });
    };
    Result<OpenBoard> opened = openBoard(id, console, stop);
    if (!opened)
        return tl::unexpected(opened.error());
    board = std::move(*opened);
    boardId = id;
    tellCard();
    return {};
}

void DeviceSession::Private::tellCard()
{
    post([this, title = QString::fromStdString(board->profile.title), card = cardOf(*board),
          id = QString::fromStdString(boardId)] {
        if (id != wanted)
            return; // the user has gone on to another one
        isOpen = true;
        ping.setInterval(pingMilliseconds);
        Q_EMIT q->connected(title, card);
    });
}

void DeviceSession::Private::closeMeter()
{
    if (!meter)
        return;
    (void)meter->setPower(false); // it may have gone itself
    meter.reset();
}

DeviceSession::Private::Worked DeviceSession::Private::work(const DeviceOrder &order, const Dataset &data,
                                                            const std::stop_token &stop)
{
    if (!order.meter.isEmpty()) { // before the board, which it may supply
        meter.reset();            // lets go of the port; the board stays on
        auto opened = openMeterPort(order.meter.toStdString(), order.meterSettings);
        if (!opened) // busy, or unplugged: nothing is wrong with the board
            return {tl::unexpected(opened.error()), false};
        meter = std::move(*opened);
    }
    if (Result<void> opened = open(order.board.toStdString(), stop); !opened) {
        const bool lost = isLoss(opened.error());
        return {std::move(opened), lost};
    }
    Worked worked = measureAll(order, data, stop);
    if (worked.boardIsLost)
        close();
    else if (board->client->hello(stop))
        tellCard(); // slots have changed
    return worked;
}

/// A queue: each item ends measured, failed or skipped, and the rest go on.
DeviceSession::Private::Worked
DeviceSession::Private::measureAll(const DeviceOrder &order, const Dataset &data, const std::stop_token &stop)
{
    Worked worked;
    int done = 0;
    int failed = 0;
    const int all = static_cast<int>(order.runs.size() * order.types.size());
    int number = 0;
    for (const QString &run : order.runs) {
        const Result<RunRecord> record = store->load(run.toStdString());
        const Result<Network> network = record.and_then(
            [&](const RunRecord &) -> Result<Network> { return store->loadModel(run.toStdString()); });
        for (const QString &type : order.types) {
            ++number;
            if (!worked.outcome || stop.stop_requested())
                continue; // skipped
            const QString title = record ? QString::fromStdString(record->summary.title) : run;
            const Item item {DeviceSession::tr("%1 %2 (%3 of %4)").arg(title, type).arg(number).arg(all),
                             run.toStdString(), type.toStdString()};
            post([this, what = item.what] { Q_EMIT q->current(what); });
            Result<void> outcome = network
                ? measureItem(item, *record, *network, order, data, worked.boardIsLost, stop)
                : Result<void>(tl::unexpected(network.error()));
            if (outcome) {
                ++done;
                continue;
            }
            if (worked.boardIsLost || outcome.error().code == ErrorCode::Cancelled) {
                worked.outcome = std::move(outcome);
                continue;
            }
            ++failed;
            post([this, what = item.what, why = outcome.error()] { Q_EMIT q->itemFailed(what, why); });
        }
    }
    post(
        [this, done, failed, skipped = all - done - failed] { Q_EMIT q->queueEnded(done, failed, skipped); });
    return worked;
}

Result<void> DeviceSession::Private::measureItem(const Item &item, const RunRecord &record,
                                                 const Network &network, const DeviceOrder &order,
                                                 const Dataset &data, bool &boardIsLost,
                                                 const std::stop_token &stop)
{
    if (record.summary.datasetDigest != data.digest())
        return fail(ErrorCode::OutOfRange,
                    "it was trained on " + record.summary.dataset + ", loaded is " + data.name()
                        + "; load its data to measure it",
                    record.summary.title);
    const ReferenceInference reference = twinInference();
    const Result<rsl_number> type = numberType(item.type);
    if (!type)
        return tl::unexpected(type.error());
    PackOptions options;
    options.type = *type;
    options.int8Layout = board->client->info().preferred;
    options.name = record.summary.title;
    const Result<ModelImage> image = packModel(network, options, calibrationOf(data), reference);
    if (!image)
        return tl::unexpected(image.error());
    MeasureRequest request = measureRequest(record.summary.title, data, order.samples);
    request.emulated = board->emulated;
    // One of an earlier order may still supply the board; it is not asked.
    request.meter = order.meter.isEmpty() ? nullptr : meter.get();
    MeasureStep at = MeasureStep::Send;
    double told = -1;
    const Result<MeasuredModel> measured = measureModel(
        *board->client, board->profile, *image, data.test(), request, reference,
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
        boardIsLost = isLoss(measured.error());
        post([this, at, why = QString::fromStdString(measured.error().what)] {
            Q_EMIT q->stepFailed(at, why);
        });
        return tl::unexpected(measured.error());
    }
    post([this, model = *measured] { Q_EMIT q->measured(model); });
    // It belongs to the run. That it cannot be kept is told; it was measured all the same.
    if (const auto kept = store->addMeasurement(item.run, measurementJson(measured->measurement),
                                                measured->measurement.board + "_" + item.type);
        !kept)
        post([this, error = kept.error()] { Q_EMIT q->failed(error); });
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

bool DeviceSession::isConnected() const
{
    return d->isOpen;
}

void DeviceSession::list()
{
    d->side.post([this] {
        const std::vector<BoardEntry> boards = listBoards();
        d->post([this, list = QList<BoardEntry>(boards.begin(), boards.end())] { Q_EMIT listed(list); });
    });
}

void DeviceSession::diagnose()
{
    d->side.post([this] {
        const std::vector<BoardFinding> all = diagnoseBoards();
        d->post([this, list = QList<BoardFinding>(all.begin(), all.end())] { Q_EMIT diagnosed(list); });
    });
}

void DeviceSession::findFlashTools(const QString &board)
{
    d->side.post([this, board] {
        QList<FlashTool> tools;
        if (const Result<BoardProfile> profile = boardProfile(board.toStdString()))
            for (FlashTool &tool : availableFlashTools(*profile))
                tools << std::move(tool);
        d->post([this, board, tools] { Q_EMIT flashToolsFound(board, tools); });
    });
}

void DeviceSession::findFlashCommand(const FlashOrder &order)
{
    d->side.post([this, order] {
        QStringList lines;
        QString problem;
        if (const Result<BoardProfile> profile = boardProfile(order.board.toStdString())) {
            if (const auto commands = flashCommands(order.tool, *profile, order.image.toStdString()))
                for (const std::vector<std::string> &command : *commands)
                    lines << QString::fromStdString(commandLine(command));
            else
                problem = QString::fromStdString(message(commands.error()));
        }
        if (lines.isEmpty() && problem.isEmpty())
            lines << tr("copy %1 to %2").arg(order.image, QString::fromStdString(order.tool.place.string()));
        d->post([this, text = lines.join(QStringLiteral(" && ")), problem] {
            Q_EMIT flashCommandFound(text, problem);
        });
    });
}

void DeviceSession::flash(const FlashOrder &order)
{
    if (d->working)
        return;
    disconnectBoard(); // the tool may need its port
    d->working = true;
    d->stopping = std::stop_source();
    d->thread.post([this, order, stop = d->stopping.get_token()] {
        const auto work = [&]() -> Result<FlashReport> {
            const Result<BoardProfile> profile = boardProfile(order.board.toStdString());
            if (!profile)
                return tl::unexpected(profile.error());
            return flashFirmware(
                order.tool, *profile, order.image.toStdString(),
                [this](const FlashProgress &at) {
                    d->post([this, at] { Q_EMIT flashing(at.fraction, QString::fromStdString(at.line)); });
                },
                stop);
        };
        const Result<FlashReport> report = work();
        d->post([this, report] {
            d->working = false;
            if (report)
                Q_EMIT flashed(QString::fromStdString(report->output));
            else
                Q_EMIT flashFailed(report.error());
        });
    });
}

void DeviceSession::connectBoard(const QString &board)
{
    if (d->working)
        return;
    d->ask(board);
    d->thread.post([this, id = board.toStdString(), stop = d->stopping.get_token()] {
        const Result<void> opened = d->open(id, stop);
        d->post([this, opened] {
            d->working = false;
            if (opened)
                return;
            disconnectBoard();
            if (opened.error().code != ErrorCode::Cancelled)
                Q_EMIT failed(opened.error());
        });
    });
}

void DeviceSession::disconnectBoard()
{
    d->stopping.request_stop();
    d->wanted.clear();
    d->isOpen = false;
    d->ping.stop();
    d->thread.post([this] {
        d->close();
        d->closeMeter();
    });
    Q_EMIT disconnected();
}

void DeviceSession::measure(const DeviceOrder &order, std::shared_ptr<const Dataset> data)
{
    if (d->working)
        return;
    const bool there = d->isOpen && d->wanted == order.board;
    if (!there)
        d->ask(order.board);
    d->working = true;
    d->stopping = std::stop_source();
    Q_EMIT began();
    d->thread.post([this, order, data = std::move(data), stop = d->stopping.get_token()] {
        const Private::Worked worked = d->work(order, *data, stop);
        d->post([this, worked] {
            if (worked.outcome) {
                d->finish();
                return;
            }
            const bool never = !d->isOpen; // it could not even be reached: nothing to come back
            d->end(worked.outcome.error(), worked.boardIsLost);
            if (never)
                disconnectBoard();
        });
    });
}

void DeviceSession::command(const QString &line)
{
    if (d->working || !d->isOpen)
        return;
    d->thread.post([this, text = line.toStdString(), stop = d->ending.get_token()] {
        if (!d->board)
            return;
        const auto answered = d->board->client->textCommand(text, commandPatience, stop);
        if (!answered)
            d->post([this, error = answered.error()] { Q_EMIT failed(error); });
    });
}

void DeviceSession::stop()
{
    d->stopping.request_stop();
}

void DeviceSession::save(const QString &path, const QByteArray &bytes)
{
    d->side.post([this, path, bytes] {
        QSaveFile file(path);
        const bool good =
            file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
        d->post([this, path, good, why = file.errorString()] {
            if (good)
                Q_EMIT saved(path);
            else
                Q_EMIT failed({ErrorCode::Unreadable, why.toStdString(), path.toStdString()});
        });
    });
}

} // namespace rosler
