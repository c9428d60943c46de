// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <QtTest>

#include "tests/support/layers.h"
#include "tests/support/random_spec.h"

namespace network_plan_test {

using namespace rosler;
using Layers = std::vector<LayerSpec>;

namespace {

Result<NetworkPlan> planned(const Layers &layers, Index features, Index classes = 10)
{
    return planNetwork(layers, ExampleShape::vector(features), classes, "/models/3");
}

} // namespace

class NetworkPlanTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wholeLayersByHand();
    void sketchedLayersByHand();
    void aSketchNarrowsAWholeLayerBeforeIt();
    void aSketchWithoutASizeReadsAll();
    void anyDrawnSpecMakesANetwork();
    void limitsAreAllowed();
    void outOfRangeIsNamed_data();
    void outOfRangeIsNamed();
    void unknownKindsAreUnsupported();
};

void NetworkPlanTest::wholeLayersByHand()
{
    const auto plan = planNetwork(layersOf({100, 50}), {1, 28, 28}, 10);
    QVERIFY(plan.has_value());
    QVERIFY((plan->example == ExampleShape {1, 28, 28}) && plan->classes == 10);
    QCOMPARE(plan->layers.size(), std::size_t {3});
    const Index widths[] = {784, 100, 50, 10};
    for (std::size_t i = 0; i < 3; ++i) {
        const PlannedLayer &layer = plan->layers[i];
        QCOMPARE(layer.number, static_cast<std::uint32_t>(i));
        QCOMPARE(layer.in.size(), widths[i]);
        QCOMPARE(layer.out.size(), widths[i + 1]);
        QVERIFY(layer.read == layer.in.size() && layer.kept == layer.out.size());
        QCOMPARE(layer.relu(), i < 2);
    }
    QVERIFY(!plan->keepsFeatures());
}

void NetworkPlanTest::sketchedLayersByHand()
{
    const auto plan = planned(layersOf({100, 50}, {8, 4, 2}, {300, 60, 50}), 784);
    QVERIFY(plan.has_value());
    const Index read[] = {300, 60, 50};
    const Index kept[] = {60, 50, 10};
    for (std::size_t i = 0; i < 3; ++i) {
        QCOMPARE(plan->layers[i].read, read[i]);
        QCOMPARE(plan->layers[i].kept, kept[i]);
    }
    QVERIFY(plan->keepsFeatures());
    QCOMPARE(plan->read(), Index {300});
    QCOMPARE(plan->features(), Index {784});
}

void NetworkPlanTest::aSketchNarrowsAWholeLayerBeforeIt()
{
    const Layers layers {fullyConnected(100), fullyConnected(50, Sketch {4, 30}), fullyConnected()};
    const auto plan = planned(layers, 784);
    QVERIFY(plan.has_value());
    QCOMPARE(plan->layers[0].out.size(), Index {100});
    QCOMPARE(plan->layers[0].kept, Index {30}); // the other 70 are never computed
    QCOMPARE(plan->layers[1].kept, Index {50}); // a whole layer reads all
    const auto sketches = sketchesOf(*plan);
    QCOMPARE(sketches.size(), std::size_t {3});
    QVERIFY(!sketches[0] && !sketches[2] && (sketches[1] == Sketch {4, 30}));
    Network network(*plan);
    network.initialise(1);
    QCOMPARE(network.parameterCount(), Index {784 * 30 + 30 + 50 * 4 + 50 + 16 + 4 * 30 + 50 * 10 + 10});
}

void NetworkPlanTest::aSketchWithoutASizeReadsAll()
{
    const auto plan = planned({fullyConnected(50, Sketch {4, {}}), fullyConnected()}, 20);
    QVERIFY(plan.has_value());
    QCOMPARE(plan->layers[0].read, Index {20});
    QVERIFY((sketchesOf(*plan)[0] == Sketch {4, 20}));
}

void NetworkPlanTest::anyDrawnSpecMakesANetwork()
{
    for (std::uint32_t number = 0; number < 300; ++number) {
        const RandomSpec random(number);
        const auto plan = planned(random.spec.model.layers, random.features, random.classes);
        QVERIFY2(plan.has_value(), qPrintable(QString::number(number)));
        const Network network(*plan); // its contracts hold, or the test ends here
        QCOMPARE(network.features(), random.features);
        QCOMPARE(network.classes(), random.classes);
    }
}

