// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QFileInfo>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/session/app_services.h"
#include "core/base/atomic_file.h"
#include "core/interchange/onnx_import.h"
#include "tests/app/eventually.h"
#include "tests/app/small_data.h"

namespace model_exchange_test {

using namespace rosler;

/// Models of runs become files of other programs, and those become experiments.
class ModelExchangeTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_services = std::make_unique<AppServices>(AppFolders {path("runs").toStdString(), path("state")});
        connect(&models(), &ModelExchange::imported, this,
                [this](const ImportedExperiment &made) { m_imported << made; });
        connect(&models(), &ModelExchange::failed, this, [this](const Error &error) { m_failed << error; });
    }
    void cleanup()
    {
        m_services.reset();
        m_folder.reset();
        m_imported.clear();
        m_failed.clear();
    }

    void aRunsModelGoesToAnOnnxFileAndComesBack()
    {
        const QString run = trainSmall();
        const QString file = path("net.onnx");
        QVERIFY(exportTo(run, ModelFormat::Onnx, file));

        models().importModel(file, test::smallExperiment(1), {test::smallData(), DatasetRequest("quarters")});
        EVENTUALLY_EQUAL(m_imported.size() + m_failed.size(), 1);
        QVERIFY2(m_failed.isEmpty(), m_failed.isEmpty() ? "" : message(m_failed.front()).c_str());
        const ImportedExperiment made = m_imported.front(); // there will be more
        QCOMPARE(made.spec.name, std::string("net"));
        QCOMPARE(made.spec.dataset, DatasetRequest("quarters"));
        for (const ModelSpec &model : made.spec.models) {
            QVERIFY(model.start.has_value());
            QCOMPARE(QString::fromStdString(model.start->file), made.modelFile);
        }
        QCOMPARE(made.testAccuracy, m_accuracy);
        QVERIFY(QFile::exists(made.modelFile));
        QVERIFY(made.modelFile.startsWith(path("state/imported/net-")));

        // The same again is the same file; and the experiment can be trained.
        models().importModel(file, test::smallExperiment(1), {test::smallData(), DatasetRequest("quarters")});
        EVENTUALLY_EQUAL(m_imported.size(), 2);
        QCOMPARE(m_imported.back().modelFile, made.modelFile);
        QSignalSpy ended(&m_services->training(), &TrainingSession::finished);
        QSignalSpy problems(&m_services->training(), &TrainingSession::problem);
        ExperimentSpec spec = made.spec;
        spec.training.epochs = 1;
        m_services->training().start(spec, test::smallData());
        EVENTUALLY_EQUAL(ended.count(), 1);
        QCOMPARE(problems.count(), 0);
    }

    void kerasWeightsTakeTheLayersOfTheDesign()
    {
        const QString file = path("weights.h5");
        QVERIFY(exportTo(trainSmall(), ModelFormat::Keras, file));
        models().importModel(file, test::smallExperiment(1), {test::smallData(), DatasetRequest("quarters")});
        EVENTUALLY_EQUAL(m_imported.size() + m_failed.size(), 1);
        QVERIFY2(m_failed.isEmpty(), m_failed.isEmpty() ? "" : message(m_failed.front()).c_str());
        QCOMPARE(m_imported.front().testAccuracy, m_accuracy);
        // Of a design with other layers.
        ExperimentSpec other = test::smallExperiment(1);
        other.models.front().layers = layersOf({11});
        models().importModel(file, other, {test::smallData(), DatasetRequest("quarters")});
        EVENTUALLY_EQUAL(m_failed.size(), 1);
        QVERIFY2(message(m_failed.front()).find("weights.h5") != std::string::npos,
                 message(m_failed.front()).c_str());
    }

    void whatCannotBeImportedIsNamedAndNothingIsKept()
    {
        const OpenData quarters {test::smallData(), DatasetRequest("quarters")};
        const QString garbage = path("garbage.onnx");
        QVERIFY(writeFileAtomically(garbage.toStdString(), "no model at all").has_value());
        models().importModel(garbage, test::smallExperiment(1), quarters);
        models().importModel(path("not-there.onnx"), test::smallExperiment(1), quarters);
        models().importModel(garbage, test::smallExperiment(1), {});
        // Of 784 features, on data of 16.
        const QString foreign = QStringLiteral(ROSLER_ONNX_MODELS "/images.onnx");
        models().importModel(foreign, test::smallExperiment(1), quarters);
        EVENTUALLY_EQUAL(m_failed.size(), 4);
        QVERIFY(m_failed[0].where.find("garbage.onnx") != std::string::npos);
        QCOMPARE(m_failed[1].code, ErrorCode::NotFound);
        QVERIFY(m_failed[1].where.find("not-there.onnx") != std::string::npos);
        QVERIFY(m_failed[2].what.find("no data are open") != std::string::npos);
        QVERIFY2(m_failed[3].where.find("images.onnx on quarters") != std::string::npos,
                 message(m_failed[3]).c_str());
        QVERIFY(!QFileInfo::exists(path("state/imported")));
    }

    void aFileThatCannotBeWrittenIsNamed()
    {
        const QString run = trainSmall();
        const QString file = path("no/such/folder/net.onnx");
        models().exportFile(run, ModelFormat::Onnx, file);
        models().exportFile(QStringLiteral("no-such-run"), ModelFormat::Keras, path("x.h5"));
        EVENTUALLY_EQUAL(m_failed.size(), 2);
        QVERIFY(m_failed[0].where.find("no/such/folder/net.onnx") != std::string::npos);
        QVERIFY(m_failed[1].where.find("x.h5") != std::string::npos);
        QVERIFY(!QFileInfo::exists(path("x.h5")));
    }

    void modelsBecomeCAFolderEach()
    {
        const QString run = trainSmall();
        const OpenData open {test::smallData(), DatasetRequest("quarters")};
        QSignalSpy exported(&models(), &ModelExchange::exported);
        CExportOrder order {
            {run}, {QStringLiteral("i8"), QStringLiteral("f32")}, CoreKind::Dsp, false, path("c")};
        models().exportC(order, open);
        EVENTUALLY_EQUAL(exported.count() + m_failed.size(), 2);
        QVERIFY(m_failed.isEmpty());
        for (const QString &type : order.types)
            QVERIFY(QFile::exists(path("c/") + run + QLatin1Char('_') + type
                                  + QStringLiteral("/rosler_model.c")));
        order.types = {QStringLiteral("i8")};
        order.folder = QStringLiteral("/proc/rosler");
        models().exportC(order, open);
        EVENTUALLY_EQUAL(m_failed.size(), 1);
        QVERIFY(m_failed[0].where.find("/proc/rosler") != std::string::npos);
        order.folder = path("c2");
        order.fromSamples = true; // of data that are no signals
        models().exportC(order, open);
        EVENTUALLY_EQUAL(m_failed.size(), 2);
        QCOMPARE(m_failed[1].code, ErrorCode::Unsupported);
    }

