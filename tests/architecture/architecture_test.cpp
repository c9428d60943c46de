// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QtTest>

#include "tests/architecture/include_rules.h"
#include "tests/architecture/layer_rules.h"

namespace architecture_test {

namespace {

struct Source {
    QString path; ///< from the repository's root
    QString text;
};

/// All sources of the product.
QList<Source> sources()
{
    const QDir root(QStringLiteral(ROSLER_SOURCE_DIR));
    QList<Source> found;
    for (const char *top : {"core", "device_link", "widgets", "app"}) {
        QDirIterator it(root.filePath(QLatin1String(top)),
                        {QStringLiteral("*.h"), QStringLiteral("*.cpp"), QStringLiteral("*.c")}, QDir::Files,
                        QDirIterator::Subdirectories);
        while (it.hasNext()) {
            QFile file(it.next());
            if (!file.open(QIODevice::ReadOnly))
                qFatal("%s cannot be read", qPrintable(file.fileName()));
            found.append({root.relativeFilePath(file.fileName()), QString::fromUtf8(file.readAll())});
        }
    }
    if (found.size() <= 20)
        qFatal("only %d sources found below %s", int(found.size()), qPrintable(root.path()));
    return found;
}

} // namespace

/// The source tree obeys resources/docs/architecture.md; and the checker that says so can fail.
class ArchitectureTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theSourcesFollowTheArrows();
    void onlyPairAndRowNameAKindOfLayer();
    void namesOfKindsAreFound_data();
    void namesOfKindsAreFound();
    void theArrowsMakeNoCircle();
    void aCircleIsFound();
    void eachArrowIsGuarded_data();
    void eachArrowIsGuarded();
    void faultsNameFileAndLine();
};

void ArchitectureTest::theSourcesFollowTheArrows()
{
    QStringList faults;
    for (const auto &[path, text] : sources())
        faults << faultsOf(path, text);
    QVERIFY2(faults.isEmpty(), qPrintable(QLatin1Char('\n') + faults.join(QLatin1Char('\n'))));
}

void ArchitectureTest::onlyPairAndRowNameAKindOfLayer()
{
    QList<LayerPair> pairs;
    for (const auto &[path, text] : sources())
        if (path == QLatin1String("core/nn/layer_catalog.cpp"))
            pairs = layerPairs(text);
    QVERIFY(pairs.size() >= 2);
    QStringList faults;
    for (const auto &[path, text] : sources())
        faults << layerFaultsOf(path, text, pairs);
    QVERIFY2(faults.isEmpty(), qPrintable(QLatin1Char('\n') + faults.join(QLatin1Char('\n'))));
}

void ArchitectureTest::namesOfKindsAreFound_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("line");
    QTest::addColumn<bool>("allowed");
    const auto row = [](const char *path, const char *line, bool allowed) {
        QTest::addRow("%s %s", path, line) << QString::fromUtf8(path) << QString::fromUtf8(line) << allowed;
    };
    row("core/nn/dropout_layer.cpp", "return {\"dropout\"};", true);
    row("core/nn/layer_catalog.cpp", "#include \"core/nn/dropout_layer.h\"", true);
    row("core/nn/network.cpp", "#include \"core/nn/dropout_layer.h\"", false);
    row("core/training/trainer.cpp", "if (layer.kind == \"dropout\")", false);
    row("widgets/pages/x.cpp", "const DropoutLayer layer(plan);", false);
    row("core/nn/layer.h", "/// as \"dropout\" does, see DropoutLayer", true);
    row("app/cli/x.cpp", "j[\"dense\"] = seconds;", true); // what a model is called
    row("app/cli/x.cpp", "if (spec.kind == \"dense\")", false);
    row("app/cli/x.cpp", "const DenseLayer layer(plan);", false);
}

void ArchitectureTest::namesOfKindsAreFound()
{
    QFETCH(QString, path);
    QFETCH(QString, line);
    QFETCH(bool, allowed);
    const auto pairs = layerPairs(QStringLiteral("#include \"core/nn/dense_layer.h\"\n"
                                                 "#include \"core/nn/dropout_layer.h\"\n"
                                                 " denseKind(x), dropoutKind()"));
    QCOMPARE(pairs.size(), 2);
    QCOMPARE(layerFaultsOf(path, line, pairs).isEmpty(), allowed);
}

void ArchitectureTest::theArrowsMakeNoCircle()
{
    QCOMPARE(circleIn(folderRules()), QString());
}

