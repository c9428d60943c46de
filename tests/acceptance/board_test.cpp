// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/acceptance/rosler_program.h"

namespace board_test {

/// What is trained gets pushed to boards and measured there, as the user does it.
class BoardTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyTypeEqualsTheTwinOnAnEmulatedBoard();
    void aRepeatedMeasurementCountsTheSame();
    void theTwinMeasuresNothing();
    void modelledFiguresAreMarkedInCsvAndFigures();
    void boardsAreListed();
    void wrongNamesAreRefused_data();
    void wrongNamesAreRefused();
    void theConsoleSpeaksText();

private:
    [[nodiscard]] ProgramRun board(const QStringList &arguments) const
    {
        return runRosler(QStringList {QStringLiteral("board")} + arguments, m_folder.path(), 200);
    }
    [[nodiscard]] static bool hasEmulator();

    QTemporaryDir m_folder;
    QString m_dense;
    QString m_rosler;
};

namespace {
QStringList measuring(const QString &model, const QString &where, const QStringList &types,
                      const QString &samples)
{
    return QStringList {QStringLiteral("measure"),
                        QStringLiteral("--board"),
                        where,
                        QStringLiteral("--model"),
                        model,
                        QStringLiteral("--samples"),
                        samples,
                        QStringLiteral("--json"),
                        QStringLiteral("--type")}
    + types;
}

QJsonObject objectOf(const QString &line)
{
    return QJsonDocument::fromJson(line.toUtf8()).object();
}
} // namespace

bool BoardTest::hasEmulator()
{
    return !QStandardPaths::findExecutable(QStringLiteral("qemu-system-arm")).isEmpty()
        && QFile::exists(QStringLiteral(ROSLER_FIRMWARE "/mps2-an386.elf"));
}

void BoardTest::initTestCase()
{
    QVERIFY(m_folder.isValid());
    qputenv("XDG_DATA_HOME", m_folder.filePath(QStringLiteral("data")).toUtf8());
    const ProgramRun trained =
        runRosler({QStringLiteral("train"), QStringLiteral("digits-demo"), QStringLiteral("--epochs"),
                   QStringLiteral("4"), QStringLiteral("--json")},
                  m_folder.path(), 200);
    QVERIFY2(trained.exitCode == 0, qPrintable(trained.problem));
    const ProgramRun listed =
        runRosler({QStringLiteral("list"), QStringLiteral("--json")}, m_folder.path(), 20);
    for (const QJsonValue &run : QJsonDocument::fromJson(listed.lines.back().toUtf8()).array())
        (run[QLatin1String("title")].toString() == QLatin1String("dense") ? m_dense : m_rosler) =
            run[QLatin1String("id")].toString();
    QVERIFY2(!m_dense.isEmpty() && !m_rosler.isEmpty(), qPrintable(listed.lines.back()));
}

