// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>
#include <QUndoStack>

#include "widgets/models/design_edits.h"
#include "widgets/models/design_model.h"

using namespace rosler;

namespace {

ExperimentSpec example()
{
    ExperimentSpec spec;
    spec.name = "mnist-1024";
    spec.dataset = "mnist";
    spec.widths = {1024, 512};
    spec.training.epochs = 20;
    ModelSpec dense;
    dense.name = "dense";
    ModelSpec rosler;
    rosler.name = "rosler";
    rosler.kind = ModelKind::Rosler;
    rosler.learningRate = 2e-3;
    rosler.sketch.rank = {24, 8, 8};
    rosler.sketch.sketchSize = {784, 384, 384};
    spec.models = {dense, rosler};
    return spec;
}

const DesignShape mnist {784, 10};

using Sizes = std::vector<Index>;

void setRankTo(DesignModel &model, Index rank)
{
    model.edit(
        QStringLiteral("Rank of layer 1"), [&](ExperimentSpec &spec) { setRank(spec, 1, 0, rank, mnist); },
        QStringLiteral("rank.1.0"));
}

} // namespace

class DesignModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneDragIsOneUndoStep()
    {
        DesignModel model;
        model.reset(example());
        model.setDataShape(784, 10, 60000);
        QSignalSpy changed(&model, &DesignModel::changed);
        for (const Index rank : {22, 18, 12, 6})
            setRankTo(model, rank);
        model.finishMerge();
        QCOMPARE(changed.count(), 4);
        QCOMPARE(model.undoStack()->count(), 1);
        QCOMPARE(model.undoStack()->undoText(), QStringLiteral("Rank of layer 1"));
        QCOMPARE(model.spec().models[1].sketch.rank[0], Index {6});
        setRankTo(model, 5); // the next drag
        QCOMPARE(model.undoStack()->count(), 2);
        model.undoStack()->undo();
        QCOMPARE(model.spec().models[1].sketch.rank[0], Index {6});
        model.undoStack()->undo();
        QVERIFY(model.spec() == example());
        model.undoStack()->redo();
        QCOMPARE(model.spec().models[1].sketch.rank[0], Index {6});
    }

    void aDragThatEndsWhereItBeganIsNoStep()
    {
        DesignModel model;
        model.reset(example());
        model.setDataShape(784, 10, 60000);
        setRankTo(model, 12);
        model.finishMerge();
        model.edit(
            QStringLiteral("Rank of layer 2"), [](ExperimentSpec &spec) { setRank(spec, 1, 1, 16, mnist); },
            QStringLiteral("rank.1.1"));
        model.edit(
            QStringLiteral("Rank of layer 2"), [](ExperimentSpec &spec) { setRank(spec, 1, 1, 8, mnist); },
            QStringLiteral("rank.1.1"));
        QCOMPARE(model.undoStack()->count(), 1);
        // The drag goes on: it must not melt into the step before it.
        model.edit(
            QStringLiteral("Rank of layer 2"), [](ExperimentSpec &spec) { setRank(spec, 1, 1, 4, mnist); },
            QStringLiteral("rank.1.1"));
        QCOMPARE(model.undoStack()->count(), 2);
        model.undoStack()->undo();
        QCOMPARE(model.spec().models[1].sketch.rank, (Sizes {12, 8, 8}));
    }

    void whatADragPushedAsideComesBack()
    {
        DesignModel model;
        model.reset(example());
        model.setDataShape(784, 10, 60000);
        const auto rankOfLayer2 = [&](Index rank) {
            model.edit(
                QStringLiteral("Rank of layer 2"),
                [rank](ExperimentSpec &spec) { setRank(spec, 1, 1, rank, mnist); }, QStringLiteral("k"));
        };
        rankOfLayer2(500); // pushes the sketch of 384 up
        QCOMPARE(model.spec().models[1].sketch.sketchSize[1], Index {500});
        rankOfLayer2(100);
        QCOMPARE(model.spec().models[1].sketch.sketchSize[1], Index {384});
    }

    void ranksAndSketchesPushEachOther()
    {
        ExperimentSpec spec = example();
        setRank(spec, 1, 0, 400, mnist); // layer 1 stores what layer 2 reads
        QCOMPARE(spec.models[1].sketch.sketchSize, (Sizes {784, 400, 384}));
        setRank(spec, 1, 1, 100000, mnist); // 1024 -> 512
        QCOMPARE(spec.models[1].sketch.rank, (Sizes {400, 512, 8}));
        QCOMPARE(spec.models[1].sketch.sketchSize, (Sizes {784, 512, 512}));
        setSketchSize(spec, 1, 1, 6, mnist);
        QCOMPARE(spec.models[1].sketch.rank, (Sizes {6, 6, 8}));
        QCOMPARE(spec.models[1].sketch.sketchSize, (Sizes {784, 6, 512}));
        ExperimentSpec fitted = spec;
        fitDesign(fitted, mnist);
        QVERIFY(fitted == spec);
    }

    void editsAfterUndoAreStepsOfTheirOwn()
    {
        DesignModel model;
        model.reset(example());
        model.setDataShape(784, 10, 60000);
        setRankTo(model, 12);
        model.edit(QStringLiteral("Seed"), [](ExperimentSpec &spec) { spec.seed = 7; });
        model.undoStack()->undo();
        setRankTo(model, 6); // the same key as the first edit
        QCOMPARE(model.undoStack()->count(), 2);
        model.undoStack()->undo();
        QCOMPARE(model.spec().models[1].sketch.rank[0], Index {12});
    }

    void anEditThatChangesNothingIsNoStep()
    {
        DesignModel model;
        model.reset(example());
        QSignalSpy changed(&model, &DesignModel::changed);
        model.edit(QStringLiteral("Nothing"), [](ExperimentSpec &) {});
        QCOMPARE(model.undoStack()->count(), 0);
        QCOMPARE(changed.count(), 0);
    }

    void undoGoesBackAHundredSteps()
    {
        DesignModel model;
        model.reset(example());
        for (std::uint64_t seed = 1; seed <= 130; ++seed)
            model.edit(QStringLiteral("Seed"), [seed](ExperimentSpec &spec) { spec.seed = seed; });
        QCOMPARE(model.undoStack()->count(), 100);
        while (model.undoStack()->canUndo())
            model.undoStack()->undo();
        QCOMPARE(model.spec().seed, std::uint64_t {30});
    }

    void ranksAndSketchesStayInRange_data()
    {
        QTest::addColumn<int>("width1");
        QTest::addColumn<int>("width2");
        QTest::addColumn<int>("rank");
        QTest::addColumn<int>("sketch");
        for (const int width1 : {1, 2, 7, 1024}) {
            for (const int width2 : {1, 9, 4096}) {
                for (const int rank : {-3, 0, 1, 10, 100000}) {
                    for (const int sketch : {-1, 0, 1, 5, 784, 1 << 30})
                        QTest::addRow("%d-%d r%d s%d", width1, width2, rank, sketch)
                            << width1 << width2 << rank << sketch;
                }
            }
        }
    }

    void ranksAndSketchesStayInRange()
    {
        QFETCH(int, width1);
        QFETCH(int, width2);
        QFETCH(int, rank);
        QFETCH(int, sketch);
        DesignModel model;
        model.reset(example());
        model.setDataShape(784, 10, 60000);
        model.edit(QStringLiteral("All"), [&](ExperimentSpec &spec) {
            spec.widths = {width1, width2};
            spec.models[1].sketch.rank = {rank, rank, rank};
            spec.models[1].sketch.sketchSize = {sketch, sketch, sketch};
        });
        const ExperimentSpec &spec = model.spec();
        const SketchOptions &options = spec.models[1].sketch;
        for (std::size_t layer = 0; layer < 3; ++layer) {
            QVERIFY(options.rank[layer] >= 1);
            QVERIFY(options.rank[layer] <= options.sketchSize[layer]);
            QVERIFY(options.rank[layer] <= (layer < 2 ? options.sketchSize[layer + 1] : Index {10}));
            QVERIFY(options.sketchSize[layer] <= layerInputs(spec, layer, mnist));
        }
        QVERIFY(model.forecast(0).has_value());
        QVERIFY(model.forecast(1).has_value()); // so the core agrees that it fits
        ExperimentSpec again = spec;
        fitDesign(again, mnist);
        QVERIFY(again == spec);
    }

    void newLayersTakeAfterTheirNeighbours()
    {
        ExperimentSpec spec = example();
        insertHiddenLayer(spec, 2, 256, mnist); // at the end: 784-1024-512-256-10
        QCOMPARE(spec.widths, (Sizes {1024, 512, 256}));
        QCOMPARE(spec.models[1].sketch.rank, (Sizes {24, 8, 8, 8}));
        QCOMPARE(spec.models[1].sketch.sketchSize, (Sizes {784, 384, 384, 192})); // 3/4 of 256
        QVERIFY(spec.models[0].sketch.rank.empty());
        removeHiddenLayer(spec, 2);
        QVERIFY(spec == example());

        insertHiddenLayer(spec, 0, 2048, mnist); // at the front: 784-2048-1024-512-10
        QCOMPARE(spec.models[1].sketch.rank, (Sizes {24, 24, 8, 8}));
        QCOMPARE(spec.models[1].sketch.sketchSize, (Sizes {784, 768, 384, 384})); // 3/8 of 2048
        removeHiddenLayer(spec, 0);
        QVERIFY(spec == example());
        while (!spec.widths.empty())
            removeHiddenLayer(spec, 0);
        QCOMPARE(spec.models[1].sketch.rank, (Sizes {8}));
        QCOMPARE(spec.models[1].sketch.sketchSize, (Sizes {784}));
    }

    void fullSketchesFollowTheWidth()
    {
        ExperimentSpec spec = example();
        spec.models[1].sketch.sketchSize = {784, 1024, 384};
        setHiddenWidth(spec, 0, 2000, mnist);
        QCOMPARE(spec.models[1].sketch.sketchSize, (Sizes {784, 2000, 384}));
        setHiddenWidth(spec, 1, 600, mnist); // 384 of 512 was a choice: it stays
        QCOMPARE(spec.models[1].sketch.sketchSize, (Sizes {784, 2000, 384}));
        setHiddenWidths(spec, {128, 64}, mnist);
        fitDesign(spec, mnist);
        QCOMPARE(spec.models[1].sketch.sketchSize, (Sizes {784, 128, 64}));
        QCOMPARE(spec.models[1].sketch.rank, (Sizes {24, 8, 8}));
    }

    void missingAndSuperfluousEntriesAreMended()
    {
        ExperimentSpec spec = example();
        spec.models[1].sketch.rank = {5};
        spec.models[1].sketch.sketchSize = {};
        spec.models[0].sketch.rank = {1, 2, 3}; // dense models have none
        fitDesign(spec, mnist);
        QCOMPARE(spec.models[1].sketch.rank, (Sizes {5, 5, 5}));
        QCOMPARE(spec.models[1].sketch.sketchSize, (Sizes {784, 1024, 512}));
        QVERIFY(spec.models[0].sketch.rank.empty());
    }

    void smallerDataPushesTheDesignAndLargerDataGivesItBack()
    {
        DesignModel model;
        model.reset(example());
        model.setDataShape(784, 10, 60000);
        QSignalSpy changed(&model, &DesignModel::changed);
        QSignalSpy shape(&model, &DesignModel::dataShapeChanged);
        model.setDataShape(16, 3, 100);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(shape.count(), 1);
        QCOMPARE(model.spec().models[1].sketch.sketchSize[0], Index {16});
        QCOMPARE(model.spec().models[1].sketch.rank, (Sizes {16, 8, 3}));
        QCOMPARE(model.undoStack()->count(), 0); // not a change by the user
        model.setDataShape(784, 10, 60000);
        QVERIFY(model.spec() == example());
    }

    void aFirstLayerThatReadsAllDataReadsAllOfLargerData()
    {
        DesignModel model;
        model.reset(example());
        model.setDataShape(784, 10, 60000);
        model.setDataShape(3072, 10, 50000);
        QCOMPARE(model.spec().models[1].sketch.sketchSize[0], Index {3072});
    }

    void theForecastIsTheCostModelsAndNoneWithoutData()
    {
        DesignModel model;
        model.reset(example());
        QVERIFY(!model.forecast(0));
        QVERIFY(!model.denseForecast());
        model.setDataShape(784, 10, 0);
        QVERIFY(!model.forecast(0));
        model.setDataShape(784, 10, 60000);
        QVERIFY(!model.forecast(2));
        // 784-1024-512-10: weights and biases
        const std::uint64_t dense = 784 * 1024 + 1024 + 1024 * 512 + 512 + 512 * 10 + 10;
        QCOMPARE(model.forecast(0)->parameters, dense);
        QCOMPARE(model.denseForecast()->parameters, dense);
        // 24 (384 + 784) + 24^2 + 384; 8 (384 + 384) + 64 + 384; 8 (10 + 384) + 64 + 10
        const std::uint64_t rosler = 24 * (384 + 784) + 576 + 384 + 8 * 768 + 64 + 384 + 8 * 394 + 64 + 10;
        QCOMPARE(model.forecast(1)->parameters, rosler);
    }

    void theCommandNamesWhatDiffers()
    {
        DesignModel model;
        model.setShipped({example()});
        model.reset(example());
        QCOMPARE(model.asCommand({}), QStringLiteral("rosler train mnist-1024"));
        model.edit(QStringLiteral("x"), [](ExperimentSpec &spec) {
            spec.dataset = "/data/it's here/mnist";
            spec.seed = 18446744073709551615U;
            spec.training.epochs = 3;
        });
        QCOMPARE(model.asCommand({}),
                 QStringLiteral("rosler train mnist-1024 --dataset '/data/it'\\''s here/mnist' "
                                "--seed 18446744073709551615 --epochs 3"));
        QCOMPARE(model.asCommand(QStringLiteral("my design.json")),
                 QStringLiteral("rosler train 'my design.json' --dataset '/data/it'\\''s here/mnist' "
                                "--seed 18446744073709551615 --epochs 3"));
        model.undoStack()->setClean(); // saved to the file
        QCOMPARE(model.asCommand(QStringLiteral("-x.json")), QStringLiteral("rosler train ./-x.json"));
    }

    void aDesignThatNoFileHoldsAsksToBeSaved()
    {
        DesignModel model;
        model.setShipped({example()});
        model.reset(example());
        setRankTo(model, 6);
        QCOMPARE(model.asCommand(QStringLiteral("a.json")),
                 QStringLiteral("rosler train a.json  # save the design to this file first"));
        QCOMPARE(model.asCommand({}),
                 QStringLiteral("rosler train mnist-1024.json  # save the design to this file first"));
        model.undoStack()->undo();
        QCOMPARE(model.asCommand(QStringLiteral("a.json")), QStringLiteral("rosler train a.json"));
    }

    void resetForgetsTheHistory()
    {
        DesignModel model;
        model.reset(example());
        setRankTo(model, 6);
        QVERIFY(!model.undoStack()->isClean());
        model.reset(example());
        QCOMPARE(model.undoStack()->count(), 0);
        QVERIFY(model.undoStack()->isClean());
        QVERIFY(model.spec() == example());
    }

    void modelNamesAreKeptApart()
    {
        const ExperimentSpec spec = example();
        QCOMPARE(uniqueModelName(spec, "rosler", 1), std::string("rosler"));
        QCOMPARE(uniqueModelName(spec, "rosler", 2), std::string("rosler-2"));
        QCOMPARE(uniqueModelName(spec, "r8", 2), std::string("r8"));
    }
};

QTEST_GUILESS_MAIN(DesignModelTest)
#include "design_model_test.moc"
