// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "tests/support/accessibility_audit.h"
#include "tests/support/layers.h"
#include "widgets/models/runs_model.h"
#include "widgets/pages/runs_page.h"

namespace runs_page_test {

using namespace rosler;

namespace {

RunSummary makeRun(int number, bool sketched, const std::string &dataset,
                   RunStatus status = RunStatus::Finished)
{
    RunSummary run;
    run.id = "id" + std::to_string(number);
    run.title = "run " + std::to_string(number);
    run.dataset = dataset;
    run.group = "g";
    run.created = "2026-01-02T03:04:0" + std::to_string(number) + "Z";
    run.status = status;
    run.trial.model.layers = sketched ? layersOf({32}, {4, 4}, {64, 32}) : layersOf({32});
    run.example = ExampleShape::vector(64);
    run.classes = 10;
    run.testAccuracy = 0.9 + 0.01 * number;
    run.validationAccuracy = run.testAccuracy;
    run.bestValidationAccuracy = run.testAccuracy;
    return run;
}

class Fixture
{
public:
    Fixture()
        : page(&model)
    {
        RunSummary tagged = makeRun(3, false, "digits", RunStatus::Stopped);
        tagged.tags = {"Paper"};
        model.setRuns({makeRun(1, false, "mnist"), makeRun(2, true, "mnist"), tagged});
        page.resize(420, 300);
        page.show();
        table = page.findChild<QTableView *>(QStringLiteral("runs"));
    }

    [[nodiscard]] QStringList shown() const
    {
        QStringList ids;
        for (int row = 0; row < table->model()->rowCount(); ++row)
            ids << table->model()->index(row, 0).data(RunsModel::IdRole).toString();
        return ids;
    }

    [[nodiscard]] QAction *action(const QString &text) const
    {
        const QList<QAction *> actions = table->actions();
        for (QAction *action : actions) {
            if (action->text().remove(QLatin1Char('&')) == text)
                return action;
        }
        return nullptr;
    }

    RunsModel model;
    RunsPage page;
    QTableView *table = nullptr;
};

} // namespace

class RunsPageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void newestFirstAndSortedByFigures()
    {
        const Fixture f;
        QCOMPARE(f.shown(), QStringList({"id3", "id2", "id1"}));
        f.table->sortByColumn(RunsModel::ValidationAccuracy, Qt::AscendingOrder);
        QCOMPARE(f.shown(), QStringList({"id1", "id2", "id3"}));
    }

    void filtersByTitleKindDataAndTags()
    {
        const Fixture f;
        auto *filter = f.page.findChild<QLineEdit *>(QStringLiteral("filter"));
        QTest::keyClicks(filter, QStringLiteral("mnist"));
        QCOMPARE(f.shown(), QStringList({"id2", "id1"}));
        QTest::keyClicks(filter, QStringLiteral(" ROSLER"));
        QCOMPARE(f.shown(), QStringList({"id2"}));
        filter->setText(QStringLiteral("paper"));
        QCOMPARE(f.shown(), QStringList({"id3"}));
        filter->setText(QStringLiteral("run 1"));
        QCOMPARE(f.shown(), QStringList({"id1"}));
        filter->clear();
        QCOMPARE(f.shown().size(), 3);
    }

    void aClickOnTheCheckPlots()
    {
        Fixture f;
        const QModelIndex first = f.table->model()->index(0, RunsModel::Title);
        const QRect cell = f.table->visualRect(first);
        QSignalSpy checked(&f.model, &RunsModel::checkedChanged);
        const QPoint box(cell.left() + cell.height() / 2, cell.center().y());
        QTest::mouseClick(f.table->viewport(), Qt::LeftButton, {}, box);
        QCOMPARE(checked.count(), 1);
        QCOMPARE(f.model.checkedIds(), QStringList({"id3"}));
        f.table->setCurrentIndex(first);
        QTest::keyClick(f.table, Qt::Key_Space);
        QVERIFY(f.model.checkedIds().isEmpty());
    }

    void theSwatchIsDrawnForPlottedRuns()
    {
        Fixture f;
        const QImage before = f.table->viewport()->grab().toImage();
        f.model.setChecked(QStringLiteral("id2"), true);
        const QImage after = f.table->viewport()->grab().toImage();
        QVERIFY(before != after);
        const ChartTheme theme = chartTheme(ThemeKind::Light, f.page.palette());
        f.page.setTheme(theme);
        const QColor colour = theme.seriesColour(seriesStyle(0));
        const QImage themed = f.table->viewport()->grab().toImage();
        bool found = false;
        for (int y = 0; y < themed.height() && !found; ++y) {
            for (int x = 0; x < themed.width() && !found; ++x)
                found = themed.pixelColor(x, y) == colour;
        }
        QVERIFY(found);
    }

