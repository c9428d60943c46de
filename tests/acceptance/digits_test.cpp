// SPDX-License-Identifier: Apache-2.0
#include <QDirIterator>
#include <QFileInfo>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/acceptance/rosler_program.h"

namespace digits_test {

/// The demo, as a stranger runs it first: on the built-in digits, by the real program.
class DigitsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theDemoReachesItsFloorsAndWritesFigures();
    void theCheckOfResultsFindsFaults();
};

void DigitsTest::theDemoReachesItsFloorsAndWritesFigures()
{
    const QTemporaryDir folder;
    const ProgramRun run = runRosler({QStringLiteral("demo"), QStringLiteral("--json")}, folder.path(), 300);
    QVERIFY2(run.exitCode == 0, qPrintable(run.problem));
    QCOMPARE(faultsOfResult(run.result), QStringList());
    tellResult(run.result);

    const QJsonObject dense = modelNamed(run.result, QStringLiteral("dense"));
    const QJsonObject rosler = modelNamed(run.result, QStringLiteral("rosler"));
    const double denseAccuracy = dense.value(QLatin1String("test_accuracy")).toDouble();
    const double roslerAccuracy = rosler.value(QLatin1String("test_accuracy_f16")).toDouble();
    QVERIFY2(denseAccuracy >= 0.95, qPrintable(QString::number(denseAccuracy)));
    QVERIFY2(roslerAccuracy >= 0.95, qPrintable(QString::number(roslerAccuracy)));
    QVERIFY(10 * rosler.value(QLatin1String("parameters")).toDouble()
            < dense.value(QLatin1String("parameters")).toDouble());

    QStringList figures;
    QDirIterator it(folder.path(), {QStringLiteral("*.svg"), QStringLiteral("*.pdf")}, QDir::Files,
                    QDirIterator::Subdirectories);
    while (it.hasNext())
        figures << it.next();
    QVERIFY2(figures.size() >= 4, qPrintable(figures.join(QLatin1Char('\n'))));
    for (const QString &figure : figures)
        QVERIFY2(QFileInfo(figure).size() > 500, qPrintable(figure));
}

void DigitsTest::theCheckOfResultsFindsFaults()
{
    QVERIFY(!faultsOfResult({}).isEmpty());
    const QJsonObject model {{QStringLiteral("name"), QStringLiteral("dense")},
                             {QStringLiteral("test_accuracy"), 98.5}};
    const QStringList faults = faultsOfResult({{QStringLiteral("models"), QJsonArray {model}}});
    QVERIFY(faults.contains(QStringLiteral("dense.test_accuracy is no fraction")));
    QVERIFY(faults.contains(QStringLiteral("dense.weight_bytes do not shrink")));
}

QTEST_GUILESS_MAIN(DigitsTest)

} // namespace digits_test

#include "digits_test.moc"
