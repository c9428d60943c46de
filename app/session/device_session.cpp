// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/device_session.h"

#include <algorithm>
#include <optional>
#include <stop_token>
#include <utility>

#include <QTimer>

#include "app/session/file_path.h"
#include "app/session/job_thread.h"
#include "app/trained/board_model.h"
#include "app/trained/trained_model.h"
#include "core/base/atomic_file.h"
#include "core/base/quantity_text.h"
#include "core/data/dataset_reader.h"
#include "device_link/host/links/meter_port.h"
#include "device_link/host/links/twin_link.h"

namespace rosler {

namespace {

constexpr int pingMilliseconds = 1000;
constexpr int returnMilliseconds = 1500; ///< between looks for a board that went
constexpr std::chrono::seconds commandPatience {30};
constexpr std::chrono::seconds shortestWait {1}; ///< of a board at work, that is told

/// Whether the board itself is out of reach, and not only what was asked of it.
bool isLoss(const Error &error)
{
    return error.code == ErrorCode::Unreadable || error.code == ErrorCode::TimedOut;
}

/// A stored run's model; its own data is what it is calibrated with.
/// @param windows  the same data as samples, if the board is handed these
Result<BoardModel> modelOf(const std::shared_ptr<RunStore> &store, const std::string &run,
                           const std::shared_ptr<const Dataset> &data,
                           const std::shared_ptr<const Dataset> &windows)
{
    auto model = trainedModel(store, run);
    if (!model)
        return tl::unexpected(model.error());
    if (model->isOfOtherData(*data))
        return fail(ErrorCode::OutOfRange,
                    "it was trained on " + model->record->summary.dataset + ", loaded is " + data->name()
                        + "; load its data first",
                    model->name);
    return boardModel(std::move(*model), data, windows);
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
        {DeviceSession::tr("Models"),
         info.key == 0 ? DeviceSession::tr("takes any: it has no key")
                       : DeviceSession::tr("takes only those with a tag of %1").arg(text(keyName(info.key)))},
    };
    for (const rsl_number type : {RSL_I8, RSL_F16, RSL_F32})
        if (const StatedRange &cycles = board.profile.cyclesPerInstruction.of(type); !cycles.source.empty())
            rows << QPair {
                DeviceSession::tr("Cycles per instruction, %1").arg(text(std::string(nameOf(type)))),
                DeviceSession::tr("%1 to %2 (%3)").arg(cycles.low).arg(cycles.high).arg(text(cycles.source))};
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
        , thread([this](const Error &error) {
            post([this, error] {
                Q_EMIT q->failed(error);
                endMeasuring(error, false);
            });
        })
    {
        ping.setSingleShot(true);
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
    /// Makes a step of the connection and tells when it is another one then.
    template <typename Step>
    void go(const Step &step)
    {
        const BoardConnection before = connection;
        step(connection);
        if (connection != before)
            Q_EMIT q->connectionChanged(connection);
    }
    /// A new order: from now on its stop token is the one that counts.
    std::stop_token begin(const QString &id, bool andWork);
    [[nodiscard]] bool isNow(const std::stop_token &order) const { return order == stopping.get_token(); }
    void endMeasuring(const Error &error, bool boardIsLost);
    void look();
    void looked(const std::string &id, const Error *why);
    void wait(int milliseconds);

    // On the worker thread.
    Result<void> open(const std::string &id, const std::stop_token &stop);
    void close() { board.reset(); }
    void tellCard();
    struct Worked {
        Result<void> outcome;
        bool boardIsLost = false;
    };
    Worked work(const DeviceOrder &order, const OpenData &source, const std::stop_token &stop);
    Worked measureAll(const DeviceOrder &order, const OpenData &source, const std::stop_token &stop);
    Result<void> measureItem(const BoardModel &model, const std::string &type, const DeviceOrder &order,
                             bool &boardIsLost, const std::stop_token &stop);
    void tellAgreement(const BoardModel &model, const ModelImage &image, Index samples);
    /// Switches off what the meter supplies, and closes its port: with the board, or at the end.
    void closeMeter();

    DeviceSession *q;
    std::shared_ptr<RunStore> store;
    BoardConnection connection; ///< as far as the GUI thread knows
    QTimer ping;                ///< runs while no look at the board is on its way
    std::stop_source stopping;  ///< of what the user asked for
    std::stop_source ending;    ///< of everything

    std::optional<OpenBoard> board; ///< worker thread only
    std::string boardId;            ///< worker thread only
    std::unique_ptr<Meter> meter;   ///< worker thread only
    std::optional<ModelKey> key;    ///< of the board, as the order gives it; worker thread only
    bool toldWait = false;          ///< that the board works, since the last step; worker thread only
    JobThread side;                 ///< what needs no board
    JobThread thread;               ///< last: ends before the rest is gone
};

std::stop_token DeviceSession::Private::begin(const QString &id, bool andWork)
{
    stopping = std::stop_source();
    go([&](BoardConnection &c) {
        if (andWork && c.isOpen() && c.board() == id.toStdString())
            c.work();
        else
            c.open(id.toStdString(), andWork);
    });
    wait(pingMilliseconds);
    return stopping.get_token();
}

void DeviceSession::Private::endMeasuring(const Error &error, bool boardIsLost)
{
    const bool reached = connection.isOpen(); // else there is nothing that could come back
    go([&](BoardConnection &c) {
        if (boardIsLost)
            c.lose(error);
        c.rest();
    });
    if (!reached)
        q->disconnectBoard();
    Q_EMIT q->finished();
}

void DeviceSession::Private::wait(int milliseconds)
{
    ping.start(milliseconds);
}

/// Whether the board still answers, or answers again.
void DeviceSession::Private::look()
{
    if (connection.state() != BoardConnection::State::Idle
        && connection.state() != BoardConnection::State::Lost) {
        wait(pingMilliseconds);
        return;
    }
    thread.post([this, id = connection.board(), stop = ending.get_token()] {
        Result<void> answer;
        if (board && boardId == id) {
            if (const Result<BoardInfo> info = board->client->hello(stop); !info) {
                answer = tl::unexpected(info.error());
                close();
            }
        } else {
            answer = open(id, stop);
        }
        post([this, id, answer] { looked(id, answer ? nullptr : &answer.error()); });
    });
}

void DeviceSession::Private::looked(const std::string &id, const Error *why)
{
    if (id != connection.board())
        return; // the user has gone on to another one, which has a look of its own
    if (why != nullptr && connection.state() == BoardConnection::State::Idle)
        go([&](BoardConnection &c) { c.lose(*why); });
    wait(why != nullptr ? returnMilliseconds : pingMilliseconds);
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
    board->client->setWaiting([this](std::chrono::milliseconds waited, std::chrono::milliseconds expected) {
        if (expected < shortestWait)
            return;
        toldWait = true;
        const auto seconds = [](std::chrono::milliseconds time) {
            return std::chrono::duration<double>(time).count();
        };
        post([this, w = seconds(waited), e = seconds(expected)] { Q_EMIT q->waiting(w, e); });
    });
    tellCard();
    return {};
}

void DeviceSession::Private::tellCard()
{
    post([this, title = board->profile.title, card = cardOf(*board), id = boardId] {
        if (id != connection.board())
            return; // the user has gone on to another one
        go([&](BoardConnection &c) { c.opened(title); });
        Q_EMIT q->cardChanged(card);
    });
}

void DeviceSession::Private::closeMeter()
{
    if (!meter)
        return;
    (void)meter->setPower(false); // it may have gone itself
    meter.reset();
}

DeviceSession::Private::Worked DeviceSession::Private::work(const DeviceOrder &order, const OpenData &source,
                                                            const std::stop_token &stop)
{
    if (!order.meter.isEmpty()) { // before the board, which it may supply
        meter.reset();            // closes the port; the board stays on
        auto opened = openMeterPort(order.meter.toStdString(), order.meterSettings);
        if (!opened) // busy, or unplugged: nothing is wrong with the board
            return {tl::unexpected(opened.error()), false};
        meter = std::move(*opened);
    }
    if (Result<void> opened = open(order.board.toStdString(), stop); !opened) {
        const bool lost = isLoss(opened.error());
        return {std::move(opened), lost};
    }
    key.reset();
    if (board->client->info().key != 0 && !order.keyFile.isEmpty()) {
        const Result<ModelKey> read = ModelKey::fromFile(filePath(order.keyFile));
        if (!read)
            return {tl::unexpected(read.error()), false};
        key = *read;
    }
    Worked worked = measureAll(order, source, stop);
    if (worked.boardIsLost)
        close();
    else if (board->client->hello(stop))
        tellCard(); // slots have changed
    return worked;
}

/// A queue: each item ends measured, failed or skipped, and the rest go on.
DeviceSession::Private::Worked DeviceSession::Private::measureAll(const DeviceOrder &order,
                                                                  const OpenData &source,
                                                                  const std::stop_token &stop)
{
    Worked worked;
    std::shared_ptr<const Dataset> windows;
    if (order.fromSamples) {
        post([this, what = DeviceSession::tr("Reading the samples…")] { Q_EMIT q->current(what); });
        auto read = samplesOf(*source.data, source.request, [&stop](const DatasetRequest &request) {
            return loadDataset(request, readLimits(), ReadProgress {{}, stop});
        });
        if (!read)
            return {tl::unexpected(read.error()), false};
        windows = std::move(*read);
    }
    int done = 0;
    int failed = 0;
    const int all = static_cast<int>(order.runs.size() * order.types.size());
    int number = 0;
    for (const QString &run : order.runs) {
        const Result<BoardModel> model = modelOf(store, run.toStdString(), source.data, windows);
        for (const QString &type : order.types) {
            ++number;
            if (!worked.outcome || stop.stop_requested())
                continue; // skipped
            const QString title = model ? QString::fromStdString(model->name) : run;
            const QString what = DeviceSession::tr("%1 %2 (%3 of %4)").arg(title, type).arg(number).arg(all);
            post([this, what] { Q_EMIT q->current(what); });
            Result<void> outcome = model
                ? measureItem(*model, type.toStdString(), order, worked.boardIsLost, stop)
                : Result<void>(tl::unexpected(model.error()));
            if (outcome) {
                ++done;
                continue;
            }
            if (worked.boardIsLost || outcome.error().code == ErrorCode::Cancelled) {
                worked.outcome = std::move(outcome);
                continue;
            }
            ++failed;
            post([this, what, why = outcome.error()] { Q_EMIT q->itemFailed(what, why); });
        }
    }
    post(
        [this, done, failed, skipped = all - done - failed] { Q_EMIT q->queueEnded(done, failed, skipped); });
    return worked;
}

Result<void> DeviceSession::Private::measureItem(const BoardModel &model, const std::string &type,
                                                 const DeviceOrder &order, bool &boardIsLost,
                                                 const std::stop_token &stop)
{
    const Result<rsl_number> number = numberType(type);
    if (!number)
        return tl::unexpected(number.error());
    const Result<ModelImage> image = packModel(model, *number, board->client->info().preferred);
    if (!image)
        return tl::unexpected(image.error());
    MeasureRequest request = measureRequest(model.name, *model.data, order.samples);
    request.emulated = board->emulated;
    // One of an earlier order may still supply the board; it is not asked.
    request.meter = order.meter.isEmpty() ? nullptr : meter.get();
    request.key = key ? &*key : nullptr;
    MeasureStep at = MeasureStep::Send;
    double told = -1;
    const Result<MeasuredModel> measured = measureModel(
        *board->client, board->profile, *image, model.handed().test(), request, twinInference(),
        [&](MeasureStep step, double fraction, const std::string &note) {
            const bool done = fraction >= 1;
            if (step == at && !done && !toldWait && fraction >= 0 && fraction - told < 0.01)
                return; // at most a hundred events a step
            toldWait = false;
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
    // It belongs to the run. It was measured even when it cannot be kept, which is reported.
    if (const auto kept = store->addMeasurement(model.run, measurementJson(measured->measurement),
                                                measured->measurement.board + "_" + type);
        !kept)
        post([this, error = kept.error()] { Q_EMIT q->failed(error); });
    if (model.samples)
        tellAgreement(model, *image, static_cast<Index>(measured->measurement.samples));
    return {};
}

/// Whether features made by the firmware's arithmetic lead to the same classes as those made here.
void DeviceSession::Private::tellAgreement(const BoardModel &model, const ModelImage &image, Index samples)
{
    const Result<Index> agreed = countAgreement(model, image, board->client->info().preferred, samples);
    const QString line = agreed
        ? DeviceSession::tr("%1 %2: the same class as from features made here: %3 of %4")
              .arg(QString::fromStdString(model.name),
                   QString::fromStdString(std::string(nameOf(image.type()))))
              .arg(*agreed)
              .arg(samples)
        : QString::fromStdString(message(agreed.error()));
    post([this, line] { Q_EMIT q->consoleLine(line); });
}

DeviceSession::DeviceSession(std::shared_ptr<RunStore> store, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, std::move(store)))
{
}

DeviceSession::~DeviceSession() = default;

const BoardConnection &DeviceSession::connection() const noexcept
{
    return d->connection;
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
    if (d->connection.isBusy())
        return;
    disconnectBoard(); // the tool may need its port
    d->stopping = std::stop_source();
    d->go([](BoardConnection &c) { c.work(); });
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
            d->go([](BoardConnection &c) { c.rest(); });
            if (report)
                Q_EMIT flashed(QString::fromStdString(report->output));
            else
                Q_EMIT flashFailed(report.error());
        });
    });
}

