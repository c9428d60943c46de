// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <QtTest>

#include "core/nn/network.h"
#include "core/training/trial_spec.h"
#include "tests/support/random_spec.h"

using namespace rosler;
using Sizes = std::vector<Index>;

namespace {

TrialSpec makeSpec(Sizes widths, Sizes rank, Sizes sketchSize)
{
    TrialSpec spec;
    spec.widths = std::move(widths);
    spec.model.kind = ModelKind::Rosler;
    spec.model.sketch.rank = std::move(rank);
    spec.model.sketch.sketchSize = std::move(sketchSize);
    return spec;
}

} // namespace

class TrialSpecTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void denseLayersByHand();
    void sketchedLayersByHand();
    void anyDrawnSpecMakesANetwork();
    void limitsAreAllowed();
    void outOfRangeIsNamed_data();
    void outOfRangeIsNamed();
    void denseModelsHaveNoSketch();
};

void TrialSpecTest::denseLayersByHand()
{
    TrialSpec spec;
    spec.widths = {100, 50};
    const auto shapes = layerShapes(spec, 784, 10);
    QVERIFY(shapes.has_value());
    QCOMPARE(shapes->size(), std::size_t {3});
    QVERIFY((shapes->at(0)
             == LayerShape {.inputs = 784, .outputs = 100, .read = 784, .kept = 100, .relu = true}));
    QVERIFY(
        (shapes->at(1) == LayerShape {.inputs = 100, .outputs = 50, .read = 100, .kept = 50, .relu = true}));
    QVERIFY((shapes->at(2) == LayerShape {.inputs = 50, .outputs = 10, .read = 50, .kept = 10}));
}

void TrialSpecTest::sketchedLayersByHand()
{
    const auto shapes = layerShapes(makeSpec({100, 50}, {8, 4, 2}, {300, 60, 50}), 784, 10);
    QVERIFY(shapes.has_value());
    QVERIFY((shapes->at(0)
             == LayerShape {.inputs = 784,
                            .outputs = 100,
                            .rank = 8,
                            .read = 300,
                            .kept = 60,
                            .storesIndices = true,
                            .relu = true}));
    QVERIFY((shapes->at(1)
             == LayerShape {.inputs = 100, .outputs = 50, .rank = 4, .read = 60, .kept = 50, .relu = true}));
    QVERIFY((shapes->at(2) == LayerShape {.inputs = 50, .outputs = 10, .rank = 2, .read = 50, .kept = 10}));
}

void TrialSpecTest::anyDrawnSpecMakesANetwork()
{
    for (std::uint32_t number = 0; number < 300; ++number) {
        const RandomSpec random(number);
        const auto shapes = layerShapes(random.spec, random.features, random.classes);
        QVERIFY2(shapes.has_value(), qPrintable(QString::number(number)));
        const Network network(*shapes); // its contracts hold, or the test ends here
        QCOMPARE(network.features(), random.features);
        QCOMPARE(network.classes(), random.classes);
    }
}

void TrialSpecTest::limitsAreAllowed()
{
    QVERIFY(layerShapes(makeSpec({1}, {1, 1}, {1, 1}), 1, 1).has_value());
    QVERIFY(layerShapes(makeSpec({20}, {20, 10}, {20, 20}), 20, 10).has_value());
    TrialSpec dense;
    dense.widths = {maxLayerWidth};
    QVERIFY(layerShapes(dense, 70'000, 10).has_value());
    QVERIFY(layerShapes(makeSpec({}, {1}, {65'535}), 65'536, 10).has_value());
    QVERIFY(layerShapes(makeSpec({}, {1}, {65'537}), 65'537, 10).has_value()); // reads all: no indices
}

void TrialSpecTest::outOfRangeIsNamed_data()
{
    QTest::addColumn<TrialSpec>("spec");
    QTest::addColumn<int>("features");
    QTest::addColumn<std::string>("where");
    QTest::addColumn<std::string>("what");
    const auto row = [](const char *name, const TrialSpec &spec, int features, const char *where,
                        const char *what) {
        QTest::newRow(name) << spec << features << std::string(where) << std::string(what);
    };
    TrialSpec dense;
    dense.widths = {10, 0};
    row("width 0", dense, 20, "/widths/1", "width is 0, allowed are 1 to 65536");
    dense.widths = {65'537};
    row("width too large", dense, 20, "/widths/0", "width is 65537, allowed are 1 to 65536");
    row("rank 0", makeSpec({30}, {0, 4}, {20, 30}), 20, "/models/3/rank/0", "rank is 0, allowed are 1 to 20");
    row("negative rank", makeSpec({30}, {4, -1}, {20, 30}), 20, "/models/3/rank/1",
        "rank is -1, allowed are 1 to 10");
    row("rank above the classes", makeSpec({30}, {4, 11}, {20, 30}), 20, "/models/3/rank/1",
        "rank is 11, allowed are 1 to 10");
    row("rank above the sketch", makeSpec({30}, {6, 4}, {5, 30}), 20, "/models/3/rank/0",
        "rank is 6, allowed are 1 to 5");
    row("rank above what the next layer reads", makeSpec({30}, {9, 4}, {20, 8}), 20, "/models/3/rank/0",
        "rank is 9, allowed are 1 to 8");
    row("sketch of nothing", makeSpec({30}, {1, 1}, {20, 0}), 20, "/models/3/sketch_size/1",
        "sketch size is 0, allowed are 1 to 30");
    row("sketch above the features", makeSpec({30}, {1, 1}, {21, 30}), 20, "/models/3/sketch_size/0",
        "sketch size is 21, allowed are 1 to 20");
    row("a rank too few", makeSpec({30}, {1}, {20, 30}), 20, "/models/3/rank",
        "1 values for 2 layers (the hidden ones and the output)");
    row("a sketch size too many", makeSpec({30}, {1, 1}, {20, 30, 10}), 20, "/models/3/sketch_size",
        "3 values for 2 layers (the hidden ones and the output)");
    row("indices beyond 16 bit", makeSpec({30}, {1, 1}, {20, 30}), 65'537, "/models/3/sketch_size/0",
        "kept features are stored in 16 bit, but the data has 65537 features");
}

void TrialSpecTest::outOfRangeIsNamed()
{
    QFETCH(TrialSpec, spec);
    QFETCH(int, features);
    QFETCH(std::string, where);
    QFETCH(std::string, what);
    const auto shapes = layerShapes(spec, features, 10, 3);
    QVERIFY(!shapes);
    QCOMPARE(shapes.error().code, ErrorCode::OutOfRange);
    QCOMPARE(shapes.error().where, where);
    QCOMPARE(shapes.error().what, what);
}

void TrialSpecTest::denseModelsHaveNoSketch()
{
    // What a dense model's sketch options say means nothing.
    TrialSpec spec = makeSpec({30}, {99}, {99});
    spec.model.kind = ModelKind::Dense;
    const auto shapes = layerShapes(spec, 20, 10);
    QVERIFY(shapes.has_value());
    QCOMPARE(shapes->front().rank, Index {0});
    QCOMPARE(shapes->front().read, Index {20});
}

QTEST_APPLESS_MAIN(TrialSpecTest)
#include "trial_spec_test.moc"