void BoardTest::everyTypeEqualsTheTwinOnAnEmulatedBoard()
{
    if (!hasEmulator())
        QSKIP("needs qemu-system-arm and gcc-arm-none-eabi");
    QHash<QString, double> instructions;
    for (const QString &run : {m_rosler, m_dense}) {
        const bool dense = run == m_dense;
        // Dense floats take their time over an emulated port.
        const QStringList types = dense
            ? QStringList {QStringLiteral("i8")}
            : QStringList {QStringLiteral("i8"), QStringLiteral("f16"), QStringLiteral("f32")};
        const ProgramRun run1 =
            board(measuring(run, QStringLiteral("emulated:mps2-an386"), types, QStringLiteral("20")));
        QVERIFY2(run1.exitCode == 0, qPrintable(run1.problem));
        for (qsizetype i = 0; i < types.size(); ++i) {
            const QJsonObject m = objectOf(run1.lines[run1.lines.size() - types.size() + i]);
            QCOMPARE(m[QStringLiteral("schema")].toString(), QStringLiteral("rosler.measurement/1"));
            QCOMPARE(m[QStringLiteral("board")].toString(), QStringLiteral("mps2-an386"));
            QCOMPARE(m[QStringLiteral("emulated")], QJsonValue(true));
            QCOMPARE(m[QStringLiteral("type")].toString(), types[i]);
            QCOMPARE(m[QStringLiteral("samples")].toInt(), 20);
            QCOMPARE(m[QStringLiteral("outputs_equal_twin")], QJsonValue(true));
            QCOMPARE(m[QStringLiteral("board_accuracy")], m[QStringLiteral("twin_accuracy")]);
            QVERIFY(m[QStringLiteral("board_accuracy")].toDouble() > 0.5);
            const QJsonObject count = m[QStringLiteral("instructions")].toObject();
            QCOMPARE(count[QStringLiteral("source")].toString(), QStringLiteral("counted"));
            QCOMPARE(count[QStringLiteral("median")], count[QStringLiteral("p95")]);
            for (const QString &key : {QStringLiteral("latency_us"), QStringLiteral("energy_uj")}) {
                const QJsonObject modelled = m[key].toObject();
                QCOMPARE(modelled[QStringLiteral("source")].toString(), QStringLiteral("modelled"));
                QVERIFY(!modelled[QStringLiteral("assumptions")].toString().isEmpty());
            }
            double ofLayers = 0;
            for (const QJsonValue &layer : m[QStringLiteral("layers")].toArray())
                ofLayers += layer.toObject()[QStringLiteral("instructions")].toDouble();
            const double whole = count[QStringLiteral("median")].toDouble();
            QVERIFY2(std::abs(ofLayers / whole - 1) < 0.05,
                     qPrintable(QStringLiteral("%1 of %2").arg(ofLayers).arg(whole)));
            if (types[i] == QStringLiteral("i8"))
                instructions[dense ? QStringLiteral("dense") : QStringLiteral("rosler")] = whole;
        }
    }
    QVERIFY(instructions[QStringLiteral("dense")] > 10 * instructions[QStringLiteral("rosler")]);
}

void BoardTest::aRepeatedMeasurementCountsTheSame()
{
    if (!hasEmulator())
        QSKIP("needs qemu-system-arm and gcc-arm-none-eabi");
    const QStringList arguments = measuring(m_rosler, QStringLiteral("emulated:mps2-an386"),
                                            {QStringLiteral("i8")}, QStringLiteral("2"));
    const ProgramRun first = board(arguments);
    const ProgramRun second = board(arguments);
    QVERIFY2(first.exitCode == 0 && second.exitCode == 0, qPrintable(first.problem + second.problem));
    QCOMPARE(second.result, first.result);
    QCOMPARE(first.result[QStringLiteral("instructions")].toObject()[QStringLiteral("n")].toInt(), 20);
}

void BoardTest::theTwinMeasuresNothing()
{
    const ProgramRun run = board(measuring(
        m_dense, QStringLiteral("twin"), {QStringLiteral("f32"), QStringLiteral("f16"), QStringLiteral("i8")},
        QStringLiteral("200")));
    QVERIFY2(run.exitCode == 0, qPrintable(run.problem));
    QList<double> accuracies;
    for (const QString &line : run.lines.last(3)) {
        const QJsonObject m = objectOf(line);
        QCOMPARE(m[QStringLiteral("emulated")], QJsonValue(false));
        QCOMPARE(m[QStringLiteral("outputs_equal_twin")], QJsonValue(true));
        for (const QString &key : {QStringLiteral("instructions"), QStringLiteral("cycles"),
                                   QStringLiteral("latency_us"), QStringLiteral("energy_uj")})
            QVERIFY2(m[key].isNull(), qPrintable(key));
        accuracies << m[QStringLiteral("board_accuracy")].toDouble();
    }
    QVERIFY2(std::abs(accuracies[2] - accuracies[0]) <= 0.01, "int8 loses more than two of 200 examples");
}

