// SPDX-License-Identifier: GPL-3.0-or-later
// The command line as it is handled when nobody is gentle: killed, started twice, on a full disk, with closed
// descriptors, in a locale with decimal commas.
#include <csignal>
#include <random>

#include <fcntl.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/app/cli/program.h"

namespace rough_test {

using namespace rosler;
using test::Answer;
using test::finish;

class RoughTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void killedAtAnyMomentEveryRunResumesToTheSameDigest();
    void twoResumesAtOnceNeverWriteOneRun();
    void twoSignalsOfTimeoutAreOneWish();
    void standardOutputThatIsFullIsAnError();
    void closedDescriptorsDoNotLandInARun();
    void aSeedIsAWholeNumber();
    void aFolderOfRunsThatIsNotThereIsNotMade();
    void filesHaveDecimalPointsInEveryLocale();
    void otherDataIsRefused();
    void aBoardMayMakeTheFeatures();
    void withoutSamplesNothingIsSaidOfTheTwin();
    void aPushedModelMayHaveAnotherName();
    void whatIsPushedToABoardThatForgetsIsRefused();
    void whatWasMeasuredIsPrintedWhateverFailsThen();
    void tooLittleMemoryIsSaid();

private:
    [[nodiscard]] QString spec(int epochs) const;
    [[nodiscard]] QJsonArray runs(const QString &store) const;
    [[nodiscard]] static QMap<QString, QString> digests(const Answer &answer);
    [[nodiscard]] QString out() const { return m_folder->filePath("runs"); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

namespace {

/// How often, in the suite; ROSLER_ROUGH_TIMES says otherwise.
int times(int usual)
{
    bool given = false;
    const int wanted = qEnvironmentVariableIntValue("ROSLER_ROUGH_TIMES", &given);
    return given ? wanted : usual;
}

QJsonObject documentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

/// Every line of a file that is a sample, by its step.
QList<QByteArray> steps(const QString &metrics)
{
    QFile file(metrics);
    QList<QByteArray> found;
    if (file.open(QIODevice::ReadOnly))
        for (const QByteArray &line : file.readAll().split('\n').mid(1))
            if (!line.isEmpty())
                found << line.left(line.indexOf(','));
    return found;
}

/// Images and labels of MNIST's form, 28 x 28 and ten classes, all of one grey.
void writeImages(const QDir &folder)
{
    const auto write = [&](const char *name, QByteArray head, int count, int size, bool labels) {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly))
            return;
        const auto number = [&](int value) {
            for (int shift = 24; shift >= 0; shift -= 8)
                head.append(static_cast<char>((value >> shift) & 255));
        };
        number(count);
        if (!labels) {
            number(28);
            number(28);
        }
        file.write(head);
        for (int i = 0; i < count; ++i)
            file.write(QByteArray(size, static_cast<char>(labels ? i % 10 : 100)));
    };
    for (const auto &[part, count] : {std::pair("train", 100), std::pair("t10k", 20)}) {
        const QByteArray name(part);
        write((name + "-images-idx3-ubyte").constData(), QByteArray("\0\0\x08\x03", 4), count, 784, false);
        write((name + "-labels-idx1-ubyte").constData(), QByteArray("\0\0\x08\x01", 4), count, 1, true);
    }
}

} // namespace

void RoughTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
}

QString RoughTest::spec(int epochs) const
{
    return test::writeSmallExperiment(m_folder->filePath("small.json"), 24, epochs);
}

QJsonArray RoughTest::runs(const QString &store) const
{
    return QJsonDocument::fromJson(test::rosler({"list", "--out", store, "--json"}).out).array();
}

QMap<QString, QString> RoughTest::digests(const Answer &answer)
{
    QMap<QString, QString> found;
    for (const QJsonValue &model : answer.json()["models"].toArray())
        found[model["name"].toString()] = model["parameter_digest"].toString();
    return found;
}

