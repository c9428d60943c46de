// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollArea>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

#include "core/base/quantity_text.h"
#include "tests/support/accessibility_audit.h"
#include "tests/support/layers.h"
#include "widgets/controls/elided_label.h"
#include "widgets/controls/rank_slider.h"
#include "widgets/models/design_edits.h"
#include "widgets/models/design_model.h"
#include "widgets/pages/design_page.h"
#include "widgets/pages/forecast_table.h"

namespace design_page_test {

using namespace rosler;

namespace {

using Sizes = std::vector<Index>;

ExperimentSpec example()
{
    ExperimentSpec spec;
    spec.name = "mnist-1024";
    ModelSpec dense;
    dense.name = "dense";
    dense.layers = layersOf({1024, 1024});
    ModelSpec rosler;
    rosler.name = "rosler";
    rosler.learningRate = 2e-3;
    rosler.layers = layersOf({1024, 1024}, {16, 8, 8}, {784, 384, 384});
    spec.models = {dense, rosler};
    return spec;
}

class Fixture
{
public:
    Fixture()
    {
        model.reset(example());
        model.setDataShape(ExampleShape::vector(784), 10, 60000);
        page = std::make_unique<DesignPage>(&model);
        page->resize(360, 900);
        page->show();
    }

    template <typename T>
    T *find(const char *name) const
    {
        return page->findChild<T *>(QLatin1String(name));
    }

    [[nodiscard]] QString forecast(int row, int column) const
    {
        return page->findChild<ForecastTable *>()->item(row, column)->text();
    }

    [[nodiscard]] Sizes ranks(std::size_t number = 1) const
    {
        return ranksOf(model.spec().models[number].layers);
    }
    [[nodiscard]] Sizes sizes(std::size_t number = 1) const
    {
        return sketchSizesOf(model.spec().models[number].layers);
    }
    [[nodiscard]] Sizes widths(std::size_t number = 1) const
    {
        return hiddenWidths(model.spec().models[number].layers).value();
    }

    DesignModel model;
    std::unique_ptr<DesignPage> page;
};

QPoint handleOf(const RankSlider &slider, int value)
{
    return {qRound(slider.positionOf(value)), slider.height() / 3};
}

} // namespace

class DesignPageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rowsStandInTheOrderOfTheirLayers()
    {
        Fixture f;
        f.page->resize(360, 2000);
        const DesignShape shape {f.model.example(), f.model.classes()};
        f.model.edit(QStringLiteral("first"), [&](ExperimentSpec &spec) {
            for (ModelSpec &model : spec.models)
                insertLayer(model.layers, 0, "standardise", shape); // in the place of a row of another kind
        });
        const auto top = [&](const char *title) {
            return f.find<QLabel>(title)->mapTo(f.page.get(), QPoint {}).y();
        };
        QTRY_VERIFY(top("layerTitle.0") < top("layerTitle.1"));
        QTRY_VERIFY(top("layerTitle.1") < top("layerTitle.2"));
        QTRY_VERIFY(top("layerTitle.2") < top("layerTitle.3"));
    }