    void aClickOnTheStarAsks()
    {
        const Fixture f;
        const QRect cell = f.table->visualRect(f.table->model()->index(1, RunsModel::Title));
        QSignalSpy starred(&f.page, &RunsPage::starRequested);
        QTest::mouseClick(f.table->viewport(), Qt::LeftButton, {},
                          QPoint(cell.right() - cell.height() / 2, cell.center().y()));
        QCOMPARE(starred.count(), 1);
        QCOMPARE(starred.at(0).at(0).toString(), QStringLiteral("id2"));
        QCOMPARE(starred.at(0).at(1).toBool(), true);
    }

    void deleteAsksForTheSelectedRuns()
    {
        const Fixture f;
        QSignalSpy removed(&f.page, &RunsPage::removeRequested);
        QVERIFY(QTest::qWaitForWindowActive(f.table));
        f.table->setFocus();
        f.table->selectAll();
        QTest::keyClick(f.table, Qt::Key_Delete);
        QCOMPARE(removed.count(), 1);
        QCOMPARE(removed.at(0).at(0).toStringList(), QStringList({"id3", "id2", "id1"}));
    }

    void f2RenamesInPlace()
    {
        Fixture f;
        QSignalSpy renamed(&f.model, &RunsModel::renameRequested);
        f.page.select(QStringLiteral("id2"));
        QVERIFY(QTest::qWaitForWindowActive(f.table));
        f.table->setFocus();
        QTest::keyClick(f.table, Qt::Key_F2);
        QLineEdit *editor = f.table->viewport()->findChild<QLineEdit *>();
        QVERIFY(editor);
        editor->selectAll();
        QTest::keyClicks(editor, QStringLiteral("best"));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(renamed.count(), 1); // the editor hands over when the event loop turns
        QCOMPARE(renamed.at(0).at(0).toString(), QStringLiteral("id2"));
        QCOMPARE(renamed.at(0).at(1).toString(), QStringLiteral("best"));
    }

    void theMenuOffersWhatThisRunCanDo()
    {
        Fixture f;
        f.page.select(QStringLiteral("id2"));
        QVERIFY(!f.action(QStringLiteral("Resume training"))->isEnabled()); // it finished
        QVERIFY(f.action(QStringLiteral("Rename"))->isEnabled());
        f.page.select(QStringLiteral("id3"));
        QSignalSpy resumed(&f.page, &RunsPage::resumeRequested);
        f.action(QStringLiteral("Resume training"))->trigger();
        QCOMPARE(resumed.at(0).at(0).toStringList(), QStringList({"id3"}));
        QSignalSpy design(&f.page, &RunsPage::designRequested);
        f.action(QStringLiteral("Load its design"))->trigger();
        QCOMPARE(design.count(), 1);
        QSignalSpy folder(&f.page, &RunsPage::folderRequested);
        f.action(QStringLiteral("Open folder"))->trigger();
        QCOMPARE(folder.at(0).at(0).toString(), QStringLiteral("id3"));
        QSignalSpy figures(&f.page, &RunsPage::exportRequested);
        f.table->selectAll();
        f.action(QStringLiteral("Export figures\u2026"))->trigger();
        QCOMPARE(figures.at(0).at(0).toStringList().size(), 3);
        QVERIFY(!f.action(QStringLiteral("Rename"))->isEnabled());
        f.action(QStringLiteral("Copy id"))->trigger();
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("id3\nid2\nid1"));
    }

    void anEmptyListOffersTraining()
    {
        RunsModel model;
        RunsPage page(&model);
        page.show();
        auto *train = page.findChild<QPushButton *>(QStringLiteral("train"));
        QVERIFY(train->isVisible());
        QSignalSpy asked(&page, &RunsPage::trainRequested);
        QTest::mouseClick(train, Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        ROSLER_VERIFY_ACCESSIBLE(&page);
        model.setRuns({makeRun(1, false, "mnist")});
        QVERIFY(!train->isVisible());
        ROSLER_VERIFY_ACCESSIBLE(&page);
    }
};

QTEST_MAIN(RunsPageTest)

} // namespace runs_page_test

#include "runs_page_test.moc"
