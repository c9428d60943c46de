// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QListView>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/accessibility_audit.h"
#include "widgets/charts/bar_plot_widget.h"
#include "widgets/charts/plot_widget.h"
#include "widgets/controls/feature_image.h"
#include "widgets/models/examples_model.h"
#include "widgets/pages/examples_page.h"

namespace examples_page_test {

using namespace rosler;

namespace {

std::shared_ptr<const Dataset> data(const ExampleShape &shape)
{
    DatasetParts parts;
    parts.name = "small";
    parts.source = "test";
    parts.shape = shape;
    parts.classNames = {"cat", "dog"};
    for (Examples *examples : {&parts.train, &parts.test}) {
        const Index count = examples == &parts.train ? 20 : 6;
        Matrix features(count, shape.size());
        for (Index i = 0; i < count; ++i) {
            features.row(i).setConstant(static_cast<float>(i) / 20);
            features(i, 0) = 1;
            examples->labels.push_back(static_cast<std::uint16_t>(i % 2));
        }
        examples->features = std::move(features);
    }
    auto made = Dataset::make(std::move(parts));
    return made ? *made : nullptr;
}

std::shared_ptr<const DataSummary> summaryOf(const Dataset &data, const ValidationSpec &validation)
{
    auto summary = summarise(data, validation);
    return summary ? std::make_shared<const DataSummary>(std::move(*summary)) : nullptr;
}

/// A run that takes everything for a cat and reads two features.
std::shared_ptr<const RunAnswers> cats(const std::string &run)
{
    return std::make_shared<const RunAnswers>(RunAnswers {
        run, "rosler", std::vector<std::uint16_t>(20, 0), std::vector<std::uint16_t>(6, 0), {1, 5}});
}

} // namespace

class ExamplesPageTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutDataThereIsNothingToChoose()
    {
        ExamplesPage page;
        page.show();
        QCOMPARE(page.findChild<QListView *>()->model()->rowCount(), 0);
        QVERIFY(!page.findChild<QComboBox *>(QStringLiteral("part"))->isEnabled());
        QVERIFY(!page.findChild<QCheckBox *>(QStringLiteral("wrong"))->isEnabled());
        QVERIFY(page.figures().empty());
        ROSLER_VERIFY_ACCESSIBLE(&page);
    }

    void listsThePartsAndTheClasses()
    {
        ExamplesPage page;
        const auto all = data({1, 3, 2});
        page.setData(all, summaryOf(*all, {0, 4}));
        page.resize(900, 600);
        page.show();
        auto *part = page.findChild<QComboBox *>(QStringLiteral("part"));
        auto *label = page.findChild<QComboBox *>(QStringLiteral("label"));
        auto *examples = page.findChild<QListView *>(QStringLiteral("examples"));
        QCOMPARE(part->count(), 3);
        QCOMPARE(part->currentData().toInt(), static_cast<int>(DataPart::Validation)); // what one chooses by
        QCOMPARE(examples->model()->rowCount(), 4);
        part->setCurrentIndex(0);
        QCOMPARE(examples->model()->rowCount(), 16);
        label->setCurrentIndex(2);
        QCOMPARE(examples->model()->rowCount(), 8);
        QCOMPARE(examples->model()->index(0, 0).data().toString(), QStringLiteral("dog"));
        part->setCurrentIndex(2);
        QCOMPARE(examples->model()->rowCount(), 3);
        QVERIFY(page.findChild<QLabel *>(QStringLiteral("exampleWords"))
                    ->text()
                    .startsWith(QStringLiteral("dog, example 1")));
        QVERIFY(!page.grab().isNull());
        ROSLER_VERIFY_ACCESSIBLE(&page);
    }

