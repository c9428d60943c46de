// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/acceptance/rosler_program.h"

namespace mnist_test {

/// One epoch of the shipped experiment mnist-512 on the real MNIST, where it lies beside the project.
class MnistTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneEpochReachesItsFloors();
};

void MnistTest::oneEpochReachesItsFloors()
{
    const QString mnist =
        QDir(QStringLiteral(ROSLER_SOURCE_DIR) + QStringLiteral("/../shared/datasets/mnist")).absolutePath();
    if (!QDir(mnist).exists())
        QSKIP(qPrintable(QStringLiteral("there is no %1").arg(mnist)));

    const QTemporaryDir folder;
    const ProgramRun run =
        runRosler({QStringLiteral("train"), QStringLiteral("mnist-512"), QStringLiteral("--dataset"), mnist,
                   QStringLiteral("--seed"), QStringLiteral("0"), QStringLiteral("--epochs"),
                   QStringLiteral("1"), QStringLiteral("--json")},
                  folder.path(), 300);
    QVERIFY2(run.exitCode == 0, qPrintable(run.problem));
    QCOMPARE(faultsOfResult(run.result), QStringList());
    tellResult(run.result);

    const QJsonObject dataset = run.result.value(QLatin1String("dataset")).toObject();
    QCOMPARE(dataset.value(QLatin1String("train")).toInt(), 60'000);
    QCOMPARE(dataset.value(QLatin1String("test")).toInt(), 10'000);
    const double dense =
        modelNamed(run.result, QStringLiteral("dense")).value(QLatin1String("test_accuracy")).toDouble();
    const double rosler =
        modelNamed(run.result, QStringLiteral("rosler")).value(QLatin1String("test_accuracy_f16")).toDouble();
    QVERIFY2(dense >= 0.955, qPrintable(QString::number(dense)));
    QVERIFY2(rosler >= 0.94, qPrintable(QString::number(rosler)));
}

QTEST_GUILESS_MAIN(MnistTest)

} // namespace mnist_test

#include "mnist_test.moc"