void ArchitectureTest::aCircleIsFound()
{
    const QString a = QStringLiteral("a/");
    const QString b = QStringLiteral("b/");
    const QString c = QStringLiteral("c/");
    QCOMPARE(circleIn({{a, {b}, {}}, {b, {c}, {}}, {c, {b}, {}}}), QStringLiteral("b/ -> c/ -> b/"));
    QCOMPARE(circleIn({{a, {b, c}, {}}, {b, {c}, {}}, {c, {}, {}}}), QString());
}

void ArchitectureTest::eachArrowIsGuarded_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("line");
    QTest::addColumn<bool>("allowed");

    const auto row = [](const char *path, const char *line, bool allowed) {
        QTest::addRow("%s %s", path, line) << QString::fromUtf8(path) << QString::fromUtf8(line) << allowed;
    };
    row("core/base/x.h", "#include <vector>", true);
    row("core/base/x.h", "#include \"core/base/result.h\"", true);
    row("core/base/x.h", "#include \"core/data/dataset.h\"", false);
    row("core/base/x.h", "#include <QString>", false);
    row("core/base/x.h", "  #  include <QtCore/QString>", false);
    row("core/base/x.h", "#include <qglobal.h>", false);
    row("core/base/x.h", "// #include <QString>", true);
    row("core/base/x.h", "#include \"result.h\"", false);
    row("core/data/readers/x.cpp", "#include \"core/data/dataset.h\"", true);
    row("core/data/readers/x.cpp", "#include \"core/nn/layer.h\"", false);
    row("core/nn/x.cpp", "#include \"core/sketch/cur.h\"", true);
    row("core/nn/x.cpp", "#include \"core/training/trial_spec.h\"", false);
    row("core/compress/x.cpp", "#include \"core/nn/network.h\"", true);
    row("core/compress/x.cpp", "#include \"core/data/dataset.h\"", false);
    row("core/training/x.cpp", "#include \"core/compress/float16.h\"", true);
    row("core/training/x.cpp", "#include \"core/cost/cost_model.h\"", false);
    row("core/cost/x.cpp", "#include \"core/training/trial_spec.h\"", true);
    row("core/cost/x.cpp", "#include \"core/training/trainer.h\"", false);
    row("core/cost/x.cpp", "#include \"core/nn/network.h\"", false);
    row("core/figure/x.cpp", "#include \"core/base/atomic_file.h\"", true);
    row("core/figure/x.cpp", "#include \"core/training/metrics.h\"", false);
    row("core/experiment/x.cpp", "#include \"core/figure/figure.h\"", true);
    row("core/experiment/x.cpp", "#include \"core/store/run_store.h\"", false);
    row("core/interchange/x.cpp", "#include \"core/nn/network.h\"", true);
    row("core/interchange/x.cpp", "#include \"core/training/trial_spec.h\"", false);
    row("core/store/x.cpp", "#include \"core/experiment/trial_result.h\"", true);
    row("core/store/x.cpp", "#include <hdf5.h>", false);
    row("core/store/x.cpp", "#include <H5Cpp.h>", false);
    row("core/h5/x.h", "#include <hdf5.h>", true);
    row("core/h5/x.cpp", "#include \"core/data/dataset.h\"", false);
    row("core/data/readers/x.cpp", "#include \"core/h5/h5_file.h\"", true);
    row("core/data/readers/x.cpp", "#include <hdf5.h>", false);
    row("core/nn/x.cpp", "#include \"core/h5/h5_file.h\"", false);
    row("core/store/x.cpp", "#include \"widgets/models/runs_model.h\"", false);
    row("device_link/protocol/x.c", "#include \"device_link/protocol/rsl_crc.h\"", true);
    row("device_link/protocol/x.c", "#include \"device_link/firmware/rsl_port.h\"", false);
    row("device_link/protocol/x.c", "#include <QString>", false);
    row("device_link/firmware/x.c", "#include \"device_link/protocol/rsl_model.h\"", true);
    row("device_link/firmware/boards/y/port.c", "#include \"device_link/firmware/rsl_port.h\"", true);
    row("device_link/firmware/x.c", "#include \"core/base/result.h\"", false);
    row("device_link/firmware/x.c", "#include <QByteArray>", false);
    row("device_link/host/x.cpp", "#include \"device_link/protocol/rsl_frame.h\"", true);
    row("device_link/host/x.cpp", "#include \"core/nn/network.h\"", true);
    row("device_link/host/x.cpp", "#include \"device_link/firmware/rsl_device.h\"", false);
    row("device_link/host/x.cpp", "#include <QString>", false);
    row("device_link/host/meters/x.cpp", "#include <QSerialPort>", false);
    row("device_link/host/links/x.cpp", "#include <QSerialPort>", true);
    row("device_link/host/links/x.cpp", "#include \"device_link/firmware/twin/rsl_twin.h\"", true);
    row("device_link/host/links/x.cpp", "#include \"device_link/firmware/rsl_infer.h\"", false);
    row("device_link/host/flash/x.cpp", "#include <QProcess>", true);
    row("widgets/pages/x.cpp", "#include \"device_link/host/measurement.h\"", true);
    row("widgets/pages/x.cpp", "#include \"device_link/host/board_client.h\"", false);
    row("app/cli/x.cpp", "#include \"device_link/host/board_client.h\"", true);
    row("widgets/models/x.h", "#include <QAbstractTableModel>", true);
    row("widgets/models/x.h", "#include <QWidget>", false);
    row("widgets/models/x.h", "#include \"widgets/pages/data_page.h\"", false);
    row("widgets/charts/x.cpp", "#include <QLineSeries>", true);
    row("widgets/charts/x.cpp", "#include <QtCharts/QLineSeries>", true);
    row("widgets/charts/x.cpp", "#include \"core/store/run_store.h\"", false);
    row("widgets/pages/x.cpp", "#include <QLineSeries>", false);
    row("widgets/pages/x.cpp", "#include <QtCharts>", false);
    row("widgets/pages/x.cpp", "#include <QLogValueAxis>", false);
    row("widgets/pages/x.cpp", "#include <QFileDialog>", true);
    row("widgets/pages/x.cpp", "#include <QFile>", false);
    row("widgets/pages/x.cpp", "#include <QThread>", false);
    row("widgets/pages/x.cpp", "#include <thread>", false);
    row("widgets/pages/x.cpp", "#include \"widgets/charts/plot_widget.h\"", true);
    row("widgets/pages/x.cpp", "#include \"app/session/training_session.h\"", false);
    row("widgets/pages/x.cpp", "#include \"x.moc\"", true);
    row("app/session/x.cpp", "#include <QThread>", true);
    row("app/session/x.cpp", "#include \"widgets/pages/data_page.h\"", false);
    row("app/cli/x.cpp", "#include \"core/store/run_store.h\"", true);
    row("app/cli/x.cpp", "#include <QCoreApplication>", false);
    row("app/cli/x.cpp", "#include \"app/trained/board_model.h\"", true);
    row("app/trained/x.h", "#include <QString>", false);
    row("app/trained/x.cpp", "#include \"app/session/training_session.h\"", false);
    row("app/cli/x.cpp", "#include \"app/session/training_session.h\"", false);
    row("app/gui/x.cpp", "#include \"app/session/training_session.h\"", true);
    row("app/gui/x.cpp", "#include \"app/cli/run_command.h\"", false);
    row("core/newcomer/x.cpp", "#include <vector>", false);
}