    void draggingARankMovesTheForecastAndIsOneUndoStep()
    {
        const Fixture f;
        auto *slider = f.find<RankSlider>("rank.0");
        QCOMPARE(slider->value(), 16);
        QStringList seen {f.forecast(0, ForecastTable::Model)};
        QTest::mousePress(slider, Qt::LeftButton, {}, handleOf(*slider, 16));
        for (const int value : {24, 48, 96}) {
            QTest::mouseMove(slider, handleOf(*slider, value));
            QVERIFY(!seen.contains(f.forecast(0, ForecastTable::Model))); // at once, under the finger
            seen << f.forecast(0, ForecastTable::Model);
        }
        QTest::mouseRelease(slider, Qt::LeftButton, {}, handleOf(*slider, 96));
        QCOMPARE(f.ranks(), (Sizes {96, 8, 8}));
        const auto cost = f.model.forecast(1);
        QVERIFY(cost.has_value());
        QCOMPARE(seen.last(),
                 QStringLiteral("~")
                     + QString::fromStdString(countText(static_cast<double>(cost->parameters))));
        QCOMPARE(f.model.undoStack()->count(), 1);
        QCOMPARE(f.model.undoStack()->undoText(), QStringLiteral("Rank of layer 1"));

        QTest::mousePress(slider, Qt::LeftButton, {}, handleOf(*slider, 96));
        QTest::mouseMove(slider, handleOf(*slider, 64));
        QTest::mouseRelease(slider, Qt::LeftButton, {}, handleOf(*slider, 64));
        QCOMPARE(f.model.undoStack()->count(), 2); // another drag, another step
        f.model.undoStack()->undo();
        f.model.undoStack()->undo();
        QVERIFY(f.model.spec() == example());
        QCOMPARE(slider->value(), 16);
        QCOMPARE(f.forecast(0, ForecastTable::Model), seen.first());
    }

    void theForecastIsModelledAndSaysSo()
    {
        const Fixture f;
        auto *table = f.page->findChild<ForecastTable *>();
        QCOMPARE(table->rowCount(), 7);
        for (int row = 0; row < table->rowCount(); ++row) {
            for (int column = ForecastTable::Dense; column < table->columnCount(); ++column) {
                QVERIFY(table->item(row, column)->text().startsWith(QLatin1Char('~')));
                QVERIFY(table->item(row, column)->font().italic());
                QVERIFY(!table->item(row, column)->toolTip().isEmpty());
            }
        }
        // 784-1024-1024-10, dense: 1,863,690 numbers
        QCOMPARE(f.forecast(0, ForecastTable::Dense), QStringLiteral("~1.86 M"));
        QCOMPARE(f.forecast(1, ForecastTable::Dense), QStringLiteral("~7.45 MB"));
        const auto dense = f.model.forecast(0);
        const auto rosler = f.model.forecast(1);
        QCOMPARE(f.forecast(4, ForecastTable::Saving),
                 QLatin1Char('~')
                     + QString::fromStdString(
                         ratioText(static_cast<double>(dense->macs) / static_cast<double>(rosler->macs))));
    }

    void theSketchSliderPushesTheRank()
    {
        const Fixture f;
        auto *spin = f.find<QSpinBox>("sketchBox.1");
        spin->setValue(6);
        QCOMPARE(f.sizes(), (Sizes {784, 6, 384}));
        QCOMPARE(f.ranks(), (Sizes {6, 6, 8})); // both neighbours
        QCOMPARE(f.find<RankSlider>("rank.0")->value(), 6);
        spin->setValue(384);
        QCOMPARE(f.ranks(), (Sizes {16, 8, 8})); // the same step: they come back
    }

    void linkedSlidersMoveTogether()
    {
        const Fixture f;
        f.find<QCheckBox>("link")->setChecked(true);
        auto *slider = f.find<RankSlider>("rank.1");
        QTest::keyClick(slider, Qt::Key_Right);    // 8 -> 12
        QCOMPARE(f.ranks(), (Sizes {12, 12, 10})); // ten classes: no more than 10
        QCOMPARE(f.model.undoStack()->undoText(), QStringLiteral("Rank of all layers"));
        f.model.undoStack()->undo();
        QVERIFY(f.model.spec() == example());
    }

    void everyKeyPressIsAStep()
    {
        const Fixture f;
        auto *slider = f.find<RankSlider>("rank.0");
        QTest::keyClick(slider, Qt::Key_Right);
        QTest::keyClick(slider, Qt::Key_Right);
        QCOMPARE(f.ranks()[0], Index {32});
        QCOMPARE(f.model.undoStack()->count(), 2);
    }

