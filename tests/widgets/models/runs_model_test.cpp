// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/layers.h"
#include "widgets/models/runs_model.h"

namespace runs_model_test {

using namespace rosler;

namespace {

RunSummary makeRun(const std::string &id, double accuracy = 0.9)
{
    RunSummary run;
    run.id = id;
    run.title = "title of " + id;
    run.dataset = "mnist";
    run.created = "2026-01-02T03:04:0" + id.substr(id.size() - 1) + "Z";
    run.status = RunStatus::Finished;
    run.trial.model.layers = layersOf({32});
    run.trial.model.name = "dense";
    run.example = ExampleShape::vector(64);
    run.classes = 10;
    run.trainExamples = 100;
    run.trial.training.epochs = 20;
    run.epochs = 20;
    run.testAccuracy = accuracy;
    run.validationAccuracy = accuracy;
    run.bestValidationAccuracy = accuracy + 0.01;
    return run;
}

MetricSample evaluated(double epoch, double validation,
                       double test = std::numeric_limits<double>::quiet_NaN())
{
    MetricSample sample;
    sample.epoch = epoch;
    sample.validationAccuracy = validation;
    sample.testAccuracy = test;
    return sample;
}

QStringList ids(const RunsModel &model)
{
    QStringList list;
    for (int row = 0; row < model.rowCount(); ++row)
        list << model.data(model.index(row, 0), RunsModel::IdRole).toString();
    return list;
}

} // namespace

class RunsModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsTheItemModelContract()
    {
        RunsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRuns({makeRun("a1"), makeRun("a2"), makeRun("a3")});
        model.setChecked(QStringLiteral("a2"), true);
        model.setRuns({makeRun("a4"), makeRun("a5"), makeRun("a3"), makeRun("a1"), makeRun("a6")});
        QCOMPARE(ids(model), QStringList({"a4", "a5", "a3", "a1", "a6"}));
        model.setRuns({makeRun("a6"), makeRun("a1"), makeRun("a7"), makeRun("a4")});
        QCOMPARE(ids(model), QStringList({"a6", "a1", "a7", "a4"}));
        model.updateLive(QStringLiteral("a7"), evaluated(3.5, 0.5));
        model.setRuns({});
        QCOMPARE(model.rowCount(), 0);
    }

    void aRunThatWasNotEvaluatedHasNoFigures()
    {
        RunsModel model;
        RunSummary run = makeRun("a1");
        run.validationAccuracy = run.bestValidationAccuracy = run.testAccuracy =
            std::numeric_limits<double>::quiet_NaN();
        model.setRuns({run});
        const auto text = [&](int column) { return model.index(0, column).data().toString(); };
        QCOMPARE(text(RunsModel::ValidationAccuracy), QStringLiteral("\u2013"));
        QCOMPARE(text(RunsModel::TestAccuracy), QStringLiteral("\u2013"));
        QCOMPARE(text(RunsModel::BestAccuracy), QStringLiteral("\u2013"));
        model.updateLive(QStringLiteral("a1"), evaluated(1, 0.5));
        QCOMPARE(text(RunsModel::BestAccuracy), QStringLiteral("50.00 %"));
    }

    void selectionsSurviveARefresh()
    {
        RunsModel model;
        model.setRuns({makeRun("a1"), makeRun("a2")});
        const QPersistentModelIndex second = model.index(1, 0);
        model.setRuns({makeRun("a3"), makeRun("a2"), makeRun("a1")});
        QVERIFY(second.isValid());
        QCOMPARE(second.data(RunsModel::IdRole).toString(), QStringLiteral("a2"));
    }