void RoughTest::killedAtAnyMomentEveryRunResumesToTheSameDigest()
{
    constexpr int epochs = 12;
    QElapsedTimer clock;
    clock.start();
    const Answer whole =
        test::rosler({"train", spec(epochs), "--out", m_folder->filePath("whole"), "--json"});
    const qint64 milliseconds = clock.elapsed();
    QVERIFY2(whole.exitCode == 0, whole.error.constData());
    const QMap<QString, QString> wanted = digests(whole);
    QCOMPARE(wanted.size(), 2);

    std::mt19937 random(1);
    int beforeTheFirstCheckpoint = 0;
    for (int i = 0; i < times(8); ++i) {
        const QString store = m_folder->filePath(QStringLiteral("killed%1").arg(i));
        QProcess process;
        process.start(QStringLiteral(ROSLER_PROGRAM), {"train", spec(epochs), "--out", store});
        QVERIFY(process.waitForStarted());
        if (i % 4 == 0) { // in the first moments: its folders are there, and nothing else
            while (QDir(store).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size() < 2
                   && process.state() == QProcess::Running)
                process.waitForFinished(1);
        } else {
            process.waitForFinished(
                std::uniform_int_distribution<int>(0, static_cast<int>(milliseconds))(random));
        }
        process.kill();
        process.waitForFinished();

        QMap<QString, QString> got;
        for (const QJsonValue &run : runs(store)) {
            const QString id = run["id"].toString();
            const QDir folder(store + "/" + id);
            if (!folder.exists("checkpoint.h5") && run["status"] != "finished")
                ++beforeTheFirstCheckpoint;
            if (run["status"] == "finished") {
                got[run["title"].toString()] =
                    documentOf(folder.filePath("result.json"))["parameter_digest"].toString();
                continue;
            }
            if (got.contains(run["title"].toString()))
                continue; // went on beside the other one
            const Answer resumed = test::rosler({"resume", id, "--out", store, "--json"});
            QVERIFY2(resumed.exitCode == 0, resumed.error.constData());
            got.insert(digests(resumed));
        }
        for (auto model = got.begin(); model != got.end(); ++model)
            QVERIFY2(model.value() == wanted[model.key()],
                     qPrintable(QStringLiteral("kill %1: %2").arg(i).arg(model.key())));
        for (const QJsonValue &run : runs(store)) {
            QCOMPARE(run["status"].toString(), "finished");
            const QList<QByteArray> all = steps(store + "/" + run["id"].toString() + "/metrics.csv");
            QCOMPARE(QSet<QByteArray>(all.begin(), all.end()).size(), all.size());
        }
        QDir(store).removeRecursively();
    }
    QVERIFY(beforeTheFirstCheckpoint > 0);
}

void RoughTest::twoResumesAtOnceNeverWriteOneRun()
{
    int refused = 0;
    for (int i = 0; i < times(4); ++i) {
        const QString store = m_folder->filePath(QStringLiteral("raced%1").arg(i));
        QProcess first;
        first.start(QStringLiteral(ROSLER_PROGRAM), {"train", spec(10), "--out", store});
        QVERIFY(first.waitForStarted());
        while (QDir(store).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size() < 2
               && first.state() == QProcess::Running)
            first.waitForFinished(1);
        first.kill();
        first.waitForFinished();
        const QString id = runs(store).at(0).toObject()["id"].toString();

        QProcess one;
        QProcess other;
        for (QProcess *process : {&one, &other})
            process->start(QStringLiteral(ROSLER_PROGRAM), {"resume", id, "--out", store, "--json"});
        const Answer a = finish(one);
        const Answer b = finish(other);
        // One of them trains. The other is told that it is still going on, or that it has come to its end.
        QVERIFY2((a.exitCode == 0) != (b.exitCode == 0), (a.error + b.error).constData());
        const QByteArray why = a.exitCode == 0 ? b.error : a.error;
        QVERIFY2(why.contains("still going on") || why.contains("come to its end"), why.constData());
        refused += why.contains("still going on") ? 1 : 0;
        for (const QJsonValue &run : runs(store)) {
            QCOMPARE(run["status"].toString(), "finished");
            const QList<QByteArray> all = steps(store + "/" + run["id"].toString() + "/metrics.csv");
            QVERIFY(!all.isEmpty());
            QCOMPARE(QSet<QByteArray>(all.begin(), all.end()).size(), all.size());
        }
        QDir(store).removeRecursively();
    }
    QVERIFY(refused > 0);
}