    void presetsAndWidths()
    {
        const Fixture f;
        auto *preset = f.find<QComboBox>("preset");
        QVERIFY(preset->currentText().contains(QStringLiteral("1024-1024")));
        preset->setCurrentIndex(0);
        Q_EMIT preset->activated(0);
        QCOMPARE(f.widths(), (Sizes {128, 64}));
        QCOMPARE(f.widths(0), (Sizes {128, 64})); // the same network in all models
        QVERIFY(f.model.forecast(1).has_value());
        auto *width = f.find<QSpinBox>("units.1");
        width->setFocus();
        width->selectAll();
        QTest::keyClicks(width, QStringLiteral("200"));
        QTest::keyClick(width, Qt::Key_Return);
        QCOMPARE(f.widths(), (Sizes {128, 200}));
        QCOMPARE(f.widths(0), (Sizes {128, 200}));
        QCOMPARE(preset->currentIndex(), -1); // custom
        QCOMPARE(f.model.undoStack()->undoText(), QStringLiteral("Units of layer 2"));
    }

    void layersComeAndGo()
    {
        const Fixture f;
        QTest::mouseClick(f.find<QToolButton>("addLayer"), Qt::LeftButton);
        QCOMPARE(f.widths(), (Sizes {1024, 1024, 1024}));
        QVERIFY(f.find<RankSlider>("rank.3")->isVisibleTo(f.page.get()));
        QVERIFY(f.find<QLabel>("shape")->text().startsWith(QStringLiteral("784 \u2192 1024")));
        QTest::mouseClick(f.find<QToolButton>("removeLayer.2"), Qt::LeftButton);
        QVERIFY(f.model.spec() == example());
        QVERIFY(!f.find<RankSlider>("rank.3")->isVisibleTo(f.page.get()));
        QTest::mouseClick(f.find<QToolButton>("removeLayer.0"), Qt::LeftButton);
        QTest::mouseClick(f.find<QToolButton>("removeLayer.0"), Qt::LeftButton);
        QVERIFY(f.widths().empty());
        QVERIFY(f.model.forecast(1).has_value());
        ROSLER_VERIFY_ACCESSIBLE(f.page.get());
    }

    void aLayerIsSketchedByItsToggle()
    {
        const Fixture f;
        auto *models = f.find<QComboBox>("models");
        models->setCurrentIndex(0);
        Q_EMIT models->activated(0); // the dense one
        QVERIFY(!f.find<RankSlider>("rank.1")->isVisibleTo(f.page.get()));
        f.find<QCheckBox>("sketched.1")->click();
        QCOMPARE(f.ranks(0), (Sizes {16}));
        QVERIFY(f.find<RankSlider>("rank.1")->isVisibleTo(f.page.get()));
        QVERIFY(!f.find<RankSlider>("rank.0")->isVisibleTo(f.page.get()));
        QCOMPARE(f.model.undoStack()->undoText(), QStringLiteral("Sketch layer 2"));
        QVERIFY(f.model.forecast(0)->parameters < f.model.wholeForecast(0)->parameters);
        f.find<QCheckBox>("sketched.1")->click();
        QVERIFY(f.model.spec() == example());
        QVERIFY(!f.find<RankSlider>("rank.1")->isVisibleTo(f.page.get()));
    }

    void aModelMayHaveANetworkOfItsOwn()
    {
        const Fixture f;
        f.find<QCheckBox>("alike")->setChecked(false);
        QTest::mouseClick(f.find<QToolButton>("addLayer"), Qt::LeftButton);
        QCOMPARE(f.widths(1), (Sizes {1024, 1024, 1024}));
        QCOMPARE(f.widths(0), (Sizes {1024, 1024}));
        f.find<QCheckBox>("alike")->setChecked(true); // the other has another one now: it stays
        QTest::mouseClick(f.find<QToolButton>("removeLayer.0"), Qt::LeftButton);
        QCOMPARE(f.widths(1), (Sizes {1024, 1024}));
        QCOMPARE(f.widths(0), (Sizes {1024, 1024}));
        QTest::mouseClick(f.find<QToolButton>("removeLayer.0"), Qt::LeftButton);
        QCOMPARE(f.widths(0), (Sizes {1024})); // alike again: both change
    }