void ArchitectureTest::eachArrowIsGuarded()
{
    QFETCH(QString, path);
    QFETCH(QString, line);
    QFETCH(bool, allowed);

    const bool free =
        path.startsWith(QLatin1String("core/")) || path.startsWith(QLatin1String("device_link/"));
    const QString licence = free ? QStringLiteral("Apache-2.0") : QStringLiteral("GPL-3.0-or-later");
    const QStringList faults =
        faultsOf(path, QStringLiteral("// SPDX-License-Identifier: %1\n%2\n").arg(licence, line));
    QCOMPARE(faults.join(QLatin1Char('\n')).isEmpty(), allowed);
}

void ArchitectureTest::faultsNameFileAndLine()
{
    const QStringList faults =
        faultsOf(QStringLiteral("core/figure/x.h"),
                 QStringLiteral("#pragma once\n\n#include <QPainter>\n#include \"core/nn/layer.h\"\n"));
    const QStringList expected {
        QStringLiteral("core/figure/x.h:1: must be \"// SPDX-License-Identifier: Apache-2.0\""),
        QStringLiteral("core/figure/x.h:3: <QPainter>: core, the firmware and the command line know no Qt"),
        QStringLiteral("core/figure/x.h:4: core/figure/ may not include \"core/nn/layer.h\"")};
    QCOMPARE(faults, expected);
}

QTEST_APPLESS_MAIN(ArchitectureTest)

} // namespace architecture_test

#include "architecture_test.moc"