private:
    ModelExchange &models() { return m_services->models(); }
    [[nodiscard]] QString path(const char *name) const
    {
        return m_folder->filePath(QString::fromLatin1(name));
    }

    bool exportTo(const QString &run, ModelFormat format, const QString &file)
    {
        QSignalSpy exported(&models(), &ModelExchange::exported);
        models().exportFile(run, format, file);
        return exported.wait(30000) && exported.front().front().toString() == file && QFile::exists(file);
    }

    /// The id of a dense net's run.
    QString trainSmall()
    {
        QSignalSpy ended(&m_services->training(), &TrainingSession::finished);
        m_services->training().start(test::smallExperiment(3), test::smallData());
        if (!ended.wait(30000))
            return {};
        const auto store = RunStore::open(path("runs").toStdString());
        for (const RunSummary &run : (*store)->list())
            if (run.title == "dense") {
                m_accuracy = run.testAccuracy;
                return QString::fromStdString(run.id);
            }
        return {};
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AppServices> m_services;
    QList<ImportedExperiment> m_imported;
    QList<Error> m_failed;
    double m_accuracy = 0; ///< of what trainSmall() has trained, on the test part
};

QTEST_GUILESS_MAIN(ModelExchangeTest)

} // namespace model_exchange_test

#include "model_exchange_test.moc"