    void showsWhatARunIsWrongAbout()
    {
        ExamplesPage page;
        const auto all = data({1, 3, 2});
        page.setData(all, summaryOf(*all, ValidationSpec::none()));
        page.setRuns({{QStringLiteral("run-a"), QStringLiteral("rosler, 50 %")}});
        page.show();
        QSignalSpy asked(&page, &ExamplesPage::answersRequested);
        auto *run = page.findChild<QComboBox *>(QStringLiteral("run"));
        auto *wrong = page.findChild<QCheckBox *>(QStringLiteral("wrong"));
        auto *examples = page.findChild<QListView *>(QStringLiteral("examples"));
        QCOMPARE(examples->model()->rowCount(), 6); // of the test part: there is no validation part
        run->setCurrentIndex(1);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked.first().first().toString(), QStringLiteral("run-a"));
        page.setAnswers(cats("run-b")); // another's answers are not taken
        wrong->setChecked(true);
        QCOMPARE(examples->model()->rowCount(), 0);
        page.setAnswers(cats("run-a"));
        QCOMPARE(examples->model()->rowCount(), 3);
        QCOMPARE(examples->model()->index(0, 0).data().toString(), QStringLiteral("dog \u2192 cat"));
        QCOMPARE(page.findChild<QLabel *>(QStringLiteral("exampleWords"))->text(),
                 QStringLiteral("dog, example 1; rosler takes it for cat"));
        QCOMPARE(page.findChild<FeatureImage *>(QStringLiteral("meanImage"))->keptPixels(), 2);
        QCOMPARE(page.origin().runIds, (std::vector<std::string> {"run-a"}));

        page.setData(all, summaryOf(*all, {0, 4})); // answers to the parts before are forgotten
        QCOMPARE(asked.count(), 2);                 // and asked for again
        run->setCurrentIndex(0);
        QVERIFY(!wrong->isChecked());
        QVERIFY(!wrong->isEnabled());
        QCOMPARE(page.findChild<FeatureImage *>(QStringLiteral("meanImage"))->keptPixels(), 6);
    }

    void aProblemIsSaidInPlaceOfTheCount()
    {
        ExamplesPage page;
        const auto all = data({1, 3, 2});
        page.setData(all, summaryOf(*all, ValidationSpec::none()));
        page.setRuns({{QStringLiteral("run-a"), QStringLiteral("rosler")}});
        page.findChild<QComboBox *>(QStringLiteral("run"))->setCurrentIndex(1);
        page.showProblem({ErrorCode::NotFound, "no such run", "run-a"});
        QVERIFY(page.findChild<QLabel *>(QStringLiteral("words"))
                    ->text()
                    .contains(QStringLiteral("no such run")));
    }

    void vectorsAreCurvesThatCanBeExported()
    {
        ExamplesPage page;
        const auto all = data(ExampleShape::vector(6));
        page.setData(all, summaryOf(*all, ValidationSpec::none()));
        page.setRuns({{QStringLiteral("run-a"), QStringLiteral("rosler")}});
        page.findChild<QComboBox *>(QStringLiteral("run"))->setCurrentIndex(1);
        page.setAnswers(cats("run-a"));
        QCOMPARE(page.findChild<PlotWidget *>(QStringLiteral("meanCurve"))->seriesIds(),
                 (QStringList {QStringLiteral("mean"), QStringLiteral("kept")}));
        const std::vector<NamedFigure> figures = page.figures();
        QCOMPARE(figures.size(), std::size_t {3});
        QCOMPARE(figures.at(0).stem, std::string("example"));
        QCOMPARE(std::get<LineFigure>(figures.at(0).figure).series.at(0).points.size(), std::size_t {6});
        const auto &bars = std::get<BarFigure>(figures.at(2).figure);
        QCOMPARE(bars.categories, (std::vector<std::string> {"cat", "dog"}));
        QCOMPARE(bars.series.size(), std::size_t {2}); // training and test
        QCOMPARE(bars.series.at(1).values, (std::vector<double> {3, 3}));
    }
};

QTEST_MAIN(ExamplesPageTest)

} // namespace examples_page_test

#include "examples_page_test.moc"