    void modelsTrainSideBySide()
    {
        const Fixture f;
        auto *models = f.find<QComboBox>("models");
        QCOMPARE(models->currentText(), QStringLiteral("rosler"));
        f.find<QAction>("duplicateModel")->trigger();
        QCOMPARE(f.model.spec().models.size(), std::size_t {3});
        QCOMPARE(models->currentText(), QStringLiteral("rosler-2"));
        QTest::keyClick(f.find<RankSlider>("rank.0"), Qt::Key_Home);
        QCOMPARE(f.ranks(2)[0], Index {1});
        QCOMPARE(f.ranks(1)[0], Index {16}); // the other is untouched
        auto *name = f.find<QLineEdit>("modelName");
        name->setFocus();
        name->selectAll();
        QTest::keyClicks(name, QStringLiteral("dense"));
        QTest::keyClick(name, Qt::Key_Return);
        QCOMPARE(f.model.spec().models[2].name, std::string("dense-2"));
        QTest::mouseClick(f.find<QToolButton>("removeModel"), Qt::LeftButton);
        QCOMPARE(f.model.spec().models.size(), std::size_t {2});
        models->setCurrentIndex(0);
        Q_EMIT models->activated(0); // the dense one
        QVERIFY(!f.find<RankSlider>("rank.0")->isVisible());
        ROSLER_VERIFY_ACCESSIBLE(f.page.get());
    }

    void aTeacherIsOneOfTheModelsBefore()
    {
        const Fixture f;
        const ExperimentSpec &spec = f.model.spec();
        auto *teacher = f.find<QComboBox>("teacher");
        QCOMPARE(teacher->count(), 2);
        QVERIFY(!f.find<QDoubleSpinBox>("temperature")->isEnabled());
        const QString untaught = f.forecast(0, ForecastTable::Model);
        Q_EMIT teacher->activated(1);
        f.find<QDoubleSpinBox>("temperature")->setValue(2);
        f.find<QDoubleSpinBox>("teacherShare")->setValue(25);
        QVERIFY(spec.models[1].teacher == (TeacherSpec {"dense", {2.0, 0.25}, {}}));
        QCOMPARE(f.forecast(0, ForecastTable::Model), untaught); // what it is costs nothing more

        auto *models = f.find<QComboBox>("models");
        models->setCurrentIndex(0);
        Q_EMIT models->activated(0);
        QVERIFY(!teacher->isVisible()); // nobody stands before the first
        auto *name = f.find<QLineEdit>("modelName");
        name->setFocus();
        name->selectAll();
        QTest::keyClicks(name, QStringLiteral("whole"));
        QTest::keyClick(name, Qt::Key_Return);
        QCOMPARE(spec.models[1].teacher->model, std::string("whole"));
        QTest::mouseClick(f.find<QToolButton>("removeModel"), Qt::LeftButton);
        QVERIFY(!spec.models[0].teacher);
        ROSLER_VERIFY_ACCESSIBLE(f.page.get());
    }

