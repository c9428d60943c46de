// SPDX-License-Identifier: Apache-2.0
#include "tests/acceptance/rosler_program.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>

ProgramRun runRosler(const QStringList &arguments, const QString &folder, int allowedSeconds)
{
    QProcess process;
    process.setWorkingDirectory(folder);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("ROSLER_RUNS"), QDir(folder).filePath(QStringLiteral("runs")));
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(ROSLER_PROGRAM), arguments);

    ProgramRun run;
    const bool ended = process.waitForFinished(allowedSeconds * 1000);
    if (!ended) {
        process.kill();
        process.waitForFinished();
    }
    const QString said = QString::fromLocal8Bit(process.readAllStandardError());
    if (!ended || process.exitStatus() != QProcess::NormalExit)
        run.problem = process.errorString() + QLatin1Char('\n') + said;
    else if ((run.exitCode = process.exitCode()) != 0)
        run.problem = said;
    run.lines = QString::fromUtf8(process.readAllStandardOutput()).trimmed().split(QLatin1Char('\n'));
    run.result = QJsonDocument::fromJson(run.lines.back().toUtf8()).object();
    return run;
}

QJsonObject modelNamed(const QJsonObject &result, const QString &name)
{
    const QJsonArray models = result.value(QLatin1String("models")).toArray();
    for (const QJsonValue &model : models)
        if (model[QLatin1String("name")].toString() == name)
            return model.toObject();
    return {};
}

QStringList faultsOfResult(const QJsonObject &result)
{
    QStringList faults;
    const auto expect = [&](bool holds, const QString &fault) {
        if (!holds)
            faults << fault;
    };
    expect(result.value(QLatin1String("schema")).toString() == QLatin1String("rosler.result/1"),
           QStringLiteral("schema is not rosler.result/1"));
    expect(result.value(QLatin1String("seed")).isDouble(), QStringLiteral("no seed"));
    const QJsonObject dataset = result.value(QLatin1String("dataset")).toObject();
    for (const char *key : {"train", "test"})
        expect(dataset.value(QLatin1String(key)).toDouble() > 0,
               QStringLiteral("dataset.%1 is not positive").arg(QLatin1String(key)));

    const QJsonArray models = result.value(QLatin1String("models")).toArray();
    expect(!models.isEmpty(), QStringLiteral("no models"));
    for (const QJsonValue &value : models) {
        const QJsonObject model = value.toObject();
        const QString name = model.value(QLatin1String("name")).toString();
        expect(!name.isEmpty(), QStringLiteral("a model without a name"));
        for (const char *key : {"test_accuracy", "test_accuracy_f16"}) {
            const double accuracy = model.value(QLatin1String(key)).toDouble(-1);
            expect(accuracy >= 0 && accuracy <= 1,
                   QStringLiteral("%1.%2 is no fraction").arg(name, QLatin1String(key)));
        }
        for (const char *key :
             {"parameters", "macs", "train_flops", "train_memory_bytes", "train_seconds", "epochs"})
            expect(model.value(QLatin1String(key)).toDouble() > 0,
                   QStringLiteral("%1.%2 is not positive").arg(name, QLatin1String(key)));
        const QJsonObject bytes = model.value(QLatin1String("weight_bytes")).toObject();
        const double f32 = bytes.value(QLatin1String("f32")).toDouble();
        const double f16 = bytes.value(QLatin1String("f16")).toDouble();
        const double i8 = bytes.value(QLatin1String("i8")).toDouble();
        expect(i8 > 0 && i8 < f16 && f16 < f32, QStringLiteral("%1.weight_bytes do not shrink").arg(name));
        expect(model.value(QLatin1String("parameter_digest")).toString().size() == 64,
               QStringLiteral("%1.parameter_digest is no SHA-256").arg(name));
    }
    return faults;
}

void tellResult(const QJsonObject &result)
{
    const QJsonArray models = result.value(QLatin1String("models")).toArray();
    for (const QJsonValue &model : models)
        qInfo("%-10s test accuracy %.2f %% (float16 %.2f %%), %.0f parameters, %.2f s",
              qPrintable(model[QLatin1String("name")].toString()),
              100 * model[QLatin1String("test_accuracy")].toDouble(),
              100 * model[QLatin1String("test_accuracy_f16")].toDouble(),
              model[QLatin1String("parameters")].toDouble(),
              model[QLatin1String("train_seconds")].toDouble());
}