void RoughTest::twoSignalsOfTimeoutAreOneWish()
{
    QProcess process;
    process.start(QStringLiteral(ROSLER_PROGRAM), {"train", spec(100'000), "--out", out()});
    QVERIFY(process.waitForStarted());
    QTRY_VERIFY_WITH_TIMEOUT(QDir(out()).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size() == 2, 30'000);
    ::kill(static_cast<pid_t>(process.processId()), SIGTERM);
    QTest::qWait(60); // the first one has been taken
    ::kill(static_cast<pid_t>(process.processId()), SIGTERM);
    QVERIFY(process.waitForFinished(30'000));
    QCOMPARE(process.exitCode(), 130);
    for (const QJsonValue &run : runs(out())) {
        QCOMPARE(run["status"].toString(), "stopped");
        QVERIFY(QFile::exists(out() + "/" + run["id"].toString() + "/checkpoint.h5"));
    }
}

void RoughTest::standardOutputThatIsFullIsAnError()
{
    for (const QStringList &arguments : {QStringList {"list", "--out", out(), "--json"},
                                         {"train", spec(1), "--out", out(), "--json"},
                                         {"--help"}}) {
        QDir().mkpath(out());
        QProcess process;
        process.setStandardOutputFile("/dev/full");
        process.start(QStringLiteral(ROSLER_PROGRAM), arguments);
        const Answer answer = finish(process);
        QCOMPARE(answer.exitCode, 1);
        QVERIFY2(answer.error.contains("standard output"), answer.error.constData());
    }
}

void RoughTest::closedDescriptorsDoNotLandInARun()
{
    QProcess process;
    process.setChildProcessModifier([] {
        for (const int descriptor : {0, 1, 2})
            ::close(descriptor);
    });
    process.start(QStringLiteral(ROSLER_PROGRAM), {"train", spec(2), "--out", out(), "--json"});
    QCOMPARE(finish(process).exitCode, 0);
    const QJsonArray all = runs(out());
    QCOMPARE(all.size(), 2);
    for (const QJsonValue &run : all) {
        QFile metrics(out() + "/" + run["id"].toString() + "/metrics.csv");
        QVERIFY(metrics.open(QIODevice::ReadOnly));
        for (const QByteArray &line : metrics.readAll().trimmed().split('\n'))
            QCOMPARE(line.count(','), 9);
    }
}

void RoughTest::aSeedIsAWholeNumber()
{
    for (const char *seed : {"-1", "99999999999999999999", "1.5", "x", ""})
        for (const char *command : {"train", "demo"}) {
            QStringList arguments {command};
            if (arguments[0] == "train")
                arguments << spec(1);
            arguments << QStringLiteral("--seed=") + seed << "--out" << out();
            QCOMPARE(test::rosler(arguments).exitCode, 2);
        }
    QVERIFY(!QDir(out()).exists());
    const Answer most = test::rosler({"train", spec(1), "--seed", "18446744073709551615", "--out", out()});
    QVERIFY2(most.exitCode == 0, most.error.constData());
    QVERIFY(most.out.contains("seed 18446744073709551615"));
}

void RoughTest::aFolderOfRunsThatIsNotThereIsNotMade()
{
    for (const char *command : {"list", "show", "resume", "export"}) {
        QStringList arguments {command, "--out", out()};
        if (QByteArray(command) == "show" || QByteArray(command) == "resume")
            arguments << "2026";
        const Answer answer = test::rosler(arguments);
        QCOMPARE(answer.exitCode, 1);
        QVERIFY2(answer.error.contains("no such folder"), answer.error.constData());
        QVERIFY(!QDir(out()).exists());
    }
}

void RoughTest::filesHaveDecimalPointsInEveryLocale()
{
    const QString localedef = QStandardPaths::findExecutable("localedef");
    if (localedef.isEmpty())
        QSKIP("needs localedef (Debian: libc-bin)");
    QByteArray source = "comment_char %\nescape_char /\nLC_CTYPE\ncopy \"POSIX\"\nEND LC_CTYPE\nLC_NUMERIC\n"
                        "decimal_point \",\"\nthousands_sep \".\"\ngrouping 3;3\nEND LC_NUMERIC\n";
    for (const char *part : {"COLLATE", "MONETARY", "TIME", "MESSAGES", "PAPER", "NAME", "ADDRESS",
                             "TELEPHONE", "MEASUREMENT", "IDENTIFICATION"})
        source += QByteArray("LC_") + part + "\ncopy \"POSIX\"\nEND LC_" + part + "\n";
    QFile file(m_folder->filePath("source"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(source);
    file.close();
    const QString name = QStringLiteral("de_XX.UTF-8");
    QProcess::execute(localedef,
                      {"-c", "--quiet", "-i", file.fileName(), "-f", "UTF-8", m_folder->filePath(name)});
    QVERIFY(QDir(m_folder->filePath(name)).exists());
    QProcessEnvironment german = QProcessEnvironment::systemEnvironment();
    german.insert("LOCPATH", m_folder->path());
    german.insert("LC_ALL", name);
    // libp11-kit calls newlocale() when it is loaded, and glibc loses what that makes of LOCPATH.
    german.insert("ASAN_OPTIONS", german.value("ASAN_OPTIONS") + ":detect_leaks=0");

    QCOMPARE(test::rosler({"train", spec(1), "--out", out()}).exitCode, 0);
    const QString id = runs(out()).at(1).toObject()["id"].toString();
    QProcess process;
    process.setProcessEnvironment(german);
    process.start(QStringLiteral(ROSLER_PROGRAM),
                  {"board", "measure", "--board", "twin", "--model", id, "--out", out(), "--samples", "30",
                   "--volts", "3.3", "--csv", m_folder->filePath("m.csv"), "--json"});
    const Answer answer = finish(process);
    QVERIFY2(answer.exitCode == 0, answer.error.constData());
    const QJsonObject json = answer.json();
    QVERIFY(json["board_accuracy"].isDouble());
    QCOMPARE(json["dataset"].toString(), "digits");
    QCOMPARE(json["dataset_digest"].toString().size(), 64);
    QFile csv(m_folder->filePath("m.csv"));
    QVERIFY(csv.open(QIODevice::ReadOnly));
    const QList<QByteArray> lines = csv.readAll().trimmed().split('\n');
    QVERIFY(lines.size() > 3);
    for (const QByteArray &line : lines)
        QVERIFY2(line.count(',') == lines[0].count(','), line.constData());
    // It belongs to the run.
    QCOMPARE(QDir(out() + "/" + id + "/measurements").entryList({"*.json"}).size(), 1);
}

void RoughTest::otherDataIsRefused()
{
    QCOMPARE(test::rosler({"train", spec(1), "--out", out()}).exitCode, 0);
    const QString id = runs(out()).at(1).toObject()["id"].toString();
    const QDir other(m_folder->filePath("other"));
    QVERIFY(QDir().mkpath(other.path()));
    writeImages(other);
    QStringList arguments {"board",     "measure", "--board",   "twin",       "--model", out() + "/" + id,
                           "--samples", "10",      "--dataset", other.path(), "--json"};
    const Answer refused = test::rosler(arguments);
    QCOMPARE(refused.exitCode, 1);
    QVERIFY2(refused.error.contains("digest"), refused.error.constData());
    arguments << "--any-data";
    const Answer taken = test::rosler(arguments);
    QVERIFY2(taken.exitCode == 0, taken.error.constData());
    const QJsonObject json = taken.json();
    const QJsonObject meta = documentOf(out() + "/" + id + "/meta.json");
    QCOMPARE(meta["dataset"]["digest"].toString().size(), 64);
    QVERIFY(json["dataset_digest"].toString() != meta["dataset"]["digest"].toString());
    const Answer resumed = test::rosler({"resume", id, "--out", out()});
    QCOMPARE(resumed.exitCode, 1);
    QVERIFY2(resumed.error.contains("come to its end"), resumed.error.constData());
}

void RoughTest::aBoardMayMakeTheFeatures()
{
    QFile file(m_folder->filePath("bearing.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"schema": "rosler.experiment/2", "name": "small bearings",
        "dataset": {"source": "bearing", "options": {"seconds": 2, "window": 256}}, "seed": 0,
        "training": {"epochs": 2, "batch": 32, "optimizer": "adam"},
        "models": [{"name": "narrow", "learning_rate": 0.01,
                    "layers": [{"kind": "standardise"}, {"kind": "dense", "units": 8}, {"kind": "dense"}]}]})");
    file.close();
    const Answer trained = test::rosler({"train", file.fileName(), "--out", out()});
    QVERIFY2(trained.exitCode == 0, trained.error.constData());
    const auto measured = [this](const QString &id) {
        return test::rosler({"board", "measure", "--board", "twin", "--model", id, "--out", out(),
                             "--samples", "20", "--from", "samples", "--json"});
    };
    const QString id = runs(out()).at(0).toObject()["id"].toString();
    const Answer answer = measured(id);
    QVERIFY2(answer.exitCode == 0, answer.error.constData());
    const QJsonObject json = answer.json();
    QVERIFY(json["outputs_equal_twin"].toBool());
    QVERIFY2(answer.out.contains("the same class as from features made here: 20 of 20"),
             answer.out.constData());
    const QJsonObject meta = documentOf(out() + "/" + id + "/meta.json");
    QCOMPARE(json["dataset_digest"].toString(), meta["dataset"]["digest"].toString());
    const Answer made =
        test::rosler({"export", id, "--out", out(), "--c", m_folder->filePath("c"), "--from", "samples"});
    QVERIFY2(made.exitCode == 0, made.error.constData());
    QFile header(m_folder->filePath("c/rosler_model.h"));
    QVERIFY(header.open(QIODevice::ReadOnly) && header.readAll().contains("ROSLER_INPUTS 256 "));
    // A forecast counts what the board needs for it.
    const auto ram = [&](const char *from) {
        const Answer forecast = test::rosler({"forecast", file.fileName(), "--from", from, "--json"});
        return forecast.json()["models"]
            .toArray()[0]
            .toObject()["board"]
            .toObject()["i8"]
            .toObject()["ram_bytes"]
            .toInt();
    };
    QVERIFY(ram("features") > 0);
    QVERIFY(ram("samples") > ram("features") + 4 * 256);
    QCOMPARE(ram("samples"), json["ram_bytes"].toInt());
    const Answer shapeless =
        test::rosler({"forecast", file.fileName(), "--from", "samples", "--shape", "128", "4", "100"});
    QCOMPARE(shapeless.exitCode, 1);
    // Pictures are no signals.
    QCOMPARE(test::rosler({"train", spec(1), "--out", out()}).exitCode, 0);
    const Answer refused = measured(runs(out()).at(0).toObject()["id"].toString());
    QCOMPARE(refused.exitCode, 1);
    QVERIFY2(refused.error.contains("features of signals"), refused.error.constData());
}

void RoughTest::withoutSamplesNothingIsSaidOfTheTwin()
{
    QCOMPARE(test::rosler({"train", spec(1), "--out", out()}).exitCode, 0);
    const QString id = runs(out()).at(1).toObject()["id"].toString();
    const Answer answer = test::rosler(
        {"board", "measure", "--board", "twin", "--model", id, "--out", out(), "--samples", "0", "--json"});
    QVERIFY2(answer.exitCode == 0, answer.error.constData());
    const QJsonObject json = answer.json();
    QVERIFY(json["outputs_equal_twin"].isNull());
    QVERIFY(!answer.out.contains("yes"));
}

void RoughTest::aPushedModelMayHaveAnotherName()
{
    QCOMPARE(test::rosler({"train", spec(1), "--out", out()}).exitCode, 0);
    const QString id = runs(out()).at(1).toObject()["id"].toString();
    const auto push = [&](const QString &board, const QString &name) {
        return test::rosler(
            {"board", "push", "--board", board, "--model", id, "--out", out(), "--name", name});
    };
    for (const QString &bad : {QString(), QString(32, 'x'), QStringLiteral("a]b"), QStringLiteral("\u00e9")})
        QCOMPARE(push("twin", bad).exitCode, 2);
    const Answer pushed = push("twin", "ic01");
    QVERIFY2(pushed.exitCode == 0, pushed.error.constData());
    QVERIFY2(pushed.out.contains("ic01 as i8"), pushed.out.constData());
    QVERIFY(push("twin", QString(31, 'x')).exitCode == 0);

    const QByteArray boards = test::rosler({"board", "list"}).out;
    const qsizetype at = boards.indexOf("emulated:mps2-an386");
    if (at < 0 || !boards.mid(at).split('\n').first().contains("can be used"))
        QSKIP("no emulated board to ask for the name");
    qputenv("XDG_DATA_HOME", m_folder->path().toLocal8Bit()); // where it keeps its models
    const Answer kept = push("emulated:mps2-an386", "ic01");
    QVERIFY2(kept.exitCode == 0, kept.error.constData());
    const Answer profile = test::rosler({"board", "console", "profile"});
    qunsetenv("XDG_DATA_HOME");
    QVERIFY2(profile.out.contains("m-model-[ic01]"), profile.out.constData());
}

void RoughTest::whatIsPushedToABoardThatForgetsIsRefused()
{
    const QByteArray boards = test::rosler({"board", "list"}).out;
    const qsizetype at = boards.indexOf("emulated:mps2-an386");
    if (at < 0 || !boards.mid(at).split('\n').first().contains("can be used"))
        QSKIP("no emulated board to push to");
    QCOMPARE(test::rosler({"train", spec(1), "--out", out()}).exitCode, 0);
    const QString id = runs(out()).at(1).toObject()["id"].toString();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("XDG_DATA_HOME", m_folder->path());
    const auto start = [&](QProcess &process, const QStringList &arguments) {
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(ROSLER_PROGRAM), arguments);
    };
    const QStringList push {"board", "push", "--model", id, "--out", out()};
    QProcess holder; // until its input ends
    start(holder, {"board", "console"});
    holder.write("profile\n");
    QByteArray profile;
    while (!profile.contains("m-model") && holder.waitForReadyRead(30'000))
        profile += holder.readAllStandardOutput();
    QVERIFY2(profile.contains("m-model-[none]"), profile.constData());
    QProcess process;
    start(process, push);
    const Answer refused = finish(process);
    QCOMPARE(refused.exitCode, 1);
    QVERIFY2(refused.error.contains("mps2-an386.memory: another program"), refused.error.constData());
    QVERIFY2(refused.error.contains("nothing would be kept"), refused.error.constData());
    start(process, {"board", "console", "profile"});
    const Answer asked = finish(process);
    QCOMPARE(asked.exitCode, 0);
    QVERIFY2(asked.error.contains("without its models"), asked.error.constData());
    // What needs the model for as long as it runs does not care.
    start(process, {"board", "run", "--model", id, "--out", out()});
    QCOMPARE(finish(process).exitCode, 0);
    holder.closeWriteChannel();
    QVERIFY(holder.waitForFinished(30'000));
    start(process, push);
    const Answer pushed = finish(process);
    QVERIFY2(pushed.exitCode == 0, pushed.error.constData());
    environment.remove("XDG_DATA_HOME");
    environment.remove("HOME");
    start(process, push);
    const Answer homeless = finish(process);
    QCOMPARE(homeless.exitCode, 1);
    QVERIFY2(homeless.error.contains("XDG_DATA_HOME"), homeless.error.constData());
}

void RoughTest::whatWasMeasuredIsPrintedWhateverFailsThen()
{
    QCOMPARE(test::rosler({"train", spec(1), "--out", out()}).exitCode, 0);
    const QString id = runs(out()).at(1).toObject()["id"].toString();
    QStringList arguments {"board",     "measure", "--board", "twin",
                           "--model",   id,        "--out",   out(),
                           "--samples", "5",       "--csv",   m_folder->filePath("nowhere/m.csv"),
                           "--json"};
    const Answer unwritten = test::rosler(arguments);
    QCOMPARE(unwritten.exitCode, 1);
    QVERIFY2(unwritten.error.contains("nowhere"), unwritten.error.constData());
    QCOMPARE(unwritten.json()["samples"].toInt(), 5);
    // Where it belongs to the run, but cannot be written there.
    QVERIFY(QDir(out() + "/" + id + "/measurements").removeRecursively());
    QFile file(out() + "/" + id + "/measurements");
    QVERIFY(file.open(QIODevice::WriteOnly));
    arguments.removeOne("--csv");
    arguments.removeOne(m_folder->filePath("nowhere/m.csv"));
    const Answer unkept = test::rosler(arguments);
    QCOMPARE(unkept.exitCode, 1);
    QVERIFY2(unkept.error.contains("measurements"), unkept.error.constData());
    QCOMPARE(unkept.json()["samples"].toInt(), 5);
}

void RoughTest::tooLittleMemoryIsSaid()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("a sanitizer takes terabytes of addresses");
#endif
    QCOMPARE(test::rosler({"train", spec(1), "--out", out()}).exitCode, 0);
    const QString id = runs(out()).at(1).toObject()["id"].toString();
    for (const long megabytes : {90, 110, 130, 150, 200}) {
        QProcess process;
        process.start("/bin/sh",
                      {"-c", QStringLiteral("ulimit -v %1; exec \"$@\"").arg(megabytes * 1000), "sh",
                       QStringLiteral(ROSLER_PROGRAM), "board", "measure", "--board", "twin", "--model", id,
                       "--out", out(), "--samples", "5"});
        const Answer answer = finish(process);
        if (answer.exitCode == 0 || answer.exitCode == 127) // enough; not even for its libraries
            continue;
        QCOMPARE(answer.exitCode, 1);
        QVERIFY2(answer.error.contains("emory") || answer.error.contains("thread"), answer.error.constData());
        QVERIFY2(!answer.error.contains("std::"), answer.error.constData());
    }
}

QTEST_GUILESS_MAIN(RoughTest)

} // namespace rough_test

#include "rough_test.moc"
