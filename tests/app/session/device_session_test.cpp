// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <csignal>

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include "app/session/app_services.h"
#include "core/data/dataset_reader.h"
#include "device_link/host/links/qt_runtime.h"
#include "tests/app/eventually.h"
#include "tests/app/small_data.h"
#include "tests/device_link/host/busy_peer.h"
#include "tests/device_link/host/pty_peer.h"
#include "tests/device_link/host/twin_peer.h"

namespace device_session_test {

using namespace rosler;

namespace {

using Board = BoardConnection::State;

/// The states that a session goes through from now on.
class States
{
public:
    explicit States(DeviceSession &session)
    {
        QObject::connect(&session, &DeviceSession::connectionChanged, &m_here,
                         [this](const BoardConnection &connection) {
                             if (m_all.isEmpty() || m_all.back() != connection.state())
                                 m_all << connection.state();
                         });
    }
    [[nodiscard]] const QList<Board> &all() const { return m_all; }

private:
    QObject m_here;
    QList<Board> m_all;
};

/// The emulator that this program has started; 0 = none runs.
int emulatorOfThisProgram()
{
    for (const QString &entry : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        QFile stat(QStringLiteral("/proc/%1/stat").arg(entry));
        if (entry.toInt() == 0 || !stat.open(QIODevice::ReadOnly))
            continue;
        const QByteArray line = stat.readAll();
        const QList<QByteArray> after = line.mid(line.lastIndexOf(')') + 2).split(' ');
        if (line.contains("(qemu-system-arm")
            && after.value(1).toLongLong() == QCoreApplication::applicationPid() && after.value(0) != "Z")
            return entry.toInt();
    }
    return 0;
}

} // namespace

/// Boards behind the window: connected, spoken to, gone and back, measured.
class DeviceSessionTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        qputenv("XDG_DATA_HOME", m_folder->filePath(QStringLiteral("data")).toUtf8());
        AppFolders folders;
        folders.runs = m_folder->filePath(QStringLiteral("runs")).toStdString();
        folders.state = m_folder->filePath(QStringLiteral("state"));
        m_services = std::make_unique<AppServices>(folders);
    }
    void cleanup()
    {
        m_services.reset();
        m_folder.reset();
    }

    void boardsAreListed()
    {
        QStringList ids;
        connect(&devices(), &DeviceSession::listed, this, [&](const QList<BoardEntry> &boards) {
            for (const BoardEntry &board : boards)
                ids << QString::fromStdString(board.id);
        });
        devices().list();
        EVENTUALLY(ids.contains(QStringLiteral("twin")));
        QVERIFY(ids.contains(QStringLiteral("emulated:mps2-an386")));
    }

    void aBoardIsConnectedSpokenToAndLeft()
    {
        const States told(devices());
        QSignalSpy cards(&devices(), &DeviceSession::cardChanged);
        QSignalSpy said(&devices(), &DeviceSession::consoleLine);
        devices().connectBoard(QStringLiteral("twin"));
        QCOMPARE(devices().connection().state(), Board::Opening);
        EVENTUALLY_EQUAL(devices().connection().state(), Board::Idle);
        QVERIFY(devices().connection().isOpen());
        QVERIFY(!devices().connection().title().empty());
        QCOMPARE(cards.count(), 1);
        devices().command(QStringLiteral("name"));
        const auto heard = [&] {
            for (const QList<QVariant> &line : said)
                if (line[0].toString() == QStringLiteral("m-name-dut-[rosler-twin]"))
                    return true;
            return false;
        };
        EVENTUALLY(heard());
        devices().disconnectBoard();
        QCOMPARE(told.all(), (QList<Board> {Board::Opening, Board::Idle, Board::Absent}));
    }

    void aBoardThatIsLeftWhileItIsOpenedStaysLeft()
    {
        QSignalSpy failed(&devices(), &DeviceSession::failed);
        devices().connectBoard(QStringLiteral("twin"));
        devices().disconnectBoard();
        QCOMPARE(devices().connection().state(), Board::Absent);
        devices().connectBoard(QStringLiteral("twin")); // and a late answer to the first is none to this
        EVENTUALLY_EQUAL(devices().connection().state(), Board::Idle);
        QTest::qWait(50);
        QCOMPARE(devices().connection().state(), Board::Idle);
        QCOMPARE(failed.count(), 0);
    }

    void aBoardThatIsNoneIsAnError()
    {
        QSignalSpy failed(&devices(), &DeviceSession::failed);
        const States told(devices());
        devices().connectBoard(QStringLiteral("emulated:pdp11"));
        EVENTUALLY_EQUAL(failed.count(), 1);
        QCOMPARE(told.all(), (QList<Board> {Board::Opening, Board::Absent}));
    }

    void trainedModelsAreMeasured()
    {
        const QStringList runs = trainSmall();
        QCOMPARE(runs.size(), 2);
        QList<MeasuredModel> measured;
        connect(&devices(), &DeviceSession::measured, this,
                [&](const MeasuredModel &model) { measured << model; });
        const States told(devices());
        QSignalSpy finished(&devices(), &DeviceSession::finished);
        QSignalSpy failed(&devices(), &DeviceSession::failed);
        QSignalSpy items(&devices(), &DeviceSession::itemFailed);
        QSignalSpy ended(&devices(), &DeviceSession::queueEnded);
        devices().measure({QStringLiteral("twin"), runs, {QStringLiteral("f32"), QStringLiteral("i8")}, 64},
                          {test::smallData(), {}});
        QVERIFY(devices().connection().isBusy());
        EVENTUALLY_EQUAL(finished.count(), 1);
        QCOMPARE(told.all(), (QList<Board> {Board::Opening, Board::Working, Board::Idle}));
        QVERIFY2(failed.isEmpty(), failed.isEmpty() ? "" : failed[0][0].value<Error>().what.c_str());
        QCOMPARE(measured.size(), 4);
        for (const MeasuredModel &model : measured) {
            QCOMPARE(model.measurement.outputsEqualTwin, std::optional(true));
            QCOMPARE(model.measurement.datasetDigest, test::smallData()->digest());
            QCOMPARE(model.measurement.samples, std::uint64_t {64});
            QCOMPARE(model.confusion.classNames.size(), std::size_t {4});
            QCOMPARE(model.confusion.board, model.confusion.twin);
        }
        QVERIFY(devices().connection().isOpen()); // stays so
        QCOMPARE(ended[0], (QList<QVariant> {4, 0, 0}));
        for (const QString &run : runs) // they belong to the runs
            QCOMPARE(RunStore::open(m_folder->filePath(QStringLiteral("runs")).toStdString())
                         .value()
                         ->measurements(run.toStdString())
                         .value()
                         .size(),
                     std::size_t {2});
        // Other data than it was trained with.
        devices().measure({QStringLiteral("twin"), runs, {QStringLiteral("i8")}, 1},
                          {test::smallData(100), {}});
        EVENTUALLY_EQUAL(ended.count(), 2);
        QCOMPARE(items.count(), 2);
        for (const QList<QVariant> &item : items)
            QVERIFY(item[1].value<Error>().what.find("trained on") != std::string::npos);
        QVERIFY(devices().connection().isOpen());
        // One that cannot be loaded does not keep the others from being measured.
        measured.clear();
        items.clear();
        QStringList some = runs;
        some.insert(1, QStringLiteral("no-such-run"));
        devices().measure({QStringLiteral("twin"), some, {QStringLiteral("i8")}, 1}, {test::smallData(), {}});
        EVENTUALLY_EQUAL(ended.count(), 3);
        QCOMPARE(ended[2], (QList<QVariant> {2, 1, 0}));
        QCOMPARE(measured.size(), 2);
        QCOMPARE(items.count(), 1);
        QCOMPARE(items[0][1].value<Error>().code, ErrorCode::NotFound);
    }

    void aBoardMakesTheFeaturesItself()
    {
        ExperimentSpec spec = test::smallExperiment(2);
        spec.dataset = {"bearing", {{"seconds", 2.0}, {"window", Index {256}}}};
        const auto data = loadDataset(spec.dataset);
        QVERIFY(data);
        spec.models.resize(1);
        spec.models.front().layers = layersOf({8});
        QSignalSpy trained(&m_services->training(), &TrainingSession::finished);
        m_services->training().start(spec, *data);
        EVENTUALLY_EQUAL(trained.count(), 1);
        const auto store = RunStore::open(m_folder->filePath(QStringLiteral("runs")).toStdString());
        const QStringList runs {QString::fromStdString((*store)->list().front().id)};
        QList<MeasuredModel> measured;
        connect(&devices(), &DeviceSession::measured, this,
                [&](const MeasuredModel &model) { measured << model; });
        QStringList console;
        connect(&devices(), &DeviceSession::consoleLine, this, [&](const QString &line) { console << line; });
        QSignalSpy finished(&devices(), &DeviceSession::finished);
        QSignalSpy failed(&devices(), &DeviceSession::failed);
        DeviceOrder order {QStringLiteral("twin"), runs, {QStringLiteral("i8")}, 20};
        order.fromSamples = true;
        devices().measure(order, {*data, spec.dataset});
        EVENTUALLY_EQUAL(finished.count(), 1);
        QVERIFY2(failed.isEmpty(), failed.isEmpty() ? "" : failed[0][0].value<Error>().what.c_str());
        QCOMPARE(measured.size(), 1);
        QCOMPARE(measured[0].measurement.outputsEqualTwin, std::optional(true));
        QVERIFY(console.join(QLatin1Char('\n')).contains(QLatin1String("20 of 20")));
        const std::uint64_t withFeatures = measured[0].measurement.ramBytes;
        order.fromSamples = false;
        devices().measure(order, {*data, spec.dataset});
        EVENTUALLY_EQUAL(finished.count(), 2);
        QVERIFY(withFeatures > measured[1].measurement.ramBytes + 4 * 256);
        // Of data that are no signals: said before anything is sent.
        order.fromSamples = true;
        devices().measure(order, {test::smallData(), {}});
        EVENTUALLY_EQUAL(finished.count(), 3);
        QCOMPARE(failed.count(), 1);
        QCOMPARE(failed[0][0].value<Error>().code, ErrorCode::Unsupported);
        QCOMPARE(measured.size(), 2);
    }

    void aBoardWithAKeyTakesModelsWithItsTag()
    {
        if (!hasSerialPorts())
            QSKIP("built without Qt SerialPort");
        TwinPeer twin;
        const PtyPeer port([&](auto heard, auto) { return twin.answer(heard); });
        const QString board = QStringLiteral("port:") + QString::fromStdString(port.path());
        const auto file = [&](const char *name, const QByteArray &text) {
            QFile key(m_folder->filePath(QString::fromLatin1(name)));
            return key.open(QIODevice::WriteOnly) && key.write(text) == text.size() ? key.fileName()
                                                                                    : QString();
        };
        const QString right = file("right.key", QByteArray(64, 'a') + '\n');
        const QString wrong = file("wrong.key", QByteArray(64, 'b'));
        const QString none = file("none.key", "it is in the other drawer");
        {
            const auto open = openBoard(board.toStdString(), {}, {}, 115200);
            QVERIFY2(open, open ? "" : message(open.error()).c_str());
            QVERIFY(open->client->setKey(*ModelKey::fromFile(right.toStdString())));
        }
        QSignalSpy found(&devices(), &DeviceSession::keyFound);
        QSignalSpy refused(&devices(), &DeviceSession::keyRefused);
        devices().findKey(right);
        devices().findKey(none);
        EVENTUALLY(found.count() == 1 && refused.count() == 1);
        QCOMPARE(found[0][0].toString(), right);
        QVERIFY(refused[0][1].value<Error>().what.find("64 hexadecimal digits") != std::string::npos);

        const QStringList runs = trainSmall().mid(0, 1);
        QStringList card;
        connect(&devices(), &DeviceSession::cardChanged, this,
                [&](const QList<QPair<QString, QString>> &rows) {
                    card.clear();
                    for (const auto &[name, value] : rows)
                        card << name + QStringLiteral(": ") + value;
                });
        QSignalSpy finished(&devices(), &DeviceSession::finished);
        QSignalSpy failed(&devices(), &DeviceSession::failed);
        QSignalSpy items(&devices(), &DeviceSession::itemFailed);
        QSignalSpy ended(&devices(), &DeviceSession::queueEnded);
        int orders = 0;
        const auto measure = [&](const QString &key) {
            DeviceOrder order {board, runs, {QStringLiteral("i8")}, 8};
            order.keyFile = key;
            devices().measure(order, {test::smallData(), {}});
            return QTest::qWaitFor([&] { return finished.count() == orders + 1; }, 30000)
                && ++orders == finished.count();
        };
        const QString name = found[0][1].toString();
        for (const QString &other : {QString(), wrong}) {
            items.clear();
            QVERIFY(measure(other));
            QCOMPARE(items.count(), 1);
            const std::string what = items[0][1].value<Error>().what;
            QVERIFY2(what.find(name.toStdString()) != std::string::npos, what.c_str());
        }
        QVERIFY2(card.contains(QStringLiteral("Models: takes only those with a tag of ") + name),
                 qPrintable(card.join(QLatin1Char('\n'))));
        QCOMPARE(failed.count(), 0);
        QVERIFY(measure(none)); // nothing is wrong with the board
        QCOMPARE(failed.count(), 1);
        QCOMPARE(failed[0][0].value<Error>().code, ErrorCode::Malformed);
        QVERIFY(devices().connection().isOpen());
        QVERIFY(measure(right));
        QCOMPARE(ended.back(), (QList<QVariant> {1, 0, 0}));

        // A board without a key gets no tag.
        DeviceOrder order {QStringLiteral("twin"), runs, {QStringLiteral("i8")}, 8};
        order.keyFile = right;
        devices().measure(order, {test::smallData(), {}});
        EVENTUALLY_EQUAL(finished.count(), orders + 1);
        QCOMPARE(ended.back(), (QList<QVariant> {1, 0, 0}));
        QVERIFY(card.contains(QStringLiteral("Models: takes any: it has no key")));
    }

    void aBoardThatWorksForLongIsToldOf()
    {
        if (!hasSerialPorts())
            QSKIP("built without Qt SerialPort");
        BusyPeer board;
        const PtyPeer port([&](auto heard, auto) { return board.play(heard); });
        const QStringList runs = trainSmall().mid(0, 1);
        QSignalSpy waiting(&devices(), &DeviceSession::waiting);
        QSignalSpy ended(&devices(), &DeviceSession::queueEnded);
        devices().measure(
            {QStringLiteral("port:") + QString::fromStdString(port.path()), runs, {QStringLiteral("i8")}, 8},
            {test::smallData(), {}});
        EVENTUALLY_EQUAL(ended.count(), 1);
        QCOMPARE(ended[0], (QList<QVariant> {1, 0, 0}));
        QVERIFY2(waiting.count() >= 3, qPrintable(QString::number(waiting.count())));
        for (const QList<QVariant> &said : waiting) {
            QVERIFY(said[0].toDouble() >= 0 && said[0].toDouble() < 7);
            QVERIFY(said[1].toDouble() >= 7 && said[1].toDouble() < 8);
        }
    }

    void aKilledBoardIsToldAndTakenUpAgain()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("qemu-system-arm")).isEmpty()
            || !QFile::exists(QStringLiteral(ROSLER_FIRMWARE "/mps2-an386.elf")))
            QSKIP("needs qemu-system-arm and gcc-arm-none-eabi");
        qputenv("ROSLER_FIRMWARE", ROSLER_FIRMWARE);
        const States told(devices());
        devices().connectBoard(QStringLiteral("emulated:mps2-an386"));
        EVENTUALLY_EQUAL(told.all().count(Board::Idle), 1);
        const int idle = emulatorOfThisProgram();
        QVERIFY(idle > 0);
        ::kill(idle, SIGKILL);
        EVENTUALLY_EQUAL(told.all().count(Board::Lost), 1);
        QVERIFY(!devices().connection().isOpen());
        EVENTUALLY_EQUAL(told.all().count(Board::Idle), 2);
        // In the middle of the work.
        const QStringList runs = trainSmall();
        QSignalSpy failed(&devices(), &DeviceSession::failed);
        QSignalSpy finished(&devices(), &DeviceSession::finished);
        bool killed = false;
        connect(&devices(), &DeviceSession::stepped, this, [&](MeasureStep step) {
            if (step == MeasureStep::KnownVectors && !std::exchange(killed, true))
                ::kill(emulatorOfThisProgram(), SIGKILL);
        });
        devices().measure({QStringLiteral("emulated:mps2-an386"), runs, {QStringLiteral("i8")}, 64},
                          {test::smallData(), {}});
        EVENTUALLY_EQUAL(finished.count(), 1);
        QVERIFY(killed);
        QCOMPARE(failed.count(), 1);
        QCOMPARE(told.all().count(Board::Lost), 2);
        EVENTUALLY_EQUAL(told.all().count(Board::Idle), 3);
        QVERIFY(emulatorOfThisProgram() > 0);
        m_services.reset();
        QCOMPARE(emulatorOfThisProgram(), 0); // none is left behind
    }

    void theDoctorLooks()
    {
        QSignalSpy diagnosed(&devices(), &DeviceSession::diagnosed);
        devices().diagnose();
        EVENTUALLY_EQUAL(diagnosed.count(), 1);
        const auto findings = diagnosed[0][0].value<QList<BoardFinding>>();
        QVERIFY(std::any_of(findings.begin(), findings.end(),
                            [](const BoardFinding &finding) { return finding.id == "qemu"; }));
    }

    void aToolThatIsThereFlashes_data()
    {
        QTest::addColumn<int>("status");
        QTest::newRow("well") << 0;
        QTest::newRow("badly") << 1;
    }
    void aToolThatIsThereFlashes()
    {
        QFETCH(int, status);
        const QString program = m_folder->filePath(QStringLiteral("st-flash"));
        QFile script(program);
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("#!/bin/sh\necho wrote \"$@\"\nexit " + QByteArray::number(status) + "\n");
        script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        script.close();
        QFile image(m_folder->filePath(QStringLiteral("firmware.bin")));
        QVERIFY(image.open(QIODevice::WriteOnly));
        image.write("12345678");
        image.close();
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", m_folder->path().toUtf8() + ':' + path);

        QSignalSpy found(&devices(), &DeviceSession::flashToolsFound);
        devices().findFlashTools(QStringLiteral("stm32f405"));
        EVENTUALLY_EQUAL(found.count(), 1);
        FlashTool tool;
        for (const FlashTool &each : found[0][1].value<QList<FlashTool>>())
            if (each.id == "st-flash")
                tool = each;
        QCOMPARE(QString::fromStdString(tool.reason), QString());
        const FlashOrder order {QStringLiteral("stm32f405"), tool, image.fileName()};
        QSignalSpy command(&devices(), &DeviceSession::flashCommandFound);
        devices().findFlashCommand(order);
        EVENTUALLY_EQUAL(command.count(), 1);
        QVERIFY2(command[0][0].toString().contains(QLatin1String("write ")),
                 qPrintable(command[0][0].toString()));
        QSignalSpy flashed(&devices(), &DeviceSession::flashed);
        QSignalSpy failed(&devices(), &DeviceSession::flashFailed);
        devices().flash(order);
        QCOMPARE(devices().connection().state(), Board::Working);
        EVENTUALLY(flashed.count() + failed.count() == 1);
        QCOMPARE(devices().connection().state(), Board::Absent);
        QCOMPARE(flashed.count(), status == 0 ? 1 : 0);
        const QString words =
            status == 0 ? flashed[0][0].toString() : QString::fromStdString(failed[0][0].value<Error>().what);
        QVERIFY2(words.contains(QLatin1String("firmware.bin")), qPrintable(words));
        qputenv("PATH", path);
    }

    void filesAreSavedOrItIsSaid()
    {
        QSignalSpy saved(&devices(), &DeviceSession::saved);
        QSignalSpy failed(&devices(), &DeviceSession::failed);
        const QString path = m_folder->filePath(QStringLiteral("table.csv"));
        devices().save(path, "a,b\n");
        EVENTUALLY_EQUAL(saved.count(), 1);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("a,b\n"));
        devices().save(m_folder->filePath(QStringLiteral("no/such/folder/table.csv")), "x");
        EVENTUALLY_EQUAL(failed.count(), 1);
    }

private:
    DeviceSession &devices() { return m_services->devices(); }

    QStringList trainSmall()
    {
        QSignalSpy ended(&m_services->training(), &TrainingSession::finished);
        m_services->training().start(test::smallExperiment(2), test::smallData());
        if (!ended.wait(30000))
            return {};
        QStringList ids;
        bool listed = false;
        const auto once =
            connect(&m_services->runs(), &RunLibrary::listed, this, [&](const QList<RunSummary> &runs) {
                ids.clear();
                for (const RunSummary &run : runs)
                    if (run.status == RunStatus::Finished)
                        ids << QString::fromStdString(run.id);
                listed = ids.size() >= 2;
            });
        m_services->runs().refresh();
        (void)QTest::qWaitFor([&] { return listed; }, 30000);
        disconnect(once);
        return ids.mid(0, 2);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AppServices> m_services;
};

QTEST_GUILESS_MAIN(DeviceSessionTest)

} // namespace device_session_test

#include "device_session_test.moc"