    void whatAModelBeginsWithIsShownAndCanBeDropped()
    {
        Fixture f;
        const ExperimentSpec &spec = f.model.spec();
        auto *start = f.find<ElidedLabel>("start");
        QVERIFY(!start->isVisible());
        f.model.edit(QStringLiteral("x"), [](ExperimentSpec &edited) {
            edited.models[1].start = StartWeights {"/models/lenet.h5", "0123456789abcdef"};
        });
        QVERIFY(start->isVisible());
        QCOMPARE(start->fullText(), QStringLiteral("Begins with lenet.h5 (sha 01234567)"));
        QVERIFY(start->toolTip().contains(QStringLiteral("/models/lenet.h5")));
        QVERIFY(start->toolTip().contains(QStringLiteral("0123456789abcdef")));
        ROSLER_VERIFY_ACCESSIBLE(f.page.get());
        auto *models = f.find<QComboBox>("models");
        models->setCurrentIndex(0);
        Q_EMIT models->activated(0);
        QVERIFY(!start->isVisible()); // the other model's weights are drawn
        models->setCurrentIndex(1);
        Q_EMIT models->activated(1);
        QTest::mouseClick(f.find<QToolButton>("dropStart"), Qt::LeftButton);
        QVERIFY(!spec.models[1].start);
        QVERIFY(!start->isVisible());
        f.model.undoStack()->undo();
        QVERIFY(spec.models[1].start.has_value());
        QVERIFY(start->isVisible());
        f.model.edit(QStringLiteral("y"),
                     [](ExperimentSpec &edited) { edited.models[1].start->digest.clear(); });
        QCOMPARE(start->fullText(), QStringLiteral("Begins with lenet.h5"));
    }

    void trainingSettingsReachTheSpec()
    {
        const Fixture f;
        f.find<QSpinBox>("epochs")->setValue(7);
        f.find<QSpinBox>("batch")->setValue(64);
        Q_EMIT f.find<QComboBox>("optimizer")->activated(1);
        Q_EMIT f.find<QComboBox>("schedule")->activated(1);
        QVERIFY(f.find<QDoubleSpinBox>("momentum")->isVisibleTo(f.page.get()));
        f.find<QDoubleSpinBox>("denseRate")->setValue(0.005);
        f.find<QDoubleSpinBox>("roslerRate")->setValue(0.01);
        f.find<QDoubleSpinBox>("gradientSketch")->setValue(25);
        f.find<QDoubleSpinBox>("successiveFrom")->setValue(100);
        f.find<QDoubleSpinBox>("productDecay")->setValue(5e-5);
        f.find<QSpinBox>("orthonormalise")->setValue(50);
        Q_EMIT f.find<QComboBox>("initialisation")->activated(2);
        Q_EMIT f.find<QComboBox>("keptFeatures")->activated(0);
        auto *seed = f.find<QLineEdit>("seed");
        seed->setFocus();
        seed->selectAll();
        QTest::keyClicks(seed, QStringLiteral("18446744073709551615"));
        QTest::keyClick(seed, Qt::Key_Return);
        auto *validation = f.find<QLineEdit>("validation");
        validation->setFocus();
        validation->selectAll();
        QTest::keyClicks(validation, QStringLiteral("0.25"));
        QTest::keyClick(validation, Qt::Key_Return);
        const ExperimentSpec &spec = f.model.spec();
        QVERIFY((spec.training.validation == ValidationSpec {0.25, 0}));
        QCOMPARE(spec.training.epochs, Index {7});
        QCOMPARE(spec.training.batch, Index {64});
        QVERIFY(spec.training.optimizer == OptimizerKind::Sgd);
        QVERIFY(spec.training.schedule == ScheduleKind::Constant);
        QCOMPARE(spec.models[0].learningRate, 0.005);
        QCOMPARE(spec.models[1].learningRate, 0.01);
        QCOMPARE(spec.models[1].sketch.gradientSketch, 0.25);
        QCOMPARE(spec.models[1].sketch.successiveFrom, 1.0);
        QCOMPARE(spec.models[1].sketch.productDecay, 5e-5);
        QCOMPARE(spec.models[1].sketch.orthonormalise, Index {50});
        QVERIFY(spec.models[1].sketch.initialisation == SketchKind::CurLeverage);
        QVERIFY(spec.models[1].sketch.keptFeatures == FeatureSampling::Uniform);
        QCOMPARE(spec.seed, std::uint64_t {18446744073709551615U});
        QCOMPARE(f.model.undoStack()->count(), 14);
        validation->selectAll();
        QTest::keyClicks(validation, QStringLiteral("1.5")); // no share
        QTest::keyClick(validation, Qt::Key_Return);
        QCOMPARE(validation->text(), QStringLiteral("0.25"));
        seed->selectAll();
        QTest::keyClicks(seed, QStringLiteral("99999999999999999999")); // beyond 64 bit
        QTest::keyClick(seed, Qt::Key_Return);
        QCOMPARE(seed->text(), QStringLiteral("18446744073709551615"));
        while (f.model.undoStack()->canUndo())
            f.model.undoStack()->undo();
        QVERIFY(f.model.spec() == example());
        QCOMPARE(f.find<QSpinBox>("epochs")->value(), 20);
    }