void DeviceSession::connectBoard(const QString &board)
{
    if (d->connection.isBusy())
        return;
    d->thread.post([this, id = board.toStdString(), stop = d->begin(board, false)] {
        const Result<void> opened = d->open(id, stop);
        d->post([this, opened, stop] {
            if (opened || !d->isNow(stop))
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
    d->stopping = std::stop_source(); // what ends now is no order of today
    d->ping.stop();
    d->thread.post([this] {
        d->close();
        d->closeMeter();
    });
    d->go([](BoardConnection &c) { c.leave(); });
}

void DeviceSession::measure(const DeviceOrder &order, const OpenData &open)
{
    if (d->connection.isBusy())
        return;
    const std::stop_token stop = d->begin(order.board, true);
    Q_EMIT began();
    d->thread.post([this, order, open, stop] {
        const Private::Worked worked = d->work(order, open, stop);
        d->post([this, worked, stop] {
            if (!d->isNow(stop)) { // the user left while the board was opened
                Q_EMIT finished();
                return;
            }
            if (worked.outcome) {
                d->go([](BoardConnection &c) { c.rest(); });
                Q_EMIT finished();
                return;
            }
            if (worked.outcome.error().code != ErrorCode::Cancelled)
                Q_EMIT failed(worked.outcome.error());
            d->endMeasuring(worked.outcome.error(), worked.boardIsLost);
        });
    });
}

void DeviceSession::command(const QString &line)
{
    if (d->connection.state() != BoardConnection::State::Idle)
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

void DeviceSession::findKey(const QString &path)
{
    d->side.post([this, path] {
        const Result<ModelKey> key = ModelKey::fromFile(filePath(path));
        d->post([this, path, key] {
            if (key)
                Q_EMIT keyFound(path, QString::fromStdString(keyName(key->number())));
            else
                Q_EMIT keyRefused(path, key.error());
        });
    });
}

void DeviceSession::save(const QString &path, const QByteArray &bytes)
{
    d->side.post([this, path, bytes] {
        const Result<void> written =
            writeFileAtomically(std::filesystem::path(path.toStdU16String()), bytes.toStdString());
        d->post([this, path, written] {
            if (written)
                Q_EMIT saved(path);
            else
                Q_EMIT failed(written.error());
        });
    });
}

} // namespace rosler
