// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>
#include <QUndoStack>

#include "tests/support/layers.h"
#include "widgets/models/design_edits.h"
#include "widgets/models/design_model.h"

namespace design_model_test {

using namespace rosler;

namespace {

ExperimentSpec example()
{
    ExperimentSpec spec;
    spec.name = "mnist-1024";
    spec.dataset = "mnist";
    spec.training.epochs = 20;
    ModelSpec dense;
    dense.name = "dense";
    dense.layers = layersOf({1024, 512});
    ModelSpec rosler;
    rosler.name = "rosler";
    rosler.learningRate = 2e-3;
    rosler.layers = layersOf({1024, 512}, {24, 8, 8}, {784, 384, 384});
    spec.models = {dense, rosler};
    return spec;
}

const DesignShape mnist {ExampleShape::vector(784), 10};

using Sizes = std::vector<Index>;

Sizes ranks(const ExperimentSpec &spec)
{
    return ranksOf(spec.models[1].layers);
}

Sizes sizes(const ExperimentSpec &spec)
{
    return sketchSizesOf(spec.models[1].layers);
}

void setRankTo(DesignModel &model, Index rank)
{
    model.edit(
        QStringLiteral("Rank of layer 1"),
        [&](ExperimentSpec &spec) { setRank(spec.models[1].layers, 0, rank, mnist); },
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
        model.setDataShape(ExampleShape::vector(784), 10, 60000);
        QSignalSpy changed(&model, &DesignModel::changed);
        for (const Index rank : {22, 18, 12, 6})
            setRankTo(model, rank);
        model.finishMerge();
        QCOMPARE(changed.count(), 4);
        QCOMPARE(model.undoStack()->count(), 1);
        QCOMPARE(model.undoStack()->undoText(), QStringLiteral("Rank of layer 1"));
        QCOMPARE(ranks(model.spec())[0], Index {6});
        setRankTo(model, 5); // the next drag
        QCOMPARE(model.undoStack()->count(), 2);
        model.undoStack()->undo();
        QCOMPARE(ranks(model.spec())[0], Index {6});
        model.undoStack()->undo();
        QVERIFY(model.spec() == example());
        model.undoStack()->redo();
        QCOMPARE(ranks(model.spec())[0], Index {6});
    }

    void aDragThatEndsWhereItBeganIsNoStep()
    {
        DesignModel model;
        model.reset(example());
        model.setDataShape(ExampleShape::vector(784), 10, 60000);
        setRankTo(model, 12);
        model.finishMerge();
        model.edit(
            QStringLiteral("Rank of layer 2"),
            [](ExperimentSpec &spec) { setRank(spec.models[1].layers, 1, 16, mnist); },
            QStringLiteral("rank.1.1"));
        model.edit(
            QStringLiteral("Rank of layer 2"),
            [](ExperimentSpec &spec) { setRank(spec.models[1].layers, 1, 8, mnist); },
            QStringLiteral("rank.1.1"));
        QCOMPARE(model.undoStack()->count(), 1);
        // The drag goes on: it must not melt into the step before it.
        model.edit(
            QStringLiteral("Rank of layer 2"),
            [](ExperimentSpec &spec) { setRank(spec.models[1].layers, 1, 4, mnist); },
            QStringLiteral("rank.1.1"));
        QCOMPARE(model.undoStack()->count(), 2);
        model.undoStack()->undo();
        QCOMPARE(ranks(model.spec()), (Sizes {12, 8, 8}));
    }

    void whatADragPushedAsideComesBack()
    {
        DesignModel model;
        model.reset(example());
        model.setDataShape(ExampleShape::vector(784), 10, 60000);
        const auto rankOfLayer2 = [&](Index rank) {
            model.edit(
                QStringLiteral("Rank of layer 2"),
                [rank](ExperimentSpec &spec) { setRank(spec.models[1].layers, 1, rank, mnist); },
                QStringLiteral("k"));
        };
        rankOfLayer2(500); // pushes the sketch of 384 up
        QCOMPARE(sizes(model.spec())[1], Index {500});
        rankOfLayer2(100);
        QCOMPARE(sizes(model.spec())[1], Index {384});
    }

    void ranksAndSketchesPushEachOther()
    {
        ExperimentSpec spec = example();
        setRank(spec.models[1].layers, 0, 400, mnist); // layer 1 stores what layer 2 reads
        QCOMPARE(sizes(spec), (Sizes {784, 400, 384}));
        setRank(spec.models[1].layers, 1, 100000, mnist); // 1024 -> 512
        QCOMPARE(ranks(spec), (Sizes {400, 512, 8}));
        QCOMPARE(sizes(spec), (Sizes {784, 512, 512}));
        setSketchSize(spec.models[1].layers, 1, 6, mnist);
        QCOMPARE(ranks(spec), (Sizes {6, 6, 8}));
        QCOMPARE(sizes(spec), (Sizes {784, 6, 512}));
        ExperimentSpec fitted = spec;
        fitDesign(fitted, mnist);
        QVERIFY(fitted == spec);
    }

    void editsAfterUndoAreStepsOfTheirOwn()
    {
        DesignModel model;
        model.reset(example());
        model.setDataShape(ExampleShape::vector(784), 10, 60000);
        setRankTo(model, 12);
        model.edit(QStringLiteral("Seed"), [](ExperimentSpec &spec) { spec.seed = 7; });
        model.undoStack()->undo();
        setRankTo(model, 6); // the same key as the first edit
        QCOMPARE(model.undoStack()->count(), 2);
        model.undoStack()->undo();
        QCOMPARE(ranks(model.spec())[0], Index {12});
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
        model.setDataShape(ExampleShape::vector(784), 10, 60000);
        model.edit(QStringLiteral("All"), [&](ExperimentSpec &spec) {
            spec.models[0].layers = layersOf({width1, width2});
            spec.models[1].layers = layersOf({width1, width2}, {rank, rank, rank}, {sketch, sketch, sketch});
        });
        const ExperimentSpec &spec = model.spec();
        const auto designed = designedLayers(spec.models[1].layers, mnist);
        for (std::size_t layer = 0; layer < 3; ++layer) {
            const Index r = ranks(spec)[layer];
            QVERIFY(r >= 1 && r <= designed[layer].read && r <= designed[layer].kept);
            QVERIFY(designed[layer].read <= designed[layer].inputs);
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
        std::vector<LayerSpec> &layers = spec.models[1].layers;
        insertLayer(layers, 2, "dense", mnist); // before the last: 784-1024-512-512-10
        QCOMPARE(hiddenWidths(layers).value(), (Sizes {1024, 512, 512}));
        QCOMPARE(ranks(spec), (Sizes {24, 8, 8, 8}));
        QCOMPARE(sizes(spec), (Sizes {784, 384, 384, 384})); // 3/4 of 512
        removeLayer(layers, 2, mnist);
        QVERIFY(spec == example());

        insertLayer(layers, 0, "dense", mnist); // at the front: 784-128-1024-512-10
        QCOMPARE(hiddenWidths(layers).value(), (Sizes {128, 1024, 512}));
        QCOMPARE(ranks(spec), (Sizes {24, 24, 8, 8}));
        QCOMPARE(sizes(spec), (Sizes {784, 48, 384, 384})); // 3/8 of 128
        removeLayer(layers, 0, mnist);
        QVERIFY(spec == example());
        while (layers.size() > 1)
            removeLayer(layers, 0, mnist);
        QCOMPARE(ranks(spec), (Sizes {8}));
        QCOMPARE(sizes(spec), (Sizes {784}));
    }

    void layersBesideWholeOnesAreWhole()
    {
        std::vector<LayerSpec> layers {fullyConnected(64), fullyConnected(32, Sketch {4, 20}),
                                       fullyConnected()};
        insertLayer(layers, 1, "dense", mnist); // between a whole layer and a sketched one
        QVERIFY(!layers[1].sketch);
        removeLayer(layers, 0, mnist);
        removeLayer(layers, 0, mnist); // the sketch now reads the data: all of it, as the whole layer did
        QVERIFY((layers[0].sketch == Sketch {4, {}}));
    }

    void aLayerIsSketchedAndMadeWhole()
    {
        std::vector<LayerSpec> layers = layersOf({1024, 512});
        setSketched(layers, 1, true, mnist);
        QVERIFY((layers[1].sketch == Sketch {16, {}}));
        setSketched(layers, 2, true, mnist); // ten classes: no more than 10
        QVERIFY((layers[2].sketch == Sketch {10, {}}));
        setSketchSize(layers, 2, 100, mnist);
        QCOMPARE(designedLayers(layers, mnist)[1].kept, Index {100});
        setRank(layers, 0, 7, mnist); // whole layers have no rank
        QVERIFY(!layers[0].sketch);
        setSketched(layers, 1, false, mnist);
        setSketched(layers, 2, false, mnist);
        QVERIFY(layers == layersOf({1024, 512}));
    }

    void fullSketchesFollowTheWidth()
    {
        ExperimentSpec spec = example();
        std::vector<LayerSpec> &layers = spec.models[1].layers;
        layers = layersOf({1024, 512}, {24, 8, 8}, {784, 1024, 384});
        setField(layers, 0, "units", 2000, mnist);
        QCOMPARE(sizes(spec), (Sizes {784, 2000, 384}));
        setField(layers, 1, "units", 600, mnist); // 384 of 512 was a choice: it stays
        QCOMPARE(sizes(spec), (Sizes {784, 2000, 384}));
        setHiddenWidths(layers, {128, 64}, mnist);
        fitDesign(spec, mnist);
        QCOMPARE(sizes(spec), (Sizes {784, 128, 64}));
        QCOMPARE(ranks(spec), (Sizes {24, 8, 8}));
    }

    void networksAreTheSameWhateverTheirSketches()
    {
        const ExperimentSpec spec = example();
        QVERIFY(sameNetwork(spec.models[0].layers, spec.models[1].layers));
        std::vector<LayerSpec> other = spec.models[0].layers;
        setField(other, 0, "units", 1000, mnist);
        QVERIFY(!sameNetwork(spec.models[0].layers, other));
        QVERIFY(!sameNetwork(spec.models[0].layers, layersOf({1024})));
    }

    void whatNoSketchNeedsIsForgotten()
    {
        ExperimentSpec spec = example();
        spec.models[0].sketch.gradientSketch = 0.5; // dense models have none
        fitDesign(spec, mnist);
        QVERIFY(spec == example());
        spec.models[0].layers.back().fields["units"] = 7; // the last layer has the classes'
        fitDesign(spec, mnist);
        QVERIFY(spec == example());
    }

    void smallerDataPushesTheDesignAndLargerDataGivesItBack()
    {
        DesignModel model;
        model.reset(example());
        model.setDataShape(ExampleShape::vector(784), 10, 60000);
        QSignalSpy changed(&model, &DesignModel::changed);
        QSignalSpy shape(&model, &DesignModel::dataShapeChanged);
        model.setDataShape(ExampleShape::vector(16), 3, 100);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(shape.count(), 1);
        QCOMPARE(sizes(model.spec())[0], Index {16});
        QCOMPARE(ranks(model.spec()), (Sizes {16, 8, 3}));
        QCOMPARE(model.undoStack()->count(), 0); // not a change by the user
        model.setDataShape(ExampleShape::vector(784), 10, 60000);
        QVERIFY(model.spec() == example());
    }

    void aFirstLayerThatReadsAllDataReadsAllOfLargerData()
    {
        DesignModel model;
        model.reset(example());
        model.setDataShape(ExampleShape::vector(784), 10, 60000);
        model.setDataShape(ExampleShape::vector(3072), 10, 50000);
        QCOMPARE(sizes(model.spec())[0], Index {3072});
    }

    void theForecastIsTheCostModelsAndNoneWithoutData()
    {
        DesignModel model;
        model.reset(example());
        QVERIFY(!model.forecast(0));
        QVERIFY(!model.wholeForecast(1));
        model.setDataShape(ExampleShape::vector(784), 10, 0);
        QVERIFY(!model.forecast(0));
        model.setDataShape(ExampleShape::vector(784), 10, 60000);
        QVERIFY(!model.forecast(2));
        // 784-1024-512-10: weights and biases
        const std::uint64_t dense = 784 * 1024 + 1024 + 1024 * 512 + 512 + 512 * 10 + 10;
        QCOMPARE(model.forecast(0)->parameters, dense);
        QCOMPARE(model.wholeForecast(1)->parameters, dense);
        // 24 (384 + 784) + 24^2 + 384; 8 (384 + 384) + 64 + 384; 8 (10 + 384) + 64 + 10
        const std::uint64_t rosler = 24 * (384 + 784) + 576 + 384 + 8 * 768 + 64 + 384 + 8 * 394 + 64 + 10;
        QCOMPARE(model.forecast(1)->parameters, rosler);
        // What asking a teacher takes is the pupil's, not that of the net it is compared with.
        const std::uint64_t alone = model.forecast(1)->trainFlops;
        const std::uint64_t whole = model.wholeForecast(1)->trainFlops;
        ExperimentSpec taught = example();
        taught.models[1].teacher = TeacherSpec {"dense", {}};
        model.reset(taught);
        QVERIFY(model.forecast(1)->trainFlops > alone);
        QCOMPARE(model.wholeForecast(1)->trainFlops, whole);
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
            spec.training.validation = {0.25, 0};
        });
        QCOMPARE(model.asCommand({}),
                 QStringLiteral("rosler train mnist-1024 --dataset '/data/it'\\''s here/mnist' "
                                "--seed 18446744073709551615 --epochs 3 --validation 0.25"));
        QCOMPARE(model.asCommand(QStringLiteral("my design.json")),
                 QStringLiteral("rosler train 'my design.json' --dataset '/data/it'\\''s here/mnist' "
                                "--seed 18446744073709551615 --epochs 3 --validation 0.25"));
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

    void undoAfterOpenGivesTheFileBack()
    {
        DesignModel model;
        ExperimentSpec first = example();
        first.name = "first";
        ExperimentSpec second = first;
        second.name = "second";
        second.training.epochs += 3;
        model.open(QStringLiteral("Open first"), first, QStringLiteral("/a/first.json"));
        model.open(QStringLiteral("Open second"), second, QStringLiteral("/a/second.json"));
        QCOMPARE(model.file(), QStringLiteral("/a/second.json"));
        QVERIFY(model.undoStack()->isClean());
        model.undoStack()->undo();
        QCOMPARE(model.spec().name, std::string("first"));
        QCOMPARE(model.file(), QStringLiteral("/a/first.json"));
        QCOMPARE(model.asCommand(model.file()), QStringLiteral("rosler train /a/first.json"));
        model.setSavedTo(QStringLiteral("/b/first.json"));
        model.undoStack()->redo();
        QCOMPARE(model.file(), QStringLiteral("/a/second.json"));
        model.undoStack()->undo();
        QCOMPARE(model.file(), QStringLiteral("/b/first.json"));
        model.undoStack()->undo();
        QCOMPARE(model.file(), QString());
        model.reset(first);
        QCOMPARE(model.file(), QString());
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

} // namespace design_model_test

#include "design_model_test.moc"