    void beyondBreakEvenItWarns()
    {
        const Fixture f;
        auto *warning = f.find<QLabel>("breakEven");
        QVERIFY(warning->isHidden());
        f.find<QSpinBox>("rankBox.0")->setValue(700);
        QVERIFY(!warning->isHidden());
        QVERIFY2(warning->text().contains(QStringLiteral("layer 1")), qPrintable(warning->text()));
    }

    void withoutDataTheForecastIsSilent()
    {
        DesignModel model;
        DesignPage page(&model); // nothing at all yet: no models either
        page.show();
        QCOMPARE(page.findChild<ForecastTable *>()->item(0, ForecastTable::Dense)->text(),
                 QStringLiteral("\u2013"));
        model.reset(example());
        QCOMPARE(page.findChild<ForecastTable *>()->item(0, ForecastTable::Model)->text(),
                 QStringLiteral("\u2013"));
        model.setDataShape(ExampleShape::vector(784), 10, 60000);
        QVERIFY(page.findChild<ForecastTable *>()
                    ->item(0, ForecastTable::Model)
                    ->text()
                    .startsWith(QLatin1Char('~')));
        model.reset({});
        QVERIFY(!page.grab().isNull());
    }

    void whileTrainingALineSaysSo()
    {
        const Fixture f;
        auto *note = f.find<QLabel>("trainingNote");
        QVERIFY(!note->isVisible());
        f.page->setTraining(true);
        QCOMPARE(note->text(), QStringLiteral("Changes apply to the next training."));
        QVERIFY(note->isVisible());
        QVERIFY(f.find<RankSlider>("rank.0")->isEnabled()); // it belongs to the next run
        f.page->setTraining(false);
        QVERIFY(!note->isVisible());
    }

    void asksForExperimentsAndCommands()
    {
        Fixture f;
        f.model.setShipped({example()});
        QSignalSpy asked(f.page.get(), &DesignPage::experimentRequested);
        QSignalSpy copy(f.page.get(), &DesignPage::copyCommandRequested);
        f.find<QToolButton>("experiments")->menu()->actions().first()->trigger();
        QCOMPARE(asked.takeFirst().at(0).toString(), QStringLiteral("mnist-1024"));
        QTest::mouseClick(f.find<QToolButton>("copyCommand"), Qt::LeftButton);
        QCOMPARE(copy.count(), 1);
    }

    void everyFocusableWidgetHasAName()
    {
        const Fixture f;
        ROSLER_VERIFY_ACCESSIBLE(f.page.get());
    }

    void fitsANarrowDockOfALowWindow()
    {
        const Fixture f;
        f.page->resize(340, 480);
        QVERIFY2(f.page->minimumSizeHint().width() <= 330,
                 qPrintable(QString::number(f.page->minimumSizeHint().width())));
        QVERIFY2(f.page->minimumSizeHint().height() <= 420,
                 qPrintable(QString::number(f.page->minimumSizeHint().height())));
    }
};

QTEST_MAIN(DesignPageTest)

} // namespace design_page_test

#include "design_page_test.moc"
