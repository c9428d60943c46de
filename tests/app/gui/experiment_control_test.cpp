// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QUndoStack>
#include <QtTest>

#include "app/gui/experiment_control.h"
#include "app/session/dataset_session.h"
#include "app/session/experiment_files.h"
#include "core/experiment/shipped_experiments.h"
#include "core/nn/layer_catalog.h"
#include "tests/app/eventually.h"
#include "widgets/models/design_model.h"

namespace experiment_control_test {

using namespace rosler;

/// Which data, which design, and may it be trained: without a window.
class ExperimentControlTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_design = std::make_unique<DesignModel>();
        m_datasets = std::make_unique<DatasetSession>();
        m_files = std::make_unique<ExperimentFiles>();
        make({});
    }
    void cleanup()
    {
        m_control.reset();
        m_files.reset();
        m_datasets.reset();
        m_design.reset();
        m_folder.reset();
    }

    void nothingIsTrainedWithoutData()
    {
        m_control->restore(*shippedExperiment("digits-demo"), {});
        QVERIFY(!m_control->order().has_value());
        QCOMPARE(m_control->order().error().code, ErrorCode::NotFound);
        QSignalSpy ready(m_control.get(), &ExperimentControl::ready);
        m_control->loadUnasked(QStringLiteral("digits"));
        QCOMPARE(m_control->source(), QStringLiteral("digits"));
        EVENTUALLY_EQUAL(ready.count(), 1);
        QVERIFY(m_control->isForData());
        const auto order = m_control->order();
        QVERIFY2(order.has_value(), order ? "" : order.error().what.c_str());
        QCOMPARE(order->spec.dataset.source, std::string("digits"));
        QCOMPARE(order->data, m_control->data());
    }

    void aDesignForOtherDataIsNotTrainedUntilTheUserSaysSo()
    {
        loadDigits();
        QSignalSpy wanted(m_control.get(), &ExperimentControl::dataWanted);
        m_control->open(QStringLiteral("mnist-512"));
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted[0][0].toString(), QStringLiteral("mnist"));
        QVERIFY(!m_control->isForData());
        QCOMPARE(m_control->order().error().code, ErrorCode::Rejected);
        m_control->useData();
        QVERIFY(m_control->order().has_value());
        m_design->undoStack()->undo();
        QCOMPARE(m_control->order().error().code, ErrorCode::Rejected);
        m_control->load(QStringLiteral("digits")); // who chooses data means them
        EVENTUALLY(m_control->isForData());
    }

    void dataAreReadAsTheDesignSays()
    {
        loadDigits();
        m_control->setOptions({{"examples", Index {300}}});
        EVENTUALLY_EQUAL(m_control->data()->train().count(), Index {300});
        QCOMPARE(m_datasets->options().size(), std::size_t {3});
        QVERIFY((m_control->order()->spec.dataset == DatasetRequest("digits", {{"examples", Index {300}}})));
        m_design->undoStack()->undo();
        EVENTUALLY_EQUAL(m_control->data()->train().count(), Index {6000});
        m_design->edit(QStringLiteral("x"), [](ExperimentSpec &spec) {
            spec.dataset.options = {{"exampels", Index {3}}};
        });
        QVERIFY(!m_control->isForData()); // and data() stay
        QCOMPARE(m_control->order().error().code, ErrorCode::Rejected);
    }

    void whatNeedsMoreMemoryThanThereIsIsNotTrained()
    {
        make(1'000'000);
        loadDigits();
        QCOMPARE(m_control->order().error().code, ErrorCode::OutOfMemory);
    }

    void dataThatAreGoneGiveTheBuiltInOnesAndAreNotTriedAgain()
    {
        m_control->restore(*shippedExperiment("digits-demo"), {});
        QSignalSpy failed(m_control.get(), &ExperimentControl::loadFailed);
        m_control->loadUnasked(m_folder->filePath(QStringLiteral("gone")));
        EVENTUALLY_EQUAL(failed.count(), 1);
        EVENTUALLY(m_control->data() != nullptr);
        QCOMPARE(m_control->source(), QStringLiteral("digits"));
        m_design->edit(QStringLiteral("x"), [](ExperimentSpec &spec) { spec.dataset = "/no/such/folder"; });
        EVENTUALLY_EQUAL(failed.count(), 2);
        QSignalSpy started(m_datasets.get(), &DatasetSession::started);
        m_design->edit(QStringLiteral("y"), [](ExperimentSpec &spec) { spec.training.epochs += 1; });
        QCOMPARE(started.count(), 0);
    }

    void whyDataAreLoadedIsKnown()
    {
        using Chosen = ExperimentControl::Chosen;
        QList<Chosen> chosen;
        QSignalSpy loaded(m_control.get(), &ExperimentControl::loaded);
        m_control->restore(*shippedExperiment("digits-demo"), {});
        connect(m_datasets.get(), &DatasetSession::started, m_control.get(),
                [&] { chosen << m_control->chosen(); });
        m_control->load(m_folder->filePath(QStringLiteral("gone")));
        EVENTUALLY_EQUAL(loaded.count(), 1);
        QCOMPARE(chosen, (QList<Chosen> {Chosen::ByUser, Chosen::InPlaceOfFailed}));
    }

    void dataThatAreNamedBesideAnExperimentAreItsData()
    {
        QSignalSpy loaded(m_control.get(), &ExperimentControl::loaded);
        m_control->restore(*shippedExperiment("digits-demo"), {});
        m_control->openLater(QStringLiteral("bearing-demo")); // which names data that could be loaded, too
        m_control->loadAs(QStringLiteral("digits"), {{"examples", Index {300}}});
        EVENTUALLY_EQUAL(m_design->spec().name, std::string("bearing-demo"));
        EVENTUALLY_EQUAL(loaded.count(), 1);
        QCOMPARE(m_control->data()->name(), std::string("digits"));
        QVERIFY((m_design->spec().dataset == DatasetRequest("digits", {{"examples", Index {300}}})));
        m_control->open(QStringLiteral("bearing-demo")); // from now on experiments bring their own
        EVENTUALLY_EQUAL(loaded.count(), 2);
        QCOMPARE(m_control->data()->name(), std::string("bearing"));
    }

    void whatWasCancelledIsNotLoadedByTheNextEdit()
    {
        loadDigits();
        m_design->edit(QStringLiteral("x"), [](ExperimentSpec &spec) {
            spec.dataset = DatasetRequest("digits", {{"examples", Index {300}}});
        });
        m_control->cancelLoading();
        QSignalSpy started(m_datasets.get(), &DatasetSession::started);
        m_design->edit(QStringLiteral("y"), [](ExperimentSpec &spec) { spec.training.epochs += 1; });
        QCOMPARE(started.count(), 0);
        QVERIFY(!m_control->isForData());
    }

    void featuresThatAreFarApartAreToldAndStandardised()
    {
        QSignalSpy unscaled(m_control.get(), &ExperimentControl::unscaled);
        loadDigits();
        QCOMPARE(unscaled.count(), 0);              // pixels
        m_control->load(QStringLiteral("bearing")); // spectra
        EVENTUALLY_EQUAL(unscaled.count(), 1);
        QVERIFY(unscaled[0][0].toFloat() < unscaled[0][1].toFloat());
        const std::size_t layers = m_design->spec().models.front().layers.size();
        m_control->standardise();
        for (const ModelSpec &model : m_design->spec().models)
            QVERIFY(layerKindNamed(model.layers.front().kind)->fitted);
        QCOMPARE(m_design->spec().models.front().layers.size(), layers + 1);
        QVERIFY2(m_control->order(), m_control->order() ? "" : m_control->order().error().what.c_str());
        m_control->standardise(); // once is enough
        QCOMPARE(m_design->spec().models.front().layers.size(), layers + 1);
        m_design->undoStack()->undo();
        QCOMPARE(m_design->spec().models.front().layers.size(), layers);
    }

    /// "Open", undo, "Save" wrote the one design over the other's file.
    void undoAfterOpenSavesToTheRightFile()
    {
        loadDigits();
        const QString first = write(QStringLiteral("first"));
        const QString second = write(QStringLiteral("second"));
        for (const QString &file : {first, second}) {
            m_control->open(file);
            EVENTUALLY_EQUAL(m_design->file(), file);
        }
        m_design->undoStack()->undo();
        QCOMPARE(m_design->spec().name, std::string("first"));
        QCOMPARE(m_design->file(), first);
        QSignalSpy saved(m_files.get(), &ExperimentFiles::saved);
        m_files->save(m_design->file(), m_design->spec());
        EVENTUALLY_EQUAL(saved.count(), 1);
        QFile kept(second);
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QVERIFY(kept.readAll().contains("\"second\""));
    }

    void whatCannotBeOpenedIsTold()
    {
        QSignalSpy problems(m_control.get(), &ExperimentControl::problem);
        m_control->open(QStringLiteral("no-such-experiment"));
        QCOMPARE(problems.count(), 1);
        m_control->open(m_folder->filePath(QStringLiteral("none.json")));
        EVENTUALLY_EQUAL(problems.count(), 2);
    }

private:
    void make(std::optional<std::uint64_t> memory)
    {
        m_control = std::make_unique<ExperimentControl>(m_design.get(), m_datasets.get(), m_files.get(),
                                                        [memory] { return memory; });
    }
    void loadDigits()
    {
        m_control->restore(*shippedExperiment("digits-demo"), {});
        m_control->loadUnasked(QStringLiteral("digits"));
        EVENTUALLY(m_control->data() != nullptr);
    }
    [[nodiscard]] QString write(const QString &name) const
    {
        ExperimentSpec spec = *shippedExperiment("digits-demo");
        spec.name = name.toStdString();
        QFile file(m_folder->filePath(name + QStringLiteral(".json")));
        if (file.open(QIODevice::WriteOnly))
            file.write(QByteArray::fromStdString(toJson(spec)));
        return file.fileName();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<DesignModel> m_design;
    std::unique_ptr<DatasetSession> m_datasets;
    std::unique_ptr<ExperimentFiles> m_files;
    std::unique_ptr<ExperimentControl> m_control;
};

QTEST_MAIN(ExperimentControlTest)

} // namespace experiment_control_test

#include "experiment_control_test.moc"