void NetworkPlanTest::limitsAreAllowed()
{
    QVERIFY(planned(layersOf({1}, {1, 1}, {1, 1}), 1, 1).has_value());
    QVERIFY(planned(layersOf({20}, {20, 10}, {20, 20}), 20).has_value());
    QVERIFY(planned(layersOf({65'536}), 70'000).has_value());
    QVERIFY(planned(layersOf({}, {1}, {65'535}), 65'536).has_value());
    QVERIFY(planned(layersOf({}, {1}, {65'537}), 65'537).has_value()); // reads all: no indices
    Layers stated {fullyConnected(10)};
    QVERIFY(planned(stated, 5).has_value()); // a last layer may say the classes itself
}

void NetworkPlanTest::outOfRangeIsNamed_data()
{
    QTest::addColumn<Layers>("layers");
    QTest::addColumn<int>("features");
    QTest::addColumn<std::string>("where");
    QTest::addColumn<std::string>("what");
    const auto row = [](const char *name, const Layers &layers, int features, const char *where,
                        const char *what) {
        QTest::newRow(name) << layers << features << std::string(where) << std::string(what);
    };
    row("no layers", {}, 20, "/models/3/layers", "a model has at least one layer");
    row("no units", layersOf({10, 0}), 20, "/models/3/layers/1/units", "units is 0, allowed are 1 to 65536");
    row("too many units", layersOf({65'537}), 20, "/models/3/layers/0/units",
        "units is 65537, allowed are 1 to 65536");
    Layers half = layersOf({10});
    half[0].fields.begin()->second = 2.5;
    row("half a unit", half, 20, "/models/3/layers/0/units", "units is a whole number");
    row("a hidden layer without units", {fullyConnected(), fullyConnected()}, 20, "/models/3/layers/0/units",
        "a layer of kind \"dense\" needs units; only the last layer does without");
    row("a last layer that is not the classes", {fullyConnected(9)}, 20, "/models/3/layers/0",
        "the last layer gives 9 numbers, the data has 10 classes");
    row("rank 0", layersOf({30}, {0, 4}, {20, 30}), 20, "/models/3/layers/0/rank",
        "rank is 0, allowed are 1 to 20");
    row("negative rank", layersOf({30}, {4, -1}, {20, 30}), 20, "/models/3/layers/1/rank",
        "rank is -1, allowed are 1 to 10");
    row("rank above the classes", layersOf({30}, {4, 11}, {20, 30}), 20, "/models/3/layers/1/rank",
        "rank is 11, allowed are 1 to 10");
    row("rank above the sketch", layersOf({30}, {6, 4}, {5, 30}), 20, "/models/3/layers/0/rank",
        "rank is 6, allowed are 1 to 5");
    row("rank above what the next layer reads", layersOf({30}, {9, 4}, {20, 8}), 20,
        "/models/3/layers/0/rank", "rank is 9, allowed are 1 to 8");
    row("sketch of nothing", layersOf({30}, {1, 1}, {20, 0}), 20, "/models/3/layers/1/sketch_size",
        "sketch size is 0, allowed are 1 to 30");
    row("sketch above the features", layersOf({30}, {1, 1}, {21, 30}), 20, "/models/3/layers/0/sketch_size",
        "sketch size is 21, allowed are 1 to 20");
    row("indices beyond 16 bit", layersOf({30}, {1, 1}, {20, 30}), 65'537, "/models/3/layers/0/sketch_size",
        "kept features are stored in 16 bit, but the data has 65537 features");
}

void NetworkPlanTest::outOfRangeIsNamed()
{
    QFETCH(Layers, layers);
    QFETCH(int, features);
    QFETCH(std::string, where);
    QFETCH(std::string, what);
    const auto plan = planned(layers, features);
    QVERIFY(!plan);
    QCOMPARE(plan.error().code, ErrorCode::OutOfRange);
    QCOMPARE(plan.error().where, where);
    QCOMPARE(plan.error().what, what);
}

void NetworkPlanTest::unknownKindsAreUnsupported()
{
    Layers layers = layersOf({10});
    layers[0].kind = "quantum";
    const auto plan = planned(layers, 20);
    QVERIFY(!plan);
    QCOMPARE(plan.error().code, ErrorCode::Unsupported);
    QCOMPARE(plan.error().where, std::string("/models/3/layers/0/kind"));
}

QTEST_APPLESS_MAIN(NetworkPlanTest)

} // namespace network_plan_test

#include "network_plan_test.moc"