    void checkedRunsKeepTheirStyle()
    {
        RunsModel model;
        model.setRuns({makeRun("a1"), makeRun("a2"), makeRun("a3")});
        QSignalSpy spy(&model, &RunsModel::checkedChanged);
        QVERIFY(model.setData(model.index(2, RunsModel::Title), Qt::Checked, Qt::CheckStateRole));
        model.setChecked(QStringLiteral("a1"), true);
        model.setChecked(QStringLiteral("a1"), true); // again: nothing
        model.setChecked(QStringLiteral("nobody"), true);
        QCOMPARE(spy.count(), 2);
        QCOMPARE(model.checkedIds(), QStringList({"a3", "a1"}));
        QCOMPARE(model.styleNumber(QStringLiteral("a3")), 0);
        QCOMPARE(model.styleNumber(QStringLiteral("a1")), 1);
        QCOMPARE(model.styleNumber(QStringLiteral("a2")), -1);

        model.setRuns({makeRun("a2"), makeRun("a1"), makeRun("a3")});
        QCOMPARE(model.styleNumber(QStringLiteral("a1")), 1);
        model.setChecked(QStringLiteral("a3"), false); // number 0 is free again
        model.setChecked(QStringLiteral("a2"), true);
        QCOMPARE(model.styleNumber(QStringLiteral("a2")), 0);
        QCOMPARE(model.styleNumber(QStringLiteral("a1")), 1);

        spy.clear();
        model.setRuns({makeRun("a2")}); // a1 was deleted: charts hear that it is gone
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy.at(0).at(0).toString(), QStringLiteral("a1"));
        QCOMPARE(spy.at(0).at(1).toBool(), false);
        QCOMPARE(model.checkedIds(), QStringList({"a2"}));
    }

    void figuresOfALiveRunMove()
    {
        RunsModel model;
        RunSummary run = makeRun("a1", std::numeric_limits<double>::quiet_NaN());
        run.epochs = 0;
        model.setRuns({run});
        QCOMPARE(model.index(0, RunsModel::ValidationAccuracy).data().toString(), QStringLiteral("\u2013"));
        model.updateLive(QStringLiteral("a1"), evaluated(1.5, 0.95));
        model.updateLive(QStringLiteral("a1"), evaluated(2, 0.93));
        model.updateLive(QStringLiteral("a1"), evaluated(2.1, std::numeric_limits<double>::quiet_NaN()));
        model.updateLive(QStringLiteral("nobody"), evaluated(2, 0.93));
        QCOMPARE(model.index(0, RunsModel::ValidationAccuracy).data().toString(), QStringLiteral("93.00 %"));
        QCOMPARE(model.index(0, RunsModel::BestAccuracy).data().toString(), QStringLiteral("95.00 %"));
        QCOMPARE(model.index(0, RunsModel::TestAccuracy).data().toString(), QStringLiteral("\u2013"));
        QCOMPARE(model.index(0, RunsModel::Epochs).data().toString(), QStringLiteral("2.1/20"));
        model.updateLive(QStringLiteral("a1"), evaluated(20, 0.93, 0.92));
        QCOMPARE(model.index(0, RunsModel::TestAccuracy).data().toString(), QStringLiteral("92.00 %"));
        // 64 x 32 + 32 + 32 x 10 + 10 numbers of 4 bytes
        QCOMPARE(model.index(0, RunsModel::Memory).data().toString(), QStringLiteral("~9.64 kB"));
    }

    void withoutAValidationPartThereIsNoBest()
    {
        RunsModel model;
        RunSummary run = makeRun("a1", std::numeric_limits<double>::quiet_NaN());
        model.setRuns({run});
        model.updateLive(QStringLiteral("a1"), evaluated(1, std::numeric_limits<double>::quiet_NaN(), 0.9));
        QCOMPARE(model.index(0, RunsModel::BestAccuracy).data().toString(), QStringLiteral("\u2013"));
        QCOMPARE(model.index(0, RunsModel::TestAccuracy).data().toString(), QStringLiteral("90.00 %"));
    }

    void aRunThatKnowsNoDataHasNoMemory()
    {
        RunsModel model;
        RunSummary run = makeRun("a1");
        run.trainExamples = 0;
        model.setRuns({run});
        QCOMPARE(model.index(0, RunsModel::Memory).data().toString(), QStringLiteral("\u2013"));
    }

    void sortKeysCompareFiguresNotTexts()
    {
        RunsModel model;
        model.setRuns({makeRun("a1", 0.0999), makeRun("a2", 0.9),
                       makeRun("a3", std::numeric_limits<double>::quiet_NaN())});
        const auto key = [&](int row, int column) {
            return model.index(row, column).data(RunsModel::SortRole);
        };
        QVERIFY(key(0, RunsModel::ValidationAccuracy).toDouble()
                < key(1, RunsModel::ValidationAccuracy).toDouble());
        QVERIFY(key(2, RunsModel::ValidationAccuracy).toDouble()
                < key(0, RunsModel::ValidationAccuracy).toDouble());
        QVERIFY(key(0, RunsModel::Created).toString() < key(1, RunsModel::Created).toString());
    }

    void renamingAsksTheStore()
    {
        RunsModel model;
        model.setRuns({makeRun("a1")});
        QSignalSpy spy(&model, &RunsModel::renameRequested);
        const QModelIndex title = model.index(0, RunsModel::Title);
        QVERIFY(model.flags(title).testFlag(Qt::ItemIsEditable));
        QVERIFY(!model.flags(model.index(0, RunsModel::Status)).testFlag(Qt::ItemIsEditable));
        QVERIFY(!model.setData(title, QStringLiteral("  "), Qt::EditRole));
        QVERIFY(model.setData(title, QStringLiteral("title of a1"), Qt::EditRole));
        QCOMPARE(spy.count(), 0);
        QVERIFY(model.setData(title, QStringLiteral(" best \n one "), Qt::EditRole));
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy.at(0).at(1).toString(), QStringLiteral("best one"));
        QCOMPARE(title.data().toString(), QStringLiteral("best one"));
    }

    void theSwatchCanBeHeard()
    {
        RunsModel model;
        RunSummary run = makeRun("a1");
        run.starred = true;
        run.tags = {"paper", "draft"};
        model.setRuns({run});
        const QModelIndex title = model.index(0, RunsModel::Title);
        QString said = title.data(Qt::AccessibleTextRole).toString();
        QVERIFY2(said.contains(QStringLiteral("not plotted")), qPrintable(said));
        QVERIFY2(said.contains(QStringLiteral("starred")) && said.contains(QStringLiteral("paper, draft")),
                 qPrintable(said));
        model.setChecked(QStringLiteral("a1"), true);
        said = title.data(Qt::AccessibleTextRole).toString();
        QVERIFY2(said.contains(QStringLiteral("plotted as series 1 with circles and a solid line")),
                 qPrintable(said));
    }

    void fiveThousandRunsAreListed()
    {
        QList<RunSummary> runs;
        for (int i = 0; i < 5000; ++i)
            runs << makeRun("run" + std::to_string(i));
        RunsModel model;
        model.setRuns(runs);
        runs.prepend(makeRun("new1"));
        model.setRuns(runs);
        QCOMPARE(model.rowCount(), 5001);
        QVERIFY(model.run(QStringLiteral("run4999")) != nullptr);
        QVERIFY(model.run(QStringLiteral("run5000")) == nullptr);
    }
};

QTEST_GUILESS_MAIN(RunsModelTest)

} // namespace runs_model_test

#include "runs_model_test.moc"
