// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/app/cli/program.h"

namespace rosler_test {

using namespace rosler;
using test::Answer;

/// The program as its user starts it, on the built-in digits.
class RoslerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void trainEndsWithTheResultAsJson();
    void threadsDoNotChangeTheParameters();
    void validationIsHeldOut();
    void dataOptionsAreKeptInTheRun();
    void choosesOnValidationAlone();
    void allotsRanksWithinABudget();
    void choosingTellsAtOnceWhatCannotBeSaved();
    void completionsNameEveryCommand();
    void aBadSpecNamesKeyAndPlace();
    void whatDoesNotFitIntoMemoryIsRefusedBeforeARunIsMade();
    void unknownNamesAreListed();
    void namesCannotSteerTheTerminal();
    void rankOutOfRangeGivesTheRange();
    void usageErrorsExitWithTwo();
    void interruptKeepsTheRunAndResumeEqualsAnUninterruptedOne();
    void exportWritesFiguresAndMetrics();
    void forecastNeedsNoData();
    void aModelBecomesC();
    void modelsGoToOtherProgramsAndComeBack();
    void aBuildWithoutQtRunsWithoutIt();

private:
    [[nodiscard]] QString spec(int epochs, const QByteArray &rank = "[4, 4]") const;
    [[nodiscard]] QString out() const { return m_folder->filePath("runs"); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void RoslerTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
}

QString RoslerTest::spec(int epochs, const QByteArray &rank) const
{
    return test::writeSmallExperiment(m_folder->filePath("small.json"), 32, epochs, rank);
}

void RoslerTest::trainEndsWithTheResultAsJson()
{
    const Answer answer = test::rosler({"train", spec(2), "--out", out(), "--json"});
    QVERIFY2(answer.exitCode == 0, answer.error.constData());
    const QJsonObject result = answer.json();
    QCOMPARE(result["schema"].toString(), "rosler.result/1");
    QCOMPARE(result["seed"].toInt(), 3);
    QCOMPARE(result["dataset"].toObject()["train"].toInt(), 6000);
    const QJsonArray models = result["models"].toArray();
    QCOMPARE(models.size(), 2);
    const QJsonObject dense = models[0].toObject();
    const QJsonObject sketched = models[1].toObject();
    QCOMPARE(dense["parameters"].toInt(), 784 * 32 + 32 + 32 * 10 + 10);
    // C 16x4, U 4x4, R 4x200, b 16, then C 10x4, U 4x4, R 4x16, b 10
    QCOMPARE(sketched["parameters"].toInt(), 64 + 16 + 800 + 16 + 40 + 16 + 64 + 10);
    QCOMPARE(sketched["weight_bytes"].toObject()["f16"].toInt(), 2 * (1026 + 200));
    for (const QJsonValue &model : models) {
        const QJsonObject m = model.toObject();
        QVERIFY(m["test_accuracy"].toDouble() > 0.3); // ten classes, two epochs
        QCOMPARE(m["epochs"].toDouble(), 2.0);
        QCOMPARE(m["train_flops"].toDouble(), m["train_flops_forecast"].toDouble());
        QCOMPARE(m["parameter_digest"].toString().size(), 64);
    }
    const QJsonArray runs =
        QJsonDocument::fromJson(test::rosler({"list", "--out", out(), "--json"}).out).array();
    QCOMPARE(runs.size(), 2);
    QCOMPARE(runs[0].toObject()["status"].toString(), "finished");
}

void RoslerTest::validationIsHeldOut()
{
    const Answer answer = test::rosler({"train", spec(2), "--validation", "0.1", "--out", out(), "--json"});
    QVERIFY2(answer.exitCode == 0, answer.error.constData());
    const QJsonObject result = answer.json();
    QCOMPARE(result["dataset"].toObject()["train"].toInt(), 5400);
    QCOMPARE(result["dataset"].toObject()["validation"].toInt(), 600);
    const QJsonObject model = result["models"].toArray()[1].toObject();
    QVERIFY(model["validation_accuracy"].toDouble() > 0.3);
    QVERIFY(model["test_accuracy"].toDouble() > 0.3);
    const Answer list = test::rosler({"list", "--out", out(), "--json"});
    const QJsonObject run =
        QJsonDocument::fromJson(list.out.trimmed().split('\n').last()).array()[0].toObject();
    QVERIFY(run["best_validation_accuracy"].toDouble() >= run["validation_accuracy"].toDouble());
    for (const char *bad : {"1.5", "-1", "0", "x"}) {
        const Answer refused = test::rosler({"train", spec(2), "--validation", bad, "--out", out()});
        QVERIFY(refused.exitCode != 0);
        QVERIFY2(refused.error.contains("--validation"), refused.error.constData());
    }
}

void RoslerTest::dataOptionsAreKeptInTheRun()
{
    const Answer answer =
        test::rosler({"train", spec(1), "--data-option", "examples=300", "--out", out(), "--json"});
    QVERIFY2(answer.exitCode == 0, answer.error.constData());
    QCOMPARE(answer.json()["dataset"].toObject()["train"].toInt(), 300);
    const QStringList runs = QDir(out()).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    const Answer show = test::rosler({"show", runs.first(), "--out", out(), "--json"});
    QCOMPARE(show.json()["experiment_spec"]
                 .toObject()["dataset"]
                 .toObject()["options"]
                 .toObject()["examples"]
                 .toInt(),
             300);
    const Answer wrong = test::rosler({"train", spec(1), "--data-option", "example=300", "--out", out()});
    QCOMPARE(wrong.exitCode, 1);
    QVERIFY2(wrong.error.contains("examples"), wrong.error.constData());
}

void RoslerTest::choosesOnValidationAlone()
{
    const QString saved = m_folder->filePath("chosen.json");
    const Answer answer = test::rosler(
        {"choose",   spec(1), "--data-option",   "examples=600", "--validation",    "100",   "--rank",  "8,8",
         "--rank",   "2,2",   "--learning-rate", "0.002",        "--learning-rate", "0.004", "--seeds", "2",
         "--within", "100",   "--save",          saved,          "--json"});
    QVERIFY2(answer.exitCode == 0, answer.error.constData());
    const QJsonObject choice = answer.json();
    QCOMPARE(choice["schema"].toString(), "rosler.choice/1");
    QCOMPARE(choice["dataset"].toObject()["validation"].toInt(), 100);
    const QJsonArray candidates = choice["candidates"].toArray();
    QCOMPARE(candidates.size(), 4);
    QCOMPARE(candidates[0].toObject()["validation_accuracies"].toArray().size(), 2);
    QVERIFY(!answer.out.contains("test_accuracy"));
    // Anything is close enough: the smaller sketch, at its better rate.
    const QJsonObject chosen = candidates[choice["chosen"].toInt()].toObject();
    QCOMPARE(chosen["rank"].toArray(), (QJsonArray {2, 2}));
    QVERIFY(chosen["validation_accuracy"].toDouble()
            >= std::max(candidates[2].toObject()["validation_accuracy"].toDouble(),
                        candidates[3].toObject()["validation_accuracy"].toDouble()));
    const Answer again = test::rosler({"forecast", saved, "--shape", "784", "10", "600", "--json"});
    QVERIFY2(again.exitCode == 0, again.error.constData());
    QCOMPARE(QDir(out()).exists(), false); // nothing is kept of the candidates
}

void RoslerTest::allotsRanksWithinABudget()
{
    const QString saved = m_folder->filePath("ranks.json");
    const QStringList begin {"ranks", spec(1), "--data-option", "examples=600", "--pilot-epochs", "1"};
    const Answer answer =
        test::rosler(begin + QStringList {"--parameters", "6000", "--save", saved, "--json"});
    QVERIFY2(answer.exitCode == 0, answer.error.constData());
    const QJsonObject ranks = answer.json();
    QCOMPARE(ranks["schema"].toString(), "rosler.ranks/1");
    QVERIFY(ranks["parameters"].toInt() <= 6000);
    QVERIFY(ranks["pilot"].toObject()["train_flops"].toDouble() > 0);
    QVERIFY(!answer.out.contains("test_accuracy"));
    const Answer again = test::rosler({"forecast", saved, "--shape", "784", "10", "600", "--json"});
    QVERIFY2(again.exitCode == 0, again.error.constData());
    QVERIFY(again.out.contains("\"parameters\":" + QByteArray::number(ranks["parameters"].toInt())));
    const Answer tooFew = test::rosler(begin + QStringList {"--parameters", "10"});
    QCOMPARE(tooFew.exitCode, 1);
    QVERIFY2(tooFew.error.contains("rank 1"), tooFew.error.constData());
    QCOMPARE(QDir(out()).exists(), false); // nothing is kept of the pilot
}

void RoslerTest::choosingTellsAtOnceWhatCannotBeSaved()
{
    const Answer answer = test::rosler({"choose", spec(1), "--data-option", "examples=600", "--save",
                                        m_folder->filePath("no/such/folder/chosen.json"), "--json"});
    QCOMPARE(answer.exitCode, 1);
    QVERIFY2(answer.error.contains("chosen.json"), answer.error.constData());
    QVERIFY(!answer.error.contains("trainings of"));
    QVERIFY(answer.out.isEmpty());
}

void RoslerTest::completionsNameEveryCommand()
{
    const QByteArray help = test::rosler({"--help"}).out;
    QStringList commands;
    for (const QByteArray &line : help.mid(help.indexOf("Subcommands:")).split('\n').mid(1))
        if (line.startsWith("  ") && line.size() > 2 && line.at(2) != ' ')
            commands << QString::fromUtf8(line.trimmed().split(' ').first());
    QVERIFY2(commands.contains("train") && commands.size() >= 10, help.constData());
    for (const char *path : {"/resources/completion/rosler.bash", "/resources/completion/rosler.zsh"}) {
        QFile file(QStringLiteral(ROSLER_SOURCE_DIR) + path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(file.readAll());
        const QString line = text.mid(text.indexOf("commands=")).section('\n', 0, 0);
        for (const QString &command : commands)
            QVERIFY2(line.contains(command), qPrintable(command + " in " + path));
    }
}

void RoslerTest::threadsDoNotChangeTheParameters()
{
    const auto digests = [this](const char *threads) {
        QStringList list;
        const auto models =
            test::rosler({"train", spec(1), "--out", out(), "--json", "--threads", threads}).json();
        for (const QJsonValue &model : models["models"].toArray())
            list << model.toObject()["parameter_digest"].toString();
        return list;
    };
    const QStringList one = digests("1");
    QCOMPARE(one.size(), 2);
    QVERIFY(!one[0].isEmpty());
    QCOMPARE(digests("2"), one);
}

void RoslerTest::aBadSpecNamesKeyAndPlace()
{
    QFile file(m_folder->filePath("bad.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(
        R"({"schema": "rosler.experiment/1", "widths": [8], "models": [{"kind": "dense", "lerning_rate": 1}]})");
    file.close();
    const Answer answer = test::rosler({"train", file.fileName(), "--out", out()});
    QCOMPARE(answer.exitCode, 1);
    QVERIFY2(answer.error.contains("bad.json:/models/0/lerning_rate"), answer.error.constData());
    QVERIFY2(answer.error.contains("learning_rate\"?"), answer.error.constData());
    QVERIFY(!QDir(out()).exists() || QDir(out()).isEmpty());
}

void RoslerTest::whatDoesNotFitIntoMemoryIsRefusedBeforeARunIsMade()
{
    // 12.9 billion parameters: more than any machine has.
    QFile file(m_folder->filePath("huge.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"schema": "rosler.experiment/2", "name": "huge", "dataset": "digits", "models": [
        {"name": "colossus", "layers": [{"kind": "dense", "units": 65536}, {"kind": "dense", "units": 65536},
         {"kind": "dense", "units": 65536}, {"kind": "dense", "units": 65536}, {"kind": "dense"}]}]})");
    file.close();
    const Answer answer = test::rosler({"train", file.fileName(), "--out", out()});
    QCOMPARE(answer.exitCode, 1);
    QVERIFY2(answer.error.contains("\"colossus\" needs about 638 GB") && answer.error.contains("GB are free"),
             answer.error.constData());
    QVERIFY(QDir(out()).entryList(QDir::Dirs | QDir::NoDotAndDotDot).isEmpty());
}

void RoslerTest::unknownNamesAreListed()
{
    const Answer spec = test::rosler({"train", "nothing", "--out", out()});
    QCOMPARE(spec.exitCode, 1);
    QVERIFY2(spec.error.contains("digits-demo"), spec.error.constData());
    const Answer data =
        test::rosler({"train", "mnist-512", "--dataset", m_folder->filePath("none"), "--out", out()});
    QCOMPARE(data.exitCode, 1);
    QVERIFY2(data.error.contains("none"), data.error.constData());
    QCOMPARE(test::rosler({"show", "2001", "--out", out()}).exitCode, 1);
}

void RoslerTest::namesCannotSteerTheTerminal()
{
    QFile file(m_folder->filePath("named.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"schema": "rosler.experiment/2", "name": "\u001b]0;title\u0007", "training": {"epochs": 1},
        "models": [{"name": "a\u001b[31m\u009b2J\nb", "layers": [{"kind": "dense"}]}]})");
    file.close();
    const Answer train =
        test::rosler({"train", file.fileName(), "--data-option", "examples=100", "--out", out()});
    QVERIFY2(train.exitCode == 0, train.error.constData());
    const QString run = QDir(out()).entryList(QDir::Dirs | QDir::NoDotAndDotDot).first();
    for (const QStringList &words : {QStringList {"list", "--out", out()}, {"show", run, "--out", out()}}) {
        const Answer answer = test::rosler(words);
        QCOMPARE(answer.exitCode, 0);
        QVERIFY(!answer.out.contains('\x1b') && !answer.out.contains("\xC2\x9B"));
        QVERIFY2(answer.out.contains("a\\x1B[31m\\x9B2J\\x0Ab"), answer.out.constData());
    }
    QVERIFY(!train.out.contains('\x1b') && !train.error.contains('\x1b'));
}

void RoslerTest::rankOutOfRangeGivesTheRange()
{
    const Answer answer = test::rosler({"train", spec(1, "[17, 4]"), "--out", out()});
    QCOMPARE(answer.exitCode, 1);
    QVERIFY2(answer.error.contains("/models/1/layers/0/rank") && answer.error.contains("1 to 16"),
             answer.error.constData());
}

void RoslerTest::usageErrorsExitWithTwo()
{
    QCOMPARE(test::rosler({}).exitCode, 2);
    QCOMPARE(test::rosler({"train"}).exitCode, 2);
    QCOMPARE(test::rosler({"train", "digits-demo", "--epochs", "0"}).exitCode, 2);
    QCOMPARE(test::rosler({"train", "digits-demo", "--no-such-option"}).exitCode, 2);
    QCOMPARE(test::rosler({"--help"}).exitCode, 0);
}

void RoslerTest::interruptKeepsTheRunAndResumeEqualsAnUninterruptedOne()
{
    constexpr int epochs = 60;
    const QString whole = m_folder->filePath("whole");
    const Answer uninterrupted = test::rosler({"train", spec(epochs), "--out", whole, "--json"});
    QVERIFY2(uninterrupted.exitCode == 0, uninterrupted.error.constData());

    QProcess process;
    process.start(QStringLiteral(ROSLER_PROGRAM), {"train", spec(epochs), "--out", out()});
    QVERIFY(process.waitForStarted());
    // As soon as a first checkpoint is there, in the middle of training.
    QTRY_VERIFY_WITH_TIMEOUT(
        [this] {
            const QDir runs(out());
            const QStringList folders = runs.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
            return !folders.isEmpty() && QFile::exists(runs.filePath(folders.first() + "/checkpoint.h5"));
        }(),
        60'000);
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.exitCode(), 130);

    const QJsonArray runs =
        QJsonDocument::fromJson(test::rosler({"list", "--out", out(), "--json"}).out).array();
    QCOMPARE(runs.size(), 2);
    QCOMPARE(runs[0].toObject()["status"].toString(), "stopped");
    const Answer resumed =
        test::rosler({"resume", runs[0].toObject()["id"].toString(), "--out", out(), "--json"});
    QVERIFY2(resumed.exitCode == 0, resumed.error.constData());
    const auto digestOf = [](const Answer &answer, const QString &name) {
        for (const QJsonValue &model : answer.json()["models"].toArray())
            if (model["name"].toString() == name && model["epochs"].toDouble() == static_cast<double>(epochs))
                return model["parameter_digest"].toString();
        return QString();
    };
    for (const QString name : {"dense", "rosler"}) {
        QCOMPARE(digestOf(resumed, name).size(), 64);
        QCOMPARE(digestOf(resumed, name), digestOf(uninterrupted, name));
    }
}

void RoslerTest::exportWritesFiguresAndMetrics()
{
    QCOMPARE(test::rosler({"train", spec(1), "--out", out()}).exitCode, 0);
    const QString figures = m_folder->filePath("figures");
    const Answer answer = test::rosler({"export", "--out", out(), "--figures", figures, "--width-mm", "120"});
    QVERIFY2(answer.exitCode == 0, answer.error.constData());
    const QDir folder(figures);
    for (const char *name : {"accuracy-epoch.svg", "accuracy-epoch.pdf", "accuracy-epoch.png",
                             "accuracy-epoch.csv", "memory.svg", "metrics-dense.csv", "metrics-rosler.csv"})
        QVERIFY2(QFile(folder.filePath(name)).size() > 100, name);
    QFile svg(folder.filePath("accuracy-epoch.svg"));
    QVERIFY(svg.open(QIODevice::ReadOnly));
    QVERIFY(svg.readAll().contains("120mm"));
}

void RoslerTest::forecastNeedsNoData()
{
    const Answer answer = test::rosler({"forecast", "mnist-1024", "--shape", "784", "10", "60000", "--json"});
    QVERIFY2(answer.exitCode == 0, answer.error.constData());
    const QJsonArray models = answer.json()["models"].toArray();
    QCOMPARE(models[0].toObject()["parameters"].toInt(), 1'863'690);
    QCOMPARE(models[1].toObject()["parameters"].toInt(), 39'422);
    QCOMPARE(answer.json()["source"].toString(), "modelled");
    // On a board: the most that any operation needs at a time is what the model needs at least.
    const QJsonObject board = models[1].toObject()["board"].toObject()["i8"].toObject();
    const QJsonArray operations = board["operations"].toArray();
    QCOMPARE(operations.size(), 4);
    QCOMPARE(operations[0].toObject()["name"].toString(), "gather 784-448");
    int most = 0;
    for (const QJsonValue &operation : operations)
        most = std::max(most, operation.toObject()["ram_bytes"].toInt());
    QVERIFY(most > 784 && board["ram_bytes"].toInt() >= most);
    QVERIFY(board["image_bytes"].toInt() > 39'000);
}

void RoslerTest::aModelBecomesC()
{
    QCOMPARE(test::rosler({"train", spec(1), "--out", out()}).exitCode, 0);
    const QString run = QDir(out()).entryList(QDir::Dirs | QDir::NoDotAndDotDot).first();
    const QString folder = m_folder->filePath("c");
    const Answer made = test::rosler({"export", run, "--out", out(), "--c", folder, "--type", "f32"});
    QVERIFY2(made.exitCode == 0, made.error.constData());
    for (const QByteArray &path : made.out.trimmed().split('\n'))
        QVERIFY2(QFile::exists(QString::fromLocal8Bit(path)), path.constData());
    QVERIFY(QFile::exists(folder + "/rosler_model.c"));
    // A run's folder is a name of it, too.
    const Answer again = test::rosler({"export", out() + "/" + run, "--c", folder});
    QVERIFY2(again.exitCode == 0, again.error.constData());
    QVERIFY(QFile::exists(folder + "/rsl_s8_portable.c"));
    QCOMPARE(test::rosler({"export", run, "--out", out(), "--c", folder, "--type", "f16"}).exitCode, 2);
    const Answer none = test::rosler({"export", "--out", out(), "--c", folder});
    QCOMPARE(none.exitCode, 1);
    QVERIFY2(none.error.contains("one model"), none.error.constData());
    const Answer full = test::rosler({"export", run, "--out", out(), "--c", "/proc/rosler"});
    QCOMPARE(full.exitCode, 1);
    QVERIFY2(full.error.contains("/proc/rosler"), full.error.constData());
}

void RoslerTest::modelsGoToOtherProgramsAndComeBack()
{
    QCOMPARE(test::rosler({"train", spec(1), "--out", out()}).exitCode, 0);
    const QStringList runs = QDir(out()).entryList({"*dense*"}, QDir::Dirs);
    QCOMPARE(runs.size(), 1);
    const QString onnx = m_folder->filePath("net.onnx");
    const Answer made = test::rosler({"export", runs.first(), "--out", out(), "--onnx", onnx});
    QVERIFY2(made.exitCode == 0, made.error.constData());
    QCOMPARE(test::rosler({"export", "--out", out(), "--onnx", onnx}).exitCode, 1); // of which run?

    const Answer taken = test::rosler({"import", onnx, "--to", m_folder->path(), "--dataset", "digits"});
    QVERIFY2(taken.exitCode == 0, taken.error.constData());
    QVERIFY2(taken.out.contains("of the test examples are right"), taken.out.constData());
    QCOMPARE(test::rosler({"import", onnx, "--to", m_folder->path()}).exitCode, 1); // net.h5 is there

    // What begins with given weights is at its first step where they are; a resumed run, too.
    const QString experiment = m_folder->filePath("net.json");
    const Answer trained =
        test::rosler({"train", experiment, "--epochs", "1", "--out", m_folder->filePath("on"), "--json"});
    QVERIFY2(trained.exitCode == 0, trained.error.constData());
    const QJsonArray models = trained.json()["models"].toArray();
    QVERIFY(!models.isEmpty());
    QVERIFY(models[0].toObject()["validation_accuracy"].toDouble() > 0.5);

    const QString weights = m_folder->filePath("keras.h5");
    const Answer keras = test::rosler({"export", m_folder->filePath("net.h5"), "--keras", weights});
    QVERIFY2(keras.exitCode == 0, keras.error.constData());
    const Answer alone = test::rosler({"import", weights, "--to", m_folder->filePath("k")});
    QCOMPARE(alone.exitCode, 1);
    QVERIFY2(alone.error.contains("--like"), alone.error.constData());
    QVERIFY(!QFileInfo::exists(m_folder->filePath("k"))); // made with what is kept there
    const Answer back = test::rosler(
        {"import", weights, "--to", m_folder->filePath("k"), "--like", experiment, "--dataset", "digits"});
    QVERIFY2(back.exitCode == 0, back.error.constData());
    const auto bytesOf = [](const QString &path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    QVERIFY(bytesOf(m_folder->filePath("k/keras.h5")).size() > 1000);
    QCOMPARE(bytesOf(m_folder->filePath("k/keras.h5")), bytesOf(m_folder->filePath("net.h5")));

    // The folder is made, and those above it; where that cannot be, it is said which.
    const Answer deep = test::rosler({"import", onnx, "--to", m_folder->filePath("a/b")});
    QVERIFY2(deep.exitCode == 0, deep.error.constData());
    QVERIFY(QFile::exists(m_folder->filePath("a/b/net.h5")));
    const Answer nowhere = test::rosler({"import", onnx, "--to", "/proc/rosler"});
    QCOMPARE(nowhere.exitCode, 1);
    QVERIFY2(nowhere.error.contains("/proc/rosler"), nowhere.error.constData());

    // Another model under the name that the experiment says.
    QVERIFY(QFile::remove(m_folder->filePath("net.h5")));
    QVERIFY(QFile::copy(weights, m_folder->filePath("net.h5")));
    QCOMPARE(test::rosler({"train", experiment, "--epochs", "1", "--out", m_folder->filePath("on")}).exitCode,
             1);
}

void RoslerTest::aBuildWithoutQtRunsWithoutIt()
{
    const QString program = QStringLiteral(ROSLER_PROGRAM_WITHOUT_QT);
    QProcess loader;
    loader.start("ldd", {program});
    const QByteArray libraries = test::finish(loader).out;
    QVERIFY2(libraries.contains("libtbb"), libraries.constData());
    QVERIFY2(!libraries.contains("libQt"), libraries.constData());

    QProcess forecast;
    forecast.start(program, {"forecast", "digits-demo"});
    QCOMPARE(test::finish(forecast).exitCode, 0);
    QProcess doctor;
    doctor.start(program, {"board", "doctor"});
    const Answer said = test::finish(doctor);
    QVERIFY2(said.out.contains("without Qt SerialPort"), (said.out + said.error).constData());
}

QTEST_GUILESS_MAIN(RoslerTest)

} // namespace rosler_test

#include "rosler_test.moc"