void BoardTest::modelledFiguresAreMarkedInCsvAndFigures()
{
    if (!hasEmulator())
        QSKIP("needs qemu-system-arm and gcc-arm-none-eabi");
    const QString csv = m_folder.filePath(QStringLiteral("board.csv"));
    const QString figures = m_folder.filePath(QStringLiteral("figures"));
    QStringList arguments = measuring(m_rosler, QStringLiteral("emulated:mps2-an386"), {QStringLiteral("i8")},
                                      QStringLiteral("1"));
    arguments << QStringLiteral("--csv") << csv << QStringLiteral("--figures") << figures;
    const ProgramRun run = board(arguments);
    QVERIFY2(run.exitCode == 0, qPrintable(run.problem));
    QFile file(csv);
    QVERIFY(file.open(QIODevice::ReadOnly));
    int modelled = 0;
    for (const QByteArray &line : file.readAll().split('\n'))
        if (line.contains("modelled")) {
            ++modelled;
            QVERIFY2(line.contains(",~"), line.constData());
        }
    QVERIFY(modelled >= 2);
    const QStringList pictures = QDir(figures).entryList({QStringLiteral("*.svg")});
    QVERIFY(!pictures.isEmpty());
    QVERIFY(run.lines.join(QLatin1Char('\n')).contains(QStringLiteral("~ is modelled, not measured")));
}

void BoardTest::boardsAreListed()
{
    const ProgramRun run = board({QStringLiteral("list")});
    QCOMPARE(run.exitCode, 0);
    const QString all = run.lines.join(QLatin1Char('\n'));
    for (const char *id :
         {"twin", "emulated:mps2-an385", "emulated:mps2-an386", "emulated:mps2-an500", "emulated:mps2-an505",
          "emulated:mps3-an547", "emulated:riscv-virt", "emulated:stm32f405"})
        QVERIFY2(all.contains(QLatin1String(id)), id);
}

void BoardTest::wrongNamesAreRefused_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *name, const QStringList &arguments, int exitCode, const QString &text) {
        QTest::newRow(name) << arguments << exitCode << text;
    };
    const QString twin = QStringLiteral("twin");
    const QStringList i8 {QStringLiteral("i8")};
    row("board",
        {QStringLiteral("console"), QStringLiteral("--board"), QStringLiteral("emulated:pdp11"),
         QStringLiteral("name")},
        1, QStringLiteral("pdp11"));
    row("model", measuring(QStringLiteral("nothing"), twin, i8, QStringLiteral("1")), 1,
        QStringLiteral("nothing"));
    row("type", measuring(QStringLiteral("x"), twin, {QStringLiteral("i4")}, QStringLiteral("1")), 2,
        QStringLiteral("i4"));
    row("samples", measuring(QStringLiteral("x"), twin, i8, QStringLiteral("-1")), 2,
        QStringLiteral("--samples"));
    row("meter",
        measuring(m_rosler, twin, i8, QStringLiteral("1"))
            << QStringLiteral("--meter") << QStringLiteral("abacus:/dev/null"),
        1, QStringLiteral("there are ppk2, powershield"));
    row("flash an emulated board",
        {QStringLiteral("flash"), QStringLiteral("--board"), QStringLiteral("mps2-an386")}, 1,
        QStringLiteral("emulated boards need none"));
    row("flash with what is none",
        {QStringLiteral("flash"), QStringLiteral("--tool"), QStringLiteral("hammer"),
         QStringLiteral("--dry-run")},
        1, QStringLiteral("st-flash"));
    row("nothing to do", {}, 2, QStringLiteral("subcommand"));
}

void BoardTest::wrongNamesAreRefused()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, exitCode);
    QFETCH(QString, text);
    const ProgramRun run = board(arguments);
    QCOMPARE(run.exitCode, exitCode);
    QVERIFY2(run.problem.contains(text), qPrintable(run.problem));
}

void BoardTest::theConsoleSpeaksText()
{
    const ProgramRun run = board({QStringLiteral("console"), QStringLiteral("--board"),
                                  QStringLiteral("twin"), QStringLiteral("name")});
    QVERIFY2(run.exitCode == 0, qPrintable(run.problem));
    QCOMPARE(run.lines.join(QLatin1Char('\n')).trimmed(), QStringLiteral("m-name-dut-[rosler-twin]"));
}

QTEST_GUILESS_MAIN(BoardTest)

} // namespace board_test

#include "board_test.moc"
